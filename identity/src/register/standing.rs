//! What the entries amount to: which certificates are in force.
//!
//! A fold over the entries in their order; it can always be rebuilt from them. The rules: a certificate that the
//! register does not know has no standing. What is revoked or superseded stays so. A suspension ends only by
//! reinstatement. An act against a certificate that was not (yet) entered is kept, and holds when it is entered.

use std::collections::BTreeMap;

use const_oid::db::rfc5280::ID_CE_CERTIFICATE_POLICIES;
use der::Decode;
use x509_cert::Certificate;
use x509_cert::ext::pkix::CertificatePolicies;

use super::entry::{Act, Entry, KeyId};
use crate::certificate::Validity;
use crate::chain::{Chain, ChainError, MAX_CERTIFICATE, MAX_ISSUERS, TrustAnchors};
use crate::extension::{NODE_POLICY, PRACTITIONER_POLICY};
use crate::fingerprint::Fingerprint;
use crate::key::PublicKey;
use crate::revocation::RevocationReason;
use crate::serial::Serial;
use crate::time::Timestamp;
use crate::x509;

/// What the register says about a certificate. Whether it is within its validity is another question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// It holds.
    InForce,
    /// It does not hold for now.
    Suspended {
        /// Since when.
        since: Timestamp,
    },
    /// It does not hold any more.
    Revoked {
        /// Since when.
        since: Timestamp,
        /// Why.
        reason: RevocationReason,
    },
    /// Another certificate took its place.
    Superseded {
        /// Since when.
        since: Timestamp,
        /// The other one.
        by: Fingerprint,
    },
}

/// Whom a certificate is for, as its policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Role {
    /// A practitioner.
    Practitioner,
    /// A node of an institution.
    Node,
    /// Another certificate: the registry's own, or of a kind that is not known here.
    Other,
}

/// A certificate in the register. Its entry has the certificate itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// Whom it is for.
    pub role: Role,
    /// Its key; absent when the certificate is of no form that is known here.
    pub key: Option<PublicKey>,
    /// Its serial number; absent likewise.
    pub serial: Option<Serial>,
    /// From when to when it is valid; absent likewise.
    pub validity: Option<Validity>,
    /// The number of the entry that issued it; absent when there was an act against it only.
    pub entry: Option<u64>,
    /// What the register says about it.
    pub standing: Standing,
    /// The certificate whose place it took when it was entered; of the same role, and not revoked by then. It stays so,
    /// whatever becomes of either: it tells who is the same person, not who may act.
    pub follows: Option<Fingerprint>,
}

/// A revocation list that the register knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListNote {
    /// Its number.
    pub number: u64,
    /// SHA-256 of its DER.
    pub sha256: [u8; 32],
    /// When it was entered.
    pub at: Timestamp,
}

/// The key that applications are sealed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationKey {
    /// The X-Wing public key.
    pub kem: Vec<u8>,
    /// Its identifier.
    pub kid: [u8; 16],
}

/// The standing of everything in a register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standings {
    members: BTreeMap<Fingerprint, Member>,
    /// Certificates that took the place of another, by the first of their line; oldest first.
    lines: BTreeMap<Fingerprint, Vec<Fingerprint>>,
    authorities: Vec<(Fingerprint, Vec<u8>)>,
    successions: Vec<Entry>,
    application_key: Option<ApplicationKey>,
    lists: BTreeMap<KeyId, ListNote>,
    entries: u64,
    last: Option<Timestamp>,
}

impl Standings {
    /// The standing of a certificate; `None` when the register does not know it.
    #[must_use]
    pub fn standing(&self, fingerprint: &Fingerprint) -> Option<Standing> {
        Some(self.members.get(fingerprint)?.standing)
    }

    /// The certificate of this fingerprint.
    #[must_use]
    pub fn member(&self, fingerprint: &Fingerprint) -> Option<&Member> {
        self.members.get(fingerprint)
    }

    /// The first certificate of the line to which this one belongs: itself, unless it took the place of another.
    #[must_use]
    pub fn first_of(&self, fingerprint: &Fingerprint) -> Fingerprint {
        let mut first = *fingerprint;
        // It ends: what is followed was entered before.
        while let Some(before) = self.members.get(&first).and_then(|member| member.follows) {
            first = before;
        }
        first
    }

    /// The certificates that took the place of this one, or of one that did, oldest first; of the first of a line only.
    pub fn after(&self, first: &Fingerprint) -> &[Fingerprint] {
        self.lines.get(first).map_or(&[], Vec::as_slice)
    }

