//! Writes a study as plain DICOM files: it leaves the encrypted store, so it is audited (R23).

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{Action, Data, Object, Relation};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::jobs::Job;
use super::session::Session;

impl Node {
    /// Exports a study into a new or empty folder, in the background.
    ///
    /// # Errors
    /// [`ServiceError::Denied`] when nothing may leave this machine unsealed.
    pub fn start_export(
        &self,
        session: &Session,
        uid: String,
        folder: PathBuf,
    ) -> Result<Arc<Job>, ServiceError> {
        self.permit(
            session,
            Action::ExportPlain,
            Object::new(Data::Images, Relation::Own),
        )?;
        let (node, actor, who) = (self.clone(), session.id.clone(), session.certificate.fingerprint);
        Ok(self.0.jobs.start("export", &self.0.events, move |job| {
            node.export(job, (&actor, &who), &uid, &folder)
        }))
    }

    fn export(
        &self,
        job: &Job,
        (actor, who): (&str, &Fingerprint),
        uid: &str,
        folder: &Path,
    ) -> Result<Value, ServiceError> {
        let study = self.seen_study(who, uid)?;
        job.expect(study.bytes);
        fs::create_dir_all(folder).map_err(ServiceError::file(folder))?;
        if fs::read_dir(folder)
            .map_err(ServiceError::file(folder))?
            .next()
            .is_some()
        {
            return Err(ServiceError::NotEmpty(folder.to_owned()));
        }
        // Written down before the first byte leaves.
        self.audit(actor, "export", uid, "begun")?;
        let mut files = 0_u64;
        for (number, series) in self.store().series_of(uid)?.into_iter().enumerate() {
            let directory = folder.join(format!("SE{:05}", number + 1));
            fs::create_dir_all(&directory).map_err(ServiceError::file(&directory))?;
            for (number, instance) in self
                .store()
                .instances_of(&series.series_instance_uid)?
                .into_iter()
                .enumerate()
            {
                let path = directory.join(format!("IM{:05}.dcm", number + 1));
                let mut file = File::create_new(&path).map_err(ServiceError::file(&path))?;
                let mut blob = self.store().blob_reader(&instance.sop_instance_uid)?;
                io::copy(&mut blob, &mut file).map_err(ServiceError::file(&path))?;
                file.sync_all().map_err(ServiceError::file(&path))?;
                files += 1;
                job.advance(instance.bytes);
            }
        }
        self.audit(actor, "export", uid, "success")?;
        Ok(json!({"files": files, "bytes": study.bytes, "path": folder}))
    }
}
