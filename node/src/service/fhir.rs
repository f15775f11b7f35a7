//! A consultation as FHIR R4, for other systems of the house: what `dokuei_fhir` is told of it.

use dokuei_consultation::body::{Request, Sex, Stance, Urgency};
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::{Reading, Version};
use dokuei_fhir::{
    CoSignature, Consultation, Facility, Licence, Opinion, OpinionStatus, Patient, Practitioner, Report,
    ReportStatus, RequestState, Signature, Study, Succession, ToothFinding, to_bundle,
};
use dokuei_governance::duty::Duty;
use dokuei_identity::certificate::LicenceKind;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{Action, Data, Object, Relation};
use dokuei_store::{StoreError, StudySummary};
use serde_json::Value;

use super::Node;
use super::error::ServiceError;
use super::opinions::Found;
use super::requesting::patient_of;
use super::session::Session;

impl Node {
    /// A consultation as a FHIR R4 Bundle: request, images, reports with their PDF and signatures, and the audit trail of
    /// it that the practitioner may see.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for a case in which the practitioner has no part, [`ServiceError::Denied`] when nothing may
    /// leave this machine unsealed, [`ServiceError::Rule`] without the duty that evidence needs.
    pub fn case_fhir(&self, session: &Session, id: &str) -> Result<Value, ServiceError> {
        let case = self.my_case(session, id)?;
        self.require_duty(&session.id, Duty::Evidence)?;
        let me = self.me(session);
        let (_, request) = case.request().ok_or(ServiceError::Unknown("request"))?;
        let own = case.requester() == Some(me);
        let relation = if own { Relation::Own } else { Relation::Party };
        self.permit(session, Action::ExportPlain, Object::new(Data::Report, relation))?;
        // Written down before the first byte leaves.
        self.audit(&session.id, "fhir", id, "begun")?;
        let told = self.told_as_fhir(&case, request, &me);
        let bundle = told.and_then(|consultation| {
            let source = self.audit_source();
            let trail = self.audit_of_case(session, id)?;
            let trail = trail.iter().map(|row| dokuei_audit::to_fhir(row, &source));
            Ok(to_bundle(&consultation, trail.collect()))
        });
        let outcome = bundle.as_ref().map_or_else(ServiceError::code, |_| "success");
        self.audit(&session.id, "fhir", id, outcome)?;
        bundle
    }

    fn told_as_fhir(
        &self,
        case: &Case,
        request: &Request,
        me: &Fingerprint,
    ) -> Result<Consultation, ServiceError> {
        let seen = case.seen_by(me);
        let case = &*seen;
        let study = self.study_if_here(&self.real_study(&request.study_instance_uid))?;
        let readings = case.readings();
        let who = people_of(request, &readings, case);
        let place = |one: &Fingerprint| who.iter().position(|other| other == one);
        let practitioners: Vec<_> = who.iter().map(|one| self.practitioner(case, one)).collect();
        let taken = case.taken_over().into_iter();
        let successions = taken
            .map(|one| Succession {
                by: place(&one.by).unwrap_or_default(),
                at: seconds(one.at.0),
                alone: one.body.offer().is_none(),
            })
            .collect();
        let reports = case.versions();
        let reports = reports.iter().map(|version| {
            let author = place(&version.by).unwrap_or_default();
            self.version_as_fhir(case, version, author)
        });
        let asked_at = case.request().and_then(|(id, _)| case.log().get(&id));
        let changed = case
            .log()
            .ordered()
            .into_iter()
            .map(|entry| entry.header().time.0);
        let changed = changed.max().unwrap_or_default();
        let clinic = practitioners.first();
        Ok(Consultation {
            case: case.id().to_string(),
            patient: patient(request, study.as_ref()),
            clinic: clinic.map(|one| one.facility.clone()).unwrap_or_default(),
            successions,
            asked: readings.iter().filter_map(|one| place(&one.who)).collect(),
            study: told_study(request, study.as_ref()),
            requested_at: asked_at.map_or(0, |entry| seconds(entry.header().time.0)),
            due: request.due.map(|due| seconds(due.0)),
            state: state(case),
            urgency: match request.urgency {
                Urgency::Routine => dokuei_fhir::Urgency::Routine,
                Urgency::Urgent => dokuei_fhir::Urgency::Urgent,
                Urgency::Emergency => dokuei_fhir::Urgency::Emergency,
            },
            region: request.region.clone(),
            question: request.question.clone(),
            history: request.history.clone(),
            justification: request.justification.clone(),
            reports: reports.collect::<Result<_, _>>()?,
            opinions: self.opinions_as_fhir(case, &place)?,
            co_signatures: co_signatures_as_fhir(case, &place)?,
            practitioners,
            changed_at: seconds(changed),
        })
    }

