//! What two readers say together as a document: PDF for people, Structured Report for the clinic's PACS; and the Structured
//! Report of a report that another reader has co-signed (R6, R15).
//!
//! What is signed beside a report later does not change its documents: an instance in an archive stays what it was. Each
//! opinion, and each report that was co-signed, is a document of its own, whose UIDs follow from all entries that it shows.

use dokuei_consultation::Version;
use dokuei_consultation::body::Stance;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::reconciled::{Agreement, CoSigned, Compared, Said, Standing, Subject, compare};
use dokuei_dicom::report::{
    Attestation, Attested, Illustrations, ReportContent, ReportPerson, ReportStatus, WrittenObject,
};
use dokuei_dicom::to_attested_sr;
use dokuei_document::{ComparedLine, Fonts, OpinionDocument, Signing, render_opinion};
use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use sha2::{Digest, Sha256};

use super::Node;
use super::error::ServiceError;
use super::reconciling::in_words;
use super::reported::{person, signer};
use super::reporting::entry_id;
use super::session::Session;
use crate::clock;

/// For what the UIDs of an opinion are derived.
const OPINION: &[u8] = b"dokuei reconciled opinion";
/// For what those of a co-signed report are.
const CO_SIGNED: &[u8] = b"dokuei co-signed report";

/// An opinion with the two versions under it and all that was said to it.
pub(super) struct Found<'a> {
    pub(super) said: Said<'a>,
    standing: Standing,
    own: Version<'a>,
    pub(super) other: Version<'a>,
    answers: Vec<CoSigned<'a>>,
}

impl Found<'_> {
    /// Whether both readers have signed it, and nobody dissents: also when a report has a newer version by now.
    pub(super) fn is_of_both(&self) -> bool {
        let stance = |stance| self.answers.iter().any(|one| one.body.stance == stance);
        stance(Stance::Agrees) && !stance(Stance::Dissents)
    }

    fn dissents(&self) -> impl Iterator<Item = &CoSigned<'_>> {
        let all = self.answers.iter();
        all.filter(|one| one.body.stance == Stance::Dissents)
    }

    fn agreed(&self) -> impl Iterator<Item = &CoSigned<'_>> {
        let all = self.answers.iter();
        all.filter(|one| self.is_of_both() && one.body.stance == Stance::Agrees)
    }
}

impl Node {
    /// A reconciled opinion as PDF/A.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for what the practitioner does not see, or no Japanese font is installed.
    pub fn opinion_pdf(&self, session: &Session, id: &str, entry: &str) -> Result<Vec<u8>, ServiceError> {
        let case = self.my_case(session, id)?;
        let seen = case.seen_by(&self.me(session));
        let pdf = self.opinion_pdf_of(&seen, &found(&seen, &entry_id(entry)?)?)?;
        self.audit(&session.id, "report_pdf", id, "success")?;
        Ok(pdf)
    }

    /// A reconciled opinion as a DICOM Structured Report under the original study.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for what the practitioner does not see.
    pub fn opinion_sr(&self, session: &Session, id: &str, entry: &str) -> Result<Vec<u8>, ServiceError> {
        let case = self.my_case(session, id)?;
        let seen = case.seen_by(&self.me(session));
        let object = self.opinion_sr_of(&seen, &found(&seen, &entry_id(entry)?)?)?;
        self.audit(&session.id, "report_sr", id, "success")?;
        Ok(object.bytes)
    }

    pub(super) fn opinion_pdf_of(&self, case: &Case, found: &Found<'_>) -> Result<Vec<u8>, ServiceError> {
        let paper = self.reported(case, Some(&found.own.id))?.paper();
        let (own, other) = (&found.own, &found.other);
        let author = self.signing("作成 Author", &found.said.by, found.said.at)?;
        let mut signatures = vec![author];
        for one in found.agreed() {
            signatures.push(self.signing("連署 Co-signed", &one.by, one.at)?);
        }
        let dissents = found.dissents().map(|one| self.dissent(one));
        let document = OpinionDocument {
            standing: in_words(found.standing).to_owned(),
            requesting_institution: paper.requesting_institution,
            patient: paper.patient,
            study: paper.study,
            request: paper.request,
            readers: [self.reader(case, own), self.reader(case, other)],
            reports: [own.id.to_string(), other.id.to_string()],
            compared: compare(own.report, other.report)
                .into_iter()
                .map(printed)
                .collect(),
            opinion: found.said.body.opinion.clone(),
            recommendations: found.said.body.recommendations.clone(),
            dissents: dissents.collect(),
            signatures,
            entry_id: found.said.id.to_string(),
            case_id: case.id().to_string(),
        };
        let fonts = Fonts::find(self.config().document.font.as_deref())?;
        Ok(render_opinion(&document, &fonts)?)
    }

