//! Writes a study as plain DICOM files: it leaves the encrypted store, so it is audited (R23).

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dokuei_dicom::convert;
use dokuei_dicom::directory::DirectoryWriter;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{Action, Data, Object, Relation};
use dokuei_store::{BlobReader, InstanceRecord};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::jobs::Job;
use super::session::Session;
use crate::data_dir::write_durably;

/// Explicit VR Little Endian.
const EXPLICIT: &str = "1.2.840.10008.1.2.1";

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
        as_medium: bool,
    ) -> Result<Arc<Job>, ServiceError> {
        self.permit(
            session,
            Action::ExportPlain,
            Object::new(Data::Images, Relation::Own),
        )?;
        let (node, actor, who) = (self.clone(), session.id.clone(), session.certificate.fingerprint);
        Ok(self.0.jobs.start("export", &self.0.events, move |job| {
            node.export(job, (&actor, &who), &uid, (&folder, as_medium))
        }))
    }

    fn export(
        &self,
        job: &Job,
        (actor, who): (&str, &Fingerprint),
        uid: &str,
        (folder, as_medium): (&Path, bool),
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
        let mut directory_of_medium = as_medium.then(DirectoryWriter::default);
        let (mut compressed, mut unconverted) = (0_u64, 0_u64);
        for (number, series) in self.store().series_of(uid)?.into_iter().enumerate() {
            let series_name = format!("SE{:05}", number + 1);
            let directory = folder.join(&series_name);
            fs::create_dir_all(&directory).map_err(ServiceError::file(&directory))?;
            for (number, instance) in self
                .store()
                .instances_of(&series.series_instance_uid)?
                .into_iter()
                .enumerate()
            {
                // On a medium names are of 8 capital letters and digits, without a suffix (PS3.10 8.5).
                let name = format!("IM{:05}{}", number + 1, if as_medium { "" } else { ".dcm" });
                let path = directory.join(&name);
                let mut file = File::create_new(&path).map_err(ServiceError::file(&path))?;
                let mut blob = self.store().blob_reader(&instance.sop_instance_uid)?;
                match &mut directory_of_medium {
                    Some(of_medium) => {
                        match write_plain(&instance, &mut blob, &mut file) {
                            Ok(plain) => compressed += u64::from(!plain),
                            Err(error) => {
                                // One odd image does not keep the others: it goes as it is, as without a directory.
                                tracing::warn!(%error, "an image could not be converted, and is exported as it is");
                                file.set_len(0)
                                    .and_then(|()| file.rewind())
                                    .map_err(ServiceError::file(&path))?;
                                let mut blob = self.store().blob_reader(&instance.sop_instance_uid)?;
                                io::copy(&mut blob, &mut file).map_err(ServiceError::file(&path))?;
                                compressed += 1;
                                unconverted += 1;
                            }
                        }
                        let written = File::open(&path).map_err(ServiceError::file(&path))?;
                        of_medium
                            .add(&[series_name.clone(), name], BufReader::new(written))
                            .map_err(|error| ServiceError::file(&path)(io::Error::other(error)))?;
                    }
                    None => drop(io::copy(&mut blob, &mut file).map_err(ServiceError::file(&path))?),
                }
                file.sync_all().map_err(ServiceError::file(&path))?;
                files += 1;
                job.advance(instance.bytes);
            }
        }
        if let Some(of_medium) = directory_of_medium {
            let path = folder.join("DICOMDIR");
            let directory = of_medium.finish("DOKUEI").map_err(io::Error::other);
            directory
                .and_then(|directory| write_durably(&path, &directory))
                .map_err(ServiceError::file(&path))?;
        }
        self.audit(actor, "export", uid, "success")?;
        Ok(json!({
            "files": files,
            "bytes": study.bytes,
            "path": folder,
            "dicomdir": as_medium,
            "compressed": compressed,
            "unconverted": unconverted,
        }))
    }
}

/// Writes an instance as media of the general purpose profile have it (STD-GEN-CD, PS3.11 D): Explicit VR Little Endian,
/// where that loses nothing; else as it is. Whether it could be.
fn write_plain(instance: &InstanceRecord, blob: &mut BlobReader, file: &mut File) -> io::Result<bool> {
    let kept = instance.transfer_syntax_uid.as_str();
    if kept != EXPLICIT && convert::offers(kept).contains(&EXPLICIT) {
        let mut out = BufWriter::new(&mut *file);
        convert::write_file(blob, EXPLICIT, &mut out).map_err(io::Error::other)?;
        out.flush()?;
        return Ok(true);
    }
    io::copy(blob, file)?;
    Ok(kept == EXPLICIT)
}
