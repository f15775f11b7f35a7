//! Writes a study as plain DICOM files: it leaves the encrypted store, so it is audited (R23).

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dokuei_dicom::convert;
use dokuei_dicom::directory::DirectoryWriter;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{Action, Data, Object, Relation};
use dokuei_media::writing::{WriteError, image};
use dokuei_store::{BlobReader, InstanceRecord, StoreError};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::jobs::Job;
use super::media::{MediaError, Stage};
use super::session::Session;
use crate::data_dir::write_durably;

/// The setting that names folders of plain files that are to go away again, as JSON.
const STAGES: &str = "export_stages";
/// How the names of such folders end.
const STAGE_SUFFIX: &str = ".dokuei-files";

/// Explicit VR Little Endian.
const EXPLICIT: &str = "1.2.840.10008.1.2.1";

impl Node {
    /// Exports a study into a new or empty folder, in the background; as a medium also into an ISO 9660 image, when the
    /// path ends in `.iso`.
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
            let exported = if as_medium && is_image(&folder) {
                node.export_image(job, (&actor, &who), &uid, &folder)
            } else {
                node.export(job, (&actor, &who), &uid, (&folder, as_medium))
            };
            if let Err(error) = &exported {
                node.audit(&actor, "export", &uid, error.code())?;
            }
            exported
        }))
    }

    /// The same as an image to burn. Its files lie beside it while it is made, readable by nobody else.
    fn export_image(
        &self,
        job: &Job,
        who: (&str, &Fingerprint),
        uid: &str,
        image: &Path,
    ) -> Result<Value, ServiceError> {
        let _alone = self.media_lock();
        let image = &std::path::absolute(image).map_err(ServiceError::file(image))?;
        let free = || match fs::symlink_metadata(image) {
            Ok(_) => Err(MediaError::Write(WriteError::Occupied(image.clone()))),
            Err(_) => Ok(()),
        };
        free()?;
        let mut name = std::ffi::OsString::from(".");
        name.push(image.file_name().unwrap_or_default());
        name.push(STAGE_SUFFIX);
        let place = image.with_file_name(name);
        // A node that is killed now finds it after its next start, and removes it.
        self.note_stage(&place)?;
        let made = Stage::new(place).and_then(|stage| {
            let (folder, written) = (stage.0.join("disc"), stage.0.join("disc.iso"));
            let result = self.export(job, who, uid, (&folder, true))?;
            image::write_folder(&folder, &written, "DOKUEI", &stage.0, |_| ()).map_err(MediaError::from)?;
            free()?;
            image::finish(&written, image).map_err(MediaError::from)?;
            Ok(result)
        });
        self.sweep_stages();
        let mut result = made?;
        let length = fs::metadata(image).map_err(ServiceError::file(image))?.len();
        self.audit(who.0, "export", uid, "an ISO image was made of it")?;
        result["path"] = json!(image);
        result["image_bytes"] = length.into();
        Ok(result)
    }

    /// Writes down that there are plain files at this place, before there are.
    fn note_stage(&self, place: &Path) -> Result<(), ServiceError> {
        let place = place
            .to_str()
            .ok_or_else(|| ServiceError::field("path", "it is not Unicode"))?;
        let mut stages = self.stages()?;
        if !stages.iter().any(|one| one == place) {
            stages.push(place.to_owned());
        }
        Ok(self.store().set_setting(STAGES, &json!(stages).to_string())?)
    }

    fn stages(&self) -> Result<Vec<String>, ServiceError> {
        let kept = self.store().setting(STAGES)?;
        Ok(kept
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    /// Removes the plain files of exports that are over, or that a crash ended.
    pub(super) fn sweep_stages(&self) {
        let swept = self.stages().and_then(|stages| {
            if stages.is_empty() {
                return Ok(());
            }
            let left: Vec<String> = stages
                .into_iter()
                .filter(|one| !is_removed(Path::new(one)))
                .collect();
            match left.as_slice() {
                [] => self.store().remove_setting(STAGES)?,
                left => self.store().set_setting(STAGES, &json!(left).to_string())?,
            }
            Ok(())
        });
        if let Err(error) = swept {
            tracing::warn!(
                code = error.code(),
                "what exports left could not be looked through"
            );
        }
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
        let mut unlisted = Vec::new();
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
                                io::copy(&mut blob, &mut file).map_err(stored_or(&path))?;
                                compressed += 1;
                                unconverted += 1;
                            }
                        }
                        let written = File::open(&path).map_err(ServiceError::file(&path))?;
                        let listed = of_medium.add(&[series_name.clone(), name], BufReader::new(written));
                        if let Err(error) = listed {
                            // It lies on the medium, and others are listed: only who trusts the table alone misses it.
                            tracing::warn!(%error, "an image could not be listed in the DICOMDIR");
                            unlisted.push(json!({"file": path, "why": error.to_string()}));
                        }
                    }
                    None => drop(io::copy(&mut blob, &mut file).map_err(stored_or(&path))?),
                }
                file.sync_all().map_err(ServiceError::file(&path))?;
                files += 1;
                job.advance(instance.bytes);
            }
        }
        let mut profiles = Vec::new();
        if let Some(of_medium) = directory_of_medium {
            if unlisted.is_empty() {
                profiles = of_medium.profiles();
            }
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
            "unlisted": unlisted,
            "profiles": profiles,
        }))
    }
}

/// Removes a stage; whether it is gone. On a medium that is not there now it is not.
fn is_removed(stage: &Path) -> bool {
    let name = stage.file_name().unwrap_or_default().to_string_lossy();
    if !name.starts_with('.') || !name.ends_with(STAGE_SUFFIX) {
        // Not one of ours.
        return true;
    }
    match fs::remove_dir_all(stage) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => stage.parent().is_some_and(Path::exists),
        Err(error) => {
            tracing::warn!(%error, "plain DICOM files of an export that was broken off could not be removed");
            false
        }
    }
}

/// Whether a path names an image to burn.
fn is_image(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("iso"))
}

/// Whose fault it is that a file could not be written: what was stored is not what it should be, or the file.
fn stored_or(path: &Path) -> impl FnOnce(io::Error) -> ServiceError {
    move |error| match error.downcast::<StoreError>() {
        Ok(stored) => stored.into(),
        Err(error) => ServiceError::file(path)(error),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r23_plain_files_that_a_crash_left_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let stage = folder.path().join(".x.iso.dokuei-files");
        fs::create_dir_all(stage.join("disc")).unwrap();
        fs::write(stage.join("disc/IM00001"), "plain").unwrap();
        assert!(is_removed(&stage));
        assert!(!stage.exists());
        assert!(is_removed(&stage), "it is gone");
        assert!(
            !is_removed(&folder.path().join("medium/.x.iso.dokuei-files")),
            "its medium is not there"
        );
        let other = folder.path().join("mine");
        fs::create_dir(&other).unwrap();
        assert!(is_removed(&other));
        assert!(other.exists(), "a folder of somebody else's");
    }
}
