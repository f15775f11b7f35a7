//! Everybody whom this node knows: verified certificates, device lists, agreements. This is what the domain asks
//! through [`Standing`].

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dokuei_consultation::agreement::{AgreementInForce, AgreementLog};
use dokuei_consultation::id::AgreementId;
use dokuei_consultation::standing::{Act, Denied, Machine, Person, Standing};
use dokuei_directory::profile::{self, VerifiedProfile};
use dokuei_identity::cbor;
use dokuei_identity::certificate::{NodeCertificate, PractitionerCertificate};
use dokuei_identity::chain::{self, Chain, ChainError, TrustAnchors};
use dokuei_identity::device_list::{self, Device, VerifiedDeviceList};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{self, Action};
use dokuei_identity::register;
use dokuei_identity::time::Timestamp;
use dokuei_store::{ChainKind, LogKind, Store};
use minicbor::{Decode, Encode};

use super::error::ServiceError;
use super::logs;
use super::trust::Trust;
use crate::clock;

/// The rule under which somebody is refused whose certificate has not been seen here yet.
pub(super) const UNKNOWN_CERTIFICATE: &str = "known-certificate";

/// A certificate that was verified when it was first seen here.
#[derive(Debug, Clone)]
enum Known {
    Practitioner(PractitionerCertificate),
    Node(NodeCertificate),
}

/// A chain as it is kept: with its kind and the time at which it was verified.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Seen {
    #[n(0)]
    kind_is_node: bool,
    #[n(1)]
    chain: Chain,
    #[n(2)]
    at: Timestamp,
}

/// How a practitioner's newest device list differs from the one before.
#[derive(Debug, Default)]
pub(super) struct DeviceChange {
    /// Nodes at which she did not work before.
    pub(super) joined: Vec<Device>,
    /// Nodes at which she does not work any more.
    pub(super) left: Vec<Device>,
}

impl DeviceChange {
    fn between(before: Option<&VerifiedDeviceList>, after: &VerifiedDeviceList) -> Self {
        let devices = |list: &VerifiedDeviceList| -> Vec<Device> {
            let listed = list.list().devices.iter();
            listed.map(|listed| listed.device.clone()).collect()
        };
        let (before, after) = (before.map(devices).unwrap_or_default(), devices(after));
        // A renewed certificate is another, and the same node.
        let without = |these: &[Device], those: &[Device]| {
            let new = these
                .iter()
                .filter(|one| those.iter().all(|other| other.node_key != one.node_key));
            new.cloned().collect()
        };
        Self {
            joined: without(&after, &before),
            left: without(&before, &after),
        }
    }
}

/// The people and machines that this node knows.
#[derive(Debug)]
pub(super) struct People {
    store: Store,
    trust: Trust,
    known: Mutex<HashMap<Fingerprint, (Chain, Known)>>,
    /// Device lists as they were verified: two signatures each, and the work list asks for one in each row.
    lists: Mutex<HashMap<Fingerprint, VerifiedDeviceList>>,
    /// Certificates that belong to somebody's line, as the register has them.
    attested: Mutex<HashMap<Fingerprint, (Chain, PractitionerCertificate)>>,
    /// Practitioners of whom something new was learned since the directory last asked.
    changed: Mutex<BTreeSet<Fingerprint>>,
}

impl People {
    pub(super) fn new(store: Store, trust: Trust) -> Self {
        Self {
            store,
            trust,
            known: Mutex::default(),
            lists: Mutex::default(),
            attested: Mutex::default(),
            changed: Mutex::default(),
        }
    }

    pub(super) const fn trust(&self) -> &Trust {
        &self.trust
    }

