//! A study under a pseudonym: made of one that is here, kept beside it, and sent in its place. Who it is, is known here
//! and nowhere else, so that a report that comes back is shown under the real patient.

use std::collections::{BTreeSet, HashMap};
use std::io::BufReader;
use std::sync::{Arc, PoisonError, RwLock};

use dokuei_consultation::body::{Patient, Request};
use dokuei_dicom::deid::{DeidError, Key, Options, Warning, pseudonymise};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_store::{
    Inserted, InstanceRecord, Origin, PersonName, PseudonymRecord, Store, StoreError, StudySummary,
};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::import::{Batch, Copied};
use super::jobs::Job;
use super::requesting::patient_of;
use super::session::Session;

/// Where the secret from which pseudonyms follow lies in the encrypted store.
const SECRET: &str = "pseudonym_secret";

/// The studies under a pseudonym, by their own UID.
#[derive(Debug, Default)]
pub(super) struct Pseudonyms(RwLock<HashMap<String, PseudonymRecord>>);

impl Pseudonyms {
    pub(super) fn open(store: &Store) -> Result<Self, StoreError> {
        let records = store.pseudonyms()?.into_iter();
        let by_uid = records.map(|one| (one.study_instance_uid.clone(), one));
        Ok(Self(RwLock::new(by_uid.collect())))
    }

    fn find(&self, study: &str) -> Option<PseudonymRecord> {
        let records = self.0.read().unwrap_or_else(PoisonError::into_inner);
        records.get(study).cloned()
    }

    /// A study was deleted for good.
    pub(super) fn forget(&self, study: &str) {
        let mut records = self.0.write().unwrap_or_else(PoisonError::into_inner);
        records.retain(|copy, record| copy != study && record.original_uid != study);
    }

    fn note(&self, record: PseudonymRecord) {
        let mut records = self.0.write().unwrap_or_else(PoisonError::into_inner);
        records.insert(record.study_instance_uid.clone(), record);
    }
}

/// What was made.
pub(super) struct Made {
    study: String,
    code: String,
    instances: u64,
    /// Documents, which stay.
    left_out: u64,
    warnings: BTreeSet<Warning>,
}

impl Node {
    /// What a study was made of, when it goes under a pseudonym that this node gave.
    pub(super) fn pseudonym_of(&self, study: &str) -> Option<PseudonymRecord> {
        self.0.pseudonyms.find(study)
    }

    /// The Study Instance UID of the real study: this one's, unless it goes under a pseudonym of this node's.
    pub(super) fn real_study(&self, study: &str) -> String {
        self.pseudonym_of(study)
            .map_or_else(|| study.to_owned(), |record| record.original_uid)
    }

    /// The patient of a request as this node knows her, and the pseudonym under which she was sent, if she was.
    pub(super) fn shown_patient(&self, request: &Request) -> (Patient, Option<String>) {
        self.known_patient(&request.study_instance_uid, &request.patient)
    }

    /// The same of a request about this study, which names the patient as `given`.
    pub(super) fn known_patient(&self, study: &str, given: &Patient) -> (Patient, Option<String>) {
        let real = self.pseudonym_of(study).and_then(|record| {
            let study = self.store().study(&record.original_uid).ok()?;
            Some((patient_of(&study), Some(record.code)))
        });
        real.unwrap_or_else(|| (given.clone(), None))
    }

    /// The real instance of one in a study under a pseudonym; the same one otherwise.
    pub(super) fn real_instances(
        &self,
        study: &str,
        instances: Vec<InstanceRecord>,
    ) -> Result<Vec<InstanceRecord>, ServiceError> {
        let Some(mut real) = self.given_instances(study)? else {
            return Ok(instances);
        };
        let known = instances.into_iter();
        Ok(known
            .filter_map(|one| real.remove(&one.sop_instance_uid))
            .collect())
    }