    /// Every certificate, in order of fingerprints.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// The certificates of a role that are in force and within their validity at `now`.
    pub fn in_force(&self, role: Role, now: Timestamp) -> impl Iterator<Item = &Member> {
        self.members.values().filter(move |member| {
            let valid = member
                .validity
                .is_some_and(|validity| validity.not_before <= now && now <= validity.not_after);
            member.role == role && member.standing == Standing::InForce && valid
        })
    }

    /// The practitioners' certificates in force at `now`.
    pub fn practitioners(&self, now: Timestamp) -> impl Iterator<Item = &Member> {
        self.in_force(Role::Practitioner, now)
    }

    /// The nodes' certificates in force at `now`.
    pub fn nodes(&self, now: Timestamp) -> impl Iterator<Item = &Member> {
        self.in_force(Role::Node, now)
    }

    /// The certificates for a key, in force or not: how an applicant finds what was issued to it.
    pub fn of_key(&self, key: PublicKey) -> impl Iterator<Item = &Member> {
        self.members
            .values()
            .filter(move |member| member.key == Some(key))
    }

    /// The issuing authorities' certificates (DER) that were not revoked, oldest first. They must still be verified
    /// to the root.
    pub fn issuing_authorities(&self) -> impl Iterator<Item = &[u8]> {
        let holds = |fingerprint| !matches!(self.standing(fingerprint), Some(Standing::Revoked { .. }));
        self.authorities
            .iter()
            .filter(move |(fingerprint, _)| holds(fingerprint))
            .map(|(_, der)| der.as_slice())
    }

    /// The successions of roots ([`Act::SuccessorRoot`]) and of the register's key ([`Act::RegisterKey`]), oldest first.
    /// Each must still be verified: [`Self::teach`], [`super::Replica::schedule`].
    #[must_use]
    pub fn successions(&self) -> &[Entry] {
        &self.successions
    }

    /// Adds the roots that came after those of `anchors`, as far as their cross certificates prove them at the time at
    /// which they were entered, and lets them remember the newest issuing authorities that these roots signed. Gives why
    /// the other roots are not believed.
    pub fn teach(&self, anchors: &mut TrustAnchors) -> Vec<ChainError> {
        let mut refused = Vec::new();
        for entry in &self.successions {
            if let Act::SuccessorRoot { der, cross } = &entry.act {
                refused.extend(anchors.add(der, cross, entry.at).err());
            }
        }
        let known = self.issuing_authorities().count();
        for der in self.issuing_authorities().skip(known.saturating_sub(MAX_ISSUERS)) {
            // One that no root signed is refused in every chain; there is nothing to remember of it.
            let _ = anchors.remember_issuer(der);
        }
        refused
    }

    /// The key that applications are sealed to now.
    #[must_use]
    pub const fn application_key(&self) -> Option<&ApplicationKey> {
        self.application_key.as_ref()
    }

    /// The newest revocation list of an issuing authority.
    #[must_use]
    pub fn list(&self, issuer: &KeyId) -> Option<ListNote> {
        self.lists.get(issuer).copied()
    }

    /// The newest revocation list of each issuing authority.
    pub fn lists(&self) -> impl Iterator<Item = (&KeyId, &ListNote)> {
        self.lists.iter()
    }

    /// How many entries were folded.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// The time of the last entry; entries never go back behind it.
    #[must_use]
    pub const fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// Takes the next entry.
    pub fn apply(&mut self, entry: &Entry) {
        let number = self.entries;
        self.entries += 1;
        self.last = Some(entry.at);
        match &entry.act {
            Act::Issued { chain, supersedes } => self.issued(chain, *supersedes, number, entry.at),
            Act::Suspended { fingerprint } => {
                self.change(*fingerprint, |standing| match standing {
                    Standing::InForce => Standing::Suspended { since: entry.at },
                    other => other,
                });
            }
            Act::Reinstated { fingerprint } => {
                self.change(*fingerprint, |standing| match standing {
                    Standing::Suspended { .. } => Standing::InForce,
                    other => other,
                });
            }
            Act::Revoked { fingerprint, reason } => {
                self.change(*fingerprint, |standing| match standing {
                    Standing::Revoked { .. } => standing,
                    _ => Standing::Revoked {
                        since: entry.at,
                        reason: *reason,
                    },
                });
            }
            Act::RevocationList {
                issuer,
                number,
                sha256,
            } => self.list_signed(*issuer, *number, *sha256, entry.at),
            Act::IssuingAuthority { der } => {
                let fingerprint = Fingerprint::of(der);
                if self.authorities.iter().all(|known| known.0 != fingerprint) {
                    self.authorities.push((fingerprint, der.clone()));
                }
            }
            Act::SuccessorRoot { .. } | Act::RegisterKey { .. } => {
                if self.successions.iter().all(|known| known.act != entry.act) {
                    self.successions.push(entry.clone());
                }
            }
            Act::ApplicationKey { kem, kid } => {
                let kem = kem.clone();
                self.application_key = Some(ApplicationKey { kem, kid: *kid });
            }
            Act::Unknown { .. } => {}
        }
    }

