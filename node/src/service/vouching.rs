//! The history of a log for who comes to it later. What somebody signed before she lost her credential belongs to the record;
//! but from her nothing is taken any more, whatever time it claims (R17). So a node that was not there takes it on the word
//! of whoever answers for the case and has not lost hers: of the requester, who signed what follows it and so named it by its
//! hash. In an agreement, which a node that is no party to it is given to judge a case by, on that of its other party.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dokuei_consultation::agreement::AgreementInForce;
use dokuei_consultation::body::Body;
use dokuei_consultation::entry::{EntryHeader, EntryType, SignedEntry, VerifiedEntry};
use dokuei_consultation::id::{AgreementId, CaseId, EntryId, LogId};
use dokuei_consultation::standing::{Act, Denied, Machine, Person, Standing};
use dokuei_identity::cbor;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_net::wire::case::EntryBytes;

use super::Node;
use super::host::MAX_ENTRIES;
use super::people::People;

/// The people whom this node knows, one of whom is not asked whether her certificate still holds.
pub(super) struct Excusing<'a> {
    pub(super) people: &'a People,
    pub(super) excused: Option<Fingerprint>,
}

impl Standing for Excusing<'_> {
    fn practitioner(&self, fingerprint: &Fingerprint) -> Option<Person> {
        self.people.practitioner(fingerprint)
    }

    fn node(&self, fingerprint: &Fingerprint) -> Option<Machine> {
        self.people.node(fingerprint)
    }

    fn may(&self, fingerprint: &Fingerprint, act: Act, at: Timestamp) -> Result<(), Denied> {
        self.people.may(fingerprint, act, at)
    }

    fn revoked(&self, fingerprint: &Fingerprint) -> bool {
        self.excused != Some(*fingerprint) && self.people.revoked(fingerprint)
    }

    fn person_may(&self, fingerprint: &Fingerprint, act: Act, at: Timestamp) -> Result<(), Denied> {
        self.people.person_may(fingerprint, act, at)
    }

    fn person(&self, fingerprint: &Fingerprint) -> Fingerprint {
        self.people.person(fingerprint)
    }

    fn lost_for_good(&self, fingerprint: &Fingerprint, colleague: &Fingerprint) -> bool {
        self.people.lost_for_good(fingerprint, colleague)
    }

    fn agreement(&self, id: &AgreementId) -> Option<AgreementInForce> {
        self.people.agreement(id)
    }
}

/// What came together, by the names of the entries.
type Came = BTreeMap<EntryId, (EntryHeader, SignedEntry)>;

impl Node {
    /// Which of the entries that came together are taken although whoever signed them has lost her credential since.
    pub(super) fn vouched(&self, entries: &[EntryBytes]) -> BTreeSet<EntryId> {
        let mut came = Came::new();
        for bytes in entries.iter().take(MAX_ENTRIES) {
            if let Ok(entry) = cbor::decode::<SignedEntry>(&bytes.0)
                && let Ok(header) = entry.unverified_header()
            {
                came.insert(entry.id(), (header, entry));
            }
        }
        let mut lost: HashMap<Fingerprint, bool> = HashMap::new();
        let mut is_lost = |who: &Fingerprint| *lost.entry(*who).or_insert_with(|| self.people().revoked(who));
        let of_lost: BTreeSet<EntryId> = came
            .iter()
            .filter(|(_, (header, _))| is_lost(&header.signer))
            .map(|(id, _)| *id)
            .collect();
        if of_lost.is_empty() {
            return of_lost;
        }
        let mut named = self.named_by_requesters(&came);
        named.extend(of_lost.iter().filter(|id| self.is_background(&came, id)));
        let before = |id: &EntryId| {
            let signed = came.get(id).map(|(header, _)| header);
            signed.is_some_and(|header| {
                let lapse = self.people().lapse_itself(&header.signer, self.now());
                lapse.is_some_and(|lapse| header.time < lapse.since)
            })
        };
        of_lost
            .into_iter()
            .filter(|id| named.contains(id) && before(id))
            .collect()
    }

    /// Everything that requesters who stand have named as seen in what came.
    fn named_by_requesters(&self, came: &Came) -> BTreeSet<EntryId> {
        let mut requesters: HashMap<LogId, Option<Fingerprint>> = HashMap::new();
        let mut open: Vec<EntryId> = Vec::new();
        for (header, entry) in came.values() {
            let requester = requesters
                .entry(header.log)
                .or_insert_with(|| self.requester_of(header.log, came));
            if *requester == Some(self.people().person(&header.signer))
                && !self.people().revoked(&header.signer)
                && VerifiedEntry::open(entry.clone(), self.people()).is_ok()
            {
                open.extend(&header.parents);
            }
        }
        let mut named = BTreeSet::new();
        while let Some(id) = open.pop() {
            if named.insert(id)
                && let Some((header, _)) = came.get(&id)
            {
                open.extend(&header.parents);
            }
        }
        named
    }

    /// Who asked in a case: as it is here, else as the request says that came.
    fn requester_of(&self, log: LogId, came: &Came) -> Option<Fingerprint> {
        if let Ok(case) = self.kept_case(CaseId::from_bytes(*log.as_bytes())) {
            return case.requester();
        }
        let mut headers = came.values().map(|(header, _)| header);
        let first = headers.find(|header| header.log == log && header.entry_type == EntryType::Request);
        Some(self.last_to_take_over(log, came, self.people().person(&first?.signer)))
    }

    /// Who answers for the case after whoever asked, as what came says: who was offered it, or follows one of her own house who
    /// is lost. The rules judge it again when the entry is taken.
    fn last_to_take_over(&self, log: LogId, came: &Came, asked: Fingerprint) -> Fingerprint {
        let mut taken: Vec<_> = came
            .values()
            .filter(|(header, _)| header.log == log && header.entry_type == EntryType::TakeOver)
            .collect();
        taken.sort_by_key(|(header, _)| header.lamport);
        let mut requester = asked;
        for (header, entry) in taken {
            let Ok(opened) = VerifiedEntry::open(entry.clone(), self.people()) else {
                continue;
            };
            let Body::TakeOver(body) = opened.body() else {
                continue;
            };
            let offered = body
                .offer()
                .and_then(|id| came.get(&id))
                .is_some_and(|(offer, _)| {
                    let by = self.people().person(&offer.signer);
                    (offer.log, offer.entry_type, by) == (log, EntryType::HandOver, requester)
                });
            if body.from == requester && (offered || self.may_follow(&header.signer, &requester)) {
                requester = self.people().person(&header.signer);
            }
        }
        requester
    }

    /// Whether this is a half of an agreement between others, whose other half came with it and is of somebody who stands.
    fn is_background(&self, came: &Came, id: &EntryId) -> bool {
        let Some((half, _)) = came
            .get(id)
            .filter(|(half, _)| half.entry_type == EntryType::Agreement)
        else {
            return false;
        };
        came.values().any(|(other, entry)| {
            (other.log, other.entry_type) == (half.log, EntryType::Agreement)
                && other.signer != half.signer
                && !self.somebody_works_here(&[other.signer, half.signer])
                && !self.people().revoked(&other.signer)
                && VerifiedEntry::open(entry.clone(), self.people()).is_ok()
        })
    }
}