    pub(super) fn attested_cache(
        &self,
    ) -> MutexGuard<'_, HashMap<Fingerprint, (Chain, PractitionerCertificate)>> {
        self.attested.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Practitioners of whom something new was learned since this was last asked.
    pub(super) fn take_changed(&self) -> BTreeSet<Fingerprint> {
        std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note_change(&self, practitioner: &Fingerprint) {
        self.changed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(*practitioner);
    }

    /// Keeps the chain of a practitioner whose certificate was just verified.
    pub(super) fn remember_practitioner(
        &self,
        chain: &Chain,
        certificate: &PractitionerCertificate,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        self.keep(&certificate.fingerprint, ChainKind::Practitioner, chain, now)?;
        self.cache(
            chain.clone(),
            Known::Practitioner(certificate.clone()),
            certificate.fingerprint,
        );
        self.note_change(&certificate.fingerprint);
        Ok(())
    }

    /// Keeps the chain of a node whose certificate was just verified.
    pub(super) fn remember_node(
        &self,
        chain: &Chain,
        certificate: &NodeCertificate,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        self.keep(&certificate.fingerprint, ChainKind::Node, chain, now)?;
        self.cache(
            chain.clone(),
            Known::Node(certificate.clone()),
            certificate.fingerprint,
        );
        Ok(())
    }

    /// A chain is kept with the time at which it stood: later it may have expired, and what was signed under it must
    /// still be readable.
    fn keep(
        &self,
        fingerprint: &Fingerprint,
        kind: ChainKind,
        chain: &Chain,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        if self.store.chain(fingerprint)?.is_none() {
            let seen = Seen {
                kind_is_node: kind == ChainKind::Node,
                chain: chain.clone(),
                at: now,
            };
            self.store
                .put_chain(fingerprint, kind, &cbor::encode(&seen), now)?;
        }
        Ok(())
    }

    fn cache(&self, chain: Chain, known: Known, fingerprint: Fingerprint) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(fingerprint, (chain, known));
    }

    /// A practitioner's certificate that was seen here, for whoever reads the store of a node that is not running.
    pub(super) fn certificate_in(
        store: &Store,
        anchors: &TrustAnchors,
        fingerprint: &Fingerprint,
    ) -> Option<PractitionerCertificate> {
        let seen: Seen = cbor::decode(&store.chain(fingerprint).ok()??).ok()?;
        chain::verify_practitioner(&seen.chain, anchors, seen.at, None).ok()
    }

    /// The certificate with this fingerprint: from memory, else from the store, where it was put when it stood.
    fn known(&self, fingerprint: &Fingerprint) -> Option<(Chain, Known)> {
        let cached = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(fingerprint)
            .cloned();
        if cached.is_some() {
            return cached;
        }
        let Some(seen) = self.store.chain(fingerprint).ok()? else {
            return self.entered(fingerprint);
        };
        let seen: Seen = cbor::decode(&seen).ok()?;
        let held = self.trust.get()?;
        let anchors = &held.credentials.anchors;
        let chain = seen.chain;
        let known = if seen.kind_is_node {
            Known::Node(chain::verify_node(&chain, anchors, seen.at, None).ok()?)
        } else {
            Known::Practitioner(chain::verify_practitioner(&chain, anchors, seen.at, None).ok()?)
        };
        self.cache(chain.clone(), known.clone(), *fingerprint);
        Some((chain, known))
    }

    /// The certificate of somebody who has lost it and was never met here, as the register has it: what she signed while it
    /// stood is still to be read. Whoever stands introduces herself.
    fn entered(&self, fingerprint: &Fingerprint) -> Option<(Chain, Known)> {
        let held = self.trust.get()?;
        let member = held
            .register
            .with_standings(|standings| standings.member(fingerprint).cloned())?;
        let (validity, now) = (member.validity?, clock::now());
        if member.standing == register::Standing::InForce && now <= validity.not_after {
            return None;
        }
        let (anchors, at) = (&held.credentials.anchors, now.min(validity.not_after));
        let chain = held.register.chain(fingerprint).ok()??;
        let known = match member.role {
            register::Role::Practitioner => {
                Known::Practitioner(chain::verify_practitioner(&chain, anchors, at, None).ok()?)
            }
            register::Role::Node => Known::Node(chain::verify_node(&chain, anchors, at, None).ok()?),
            _ => return None,
        };
        self.cache(chain.clone(), known.clone(), *fingerprint);
        Some((chain, known))
    }

    /// The chain of a certificate that was seen here, and whether it is a node's.
    pub(super) fn chain_of(&self, fingerprint: &Fingerprint) -> Option<(Chain, bool)> {
        let (chain, known) = self.known(fingerprint)?;
        Some((chain, matches!(known, Known::Node(_))))
    }

    /// A practitioner's certificate, as it stood when it was first seen here.
    pub(super) fn certificate(&self, fingerprint: &Fingerprint) -> Option<PractitionerCertificate> {
        match self.known(fingerprint)? {
            (_, Known::Practitioner(certificate)) => Some(certificate),
            (_, Known::Node(_)) => None,
        }
    }

