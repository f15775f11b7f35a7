//! The work list: the cases of a practitioner, urgent ones first, then the newest; all of them, or a page of those that are
//! looked for.

mod beside;
mod gist;
mod view;
mod wanted;

use std::cmp::Reverse;
use std::sync::Arc;

use dokuei_consultation::body::Urgency;
use dokuei_consultation::id::CaseId;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_store::LogKind;
use serde_json::Value;

use self::beside::Beside;
pub(super) use self::gist::Gist;
use self::gist::Row;
pub use self::wanted::CaseQuery;
use self::wanted::Sought;
use super::Node;
use super::error::ServiceError;
use super::session::Session;

/// A page of the work list.
#[derive(Debug)]
pub struct CasePage {
    /// How many cases were looked for, on all pages.
    pub total: usize,
    /// Those of this page.
    pub cases: Value,
}

/// Where a case stands in the list. Nothing of it ever changes, so that a page begins where the one before it ended, whatever
/// came meanwhile.
type Place = (u8, Reverse<Option<Timestamp>>, CaseId);

fn place_of(case: CaseId, row: &Row) -> Place {
    let rank = match row.urgency {
        Urgency::Emergency => 0,
        Urgency::Urgent => 1,
        Urgency::Routine => 2,
    };
    (rank, Reverse(row.requested_at), case)
}

impl Node {
    /// The work list of a practitioner: urgent first, then newest first.
    ///
    /// # Errors
    /// [`ServiceError::Store`]; [`ServiceError::Field`] for a question that has no sense.
    pub fn cases(&self, session: &Session, query: &CaseQuery) -> Result<CasePage, ServiceError> {
        let me = session.certificate.fingerprint;
        let (sought, after) = (Sought::try_from(query)?, query.after()?);
        let (mut found, mut begin, mut beside) = (Vec::new(), None, Beside::new(self));
        for (case, row) in self.listed_for(&me)? {
            let place = place_of(case, &row);
            if Some(case) == after {
                begin = Some(place);
            }
            if sought.finds(&row, &mut beside) {
                found.push((place, row));
            }
        }
        if after.is_some() && begin.is_none() {
            return Err(ServiceError::field("after", "no case of yours has this number"));
        }
        found.sort_unstable_by_key(|(place, _)| *place);
        let total = found.len();
        let skipped = begin.map_or(0, |begin| found.partition_point(|(place, _)| *place <= begin));
        let page: Vec<(CaseId, Arc<Row>)> = found
            .into_iter()
            .skip(skipped)
            .take(sought.limit)
            .map(|((_, _, case), row)| (case, row))
            .collect();
        Ok(CasePage {
            total,
            cases: self.shown_rows(&page)?.into(),
        })
    }

    fn listed_for(&self, me: &Fingerprint) -> Result<Vec<(CaseId, Arc<Row>)>, ServiceError> {
        let mut rows = Vec::new();
        for gist in self.gists()? {
            if gist.parties.contains(me)
                && let Some(row) = self.row_in(&gist, me)?
            {
                rows.push((gist.case, row));
            }
        }
        Ok(rows)
    }

    /// What follows from the logs of all cases that can be read, newest entry first. One that cannot (it was altered on this
    /// disk) is told and does not hide the others.
    pub(super) fn gists(&self) -> Result<Vec<Arc<Gist>>, ServiceError> {
        let ids = self.store().log_ids(LogKind::Case)?;
        if ids.is_empty() {
            // A node without a certificate has none.
            return Ok(Vec::new());
        }
        let here = self.here()?;
        let mut gists = Vec::with_capacity(ids.len());
        for (id, kept) in ids.iter().zip(self.0.replays.gists(&ids, &here)) {
            match kept.map_or_else(|| self.gist(CaseId::from_bytes(*id)), Ok) {
                Ok(gist) => gists.push(gist),
                Err(ServiceError::Refused(refusal)) => {
                    tracing::error!(
                        code = refusal.code(),
                        "a stored case does not verify; see `dokuei doctor`"
                    );
                }
                // It was told when it was found.
                Err(ServiceError::DamagedLog) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(gists)
    }
}