    pub(super) fn opinion_sr_of(
        &self,
        case: &Case,
        found: &Found<'_>,
    ) -> Result<WrittenObject, ServiceError> {
        let mut content = self.dicom_of(&self.reported(case, Some(&found.own.id))?)?;
        let of_other = self.dicom_of(&self.reported(case, Some(&found.other.id))?)?;
        content.evidence.extend(of_other.evidence);
        let shown = found.answers.iter().map(|one| one.id);
        content = ReportContent {
            entry_id: derived(OPINION, &found.said.id, shown),
            previous_entry_id: None,
            previous_measured_in: None,
            version: 1,
            status: if found.is_of_both() {
                ReportStatus::Final
            } else {
                ReportStatus::Preliminary
            },
            signed_at: seconds(found.said.at),
            technique: String::new(),
            findings: String::new(),
            teeth: Vec::new(),
            impression: found.said.body.opinion.clone(),
            recommendations: found.said.body.recommendations.clone(),
            illustrations: Illustrations::default(),
            ..content
        };
        let attested = Attested {
            document: None,
            also_verified_by: self.attestations(case, found.agreed())?,
            observers: if found.is_of_both() {
                vec![of_other.signed_by]
            } else {
                Vec::new()
            },
            follows: vec![*found.own.id.as_bytes(), *found.other.id.as_bytes()],
            remarks: found.dissents().map(|one| self.dissent(one)).collect(),
        };
        Ok(to_attested_sr(&content, &attested)?)
    }

    /// A version of a report with everybody who has co-signed it, as a document after the author's own; none when nobody has.
    pub(super) fn co_signed_sr_of(
        &self,
        case: &Case,
        version: &EntryId,
    ) -> Result<Option<WrittenObject>, ServiceError> {
        self.co_signed_sr(case, version, &answers_to(case, version))
    }

    /// The Structured Reports of what was signed beside another, a reconciled opinion or a version of a report, after each of
    /// the answers to it, oldest first; of an opinion only those that both readers stand by.
    pub(super) fn attested_srs(&self, case: &Case, of: &EntryId) -> Result<Vec<WrittenObject>, ServiceError> {
        let answers = answers_to(case, of);
        let mut documents = Vec::new();
        for count in 1..=answers.len() {
            let answers = answers.get(..count).unwrap_or_default();
            let document = match found(case, of) {
                Ok(mut opinion) => {
                    opinion.answers.truncate(count);
                    let stands = opinion.is_of_both();
                    stands.then(|| self.opinion_sr_of(case, &opinion)).transpose()?
                }
                Err(_) => self.co_signed_sr(case, of, answers)?,
            };
            documents.extend(document);
        }
        Ok(documents)
    }

