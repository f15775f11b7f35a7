//! The audit trail for people and for other programs: searched, exported as the standards have it, sent on to the
//! collector of the house ([`forwarding`]), and what a patient may ask for: who saw what of hers ([`disclosures`]).
//!
//! What a row says of a patient is shown to those who may see her images and consultations (R12); to others the same row
//! names its object only. The trail is for practitioners (R24): whoever merely runs the node has no look into it.

mod context;
mod disclosed_paper;
mod disclosures;
mod forwarding;
mod syslog;

use dokuei_audit::{Audited, Family, act, to_csv, to_fhir, to_xml};
use dokuei_governance::duty::Duty;
use dokuei_identity::policy::{Action, Data, Object, Relation};
use dokuei_identity::time::Timestamp;
use dokuei_store::{AuditHead, AuditRow};
use serde::Deserialize;
use serde_json::{Value, json};

use self::context::{Resolver, Sight};
pub use self::disclosures::Whose;
pub(super) use self::forwarding::Forwarding;
use super::Node;
use super::error::ServiceError;
use super::session::Session;
use crate::clock;

/// Rows that are read at once.
const PAGE: u32 = 500;
/// The most rows that a search gives.
const MOST: usize = 1_000;
/// The most rows in one export: some hundred megabytes.
const MOST_EXPORTED: usize = 200_000;
/// What rows about the trail itself are on.
const THE_TRAIL: &str = "audit";

/// Which rows are wanted; what is not said does not matter.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct AuditWanted {
    /// From this time on, RFC 3339.
    pub since: Option<String>,
    /// Before this time, RFC 3339.
    pub until: Option<String>,
    /// Sign-in name, `operator`, `node`, or a peer.
    pub actor: Option<String>,
    /// A word of the trail (`view`), a code of CID 400 (110103) or its word (`accessed`).
    pub event: Option<String>,
    /// Patient ID.
    pub patient: Option<String>,
    /// Study Instance UID.
    pub study: Option<String>,
    /// Consultation.
    pub case: Option<String>,
    /// Only what was refused or failed.
    pub failures: bool,
    /// Rows before this number, for the next page.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: Option<usize>,
}

/// As what the trail is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuditFormat {
    /// An audit message of DICOM PS3.15 A.5 a line.
    Atna,
    /// A FHIR R4 `AuditEvent` a line.
    Fhir,
    /// A table.
    Csv,
}

/// The same with what was written in words read.
struct Filter {
    wanted: AuditWanted,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    family: Option<Family>,
}

impl Filter {
    fn of(wanted: AuditWanted) -> Result<Self, ServiceError> {
        let time = |name: &'static str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => clock::parse(text)
                .map(Some)
                .ok_or_else(|| ServiceError::field(name, "it is no time like 2026-11-24T00:00:00+09:00")),
        };
        Ok(Self {
            since: time("since", &wanted.since)?,
            until: time("until", &wanted.until)?,
            family: wanted.event.as_deref().and_then(Family::named),
            wanted,
        })
    }

    /// What can be told of a row without looking anything up.
    fn takes_row(&self, row: &AuditRow) -> bool {
        let event = &row.event;
        self.since.is_none_or(|since| event.at >= since)
            && self.until.is_none_or(|until| event.at < until)
            && self
                .wanted
                .actor
                .as_ref()
                .is_none_or(|actor| *actor == event.actor)
            && self.wanted.before.is_none_or(|before| row.seq < before)
    }

    fn takes(&self, row: &Audited) -> bool {
        let wanted = &self.wanted;
        let family = act(&row.action, row.case.is_some()).family;
        let event = wanted.event.as_ref();
        let failed = || dokuei_audit::outcome(&row.action, &row.outcome) != dokuei_audit::Outcome::Success;
        event.is_none_or(|event| *event == row.action || self.family == Some(family))
            && wanted
                .case
                .as_ref()
                .is_none_or(|case| row.case.as_ref() == Some(case))
            && wanted.study.as_ref().is_none_or(|uid| {
                row.study.as_ref().is_some_and(|study| study.uid == *uid) || row.object == *uid
            })
            && wanted
                .patient
                .as_ref()
                .is_none_or(|id| row.patient.as_ref().is_some_and(|patient| patient.id == *id))
            && (!wanted.failures || failed())
    }
}

