//! Reports and their versions: signed, amended for a reason, read (R6, R7). Whoever signs shows anew that it is she. A blind
//! reader commits herself to her report and shows it in one go.

use dokuei_consultation::body::{
    Amendment, AmendmentKind, BlindCommitment, Body, GUIDELINE, ImagesReviewed, Report, ReportRead,
    ReportStatus,
};
use dokuei_consultation::entry::{VerifiedEntry, commitment};
use dokuei_consultation::event::Event;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::{Reading, Version};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_store::LogKind;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Node;
use super::confirming::Confirmation;
use super::drafts::Writing;
use super::error::ServiceError;
use super::given::{GivenIllustrations, GivenStructure};
use super::session::Session;
use crate::clock;

/// A report, as the app sends it.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
pub struct NewReport {
    /// preliminary or final; an amendment is final.
    #[serde(default)]
    pub status: String,
    /// Findings.
    pub findings: String,
    /// Impression.
    pub impression: String,
    /// Recommendations.
    #[serde(default)]
    pub recommendations: String,
    /// Technique, and the limits within which the images could be read.
    #[serde(default)]
    pub technique: String,
    /// The template that was followed, and findings by tooth.
    #[serde(default, flatten)]
    #[schema(value_type = crate::gateway::shapes::reports::GivenStructure)]
    pub structure: GivenStructure,
    /// Key images and measurements.
    #[serde(default, flatten)]
    #[schema(value_type = crate::gateway::shapes::illustrations::GivenIllustrations)]
    pub illustrations: GivenIllustrations,
}

/// A report that is signed, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct SigningReport {
    /// What is signed.
    #[serde(flatten)]
    pub report: NewReport,
    /// That it is she who signs.
    #[serde(flatten)]
    pub confirmation: Confirmation,
}

/// A new version of a final report, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Amending {
    /// Addendum or amendment.
    #[schema(value_type = crate::gateway::shapes::conversation::AmendmentKind)]
    pub kind: AmendmentKind,
    /// Why.
    pub reason: String,
    /// The new version, whole; teeth, key images and measurements that are left out stay as they were.
    #[serde(flatten)]
    pub report: NewReport,
    /// That it is she who signs.
    #[serde(flatten)]
    pub confirmation: Confirmation,
}

impl Node {
    /// Signs a report.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule, [`ServiceError::NotOpened`] while the images are not here, or what
    /// [`Node::sign_in`] refuses of passphrase and second factor.
    pub fn report(&self, session: &Session, id: &str, signing: SigningReport) -> Result<Value, ServiceError> {
        let SigningReport { report, confirmation } = signing;
        let status = match report.status.as_str() {
            "final" => ReportStatus::Final,
            "preliminary" => ReportStatus::Preliminary,
            _ => return Err(ServiceError::field("status", "it is preliminary or final")),
        };
        let me = self.me(session);
        let first = {
            let case = self.my_case(session, id)?;
            reading_of(&case, &me).is_some_and(|reading| reading.is_blind() && !reading.reported)
        };
        let row = if first {
            self.report_blind(session, id, (&report, status), confirmation)
        } else {
            self.act_confirmed(session, id, "report", confirmation, |case| {
                let predecessor = newest_of(case, &me).map(|version| version.id);
                let report = self.report_body(case, &me, &report, (predecessor, status))?;
                Ok(Body::Report(Box::new(report)))
            })
        }?;
        self.forget_signed_draft(session, id, Writing::Report);
        Ok(row)
    }

    /// Signs a new version of the practitioner's own final report, which says what kind of change it is and why.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule (an addendum leaves what was said as it was), or what [`Node::sign_in`]
    /// refuses of passphrase and second factor.
    pub fn amend(&self, session: &Session, id: &str, amending: Amending) -> Result<Value, ServiceError> {
        let me = self.me(session);
        let Amending {
            kind,
            reason,
            report,
            confirmation,
        } = amending;
        let verb = match kind {
            AmendmentKind::Addendum => "addendum",
            AmendmentKind::Amended => "amend",
        };
        let row = self.act_confirmed(session, id, verb, confirmation, |case| {
            let before = newest_of(case, &me).ok_or(ServiceError::NoReport)?;
            let version = (Some(before.id), ReportStatus::Final);
            let mut report = report.clone();
            // What is left out stays; what is sent empty is taken back.
            report.structure.or_as_in(before.report);
            report.illustrations.or_as_in(before.report);
            let report = self.report_body(case, &me, &report, version)?;
            let (kind, reason) = (kind, reason.clone());
            let amendment = Amendment { kind, reason, report };
            Ok(Body::Amendment(Box::new(amendment)))
        })?;
        self.forget_signed_draft(session, id, Writing::Report);
        Ok(row)
    }