    /// The real instances of a study under a pseudonym, by the UIDs that they were given; nothing when it is under its own
    /// name.
    pub(super) fn given_instances(
        &self,
        study: &str,
    ) -> Result<Option<HashMap<String, InstanceRecord>>, ServiceError> {
        let Some(record) = self.pseudonym_of(study) else {
            return Ok(None);
        };
        let options: Options = serde_json::from_str(&record.options).unwrap_or_default();
        let key = self.pseudonym_key()?;
        let mut real = HashMap::new();
        for series in self.store().series_of(&record.original_uid)? {
            for instance in self.store().instances_of(&series.series_instance_uid)? {
                let given = key.uid(&instance.sop_instance_uid, &options);
                real.insert(given.to_string(), instance);
            }
        }
        Ok(Some(real))
    }

    /// The secret of this node, made when it is first needed.
    fn pseudonym_key(&self) -> Result<Key, ServiceError> {
        // Whoever holds the lock may ask too: what is there is read without it.
        if let Some(key) = self.kept_key()? {
            return Ok(key);
        }
        let _writing = self.write_lock();
        if let Some(key) = self.kept_key()? {
            return Ok(key);
        }
        let bytes: [u8; 32] = rand::random();
        self.store().set_setting(SECRET, &hex::encode(bytes))?;
        Ok(Key::from_bytes(bytes))
    }

    fn kept_key(&self) -> Result<Option<Key>, ServiceError> {
        let Some(kept) = self.store().setting(SECRET)? else {
            return Ok(None);
        };
        let bytes = hex::decode(kept).ok().and_then(|bytes| bytes.try_into().ok());
        let key = bytes.map(Key::from_bytes);
        key.map(Some).ok_or(ServiceError::Unknown("secret of pseudonyms"))
    }

    /// Makes a study under a pseudonym in the background.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for a study that she may not see.
    pub fn start_pseudonymise(
        &self,
        session: &Session,
        uid: &str,
        options: Options,
    ) -> Result<Arc<Job>, ServiceError> {
        let study = self.to_pseudonymise(&self.me(session), uid, &options)?;
        let (node, actor) = (self.clone(), session.id.clone());
        Ok(self.0.jobs.start("pseudonymise", &self.0.events, move |job| {
            let made = node.pseudonymised(job, &actor, &study, &options)?;
            Ok(made.view())
        }))
    }

    /// The study to be given a pseudonym.
    pub(super) fn to_pseudonymise(
        &self,
        who: &Fingerprint,
        uid: &str,
        options: &Options,
    ) -> Result<StudySummary, ServiceError> {
        if options.uids {
            return Err(ServiceError::field(
                "pseudonymise.uids",
                "a study that is kept beside its original needs UIDs of its own",
            ));
        }
        let study = self.seen_study(who, uid)?;
        self.refuse_practice(uid)?;
        if study.study.origin != Origin::Imported {
            // The copy would be the whole staff's to see, and its code another institution's patient.
            return Err(ServiceError::field(
                "study_instance_uid",
                "it came with a consultation: only a study of this institution gets a pseudonym here",
            ));
        }
        if self.pseudonym_of(uid).is_some() {
            return Err(ServiceError::field(
                "study_instance_uid",
                "it goes under a pseudonym already",
            ));
        }
        Ok(study)
    }

    /// A study as it will be when it has its pseudonym: what a request says of it.
    pub(super) fn as_pseudonymised(
        &self,
        study: &StudySummary,
        options: &Options,
    ) -> Result<StudySummary, ServiceError> {
        let key = self.pseudonym_key()?;
        let code = key.pseudonym(&subject_id(study)).code;
        let mut made = study.clone();
        made.study.study_instance_uid = key.uid(&study.study.study_instance_uid, options).to_string();
        made.study.patient_id.clone_from(&code);
        made.study.patient_name = PersonName {
            alphabetic: code,
            ..PersonName::default()
        };
        made.study.birth_date.clear();
        if !options.patient_characteristics {
            made.study.sex.clear();
        }
        Ok(made)
    }

