//! Whoever renews her certificate stays the same person. The register says which certificate took the place of which; the
//! certificates themselves must name the same licence. So everybody is named, in the logs and wherever logs are compared
//! with people, by the first certificate of her line, and acts with the newest (R3, R6). Nobody else's word counts.

use dokuei_identity::certificate::{Licence, PractitionerCertificate};
use dokuei_identity::chain::{self, Chain};
use dokuei_identity::device_list::VerifiedDeviceList;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::register::Role;
use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};

use dokuei_consultation::machine::Case;
use dokuei_consultation::standing::Standing;

use super::Node;
use super::error::ServiceError;
use super::people::People;
use super::session::Session;
use crate::clock;

/// A certificate that took the place of an earlier one.
struct Renewal {
    earlier: Fingerprint,
    /// The number of the register's entry that says so.
    entry: u64,
}

impl People {
    /// A practitioner's certificate and its chain: as it was seen here, else as the register has it, verified for the last
    /// moment at which it can have stood.
    pub(super) fn attested(&self, fingerprint: &Fingerprint) -> Option<(Chain, PractitionerCertificate)> {
        if let Some(certificate) = self.certificate(fingerprint) {
            return Some((self.chain_of(fingerprint)?.0, certificate));
        }
        if let Some(kept) = self.attested_cache().get(fingerprint) {
            return Some(kept.clone());
        }
        let held = self.trust().get()?;
        let member = held
            .register
            .with_standings(|standings| standings.member(fingerprint).cloned())?;
        let at = clock::now().min(member.validity?.not_after);
        let chain = (member.role == Role::Practitioner)
            .then(|| held.register.chain(fingerprint).ok().flatten())
            .flatten()?;
        let certificate = chain::verify_practitioner(&chain, &held.credentials.anchors, at, None).ok()?;
        let kept = (chain, certificate);
        self.attested_cache().insert(*fingerprint, kept.clone());
        Some(kept)
    }

    /// The first certificate of whoever has this one.
    pub(super) fn first_of(&self, fingerprint: &Fingerprint) -> Fingerprint {
        let Some(held) = self.trust().get() else {
            return *fingerprint;
        };
        let before = held.register.with_standings(|standings| {
            let next = |one: &Fingerprint| standings.member(one).and_then(|member| member.follows);
            std::iter::successors(next(fingerprint), next).collect::<Vec<_>>()
        });
        let mut first = *fingerprint;
        for earlier in before {
            if !self.same_licence(&first, &earlier) {
                break;
            }
            first = earlier;
        }
        first
    }

    /// Whether two certificates name the same licence: a name may change, and the licence is the person's.
    fn same_licence(&self, one: &Fingerprint, other: &Fingerprint) -> bool {
        let of = |one: &Fingerprint| self.attested(one).map(|(_, certificate)| certificate.licence);
        let same = |one: &Licence, other: &Licence| {
            (&one.jurisdiction, one.kind, &one.number) == (&other.jurisdiction, other.kind, &other.number)
        };
        of(one)
            .zip(of(other))
            .is_some_and(|(one, other)| same(&one, &other))
    }

    /// All certificates of whoever has this one, the oldest first; none when it is not known.
    pub(super) fn line(&self, fingerprint: &Fingerprint) -> Vec<PractitionerCertificate> {
        let first = self.first_of(fingerprint);
        let after = self.trust().get().map(|held| {
            held.register
                .with_standings(|standings| standings.after(&standings.first_of(&first)).to_vec())
        });
        let later = after.unwrap_or_default().into_iter();
        let hers = later.filter(|one| *one != first && self.first_of(one) == first);
        std::iter::once(first)
            .chain(hers)
            .filter_map(|one| Some(self.attested(&one)?.1))
            .collect()
    }

    /// The newest certificate of whoever has this one.
    pub(super) fn present(&self, fingerprint: &Fingerprint) -> Option<PractitionerCertificate> {
        self.line(fingerprint).pop()
    }

    /// Whether somebody has no certificate any more that is not revoked or suspended.
    pub(super) fn is_gone(&self, fingerprint: &Fingerprint) -> bool {
        let line = self.line(fingerprint);
        let mut all = line.iter().rev();
        all.all(|one| self.revoked(&one.fingerprint)) && (!line.is_empty() || self.revoked(fingerprint))
    }

    /// The device list that somebody published with the newest certificate with which she published one.
    pub(super) fn newest_list(
        &self,
        practitioner: &Fingerprint,
    ) -> Result<Option<VerifiedDeviceList>, ServiceError> {
        for one in self.line(practitioner).iter().rev() {
            if let Some(list) = self.device_list(one)? {
                return Ok(Some(list));
            }
        }
        Ok(None)
    }

    /// The oldest certificate of hers with the same key as this one: what she sealed with it still opens.
    pub(super) fn oldest_of_key(&self, certificate: &PractitionerCertificate) -> Fingerprint {
        let line = self.line(&certificate.fingerprint);
        let mut same = line.iter().filter(|one| one.key == certificate.key);
        same.next().map_or(certificate.fingerprint, |one| one.fingerprint)
    }

    /// Whose place a certificate took, when it did.
    fn renewal(&self, one: &Fingerprint) -> Option<Renewal> {
        let held = self.trust().get()?;
        let member = held
            .register
            .with_standings(|standings| standings.member(one).cloned())?;
        let (earlier, entry) = (member.follows?, member.entry?);
        self.same_licence(one, &earlier)
            .then_some(Renewal { earlier, entry })
    }
}

impl Node {
    /// Who is signed in, named as everybody in a log is.
    pub(super) fn me(&self, session: &Session) -> Fingerprint {
        self.people().person(&session.certificate.fingerprint)
    }

    /// Who of a case has renewed her certificate since she came into it, with what proves it: the number of the register's
    /// entry, which is in the evidence.
    pub(super) fn renewals_in(&self, case: &Case) -> Value {
        let parties = case.parties();
        let lines = parties.iter().map(|who| self.people().line(who));
        lines
            .flat_map(|line| line.into_iter().skip(1))
            .filter_map(|one| {
                let renewal = self.people().renewal(&one.fingerprint)?;
                Some(json!({
                    "who": self.party(&one.fingerprint),
                    "earlier": renewal.earlier,
                    "later": one.fingerprint,
                    "since": clock::rfc3339(one.validity.not_before),
                    "until": clock::rfc3339(one.validity.not_after),
                    "register_entry": renewal.entry,
                }))
            })
            .collect()
    }

    /// The earlier certificates of those who signed, each with a time at which it stood: for evidence, which shows who is the
    /// same person.
    pub(super) fn earlier_of(&self, signers: &[Fingerprint]) -> Vec<(Fingerprint, Timestamp)> {
        let lines = signers.iter().flat_map(|who| self.people().line(who));
        let now = self.now();
        lines
            .map(|one| (one.fingerprint, now.min(one.validity.not_after)))
            .collect()
    }
}
