//! Reports that are being written: saved every few words, sealed so that only their author reads them, offered when she
//! comes back, forgotten when she has signed. Of whoever dropped out meanwhile they stay until she throws them away or the case
//! is deleted. And how they will look on paper.

use dokuei_consultation::Reading;
use dokuei_consultation::body::ReportStatus;
use dokuei_consultation::entry::EntryType;
use dokuei_consultation::id::CaseId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::state::State;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_store::DraftRow;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::Node;
use super::error::ServiceError;
use super::reporting::{NewReport, newest_of, reading_of};
use super::session::Session;
use crate::clock;
use crate::draft_seal::{Place, open, seal};

/// The largest draft, bytes of JSON: several times what a report may hold.
const MAX_DRAFT: usize = 512 * 1024;

/// Where the revisions of a new draft begin, less than this: whoever reads JSON as JavaScript does counts on from there.
const FIRST_BELOW: u64 = 1 << 52;

/// A draft, as the app saves it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct SavingDraft {
    /// The revision that it continues: that of the last saving or reading, 0 when there was none.
    #[serde(default)]
    pub revision: u64,
    /// What is written so far; a JSON object that is the app's own.
    #[schema(value_type = Object)]
    pub content: Map<String, Value>,
}

/// What is written in a case before it is signed; each has a draft of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// A report.
    Report,
    /// What follows from one's own report and another reader's.
    Opinion,
}

/// What tells the place of an opinion's draft from that of the report's draft of the same case; arbitrary. Ids of cases
/// are random, so that no two places meet.
const OPINIONS: u128 = 0x6f70_696e_696f_6e20_6f66_2074_776f_2e31;

impl Writing {
    /// Where the draft of a case is kept. The same again gives the case of a place.
    fn place(self, case: CaseId) -> CaseId {
        match self {
            Self::Report => case,
            Self::Opinion => {
                let moved = u128::from_be_bytes(*case.as_bytes()) ^ OPINIONS;
                CaseId::from_bytes(moved.to_be_bytes())
            }
        }
    }

    /// What it is, as a word of the API.
    const fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Opinion => "opinion",
        }
    }

    /// The entry that it becomes.
    const fn entry(self) -> EntryType {
        match self {
            Self::Report => EntryType::Report,
            Self::Opinion => EntryType::Reconciliation,
        }
    }
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The newest version that the author had signed when she wrote it, hexadecimal.
    after: Option<String>,
    content: Map<String, Value>,
}

impl Node {
    /// The author's draft of a case: its revision, when it was saved, whether she has signed a version since, and what is
    /// in it. Its `draft` is null when there is none.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for a case of others; [`ServiceError::DraftUnreadable`] when it was altered.
    pub fn draft(&self, session: &Session, id: &str, what: Writing) -> Result<Value, ServiceError> {
        let case = self.case_of_draft(session, id, what)?;
        self.opened_draft(session, &case, what)
            .map(|draft| json!({"draft": draft}))
    }

    /// What its author wrote in a case, opened; null when there is none.
    fn opened_draft(&self, session: &Session, case: &Case, what: Writing) -> Result<Value, ServiceError> {
        let me = self.me(session);
        let author = self.people().oldest_of_key(&session.certificate);
        let case_id = what.place(case.id());
        let Some(row) = self.store().report_draft(case_id.as_bytes(), &author)? else {
            return Ok(Value::Null);
        };
        let place = Place {
            case: case_id.as_bytes(),
            author: &author,
            revision: row.revision,
        };
        let opened =
            open(&session.secrets.signing, place, &row.sealed).ok_or(ServiceError::DraftUnreadable)?;
        let kept: Kept = serde_json::from_slice(&opened).map_err(|_| ServiceError::DraftUnreadable)?;
        Ok(json!({
            "revision": row.revision,
            "saved_at": clock::rfc3339(row.saved_at),
            "signed_since": kept.after != newest(case, &me),
            "content": kept.content,
        }))
    }

