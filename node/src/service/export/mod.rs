//! Writes a study as plain DICOM files: it leaves the encrypted store, so it is audited (R23).
//!
//! - [`discs`] lays the files of a medium on as many discs as are needed;
//! - [`stages`] are the plain files of which an image is made, and which go away again.

mod discs;
mod stages;

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dokuei_dicom::convert::ConvertError;
use dokuei_dicom::medium::{self, OnMedium};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{Action, Data, Object, Relation};
use dokuei_media::capacity::Capacity;
use dokuei_media::writing::{WriteError, image};
use dokuei_store::{BlobReader, InstanceRecord, StoreError, StudySummary};
use serde::Deserialize;
use serde_json::{Value, json};

use self::discs::{Discs, Made};
use self::stages::STAGE_SUFFIX;
use super::Node;
use super::error::ServiceError;
use super::jobs::Job;
use super::media::{MediaError, Stage};
use super::session::Session;

/// Where a study is exported to, as the app sends it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct NewExport {
    /// An absolute path: a new or empty folder; of a medium also a file that ends in `.iso`.
    #[schema(value_type = String)]
    pub path: PathBuf,
    /// As a medium: with a DICOMDIR.
    #[serde(default)]
    pub dicomdir: bool,
    /// What one disc of a medium holds, as `650M`; all goes on one when it is not given.
    #[serde(default)]
    pub capacity: Option<String>,
}

/// A study that is being exported: who does it, and which.
struct Exporting<'a> {
    job: &'a Job,
    actor: &'a str,
    uid: &'a str,
    study: StudySummary,
}

impl Node {
    /// Exports a study into a new or empty folder, in the background; as a medium also into ISO 9660 images, when the
    /// path ends in `.iso`.
    ///
    /// # Errors
    /// [`ServiceError::Denied`] when nothing may leave this machine unsealed; [`ServiceError::Medium`] and
    /// [`ServiceError::Field`] for a capacity that is none, or is of no medium.
    pub fn start_export(
        &self,
        session: &Session,
        uid: String,
        wanted: NewExport,
    ) -> Result<Arc<Job>, ServiceError> {
        self.permit(
            session,
            Action::ExportPlain,
            Object::new(Data::Images, Relation::Own),
        )?;
        self.require_thawed()?;
        let capacity = wanted.capacity.as_deref().map(str::parse::<Capacity>);
        let capacity = capacity.transpose().map_err(MediaError::from)?;
        if capacity.is_some() && !wanted.dicomdir {
            let why = "only a medium is divided among discs: ask for one with dicomdir, or leave it out";
            return Err(ServiceError::field("capacity", why));
        }
        let (node, actor, who) = (self.clone(), session.id.clone(), self.me(session));
        Ok(self.0.jobs.start("export", &self.0.events, move |job| {
            let exported = node.export(job, (&actor, &who), &uid, &wanted, capacity);
            if let Err(error) = &exported {
                node.audit(&actor, "export", &uid, error.code())?;
            }
            exported
        }))
    }

    fn export(
        &self,
        job: &Job,
        (actor, who): (&str, &Fingerprint),
        uid: &str,
        wanted: &NewExport,
        capacity: Option<Capacity>,
    ) -> Result<Value, ServiceError> {
        let study = self.seen_study(who, uid)?;
        job.expect(study.bytes);
        let exporting = Exporting {
            job,
            actor,
            uid,
            study,
        };
        if !wanted.dicomdir {
            return self.export_files(&exporting, &wanted.path);
        }
        if is_image(&wanted.path) {
            return self.export_images(&exporting, &wanted.path, capacity);
        }
        let made = self.export_medium(&exporting, &wanted.path, capacity)?;
        Ok(exporting.told(&wanted.path, &made))
    }

    /// As plain files, bit for bit.
    fn export_files(&self, exporting: &Exporting<'_>, folder: &Path) -> Result<Value, ServiceError> {
        self.begin(exporting, folder)?;
        let mut files = 0_u64;
        self.each_instance(exporting, |series, name, instance| {
            let directory = folder.join(series);
            fs::create_dir_all(&directory).map_err(ServiceError::file(&directory))?;
            let path = directory.join(format!("{name}.dcm"));
            let mut file = File::create_new(&path).map_err(ServiceError::file(&path))?;
            let mut blob = self.store().blob_reader(&instance.sop_instance_uid)?;
            io::copy(&mut blob, &mut file).map_err(stored_or(&path))?;
            file.sync_all().map_err(ServiceError::file(&path))?;
            files += 1;
            Ok(())
        })?;
        self.audit(exporting.actor, "export", exporting.uid, "success")?;
        Ok(json!({
            "files": files,
            "bytes": exporting.study.bytes,
            "path": folder,
            "dicomdir": false,
            "compressed": 0,
            "unconverted": 0,
            "completed": 0,
            "discs": 1,
            "unlisted": [],
            "profiles": [],
        }))
    }

    /// As a medium, or as many as are needed, each in a folder of its own. No disc has a DICOMDIR, and so none passes for
    /// a medium, before the files of all of them lie there.
    fn export_medium(
        &self,
        exporting: &Exporting<'_>,
        folder: &Path,
        capacity: Option<Capacity>,
    ) -> Result<Made, ServiceError> {
        self.begin(exporting, folder)?;
        let mut discs = Discs::new(folder, capacity);
        self.each_instance(exporting, |series, name, instance| {
            discs.put(series, name, |path| self.write_on_medium(instance, path))
        })?;
        let made = discs.finish()?;
        self.audit(exporting.actor, "export", exporting.uid, "success")?;
        Ok(made)
    }