    /// Makes it: each instance is read, written anew and sealed in one pass.
    pub(super) fn pseudonymised(
        &self,
        job: &Job,
        actor: &str,
        study: &StudySummary,
        options: &Options,
    ) -> Result<Made, ServiceError> {
        self.may_work()?;
        self.require_room(study.bytes)?;
        job.expect(study.bytes);
        let original = &study.study.study_instance_uid;
        let key = self.pseudonym_key()?;
        let target = self.as_pseudonymised(study, options)?.study;
        let mut made = Made {
            study: target.study_instance_uid.clone(),
            code: target.patient_id.clone(),
            instances: 0,
            left_out: 0,
            warnings: BTreeSet::new(),
        };
        // Before anything of it is stored: else what a crash leaves would pass for an original.
        let mut record = PseudonymRecord {
            study_instance_uid: made.study.clone(),
            original_uid: original.clone(),
            code: made.code.clone(),
            options: serde_json::to_string(options).unwrap_or_default(),
            made_at: self.now(),
            finished: false,
        };
        self.note_pseudonym(&record)?;
        let mut batch = Batch::new(Origin::Imported);
        for series in self.store().series_of(original)? {
            for instance in self.store().instances_of(&series.series_instance_uid)? {
                let Some(copied) = self.one_pseudonymised(&instance, options, &key, &mut made)? else {
                    made.left_out += 1;
                    continue;
                };
                job.advance(instance.bytes);
                if batch.is_full_for(&copied) {
                    self.keep_pseudonymised(&mut batch, &mut made)?;
                }
                batch.add(copied);
            }
        }
        self.keep_pseudonymised(&mut batch, &mut made)?;
        if made.instances == 0 {
            return Err(ServiceError::Pseudonym(DeidError::Document));
        }
        record.finished = true;
        self.note_pseudonym(&record)?;
        self.audit(actor, "pseudonymise", original, "success")?;
        self.0.events.publish(EventKind::Study, &made.study);
        Ok(made)
    }

    fn note_pseudonym(&self, record: &PseudonymRecord) -> Result<(), ServiceError> {
        self.store().note_pseudonym(record)?;
        self.0.pseudonyms.note(record.clone());
        Ok(())
    }

    /// Refuses a study under a pseudonym that was not made whole.
    pub(super) fn require_finished(&self, study: &str) -> Result<(), ServiceError> {
        match self.pseudonym_of(study) {
            Some(record) if !record.finished => Err(ServiceError::field(
                "study_instance_uid",
                "its copy under a pseudonym was not finished: make it again of the original study",
            )),
            _ => Ok(()),
        }
    }

    /// `None` for a document, which stays.
    fn one_pseudonymised(
        &self,
        instance: &InstanceRecord,
        options: &Options,
        key: &Key,
        made: &mut Made,
    ) -> Result<Option<Copied>, ServiceError> {
        let blob = BufReader::with_capacity(1 << 18, self.store().blob_reader(&instance.sop_instance_uid)?);
        let anew = match pseudonymise(blob, options, key) {
            Ok(anew) => anew,
            Err(DeidError::Document) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        made.warnings.extend(&anew.warnings);
        let header = anew.header()?;
        if header.study_instance_uid.as_str() != made.study || header.patient.id != made.code {
            // Nothing may be kept under a name that was not meant.
            return Err(ServiceError::Pseudonym(DeidError::Document));
        }
        Ok(Some(self.copy_in(header, anew, |_| {})?))
    }

    fn keep_pseudonymised(&self, batch: &mut Batch, made: &mut Made) -> Result<(), ServiceError> {
        for kept in self.keep_all(batch)? {
            if kept.outcome == Inserted::Conflict {
                return Err(StoreError::InstanceConflict.into());
            }
            made.instances += 1;
        }
        Ok(())
    }
}

impl Made {
    fn view(&self) -> Value {
        json!({
            "study_instance_uid": self.study,
            "code": self.code,
            "instances": self.instances,
            "left_out": self.left_out,
            "warnings": self.warnings,
        })
    }
}

/// By what a patient is known: her number, or her name where she has none. The files are asked in the same way.
fn subject_id(study: &StudySummary) -> String {
    let record = &study.study;
    if !record.patient_id.is_empty() {
        return record.patient_id.clone();
    }
    let name = &record.patient_name;
    let name = dokuei_dicom::PersonName {
        alphabetic: name.alphabetic.clone(),
        ideographic: name.ideographic.clone(),
        phonetic: name.phonetic.clone(),
    };
    name.to_groups()
}
