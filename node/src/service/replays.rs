//! Logs as they were verified. Every signature, commitment and rule of a log is verified when it is read from the disk,
//! which takes milliseconds; the work list reads all of them, and while many send it is asked for all the time. So what
//! has been verified is kept until something is written to that log, by this node or for another; of some logs whole, of all
//! cases what lists and the node's own rounds ask of them ([`super::work_list`]).
//!
//! Only what verified is kept. Nobody else can write to the database as long as this node has it open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dokuei_consultation::agreement::AgreementLog;
use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;

use super::work_list::Gist;

/// Logs of each kind that are kept whole, some ten kilobytes each; what is beyond is read anew each time.
const MOST: usize = 2_048;

/// Cases of which what follows from them is kept, some three kilobytes each.
const MOST_GISTS: usize = 32_768;

type Name = [u8; 16];

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Replays(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Counts what was written.
    written: u64,
    /// By that count, when what all logs say was last seen anew: before it nothing that was read is worth anything.
    everything: u64,
    /// When each log was last written to since this node was started, by that count.
    newest: HashMap<Name, u64>,
    /// With the certificate of this node by which it was read.
    cases: HashMap<Name, (Fingerprint, Arc<Case>)>,
    agreements: HashMap<Name, Arc<AgreementLog>>,
    /// As the cases, with the same certificate.
    gists: HashMap<Name, (Fingerprint, Arc<Gist>)>,
}

impl Inner {
    /// Whether nothing was written to a log since then.
    fn is_unchanged(&self, log: &Name, begun: Begun) -> bool {
        self.everything <= begun.0 && self.newest.get(log).is_none_or(|newest| *newest <= begun.0)
    }

    fn gist(&self, log: &Name, here: &Fingerprint) -> Option<Arc<Gist>> {
        let (by, gist) = self.gists.get(log)?;
        (by == here).then(|| Arc::clone(gist))
    }
}

/// When reading began: what was written since then makes it worthless.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun(u64);

impl Replays {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here can panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was written to a log.
    pub(super) fn changed(&self, log: &Name) {
        let mut inner = self.lock();
        inner.written += 1;
        let written = inner.written;
        inner.newest.insert(*log, written);
        inner.cases.remove(log);
        inner.agreements.remove(log);
        inner.gists.remove(log);
    }

    /// Who is the same person as whom is seen otherwise than before.
    pub(super) fn all_changed(&self) {
        let mut inner = self.lock();
        inner.written += 1;
        inner.everything = inner.written;
        inner.cases.clear();
        inner.agreements.clear();
        inner.gists.clear();
    }

    /// Before a log is read from the disk.
    pub(super) fn begin(&self) -> Begun {
        Begun(self.lock().written)
    }

    pub(super) fn case(&self, log: &Name, here: &Fingerprint) -> Option<Arc<Case>> {
        let inner = self.lock();
        let (by, case) = inner.cases.get(log)?;
        (by == here).then(|| Arc::clone(case))
    }

    pub(super) fn keep_case(&self, begun: Begun, here: Fingerprint, case: &Arc<Case>) {
        let mut inner = self.lock();
        let name = *case.id().as_bytes();
        let room = inner.cases.len() < MOST || inner.cases.contains_key(&name);
        if room && inner.is_unchanged(&name, begun) {
            inner.cases.insert(name, (here, Arc::clone(case)));
        }
    }

    pub(super) fn gist(&self, log: &Name, here: &Fingerprint) -> Option<Arc<Gist>> {
        self.lock().gist(log, here)
    }

    /// What is kept of each of these cases.
    pub(super) fn gists(&self, logs: &[Name], here: &Fingerprint) -> Vec<Option<Arc<Gist>>> {
        let inner = self.lock();
        logs.iter().map(|log| inner.gist(log, here)).collect()
    }

    pub(super) fn keep_gist(&self, begun: Begun, here: Fingerprint, gist: &Arc<Gist>) {
        let mut inner = self.lock();
        let name = *gist.case.as_bytes();
        let room = inner.gists.len() < MOST_GISTS || inner.gists.contains_key(&name);
        if room && inner.is_unchanged(&name, begun) {
            inner.gists.insert(name, (here, Arc::clone(gist)));
        }
    }

    pub(super) fn agreement(&self, log: &Name) -> Option<Arc<AgreementLog>> {
        self.lock().agreements.get(log).map(Arc::clone)
    }

    pub(super) fn keep_agreement(&self, begun: Begun, agreement: &Arc<AgreementLog>) {
        let mut inner = self.lock();
        let name = *agreement.id().as_bytes();
        let room = inner.agreements.len() < MOST || inner.agreements.contains_key(&name);
        if room && inner.is_unchanged(&name, begun) {
            inner.agreements.insert(name, Arc::clone(agreement));
        }
    }
}

#[cfg(test)]
mod tests {
    use dokuei_consultation::id::CaseId;

    use super::*;

    fn case(number: u16) -> Arc<Case> {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&number.to_be_bytes());
        Arc::new(Case::new(CaseId::from_bytes(id), Fingerprint::of(b"here")))
    }

    /// R6: what was written to a log since its reading began is never missing from what is kept of it.
    #[test]
    fn r6_nothing_that_was_read_before_a_writing_is_kept_after_it() {
        let (replays, here, one) = (Replays::default(), Fingerprint::of(b"here"), case(1));
        let name = *one.id().as_bytes();
        let begun = replays.begin();
        replays.keep_case(begun, here, &one);
        assert!(replays.case(&name, &here).is_some());
        assert!(replays.case(&name, &Fingerprint::of(b"renewed")).is_none());
        replays.changed(&name);
        assert!(replays.case(&name, &here).is_none());
        replays.keep_case(begun, here, &one);
        assert!(replays.case(&name, &here).is_none(), "it was read before");
        // While many write, something is written to another log all the time.
        let begun = replays.begin();
        replays.changed(&[9; 16]);
        replays.keep_case(begun, here, &one);
        assert!(replays.case(&name, &here).is_some(), "another log was written to");
        replays.changed(&name);
        replays.keep_case(replays.begin(), here, &one);
        assert!(replays.case(&name, &here).is_some());
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let (replays, here) = (Replays::default(), Fingerprint::of(b"here"));
        for number in 0..MOST as u16 + 10 {
            replays.keep_case(replays.begin(), here, &case(number));
        }
        assert_eq!(replays.lock().cases.len(), MOST);
    }
}