    /// A node's certificate, as it stood when it was first seen here.
    pub(super) fn node_certificate(&self, fingerprint: &Fingerprint) -> Option<NodeCertificate> {
        match self.known(fingerprint)? {
            (_, Known::Node(certificate)) => Some(certificate),
            (_, Known::Practitioner(_)) => None,
        }
    }

    /// All practitioners who were seen here.
    pub(super) fn all(&self) -> Result<Vec<PractitionerCertificate>, ServiceError> {
        let rows = self.store.chains(ChainKind::Practitioner)?;
        Ok(rows
            .iter()
            .filter_map(|(fingerprint, _)| self.certificate(fingerprint))
            .collect())
    }

    /// The newest device list of a practitioner. Its time was judged when it was taken.
    pub(super) fn device_list(
        &self,
        practitioner: &PractitionerCertificate,
    ) -> Result<Option<VerifiedDeviceList>, ServiceError> {
        let kept = self.lists().get(&practitioner.fingerprint).cloned();
        if kept.is_some() {
            return Ok(kept);
        }
        let Some(row) = self.store.device_list(&practitioner.fingerprint)? else {
            return Ok(None);
        };
        let list = device_list::verify_kept(&row.list, practitioner)
            .map_err(|error| ServiceError::field("device list", error))?;
        self.keep_list(practitioner.fingerprint, &list);
        Ok(Some(list))
    }

    fn lists(&self) -> MutexGuard<'_, HashMap<Fingerprint, VerifiedDeviceList>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A newer one may have been learned while this one was read.
    fn keep_list(&self, practitioner: Fingerprint, list: &VerifiedDeviceList) {
        let mut lists = self.lists();
        let newer = |kept: &VerifiedDeviceList| kept.list().seq > list.list().seq;
        if !lists.get(&practitioner).is_some_and(newer) {
            lists.insert(practitioner, list.clone());
        }
    }

    /// Takes a device list, unless it is older than the known one or contradicts it; gives what is new in it.
    pub(super) fn learn_device_list(
        &self,
        practitioner: &PractitionerCertificate,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<Option<DeviceChange>, ServiceError> {
        let refuse = |error| ServiceError::field("device list", error);
        let offered = device_list::verify(bytes, practitioner, now).map_err(refuse)?;
        let known = self.device_list(practitioner)?;
        let accepted = device_list::accept(known.as_ref(), offered).map_err(refuse)?;
        let seq = accepted.list().seq;
        if known.as_ref().is_some_and(|known| known.list().seq == seq) {
            return Ok(None);
        }
        let change = DeviceChange::between(known.as_ref(), &accepted);
        self.store
            .put_device_list(&practitioner.fingerprint, seq, accepted.bytes(), now)?;
        self.keep_list(practitioner.fingerprint, &accepted);
        self.note_change(&practitioner.fingerprint);
        Ok(Some(change))
    }

    /// The newest profile of a practitioner. Its time was judged when it was taken.
    pub(super) fn profile(
        &self,
        practitioner: &PractitionerCertificate,
    ) -> Result<Option<VerifiedProfile>, ServiceError> {
        let Some(row) = self.store.profile(&practitioner.fingerprint)? else {
            return Ok(None);
        };
        profile::verify_kept(&row.profile, practitioner)
            .map(Some)
            .map_err(|error| ServiceError::field("profile", error))
    }

    /// Takes a profile, unless it is older than the known one or contradicts it.
    pub(super) fn learn_profile(
        &self,
        practitioner: &PractitionerCertificate,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let refuse = |error| ServiceError::field("profile", error);
        let offered = profile::verify(bytes, practitioner, now).map_err(refuse)?;
        let known = self.profile(practitioner)?;
        let accepted = profile::accept(known.as_ref(), offered).map_err(refuse)?;
        let seq = accepted.profile().seq;
        self.store
            .put_profile(&practitioner.fingerprint, seq, accepted.bytes(), now)?;
        self.note_change(&practitioner.fingerprint);
        Ok(())
    }

    /// The nodes of a practitioner's newest list, whether or not her keys there may still be sealed to: entries are
    /// brought to all of them.
    pub(super) fn all_nodes_of(&self, practitioner: &Fingerprint) -> Result<Vec<Device>, ServiceError> {
        let list = self.newest_list(practitioner)?;
        let listed = list.map(|list| list.list().devices.clone()).unwrap_or_default();
        Ok(listed.into_iter().map(|listed| listed.device).collect())
    }

    /// The nodes on which a practitioner works now.
    pub(super) fn nodes_of(
        &self,
        practitioner: &Fingerprint,
        now: Timestamp,
    ) -> Result<Vec<Device>, ServiceError> {
        let list = self.newest_list(practitioner)?;
        Ok(list
            .map(|list| list.devices_at(now).cloned().collect())
            .unwrap_or_default())
    }

    /// Verifies as it stands now whatever certificate somebody has, the newest first.
    pub(super) fn standing_now(&self, fingerprint: &Fingerprint) -> Result<(), ServiceError> {
        let line = self.line(fingerprint);
        let mut first = None;
        for one in line.iter().rev() {
            match self.stands_itself(&one.fingerprint) {
                Ok(()) => return Ok(()),
                Err(error) => _ = first.get_or_insert(error),
            }
        }
        first.map_or_else(|| self.stands_itself(fingerprint), Err)
    }

    /// Verifies a chain as it stands now, against the newest revocation list and the register.
    pub(super) fn stands_itself(&self, fingerprint: &Fingerprint) -> Result<(), ServiceError> {
        let held = self.trust.require()?;
        let Some((chain, known)) = self.known(fingerprint) else {
            let (chain, _) = self
                .attested(fingerprint)
                .ok_or(ServiceError::Unknown("certificate"))?;
            return held.practitioner(&chain, clock::now()).map(drop);
        };
        match known {
            Known::Practitioner(_) => held.practitioner(&chain, clock::now()).map(drop)?,
            Known::Node(_) => held.node(&chain, clock::now()).map(drop)?,
        }
        Ok(())
    }
}

impl Standing for People {
    fn practitioner(&self, fingerprint: &Fingerprint) -> Option<Person> {
        let certificate = self.certificate(fingerprint)?;
        Some(Person {
            key: certificate.key,
            name_ja: certificate.name.japanese,
            name_latin: certificate.name.latin,
            institution: certificate.institution,
        })
    }