    fn issued(&mut self, chain: &Chain, supersedes: Option<Fingerprint>, number: u64, at: Timestamp) {
        let fingerprint = chain.fingerprint();
        let member = self
            .members
            .entry(fingerprint)
            .or_insert_with(|| unknown(fingerprint));
        if member.entry.is_some() {
            // The same certificate once more says nothing new.
            return;
        }
        member.entry = Some(number);
        if let Some(facts) = Facts::of(&chain.end) {
            member.role = facts.role;
            member.key = Some(facts.key);
            member.serial = Some(facts.serial);
            member.validity = Some(facts.validity);
        }
        if let Some(earlier) = supersedes.filter(|earlier| *earlier != fingerprint) {
            self.follow(fingerprint, earlier);
            self.change(earlier, |standing| match standing {
                Standing::InForce | Standing::Suspended { .. } => Standing::Superseded {
                    since: at,
                    by: fingerprint,
                },
                other => other,
            });
        }
    }

    /// Notes whose place a certificate took. That of one that was revoked takes nobody's place: whoever has a stolen key
    /// must not be taken for its owner.
    fn follow(&mut self, fingerprint: Fingerprint, earlier: Fingerprint) {
        let Some(role) = self.members.get(&fingerprint).map(|member| member.role) else {
            return;
        };
        let before = self.members.get(&earlier).filter(|before| {
            let revoked = matches!(before.standing, Standing::Revoked { .. });
            before.entry.is_some() && before.role == role && !revoked
        });
        if before.is_none() {
            return;
        }
        if let Some(member) = self.members.get_mut(&fingerprint) {
            member.follows = Some(earlier);
        }
        let first = self.first_of(&earlier);
        self.lines.entry(first).or_default().push(fingerprint);
    }

    fn list_signed(&mut self, issuer: KeyId, number: u64, sha256: [u8; 32], at: Timestamp) {
        let note = ListNote { number, sha256, at };
        let known = self.lists.entry(issuer).or_insert(note);
        if number > known.number {
            *known = note;
        }
    }

    fn change(&mut self, fingerprint: Fingerprint, rule: impl FnOnce(Standing) -> Standing) {
        let member = self
            .members
            .entry(fingerprint)
            .or_insert_with(|| unknown(fingerprint));
        member.standing = rule(member.standing);
    }
}

/// What the fold takes out of a certificate. Whether the certificate is acceptable is not asked here: whoever uses it
/// verifies its chain, and a register has more certificates than can be verified when a node starts.
struct Facts {
    role: Role,
    key: PublicKey,
    serial: Serial,
    validity: Validity,
}

impl Facts {
    fn of(der: &[u8]) -> Option<Self> {
        if der.len() > MAX_CERTIFICATE {
            return None;
        }
        let certificate = Certificate::from_der(der).ok()?;
        let body = certificate.tbs_certificate();
        let policies = body
            .extensions()?
            .iter()
            .find(|at| at.extn_id == ID_CE_CERTIFICATE_POLICIES)?;
        let policies = CertificatePolicies::from_der(policies.extn_value.as_bytes()).ok()?;
        let role = match policies.0.as_slice() {
            [policy] if policy.policy_identifier == PRACTITIONER_POLICY => Role::Practitioner,
            [policy] if policy.policy_identifier == NODE_POLICY => Role::Node,
            _ => Role::Other,
        };
        Some(Self {
            role,
            key: x509::public_key(body.subject_public_key_info())?,
            serial: Serial::from_bytes(body.serial_number().as_bytes())?,
            validity: Validity {
                not_before: x509::timestamp(&body.validity().not_before),
                not_after: x509::timestamp(&body.validity().not_after),
            },
        })
    }
}

/// A certificate that was not entered: nothing is known of it but acts against it.
const fn unknown(fingerprint: Fingerprint) -> Member {
    Member {
        fingerprint,
        role: Role::Other,
        key: None,
        serial: None,
        validity: None,
        entry: None,
        standing: Standing::InForce,
        follows: None,
    }
}