    fn study_if_here(&self, uid: &str) -> Result<Option<StudySummary>, ServiceError> {
        match self.store().study(uid) {
            Ok(study) => Ok(Some(study)),
            Err(StoreError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Who somebody is, and at which institution she signed last in this case.
    fn practitioner(&self, case: &Case, who: &Fingerprint) -> Practitioner {
        let certificate = self.people().present(who);
        let signed = case.log().ordered().into_iter().rev();
        let mut hers = signed.filter(|entry| entry.author() == *who);
        let node = hers
            .next()
            .and_then(|entry| self.people().node_certificate(&entry.header().device));
        let facility = match (node, &certificate) {
            (Some(node), _) => Facility {
                name: node.institution,
                code: node.institution_code,
            },
            (None, Some(certificate)) => Facility {
                name: certificate.institution.clone().unwrap_or_default(),
                code: String::new(),
            },
            (None, None) => Facility::default(),
        };
        let licence = certificate.as_ref().map(|one| match one.licence.kind {
            LicenceKind::Physician => Licence::Physician,
            LicenceKind::Dentist => Licence::Dentist,
        });
        Practitioner {
            fingerprint: who.to_string(),
            name: certificate
                .as_ref()
                .map(|one| one.name.japanese.clone())
                .unwrap_or_default(),
            name_latin: certificate
                .as_ref()
                .map(|one| one.name.latin.clone())
                .unwrap_or_default(),
            licence,
            licence_number: certificate
                .map(|one| one.licence.number.to_string())
                .unwrap_or_default(),
            facility,
        }
    }

    fn opinions_as_fhir(
        &self,
        case: &Case,
        place: &impl Fn(&Fingerprint) -> Option<usize>,
    ) -> Result<Vec<Opinion>, ServiceError> {
        let told = |found: &Found<'_>| {
            let said = &found.said;
            let pdf = match self.opinion_pdf_of(case, found) {
                Ok(pdf) => Some(pdf),
                Err(error) => {
                    tracing::warn!(code = error.code(), "an opinion goes out as FHIR without its PDF");
                    None
                }
            };
            let readers = [said.by, found.other.by].map(|who| place(&who).unwrap_or_default());
            Ok(Opinion {
                entry: said.id.to_string(),
                reports: [said.body.own.to_string(), said.body.other.to_string()],
                status: if found.is_of_both() {
                    OpinionStatus::OfBoth
                } else {
                    OpinionStatus::OfOne
                },
                readers,
                signed_at: seconds(said.at.0),
                opinion: said.body.opinion.clone(),
                recommendations: said.body.recommendations.clone(),
                pdf,
                signature: signature(case, &said.id)?,
            })
        };
        self.opinions(case).iter().map(told).collect()
    }

    fn version_as_fhir(
        &self,
        case: &Case,
        version: &Version<'_>,
        author: usize,
    ) -> Result<Report, ServiceError> {
        let report = version.report;
        let pdf = match self.report_pdf_of(case, Some(&version.id)) {
            Ok(pdf) => Some(pdf),
            Err(error) => {
                tracing::warn!(code = error.code(), "a report goes out as FHIR without its PDF");
                None
            }
        };
        let teeth = report.structure.iter().flat_map(|one| &one.teeth);
        Ok(Report {
            entry: version.id.to_string(),
            predecessor: report.predecessor.map(|id| id.to_string()),
            status: match version.status() {
                "preliminary" => ReportStatus::Preliminary,
                "amended" => ReportStatus::Amended,
                "appended" => ReportStatus::Appended,
                _ => ReportStatus::Final,
            },
            reason: version.amendment.map(|one| one.reason.clone()),
            author,
            signed_at: seconds(version.at.0),
            technique: report.technique.clone(),
            findings: report.findings.clone(),
            teeth: teeth
                .map(|one| ToothFinding {
                    tooth: one.tooth.number(),
                    supernumerary: one.supernumerary,
                    words: one.words.clone(),
                })
                .collect(),
            impression: report.impression.clone(),
            recommendations: report.recommendations.clone(),
            guideline: report.guideline.clone(),
            pdf,
            signature: signature(case, &version.id)?,
        })
    }
}

/// The signature of an entry.
fn signature(case: &Case, entry: &EntryId) -> Result<Signature, ServiceError> {
    let entry = case.log().get(entry).ok_or(ServiceError::NoReport)?;
    Ok(Signature {
        cose: entry.signed().header.clone(),
        device: entry.header().device.to_string(),
    })
}

fn co_signatures_as_fhir(
    case: &Case,
    place: &impl Fn(&Fingerprint) -> Option<usize>,
) -> Result<Vec<CoSignature>, ServiceError> {
    let all = case.co_signed().into_iter();
    all.map(|one| {
        Ok(CoSignature {
            entry: one.id.to_string(),
            of: one.body.of.to_string(),
            signer: place(&one.by).unwrap_or_default(),
            agrees: one.body.stance == Stance::Agrees,
            words: one.body.words.clone(),
            signed_at: seconds(one.at.0),
            signature: signature(case, &one.id)?,
        })
    })
    .collect()
}

/// Who takes part, each once: the requester first.
fn people_of(request: &Request, readings: &[Reading<'_>], case: &Case) -> Vec<Fingerprint> {
    let mut who = vec![request.requester.practitioner];
    let (versions, co_signed) = (case.versions(), case.co_signed());
    let signers = versions
        .iter()
        .map(|one| one.by)
        .chain(co_signed.iter().map(|one| one.by));
    let taken = case.taken_over();
    let later = taken.iter().map(|one| one.by);
    for one in readings.iter().map(|one| one.who).chain(signers).chain(later) {
        if !who.contains(&one) {
            who.push(one);
        }
    }
    who
}

/// A study that went under a pseudonym is the real patient's here.
fn patient(request: &Request, study: Option<&StudySummary>) -> Patient {
    let own = study.filter(|study| study.study.study_instance_uid != request.study_instance_uid);
    let patient = own.map_or_else(|| request.patient.clone(), patient_of);
    Patient {
        id: patient.id,
        ideographic: patient.name.ideographic,
        phonetic: patient.name.phonetic,
        alphabetic: patient.name.alphabetic,
        birth_date: patient.birth_date.unwrap_or_default(),
        sex: match patient.sex {
            Sex::Male => "M",
            Sex::Female => "F",
            Sex::Other => "O",
            Sex::Unknown => "",
        }
        .to_owned(),
    }
}

fn told_study(request: &Request, study: Option<&StudySummary>) -> Study {
    let here = study.map(|one| &one.study);
    let text = |value: Option<&String>| value.cloned().unwrap_or_default();
    let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    Study {
        uid: here.map_or_else(
            || request.study_instance_uid.clone(),
            |one| one.study_instance_uid.clone(),
        ),
        date: text(here.map(|one| &one.study_date)),
        description: text(here.map(|one| &one.description)),
        accession_number: text(here.map(|one| &one.accession_number)),
        modalities: request.modalities.clone(),
        series: study.map(|one| number(one.series)),
        instances: study.map(|one| number(one.instances)),
    }
}

fn state(case: &Case) -> RequestState {
    if matches!(case.state().name(), "declined" | "withdrawn") {
        RequestState::Revoked
    } else if case.versions().iter().any(Version::is_final) {
        RequestState::Completed
    } else {
        RequestState::Active
    }
}

fn seconds(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}