    fn node(&self, fingerprint: &Fingerprint) -> Option<Machine> {
        let certificate = self.node_certificate(fingerprint)?;
        Some(Machine {
            key: certificate.key,
            institution: certificate.institution,
            institution_code: certificate.institution_code,
        })
    }

    fn may(&self, fingerprint: &Fingerprint, act: Act, at: Timestamp) -> Result<(), Denied> {
        let Some(certificate) = self.certificate(fingerprint) else {
            return Err(Denied {
                rule: UNKNOWN_CERTIFICATE.to_owned(),
                ja: "この証明書はこのノードに知られていません。".to_owned(),
                en: "this certificate is not known to this node".to_owned(),
            });
        };
        let action = match act {
            Act::Request => Action::Request,
            Act::Consult => Action::Consult,
            Act::SignReport => Action::SignFinal,
        };
        policy::entitled(&certificate, action, at).map_err(|denial| Denied {
            rule: denial.rule.id.to_owned(),
            ja: denial.rule.japanese.to_owned(),
            en: denial.rule.english.to_owned(),
        })
    }

    fn person_may(&self, fingerprint: &Fingerprint, act: Act, at: Timestamp) -> Result<(), Denied> {
        let mut denied = None;
        for one in self.line(fingerprint).iter().rev() {
            match self.may(&one.fingerprint, act, at) {
                Ok(()) => return Ok(()),
                Err(why) => _ = denied.get_or_insert(why),
            }
        }
        denied.map_or_else(|| self.may(fingerprint, act, at), Err)
    }

    fn person(&self, fingerprint: &Fingerprint) -> Fingerprint {
        self.first_of(fingerprint)
    }

    fn revoked(&self, fingerprint: &Fingerprint) -> bool {
        matches!(
            self.stands_itself(fingerprint),
            Err(ServiceError::Certificate(ChainError::Revoked { .. }) | ServiceError::Unlogged)
        )
    }

    fn lost_for_good(&self, fingerprint: &Fingerprint, colleague: &Fingerprint) -> bool {
        self.is_lost_to(fingerprint, colleague, clock::now())
    }

    fn agreement(&self, id: &AgreementId) -> Option<AgreementInForce> {
        let entries = logs::stored(&self.store, LogKind::Agreement, id.as_bytes()).ok()?;
        AgreementLog::replay(*id, entries, self).ok()?.countersigned()
    }
}
