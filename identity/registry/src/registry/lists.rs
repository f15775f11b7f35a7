//! Revocation lists: one by each issuing authority that still has certificates out.

use dokuei_identity::chain::Chain;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::register::key_id;
use dokuei_identity::revocation::{self, RevocationList, RevocationReason, Revoked};
use dokuei_identity::time::Timestamp;

use super::Registry;
use super::authorities::Member;
use crate::failure::Failure;
use crate::files;
use crate::journal::{Line, RegisterKeyLine, SignedList};

/// How long a revocation list holds, seconds: a day, as the protocol's freshness rule says.
const LIST_LIFE: u64 = 86_400;
/// How old a list gets before the next one is signed although nothing changed, seconds.
const LIST_AGE: u64 = 43_200;
/// How long a revoked certificate stays in the list after its own end, seconds; RFC 5280 §3.3 asks for one list.
const AFTERLIFE: u64 = 30 * 86_400;

impl Registry {
    /// Signs the next revocation lists; gives that of the authority that issues, PEM.
    pub(crate) fn sign_list(&mut self, now: Timestamp) -> Result<String, Failure> {
        let now = now.max(self.register.last());
        let number = self.register.last_list + 1;
        let mut made = Vec::new();
        for member in self.authorities.all() {
            if self.still_signs(member, now) {
                made.push((member.fingerprint, self.make_list(member, number, now)?));
            }
        }
        let lists = made.iter().map(|(issuer, (_, list))| SignedList {
            issuer: *issuer,
            sha256: Fingerprint::of(list.der()).to_string(),
        });
        let lists = lists.collect();
        // The number is spent before the list is out: two lists never share one.
        self.enter(vec![Line::List {
            at: now,
            number,
            lists,
        }])?;
        let mut current = String::new();
        for (issuer, (pem, list)) in made {
            let path = if issuer == self.authorities.current().fingerprint {
                current.clone_from(&pem);
                self.layout.crl()
            } else {
                self.layout.earlier_crl(&issuer.to_string())
            };
            files::write(&path, pem.as_bytes(), false)?;
            if let Some(member) = self.authorities.named(&issuer) {
                self.log
                    .put_list(&key_id(&member.authority.key().public()), list.der())?;
            }
        }
        self.publish()?;
        Ok(current)
    }

    /// The revocation list in force of the authority that issues, PEM. The next ones are signed first when they are due:
    /// something changed what they say, the last ones grow old, or their files are not what was signed.
    pub(crate) fn list_in_force(&mut self) -> Result<String, Failure> {
        let now = self.time();
        if self.register.list_is_due || self.list_is_old(now) || !self.lists_are_there() {
            return self.sign_list(now);
        }
        files::read_list(&self.layout.crl())
    }

    /// Whether the last list is so old that the next one should be signed, although nothing changed.
    pub(super) fn list_is_old(&self, now: Timestamp) -> bool {
        let signed = self.register.last_list_at;
        signed.is_none_or(|at| now.since(at) > LIST_AGE)
    }

    /// Whether the lists on the disk are those that the journal says were signed last.
    pub(super) fn lists_are_there(&self) -> bool {
        let current = self.authorities.current().fingerprint;
        let known = self
            .register
            .last_lists
            .iter()
            .find(|list| list.issuer == current);
        let chain = Chain {
            end: Vec::new(),
            intermediates: vec![self.authorities.current().authority.certificate().to_vec()],
        };
        let there = files::read_list(&self.layout.crl())
            .ok()
            .and_then(|text| RevocationList::verify_pem(&text, &chain, &self.anchors, super::now()).ok());
        known
            .zip(there)
            .is_some_and(|(known, there)| known.sha256 == Fingerprint::of(there.der()).to_string())
    }

    /// The authority that issues always signs; one before it, until the last certificate it issued is over.
    pub(super) fn still_signs(&self, member: &Member, now: Timestamp) -> bool {
        member.fingerprint == self.authorities.current().fingerprint
            || (self
                .of_authority(member)
                .any(|credential| credential.validity.not_after.plus(AFTERLIFE) >= now)
                || self
                    .retired_by(member)
                    .any(|line| line.retired.not_after.plus(AFTERLIFE) >= now))
                && member.authority.validity().not_after >= now
    }

    pub(super) fn of_authority<'a>(
        &'a self,
        member: &'a Member,
    ) -> impl Iterator<Item = &'a crate::journal::Credential> {
        let ours = |credential: &&crate::journal::Credential| {
            self.authorities
                .of(credential)
                .is_ok_and(|issuer| issuer.fingerprint == member.fingerprint)
        };
        self.register.credentials.iter().filter(ours)
    }

    /// The changes of the register's key in which a certificate of this authority was retired.
    fn retired_by<'a>(&'a self, member: &'a Member) -> impl Iterator<Item = &'a RegisterKeyLine> {
        let changes = self.register.register_keys.iter();
        changes.filter(|line| line.retired.issuer == member.fingerprint)
    }

    fn make_list(
        &self,
        member: &Member,
        number: u64,
        now: Timestamp,
    ) -> Result<(String, RevocationList), Failure> {
        let credentials = self
            .of_authority(member)
            .filter(|credential| credential.validity.not_after.plus(AFTERLIFE) >= now)
            .filter_map(crate::journal::Credential::list_entry);
        let retired = self
            .retired_by(member)
            .filter(|line| line.retired.not_after.plus(AFTERLIFE) >= now)
            .map(|line| Revoked {
                serial: line.retired.serial.clone(),
                since: line.at,
                reason: if line.compromised {
                    RevocationReason::KeyCompromise
                } else {
                    RevocationReason::Superseded
                },
            });
        let revoked: Vec<Revoked> = credentials.chain(retired).collect();
        let pem = revocation::make(&member.authority, number, now, now.plus(LIST_LIFE), &revoked)?;
        let chain = Chain {
            end: Vec::new(),
            intermediates: vec![member.authority.certificate().to_vec()],
        };
        let list = RevocationList::verify_pem(&pem, &chain, &self.anchors, now)?;
        Ok((pem, list))
    }
}