    /// Drafts of hers in cases in which she has nothing to write any more, because she was let go from them: they are kept
    /// until she throws them away, or until the case is deleted. The oldest first.
    ///
    /// # Errors
    /// [`ServiceError::DraftUnreadable`] when one was altered.
    pub fn left_drafts(&self, session: &Session) -> Result<Value, ServiceError> {
        let me = self.me(session);
        let writer = self.people().oldest_of_key(&session.certificate);
        let mut left = Vec::new();
        for (id, author) in self.store().drafted()? {
            for what in [Writing::Report, Writing::Opinion] {
                if author != writer {
                    continue;
                }
                let Ok(case) = self.kept_case(what.place(CaseId::from_bytes(id))) else {
                    continue;
                };
                if writes_here(&case, &me, what).is_ok()
                    && case.parties().contains(&me)
                    && !is_over_for(&case, &me, what)
                {
                    continue;
                }
                let mut draft = self.opened_draft(session, &case, what)?;
                draft["case_id"] = case.id().to_string().into();
                draft["of"] = what.name().into();
                left.push(draft);
            }
        }
        Ok(left.into())
    }

    /// A case of hers; or one that she has left, as far as a draft of hers lies there.
    fn case_of_draft(&self, session: &Session, id: &str, what: Writing) -> Result<Case, ServiceError> {
        let mine = self.my_case(session, id);
        let (Err(ServiceError::Unknown(_)), Ok(case)) = (&mine, id.parse::<CaseId>()) else {
            return mine;
        };
        let place = what.place(case);
        let author = self.people().oldest_of_key(&session.certificate);
        match self.store().report_draft(place.as_bytes(), &author)? {
            Some(_) => self.case_log(case),
            None => mine,
        }
    }

    /// Whether somebody did not leave a case of her own will: her certificate does not hold, or she was let go.
    fn dropped_out(&self, case: &Case, who: &Fingerprint) -> bool {
        let released = |one: &Reading<'_>| one.who == *who && one.released.is_some();
        case.readings().iter().any(released) || self.lapse(who).is_some()
    }

    /// Saves a draft: it is on the disk before this returns.
    ///
    /// # Errors
    /// [`ServiceError::DraftChanged`] when it was saved elsewhere meanwhile, [`ServiceError::Field`] when it is too large,
    /// [`ServiceError::Refused`] for who reads nothing here, and when the case is over.
    pub fn save_draft(
        &self,
        session: &Session,
        id: &str,
        what: Writing,
        saving: SavingDraft,
    ) -> Result<Value, ServiceError> {
        let me = self.me(session);
        let case = self.my_case(session, id)?;
        writes_here(&case, &me, what)?;
        if is_over_for(&case, &me, what) {
            let (entry, state) = (what.entry(), case.state().name());
            return Err(Refusal::NotNow { entry, state }.into());
        }
        let case_id = what.place(case.id());
        // It is sealed with her key, which she may have replaced since she came into the case.
        let author = self.people().oldest_of_key(&session.certificate);
        let kept = Kept {
            after: newest(&case, &me),
            content: saving.content,
        };
        let plain = Zeroizing::new(serde_json::to_vec(&kept).map_err(|_| ServiceError::DraftUnreadable)?);
        if plain.len() > MAX_DRAFT {
            return Err(ServiceError::field("content", "a draft has at most 512 KiB"));
        }
        let place = Place {
            case: case_id.as_bytes(),
            author: &author,
            revision: following(saving.revision),
        };
        let sealed = seal(&session.secrets.signing, place, &plain, &mut rand::rng())
            .ok_or(ServiceError::DraftUnreadable)?;
        let now = self.now();
        let draft = DraftRow {
            revision: place.revision,
            saved_at: now,
            sealed,
        };
        if !self
            .store()
            .save_draft(case_id.as_bytes(), &author, saving.revision, &draft)?
        {
            return Err(ServiceError::DraftChanged);
        }
        Ok(json!({"revision": place.revision, "saved_at": clock::rfc3339(now)}))
    }

    /// Throws the author's draft of a case away.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for a case of others.
    pub fn discard_draft(&self, session: &Session, id: &str, what: Writing) -> Result<(), ServiceError> {
        let case = self.case_of_draft(session, id, what)?;
        let author = self.people().oldest_of_key(&session.certificate);
        Ok(self
            .store()
            .forget_draft(what.place(case.id()).as_bytes(), &author)?)
    }

    /// How a report would look on paper, before it is signed; every page says that it is not.
    ///
    /// # Errors
    /// [`ServiceError::NotOpened`] while the images are not here, [`ServiceError::Refused`] for who reads nothing here.
    pub fn preview_report(
        &self,
        session: &Session,
        id: &str,
        report: NewReport,
    ) -> Result<Vec<u8>, ServiceError> {
        let me = self.me(session);
        let case = self.my_case(session, id)?;
        writes_here(&case, &me, Writing::Report)?;
        let before = newest_of(&case, &me);
        let status = match report.status.as_str() {
            "preliminary" if before.is_none_or(|one| !one.is_final()) => ReportStatus::Preliminary,
            _ => ReportStatus::Final,
        };
        let report = self.report_body(&case, &me, &report, (before.map(|one| one.id), status))?;
        let pdf = self.draft_pdf(session, &case, &report)?;
        self.audit(&session.id, "report_preview", id, "success")?;
        Ok(pdf)
    }

