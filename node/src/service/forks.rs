//! Two entries that somebody has signed for one place in a case: who did, when, and what the two are, for whoever takes part
//! (R6, R17). The proof is kept and brought to the others by [`super::logs`] and [`super::heads`]; here it is shown, as far as
//! it may be: to a blind reader nothing of another's report.

use dokuei_consultation::fork::ForkProof;
use dokuei_consultation::machine::Case;
use dokuei_consultation::standing::Standing;
use dokuei_identity::fingerprint::Fingerprint;
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::logs::REPORTS;
use super::people::People;
use crate::clock;

/// Whether a blind reader, who sees this of the case, may be shown the proof: neither of the two is another's report, nor
/// follows what she does not see.
pub(super) fn may_be_shown(people: &People, proof: &ForkProof, seen: &Case, who: &Fingerprint) -> bool {
    [&proof.first, &proof.second].into_iter().all(|entry| {
        let Ok(header) = entry.unverified_header() else {
            return false;
        };
        let report = REPORTS.contains(&header.entry_type) && people.person(&header.signer) != *who;
        !report
            && header
                .parents
                .iter()
                .all(|parent| seen.log().get(parent).is_some())
    })
}

impl Node {
    /// The proofs about a case that somebody who takes part may be shown.
    pub(super) fn forks_seen_by(
        &self,
        case: &Case,
        me: &Fingerprint,
    ) -> Result<Vec<ForkProof>, ServiceError> {
        let mut proofs = self.fork_proofs(case.id().as_bytes())?;
        if !case.withheld_from(me).is_empty() {
            let seen = case.seen_by(me);
            proofs.retain(|proof| may_be_shown(self.people(), proof, &seen, me));
        }
        Ok(proofs)
    }

    /// The same as it is shown.
    pub(super) fn forks_view(&self, case: &Case, me: &Fingerprint) -> Result<Value, ServiceError> {
        let mut views = Vec::new();
        for proof in self.forks_seen_by(case, me)? {
            let mut entries = Vec::new();
            for entry in [&proof.first, &proof.second] {
                let header = entry.unverified_header()?;
                entries.push(json!({
                    "entry_id": entry.id(),
                    "type": header.entry_type,
                    "at": clock::rfc3339(header.time),
                    "here": case.log().get(&entry.id()).is_some(),
                }));
            }
            let header = proof.first.unverified_header()?;
            let node = self.people().node_certificate(&header.device);
            views.push(json!({
                "who": self.party(&header.signer),
                "institution": node.map(|node| node.institution),
                "number": header.seq,
                "entries": entries,
            }));
        }
        Ok(views.into())
    }
}