    fn co_signed_sr(
        &self,
        case: &Case,
        version: &EntryId,
        answers: &[CoSigned<'_>],
    ) -> Result<Option<WrittenObject>, ServiceError> {
        let agreed = || answers.iter().filter(|one| one.body.stance == Stance::Agrees);
        if agreed().next().is_none() {
            return Ok(None);
        }
        let dissents = answers.iter().filter(|one| one.body.stance == Stance::Dissents);
        let content = self.dicom_of(&self.reported(case, Some(version))?)?;
        let attested = Attested {
            document: Some(derived(CO_SIGNED, version, answers.iter().map(|one| one.id))),
            also_verified_by: self.attestations(case, agreed())?,
            observers: Vec::new(),
            follows: vec![*version.as_bytes()],
            remarks: dissents.map(|one| self.dissent(one)).collect(),
        };
        Ok(Some(to_attested_sr(&content, &attested)?))
    }

    /// All opinions of a case, oldest first.
    pub(super) fn opinions<'a>(&self, case: &'a Case) -> Vec<Found<'a>> {
        let all = case.reconciled().into_iter();
        all.filter_map(|(said, _)| found(case, &said.id).ok()).collect()
    }

    fn attestations<'a>(
        &self,
        case: &Case,
        signed: impl Iterator<Item = &'a CoSigned<'a>>,
    ) -> Result<Vec<Attestation>, ServiceError> {
        let attestation = |one: &CoSigned<'_>| {
            let who = self.known(&one.by)?;
            Ok(Attestation {
                person: self.at_institution(case, &one.id, &who),
                at: seconds(one.at),
            })
        };
        signed.map(attestation).collect()
    }

    fn at_institution(&self, case: &Case, entry: &EntryId, who: &PractitionerCertificate) -> ReportPerson {
        let institution = self.signed_where(case, entry, who);
        person(&who.name.latin, &who.name.japanese, &institution)
    }

    /// At which institution somebody signed an entry.
    fn signed_where(&self, case: &Case, entry: &EntryId, who: &PractitionerCertificate) -> String {
        let entry = case.log().get(entry);
        entry.map_or_else(String::new, |entry| {
            self.institution_of(&entry.header().device, who)
        })
    }

    fn signing(&self, role: &str, who: &Fingerprint, at: Timestamp) -> Result<Signing, ServiceError> {
        Ok(Signing {
            role: role.to_owned(),
            signer: signer(&self.known(who)?, seconds(at)),
        })
    }

    fn known(&self, who: &Fingerprint) -> Result<PractitionerCertificate, ServiceError> {
        let certificate = self.people().certificate(who);
        certificate.ok_or(ServiceError::Unknown("practitioner"))
    }

    /// A reader with her institution.
    fn reader(&self, case: &Case, version: &Version<'_>) -> String {
        self.known(&version.by).map_or_else(
            |_| version.by.to_string(),
            |who| {
                let institution = self.signed_where(case, &version.id, &who);
                format!("{}（{institution}）", who.name.japanese)
            },
        )
    }

    fn dissent(&self, one: &CoSigned<'_>) -> String {
        let name = self
            .known(&one.by)
            .map_or_else(|_| one.by.to_string(), |who| who.name.japanese);
        let day: String = clock::rfc3339(one.at).chars().take(10).collect();
        format!("異見 Dissent: {name} {day} {}", one.body.words)
    }
}

/// An opinion among those of a case.
fn found<'a>(case: &'a Case, entry: &EntryId) -> Result<Found<'a>, ServiceError> {
    let all = case.reconciled().into_iter();
    let (said, standing) = all
        .into_iter()
        .find(|(said, _)| said.id == *entry)
        .ok_or(ServiceError::Unknown("opinion"))?;
    let versions = case.versions();
    let version = |id: &EntryId| {
        let found = versions.iter().find(|one| one.id == *id);
        found.copied().ok_or(ServiceError::NoReport)
    };
    Ok(Found {
        said,
        standing,
        own: version(&said.body.own)?,
        other: version(&said.body.other)?,
        answers: answers_to(case, entry),
    })
}

/// Second signatures and dissents to an entry, oldest first.
pub(super) fn answers_to<'a>(case: &'a Case, of: &EntryId) -> Vec<CoSigned<'a>> {
    let mut answers = case.co_signed();
    answers.retain(|one| one.body.of == *of);
    answers
}

/// What UIDs are derived from: for what, the entry that is shown, and all that are shown with it in any order.
fn derived(what: &[u8], entry: &EntryId, beside: impl Iterator<Item = EntryId>) -> [u8; 32] {
    let mut beside: Vec<EntryId> = beside.collect();
    beside.sort_unstable();
    let mut hash = Sha256::new().chain_update(what).chain_update(entry.as_bytes());
    for one in beside {
        hash.update(one.as_bytes());
    }
    hash.finalize().into()
}

fn printed(line: Compared) -> ComparedLine {
    let of = match line.subject {
        Subject::Part("findings") => "所見 Findings".to_owned(),
        Subject::Part("impression") => "診断 Impression".to_owned(),
        Subject::Part(_) => "推奨 Recommendations".to_owned(),
        Subject::Tooth {
            number,
            supernumerary: false,
        } => format!("歯 {number}"),
        Subject::Tooth { number, .. } => format!("歯 {number} 過剰歯"),
    };
    let agreement = match line.agreement {
        Agreement::Agree => "一致 agrees",
        Agreement::Differ => "相違 differs",
        Agreement::OnlyFirst => "記載なし not mentioned",
        Agreement::OnlySecond => "読影者2のみ only reader 2",
    };
    ComparedLine {
        of,
        first: line.first,
        second: line.second,
        agreement: agreement.to_owned(),
    }
}

fn seconds(at: Timestamp) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}