impl Node {
    /// Rows of the trail, the newest first.
    ///
    /// # Errors
    /// [`ServiceError::Denied`], [`ServiceError::Field`], or a row that was altered.
    pub fn audit_search(&self, session: &Session, wanted: AuditWanted) -> Result<Value, ServiceError> {
        self.require_duty(&session.id, Duty::Trail)?;
        let sight = self.sight_of(session)?;
        let limit = wanted.limit.unwrap_or(100).min(MOST);
        let filter = Filter::of(wanted)?;
        let mut resolver = Resolver::new(self, sight);
        let (mut rows, mut upto) = (Vec::new(), self.store().audit_head()?.seq);
        while upto > 0 && rows.len() < limit {
            let from = upto.saturating_sub(u64::from(PAGE)) + 1;
            let page = self.store().audit_rows(from, PAGE)?;
            for row in page
                .into_iter()
                .rev()
                .filter(|row| row.seq <= upto && filter.takes_row(row))
            {
                let row = resolver.resolve(row);
                if rows.len() < limit && filter.takes(&row) {
                    rows.push(row);
                }
            }
            upto = from - 1;
        }
        self.audit(&session.id, "audit_search", THE_TRAIL, "success")?;
        let rows: Vec<Value> = rows.iter().map(row_view).collect();
        Ok(json!({"rows": rows, "head": head_view(&self.store().audit_head()?)}))
    }

    /// The trail as others read it, oldest row first.
    ///
    /// # Errors
    /// As [`Self::audit_search`].
    pub fn audit_export(
        &self,
        session: &Session,
        format: AuditFormat,
        wanted: AuditWanted,
    ) -> Result<String, ServiceError> {
        self.require_duty(&session.id, Duty::Trail)?;
        let sight = self.sight_of(session)?;
        let rows = self.rows_of(sight, &Filter::of(wanted)?)?;
        let text = self.written(format, &rows)?;
        let told = format!("success: {} rows", rows.len());
        self.audit(&session.id, "audit_export", THE_TRAIL, &told)?;
        Ok(text)
    }

    /// Rows in one of the formats.
    pub(super) fn written(&self, format: AuditFormat, rows: &[Audited]) -> Result<String, ServiceError> {
        let node = self.audit_source();
        let mut text = String::new();
        match format {
            AuditFormat::Csv => {
                return to_csv(rows).map_err(|error| ServiceError::field("audit trail", error));
            }
            AuditFormat::Fhir => {
                for row in rows {
                    text.push_str(&to_fhir(row, &node).to_string());
                    text.push('\n');
                }
            }
            AuditFormat::Atna => {
                for row in rows {
                    let xml =
                        to_xml(row, &node).map_err(|error| ServiceError::field("audit trail", error))?;
                    text.push_str(&xml);
                    text.push('\n');
                }
            }
        }
        Ok(text)
    }

    /// All rows of a consultation, as one who has a part in it sees them.
    pub(super) fn audit_of_case(&self, session: &Session, case: &str) -> Result<Vec<Audited>, ServiceError> {
        let wanted = AuditWanted {
            case: Some(case.to_owned()),
            ..AuditWanted::default()
        };
        self.rows_of(Sight::Of(self.me(session)), &Filter::of(wanted)?)
    }

    fn rows_of(&self, sight: Sight, filter: &Filter) -> Result<Vec<Audited>, ServiceError> {
        let mut resolver = Resolver::new(self, sight);
        let (mut rows, mut from) = (Vec::new(), 1);
        let limit = filter.wanted.limit.unwrap_or(MOST_EXPORTED).min(MOST_EXPORTED);
        loop {
            let page = self.store().audit_rows(from, PAGE)?;
            let Some(last) = page.last().map(|row| row.seq) else {
                return Ok(rows);
            };
            for row in page.into_iter().filter(|row| filter.takes_row(row)) {
                let row = resolver.resolve(row);
                if filter.takes(&row) {
                    rows.push(row);
                }
                if rows.len() >= limit {
                    return Ok(rows);
                }
            }
            from = last + 1;
        }
    }

    fn sight_of(&self, session: &Session) -> Result<Sight, ServiceError> {
        let trail = Object::new(Data::Audit, Relation::Local);
        self.permit(session, Action::Observe, trail)?;
        Ok(Sight::Of(self.me(session)))
    }

    /// Who keeps the trail.
    pub(super) fn audit_source(&self) -> dokuei_audit::Node {
        let key = || hex::encode(self.0.secrets.node.public().as_bytes());
        dokuei_audit::Node {
            institution: self.config().institution.name.clone(),
            id: self.here().map_or_else(|_| key(), |here| here.to_string()),
            host: std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default(),
            process: std::process::id(),
        }
    }
}

fn head_view(head: &AuditHead) -> Value {
    json!({"seq": head.seq, "hash": hex::encode(head.hash)})
}

fn row_view(row: &Audited) -> Value {
    let what = act(&row.action, row.case.is_some());
    let mut view = json!(row);
    view["at"] = row.time().into();
    view["event"] = json!({"code": what.family.code().0, "name": what.family.code().1});
    view["what_en"] = what.words.0.into();
    view["what_ja"] = what.words.1.into();
    view["indicator"] = dokuei_audit::outcome(&row.action, &row.outcome).number().into();
    view
}
