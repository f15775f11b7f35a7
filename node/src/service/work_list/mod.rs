//! The work list: the cases of a practitioner, what cannot wait first, then the newest; all of them, or a page of those that
//! are looked for.

mod beside;
mod gist;
mod place;
mod view;
mod wanted;

use std::sync::Arc;

use dokuei_consultation::id::CaseId;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_store::LogKind;
use serde_json::Value;

use self::beside::Beside;
pub(super) use self::gist::Gist;
use self::gist::Row;
use self::place::{After, Place};
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
    /// The mark after which the next page begins; `None` on the last.
    pub next: Option<String>,
}

impl Node {
    /// The work list of a practitioner: alarms first, then what is urgent or beyond its time, then what waits for her; among
    /// each of them the newest first.
    ///
    /// # Errors
    /// [`ServiceError::Store`]; [`ServiceError::Field`] for a question that has no sense.
    pub fn cases(&self, session: &Session, query: &CaseQuery) -> Result<CasePage, ServiceError> {
        let (me, now) = (self.me(session), self.now());
        let (sought, after) = (Sought::try_from(query)?, query.after()?);
        let (mut found, mut beside) = (Vec::new(), Beside::new(self));
        let mut begin = match after {
            Some(After::Place(place)) => Some(place),
            Some(After::Case(_)) | None => None,
        };
        for (case, row) in self.listed_for(&me)? {
            let place = Place::of(case, &row, now);
            if after == Some(After::Case(case)) {
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
        let skipped = begin.map_or(sought.offset, |begin| {
            found.partition_point(|(place, _)| *place <= begin)
        });
        let end = skipped.saturating_add(sought.limit);
        let last = found.get(..end.min(total)).and_then(<[_]>::last);
        let next = last.filter(|_| end < total).map(|(place, _)| place.to_string());
        let page: Vec<(CaseId, Arc<Row>)> = found
            .into_iter()
            .skip(skipped)
            .take(sought.limit)
            .map(|(place, row)| (place.case, row))
            .collect();
        Ok(CasePage {
            total,
            cases: self.shown_rows(&page)?.into(),
            next,
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