    /// The same as images to burn. Their files lie beside them while they are made, readable by nobody else.
    fn export_images(
        &self,
        exporting: &Exporting<'_>,
        path: &Path,
        capacity: Option<Capacity>,
    ) -> Result<Value, ServiceError> {
        let _alone = self.media_lock();
        let path = &std::path::absolute(path).map_err(ServiceError::file(path))?;
        let free = |path: &Path| match fs::symlink_metadata(path) {
            Ok(_) => Err(MediaError::Write(WriteError::Occupied(path.to_owned()))),
            Err(_) => Ok(()),
        };
        free(path)?;
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(STAGE_SUFFIX);
        let place = path.with_file_name(name);
        // A node that is killed now finds it after its next start, and removes it.
        self.note_stage(&place)?;
        let done = Stage::new(place).and_then(|stage| {
            let made = self.export_medium(exporting, &stage.0.join("discs"), capacity)?;
            let mut written = Vec::new();
            for (number, disc) in made.discs.iter().enumerate() {
                let image = stage.0.join(format!("{number}.iso"));
                image::write_folder(&disc.folder, &image, &disc.name, &stage.0, |_| ())
                    .map_err(MediaError::from)?;
                written.push((image, image::image_path(path, number, made.discs.len())));
            }
            // None before all are written.
            written.iter().try_for_each(|(_, image)| free(image))?;
            for (part, image) in &written {
                image::finish(part, image).map_err(MediaError::from)?;
            }
            let images: Vec<PathBuf> = written.into_iter().map(|(_, image)| image).collect();
            Ok((made, images))
        });
        self.sweep_stages();
        let (made, images) = done?;
        let mut length = 0;
        for image in &images {
            length += fs::metadata(image).map_err(ServiceError::file(image))?.len();
        }
        let told = match images.len() {
            1 => "an ISO image was made of it".to_owned(),
            several => format!("{several} ISO images were made of it"),
        };
        self.audit(exporting.actor, "export", exporting.uid, &told)?;
        let mut result = exporting.told(path, &made);
        result["image_bytes"] = length.into();
        result["images"] = json!(images);
        Ok(result)
    }

    /// The folder, which must be empty; and the row in the audit log, before the first byte leaves.
    fn begin(&self, exporting: &Exporting<'_>, folder: &Path) -> Result<(), ServiceError> {
        fs::create_dir_all(folder).map_err(ServiceError::file(folder))?;
        let mut there = fs::read_dir(folder).map_err(ServiceError::file(folder))?;
        if there.next().is_some() {
            return Err(ServiceError::NotEmpty(folder.to_owned()));
        }
        self.audit(exporting.actor, "export", exporting.uid, "begun")
    }

    /// Goes through the instances of a study with the names that they get: of 8 capital letters and digits, without a
    /// suffix, as media have them (PS3.10 8.5).
    fn each_instance(
        &self,
        exporting: &Exporting<'_>,
        mut write: impl FnMut(&str, &str, &InstanceRecord) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        for (number, series) in (1..).zip(self.store().series_of(exporting.uid)?) {
            let folder = format!("SE{number:05}");
            let instances = self.store().instances_of(&series.series_instance_uid)?;
            for (number, instance) in (1..).zip(instances) {
                write(&folder, &format!("IM{number:05}"), &instance)?;
                exporting.job.advance(instance.bytes);
            }
        }
        Ok(())
    }

    /// Writes an instance as media have it; one odd image does not keep the others: it goes as it is (`None`).
    fn write_on_medium(
        &self,
        instance: &InstanceRecord,
        path: &Path,
    ) -> Result<Option<OnMedium>, ServiceError> {
        let mut file = File::create_new(path).map_err(ServiceError::file(path))?;
        let mut blob = self.store().blob_reader(&instance.sop_instance_uid)?;
        let written = match write_plain(&mut blob, &mut file) {
            Ok(written) => Some(written),
            Err(error) => {
                tracing::warn!(%error, "an image could not be converted, and is exported as it is");
                file.set_len(0)
                    .and_then(|()| file.rewind())
                    .map_err(ServiceError::file(path))?;
                let mut blob = self.store().blob_reader(&instance.sop_instance_uid)?;
                io::copy(&mut blob, &mut file).map_err(stored_or(path))?;
                None
            }
        };
        file.sync_all().map_err(ServiceError::file(path))?;
        Ok(written)
    }
}

impl Exporting<'_> {
    fn told(&self, path: &Path, made: &Made) -> Value {
        json!({
            "files": made.files,
            "bytes": self.study.bytes,
            "path": path,
            "dicomdir": true,
            "compressed": made.compressed,
            "unconverted": made.unconverted,
            "completed": made.completed,
            "discs": made.discs.len(),
            "unlisted": made.unlisted,
            "profiles": made.profiles,
        })
    }
}

fn write_plain(blob: &mut BlobReader, file: &mut File) -> Result<OnMedium, ConvertError> {
    let mut out = BufWriter::new(file);
    let written = medium::write_file(blob, &mut out)?;
    out.flush()?;
    Ok(written)
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