    /// Confirms that a version of the report (`None`: the newest that is not read) and the images were read.
    ///
    /// # Errors
    /// [`ServiceError::NoReport`], or [`ServiceError::Refused`] with the rule.
    pub fn mark_read(
        &self,
        session: &Session,
        id: &str,
        report: Option<&str>,
    ) -> Result<Value, ServiceError> {
        let named = report.map(entry_id).transpose()?;
        self.act(session, id, "read", |case| {
            let versions = case.versions();
            let read = read_versions(case);
            let newest = || {
                let mut unread = versions.iter().rev().filter(|one| !read.contains(&one.id));
                unread.next().or(versions.last()).map(|one| one.id)
            };
            let report = named.or_else(newest).ok_or(ServiceError::NoReport)?;
            Ok(Body::ReportRead(ReportRead { report }))
        })
    }

    /// What the practitioner signs, for what she was asked and under the terms of that.
    pub(super) fn report_body(
        &self,
        case: &Case,
        me: &Fingerprint,
        report: &NewReport,
        (predecessor, status): (Option<EntryId>, ReportStatus),
    ) -> Result<Report, ServiceError> {
        let (request_id, request) = case.request().ok_or(ServiceError::Unknown("request"))?;
        let reading = reading_of(case, me);
        let agreement = reading.map_or(request.agreement.id, |reading| reading.agreement);
        let package = self.package_of(&case.id())?.ok_or(ServiceError::NotOpened)?;
        let terms = self
            .people_agreement(&agreement)
            .map(|agreement| agreement.terms_hash())
            .ok_or(ServiceError::NoAgreement)?;
        let illustrations = report.illustrations.clone().signed();
        self.require_images(&request.study_instance_uid, &illustrations)?;
        Ok(Report {
            request: reading.map_or(request_id, |reading| reading.asked_by),
            package,
            predecessor,
            status,
            findings: report.findings.clone(),
            impression: report.impression.clone(),
            recommendations: report.recommendations.clone(),
            technique: report.technique.clone(),
            images: self.images_of(&request.study_instance_uid)?,
            terms,
            guideline: GUIDELINE.to_owned(),
            illustrations: Some(illustrations).filter(|shown| !shown.is_empty()),
            structure: report.structure.clone().signed(),
        })
    }

    /// A blind reader's first version: committed to after all that she has seen, then shown.
    fn report_blind(
        &self,
        session: &Session,
        id: &str,
        signing: (&NewReport, ReportStatus),
        confirmation: Confirmation,
    ) -> Result<Value, ServiceError> {
        let me = self.me(session);
        self.confirm(session, id, "report", confirmation, |case| {
            let (committing, _, _) = self.committing(case, &me, signing)?;
            let author = self.author(session)?;
            Ok(case
                .draft(&author, committing, self.people(), self.now())
                .map(drop)?)
        })?;
        let writing = self.write_lock();
        let mut case = self.my_case(session, id)?;
        let outcome = self.commit_and_show(session, &mut case, signing);
        drop(writing);
        let told = if outcome.is_ok() { "success" } else { "refused" };
        self.audit(&session.id, "report", id, told)?;
        outcome?;
        self.ring();
        self.row(&case, &me)
    }

    /// Both entries are on the disk or neither is: what she has committed herself to is never lost.
    fn commit_and_show(
        &self,
        session: &Session,
        case: &mut Case,
        signing: (&NewReport, ReportStatus),
    ) -> Result<(), ServiceError> {
        let me = self.me(session);
        let (committing, body, salt) = self.committing(case, &me, signing)?;
        let (author, people, now) = (self.author(session)?, self.people(), self.now());
        let mut effects = Vec::new();
        let draft = case.draft(&author, committing, people, now)?;
        let entry = draft.sign(&session.secrets.signing, &mut rand::rng());
        effects.extend(case.handle(Event::Authored(entry), people, now)?);
        let draft = case.draft_committed(&author, body, salt, people, now)?;
        let entry = draft.sign(&session.secrets.signing, &mut rand::rng());
        effects.extend(case.handle(Event::Authored(entry), people, now)?);
        self.perform(LogKind::Case, *case.id().as_bytes(), effects)?;
        Ok(())
    }

    /// By what a blind reader commits herself, and to what, with the salt that hides it until it is shown.
    fn committing(
        &self,
        case: &Case,
        me: &Fingerprint,
        (report, status): (&NewReport, ReportStatus),
    ) -> Result<(Body, Body, [u8; 32]), ServiceError> {
        let reading = reading_of(case, me).ok_or(ServiceError::Unknown("request"))?;
        let forward = reading.asked_by;
        if reading.committed {
            // At another machine, which shows it.
            return Err(Refusal::OtherThanCommitted.into());
        }
        let report = self.report_body(case, me, report, (None, status))?;
        let (body, salt): (_, [u8; 32]) = (Body::Report(Box::new(report)), rand::random());
        let commitment = commitment(&salt, &body.encode());
        let committing = Body::BlindCommitment(BlindCommitment { forward, commitment });
        Ok((committing, body, salt))
    }