    /// Forgets the drafts of cases that are over for whoever wrote them, and did not drop out before she could sign.
    pub(super) fn forget_drafts_of_ended(&self) -> Result<(), ServiceError> {
        for (id, author) in self.store().drafted()? {
            for what in [Writing::Report, Writing::Opinion] {
                let id_of_case = what.place(CaseId::from_bytes(id));
                // What cannot be read is kept.
                let Ok(case) = self.kept_case(id_of_case) else {
                    continue;
                };
                let who = self.people().first_of(&author);
                if !self.is_held(&id_of_case)?
                    && is_over_for(&case, &who, what)
                    && !self.dropped_out(&case, &who)
                {
                    self.store().forget_draft(&id, &author)?;
                }
            }
        }
        Ok(())
    }

    /// Forgets the drafts in a case whose images are gone, but for those of people who dropped out.
    pub(super) fn forget_drafts_of_erased(&self, case: &Case) -> Result<(), ServiceError> {
        let drafted = self.store().drafted()?;
        for what in [Writing::Report, Writing::Opinion] {
            let place = what.place(case.id());
            let hers = drafted.iter().filter(|(id, _)| id == place.as_bytes());
            for (id, author) in hers.filter(|(_, author)| !self.dropped_out(case, author)) {
                self.store().forget_draft(id, author)?;
            }
        }
        Ok(())
    }

    /// How many drafts lie in a case, whosever and of whatever they are.
    pub(super) fn count_drafts_in(&self, case: CaseId) -> Result<u64, ServiceError> {
        let places = [Writing::Report, Writing::Opinion].map(|what| what.place(case));
        let drafted = self.store().drafted()?;
        let here = drafted
            .iter()
            .filter(|(id, _)| places.iter().any(|place| place.as_bytes() == id));
        Ok(here.count() as u64)
    }

    /// Forgets everybody's drafts in a case, of whatever they are.
    pub(super) fn forget_drafts_in(&self, case: CaseId) -> Result<(), ServiceError> {
        for what in [Writing::Report, Writing::Opinion] {
            self.store().forget_drafts_in(what.place(case).as_bytes())?;
        }
        Ok(())
    }

    /// Signed: nothing waits to be written any more. A draft that stays all the same says that a version was signed since.
    pub(super) fn forget_signed_draft(&self, session: &Session, id: &str, what: Writing) {
        if let Err(error) = self.discard_draft(session, id, what) {
            tracing::warn!(code = error.code(), %error, "the draft of what was signed could not be removed");
        }
    }
}

/// The revision that follows. A new draft begins at one of its own, so that a window which knew the draft before it, signed
/// or thrown away since, does not pass for one that has seen this.
fn following(revision: u64) -> u64 {
    if revision == 0 {
        rand::random_range(1..FIRST_BELOW)
    } else {
        revision.saturating_add(1)
    }
}

/// Whether a reader has nothing more to write: the case has ended, and no report of hers is still to come.
fn is_over_for(case: &Case, who: &Fingerprint, what: Writing) -> bool {
    if what == Writing::Opinion {
        return case.state().is_ended();
    }
    let owes =
        reading_of(case, who).is_some_and(|one| one.accepted.is_some() && one.is_asked() && !one.reported);
    match case.state() {
        State::Closed { .. } => !owes,
        state => state.is_ended(),
    }
}

/// Only who reads in a case writes a report in it, and only who has signed one writes an opinion over two.
fn writes_here(case: &Case, me: &Fingerprint, what: Writing) -> Result<(), ServiceError> {
    let may = match what {
        Writing::Report => reading_of(case, me).is_some(),
        Writing::Opinion => newest_of(case, me).is_some_and(|version| version.is_final()),
    };
    if may {
        Ok(())
    } else {
        Err(Refusal::NotTheConsultant(what.entry()).into())
    }
}

fn newest(case: &Case, me: &Fingerprint) -> Option<String> {
    newest_of(case, me).map(|version| version.id.to_string())
}
