//! What is known of the object of a row: whose images, which consultation. It is looked up when the row is read, once for
//! each object.

use std::collections::{BTreeMap, HashMap};

use dokuei_audit::{Audited, Patient, Person, SopClass, Study};
use dokuei_consultation::id::CaseId;
use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_store::{AuditRow, Origin, StudyRecord};

use crate::service::Node;

/// What the one who reads may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// Everything: it goes to the house's own collector.
    Everything,
    /// What this practitioner may see.
    Of(Fingerprint),
}

#[derive(Debug, Clone, Default)]
struct Known {
    patient: Option<Patient>,
    study: Option<Study>,
    case: Option<String>,
}

pub(super) struct Resolver<'a> {
    node: &'a Node,
    sight: Sight,
    people: HashMap<String, String>,
    known: HashMap<String, Known>,
    /// Consultations by the study that they are about; read when first needed.
    by_study: Option<HashMap<String, Known>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(node: &'a Node, sight: Sight) -> Self {
        let people = node.practitioner_files().list().unwrap_or_default();
        Self {
            node,
            sight,
            people: people.into_iter().map(|one| (one.id, one.name_ja)).collect(),
            known: HashMap::new(),
            by_study: None,
        }
    }

    pub(super) fn resolve(&mut self, row: AuditRow) -> Audited {
        let known = self.known(&row.event.object);
        Audited {
            seq: row.seq,
            at: i64::try_from(row.event.at.0).unwrap_or(i64::MAX),
            actor: self.person(&row.event.actor),
            action: row.event.action,
            object: row.event.object,
            outcome: row.event.outcome,
            hash: hex::encode(row.hash),
            patient: known.patient,
            study: known.study,
            case: known.case,
        }
    }

    fn person(&self, actor: &str) -> Person {
        if let Some(name) = self.people.get(actor) {
            return Person {
                id: actor.to_owned(),
                name: Some(name.clone()),
                person: true,
            };
        }
        let node = self.node.store().node_by_peer(actor).ok().flatten();
        Person {
            id: actor.to_owned(),
            name: node.map(|node| node.institution),
            person: actor == "operator",
        }
    }

    fn known(&mut self, object: &str) -> Known {
        if let Some(known) = self.known.get(object) {
            return known.clone();
        }
        let known = self.look_up(object);
        self.known.insert(object.to_owned(), known.clone());
        known
    }

    fn look_up(&mut self, object: &str) -> Known {
        if let Ok(id) = object.parse::<CaseId>() {
            let case = self.node.kept_case(id).ok();
            return case.map_or_else(Known::default, |case| self.of_case(&case));
        }
        let looks_like_a_uid =
            object.contains('.') && object.bytes().all(|b| b == b'.' || b.is_ascii_digit());
        if !looks_like_a_uid {
            return Known::default();
        }
        if self.node.is_practice(object).unwrap_or(false) {
            // Nobody's images: no patient was looked at.
            return Known::default();
        }
        let real = self.node.real_study(object);
        match self.node.store().study_record(&real) {
            Ok(study) => self.of_study(object, &study),
            // It was erased: a consultation may still tell whose it was.
            Err(_) => self.by_study().get(object).cloned().unwrap_or_default(),
        }
    }

    fn of_study(&self, uid: &str, record: &StudyRecord) -> Known {
        let named = Study {
            uid: uid.to_owned(),
            classes: Vec::new(),
        };
        let seen = match self.sight {
            Sight::Everything => true,
            Sight::Of(who) => self.node.require_seen(&who, &record.study_instance_uid).is_ok(),
        };
        if !seen {
            return Known {
                study: Some(named),
                ..Known::default()
            };
        }
        let name = &record.patient_name;
        let names = [&name.ideographic, &name.alphabetic, &name.phonetic];
        let shown = names.into_iter().find(|text| !text.trim().is_empty());
        Known {
            patient: Some(Patient {
                id: record.patient_id.clone(),
                name: shown.map(|text| text.replace('^', " ")).unwrap_or_default(),
                issuer: self.issuer(record),
                birth_date: record.birth_date.clone(),
            }),
            study: Some(Study {
                classes: self.classes(&record.study_instance_uid),
                ..named
            }),
            case: None,
        }
    }

    /// Whose Patient ID a study has.
    fn issuer(&self, record: &StudyRecord) -> String {
        let case = record.case_id.map(CaseId::from_bytes);
        let case = case.and_then(|case| self.node.kept_case(case).ok());
        match (record.origin, case.as_ref().and_then(|case| case.request())) {
            (Origin::Received, Some((_, request))) => request.requester.institution.clone(),
            _ => self.node.config().institution.name.clone(),
        }
    }

    /// Instances by SOP class.
    fn classes(&self, study: &str) -> Vec<SopClass> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for series in self.node.store().series_of(study).unwrap_or_default() {
            let instances = self.node.store().instances_of(&series.series_instance_uid);
            for instance in instances.unwrap_or_default() {
                *counts.entry(instance.sop_class_uid).or_default() += 1;
            }
        }
        let counted = counts.into_iter();
        counted
            .map(|(uid, instances)| SopClass { uid, instances })
            .collect()
    }

    fn of_case(&self, case: &Case) -> Known {
        let mut known = Known {
            case: Some(case.id().to_string()),
            ..Known::default()
        };
        let seen = match self.sight {
            Sight::Everything => true,
            Sight::Of(who) => case.parties().contains(&who),
        };
        if let (true, Some((_, request))) = (seen, case.request()) {
            let (patient, _) = self.node.shown_patient(request);
            known.patient = Some(Patient {
                name: patient.display_name(),
                issuer: self.node.issuer_of(request),
                birth_date: patient.birth_date.clone().unwrap_or_default(),
                id: patient.id,
            });
            known.study = Some(Study {
                uid: request.study_instance_uid.clone(),
                classes: Vec::new(),
            });
        }
        known
    }

    fn by_study(&mut self) -> &HashMap<String, Known> {
        if self.by_study.is_none() {
            let cases = self.node.readable_cases().unwrap_or_default();
            let found = cases.iter().filter_map(|case| {
                let study = case.request()?.1.study_instance_uid.clone();
                let known = self.of_case(case);
                Some((study, Known { case: None, ..known }))
            });
            self.by_study = Some(found.collect());
        }
        self.by_study.get_or_insert_default()
    }
}