    /// All versions that the practitioner may see, oldest first, with what changed and why (R6).
    pub(super) fn reports(&self, case: &Case, me: &Fingerprint) -> Value {
        let hidden = case.withheld_from(me);
        let (versions, read) = (case.versions(), read_versions(case));
        let informed = informed_of(case);
        let at = |entry: &EntryId| {
            let entry = case.log().get(entry)?;
            Some(clock::rfc3339(entry.header().time))
        };
        let visible = versions
            .iter()
            .enumerate()
            .filter(|(_, one)| !hidden.contains(&one.id));
        visible
            .map(|(index, version)| {
                let report = version.report;
                let before = versions.iter().find(|one| report.predecessor == Some(one.id));
                let changed = before.map(|before| version.differences(before)).unwrap_or_default();
                let newest = !versions.iter().any(|one| one.report.predecessor == Some(version.id));
                let read_at = read.contains(&version.id).then(|| read_at(case, &version.id)).flatten();
                json!({
                    "entry_id": version.id,
                    "version": index + 1,
                    "status": version.status(),
                    "request": report.request,
                    "findings": report.findings,
                    "impression": report.impression,
                    "recommendations": report.recommendations,
                    "technique": report.technique,
                    "template": report.structure.as_ref().and_then(|one| one.template.as_ref()),
                    "teeth": report.structure.as_ref().map_or(&[][..], |one| &one.teeth),
                    "images": report.images,
                    "terms": report.terms,
                    "guideline": report.guideline,
                    "illustrations": report.illustrations,
                    "author": self.people().certificate(&signer_of(case, version)).map(|one| one.name.japanese),
                    "reader": self.party(&version.by),
                    "mine": version.by == *me,
                    "signed_at": clock::rfc3339(version.at),
                    "credential": self.mark_of(&signer_of(case, version), version.at),
                    "predecessor": report.predecessor,
                    "reason": version.amendment.map(|amendment| &amendment.reason),
                    "changed": changed
                        .into_iter()
                        .map(|(field, before, after)| json!({"field": field, "before": before, "after": after}))
                        .collect::<Vec<_>>(),
                    "newest": newest,
                    "read_at": read_at.as_ref().and_then(at),
                    "informed_at": informed.iter().find(|(about, _)| *about == version.id).and_then(|(_, by)| at(by)),
                })
            })
            .collect()
    }

    fn images_of(&self, study: &str) -> Result<ImagesReviewed, ServiceError> {
        let series = self.store().series_of(study)?;
        let study = self.store().study(study)?;
        Ok(ImagesReviewed {
            instances: u32::try_from(study.instances).unwrap_or(u32::MAX),
            series: series.into_iter().map(|one| one.series_instance_uid).collect(),
        })
    }
}

/// The entries of all versions of all reports, oldest first.
pub(super) fn version_entries(case: &Case) -> Vec<&VerifiedEntry> {
    let versions = case.versions().into_iter();
    versions
        .filter_map(|version| case.log().get(&version.id))
        .collect()
}

/// For what this practitioner reads in a case: what she has taken on, else what she was asked for.
pub(super) fn reading_of<'a>(case: &'a Case, who: &Fingerprint) -> Option<Reading<'a>> {
    let hers: Vec<_> = case
        .readings()
        .into_iter()
        .filter(|one| one.who == *who)
        .collect();
    let taken_on = hers.iter().find(|one| one.accepted.is_some() && one.is_asked());
    let open = hers.iter().find(|one| one.is_asked());
    taken_on.or(open).or(hers.last()).copied()
}

/// The newest version of a practitioner's own.
pub(super) fn newest_of<'a>(case: &'a Case, who: &Fingerprint) -> Option<Version<'a>> {
    case.versions().into_iter().rfind(|version| version.by == *who)
}

fn read_versions(case: &Case) -> Vec<EntryId> {
    let entries = case.log().ordered().into_iter();
    entries
        .filter_map(|entry| match entry.body() {
            Body::ReportRead(read) => Some(read.report),
            _ => None,
        })
        .collect()
}

/// The entry that says that a version was read.
fn read_at(case: &Case, version: &EntryId) -> Option<EntryId> {
    let mut entries = case.log().ordered().into_iter();
    entries
        .find(|entry| matches!(entry.body(), Body::ReportRead(read) if read.report == *version))
        .map(VerifiedEntry::id)
}

/// The certificate that signed a version: its author may have renewed hers since.
fn signer_of(case: &Case, version: &Version<'_>) -> Fingerprint {
    let entry = case.log().get(&version.id);
    entry.map_or(version.by, |entry| entry.header().signer)
}

/// What was explained to the patient, by which entry.
fn informed_of(case: &Case) -> Vec<(EntryId, EntryId)> {
    let entries = case.log().ordered().into_iter();
    entries
        .filter_map(|entry| match entry.body() {
            Body::PatientInformed(informed) => Some((informed.about, entry.id())),
            _ => None,
        })
        .collect()
}

/// An entry that is named by the app.
pub(super) fn entry_id(text: &str) -> Result<EntryId, ServiceError> {
    text.parse().map_err(|_| ServiceError::Unknown("entry"))
}
