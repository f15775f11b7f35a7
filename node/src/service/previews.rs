//! Previews: made of a cone-beam CT when it is imported, sealed before its images, looked at while the study is still on its way.

use std::io::Read;

use dokuei_consultation::machine::Case;
use dokuei_dicom::HeaderError;
use dokuei_dicom::preview::{MAX_EDGE, PreviewError, Previews, VolumeBuilder};
use dokuei_package::manifest::{MAX_PREVIEWS, PreviewKind};
use dokuei_package::open::{OpenError, PackageReader};
use dokuei_package::schedule::{Cek, PackageKey};
use dokuei_package::seal::Picture;
use dokuei_package::tree::TreeError;
use dokuei_store::{InstanceRecord, KeptPreview, KeptPreviewKind, PackageState, StoreError};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::session::Session;

/// The fewest slices of which a preview is made.
const FEWEST: usize = 32;
/// The longest slice that is read for it, bytes.
const LONGEST: u64 = 8 << 20;

impl Node {
    /// The previews of a study: of each series that is a volume, as many as a package may have. A series of which none
    /// can be made has none. They are made once, when a study was imported or else when it is first sent, and kept.
    pub(super) fn pictures_of(&self, study: &str) -> Result<Vec<Picture>, StoreError> {
        let mut pictures = Vec::new();
        for series in self.store().series_of(study)? {
            if series.modality != "CT" {
                continue;
            }
            let uid = &series.series_instance_uid;
            let instances = self.store().instances_of(uid)?;
            let of = instances.len() as u64;
            if let Some(kept) = self.store().kept_previews(uid, of)? {
                pictures.extend(kept.into_iter().filter_map(|one| picture_of(uid, one)));
                continue;
            }
            let slices: Vec<_> = instances
                .into_iter()
                .filter(|one| one.frames == 1 && one.bytes <= LONGEST)
                .collect();
            if slices.len() < FEWEST {
                continue;
            }
            let made = match self.made_of(&slices) {
                Ok(previews) => named(uid, previews),
                // A disk that fails now says nothing of the series: it is tried again the next time.
                Err(PreviewError::Header(HeaderError::Io(error))) => {
                    tracing::warn!(%error, "a preview could not be made");
                    continue;
                }
                Err(error) => {
                    tracing::info!(%error, "a series has no preview");
                    Vec::new()
                }
            };
            let kept: Vec<_> = made.iter().filter_map(kept_of).collect();
            if let Err(error) = self.store().keep_previews(uid, of, &kept) {
                tracing::warn!(%error, "a preview could not be kept");
            }
            pictures.extend(made);
        }
        pictures.truncate(MAX_PREVIEWS);
        Ok(pictures)
    }

    fn made_of(&self, slices: &[InstanceRecord]) -> Result<Previews, PreviewError> {
        let step = slices.len().div_ceil(MAX_EDGE);
        let mut builder = VolumeBuilder::new(slices.len().div_ceil(step))?;
        let mut file = Vec::new();
        for slice in slices.iter().step_by(step) {
            file.clear();
            let blob = self
                .store()
                .blob_reader(&slice.sop_instance_uid)
                .map_err(std::io::Error::other)
                .and_then(|blob| blob.take(LONGEST).read_to_end(&mut file));
            blob.map_err(HeaderError::from)?;
            builder.add(&file)?;
        }
        builder.finish()
    }

    /// What previews of a case's study are here, on whichever side; empty while they are on their way.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for a case in which the practitioner has no part.
    pub fn previews(&self, session: &Session, id: &str) -> Result<Value, ServiceError> {
        let case = self.my_case(session, id)?;
        let Some(reader) = self.reader_of_case(session, &case)? else {
            return Ok(json!([]));
        };
        let previews = reader.manifest().previews().iter().enumerate();
        let view = previews.map(|(index, preview)| {
            json!({
                "index": index,
                "kind": word(preview.kind),
                "series_instance_uid": preview.series_instance_uid,
            })
        });
        Ok(view.collect())
    }

    /// One of them, as PNG. Not for diagnosis.
    ///
    /// # Errors
    /// [`ServiceError::NotOpened`] while it is on its way, [`ServiceError::Unknown`] when there is none.
    pub fn preview(&self, session: &Session, id: &str, index: usize) -> Result<Vec<u8>, ServiceError> {
        let case = self.my_case(session, id)?;
        let mut reader = self
            .reader_of_case(session, &case)?
            .ok_or(ServiceError::NotOpened)?;
        match reader.preview(index) {
            Err(OpenError::Tree(TreeError::NotHeld { .. })) => Err(ServiceError::NotOpened),
            Err(OpenError::NoSuchPreview { .. }) => Err(ServiceError::Unknown("preview")),
            other => Ok(other?),
        }
    }

    /// The package of a case; `None` when there is none, or its list of contents is not here yet.
    fn reader_of_case(
        &self,
        session: &Session,
        case: &Case,
    ) -> Result<Option<PackageReader<std::fs::File, std::fs::File>>, ServiceError> {
        let packages = self.store().packages(Some(case.id().as_bytes()))?;
        let Some(row) = packages
            .iter()
            .rev()
            .find(|row| row.state != PackageState::Refused)
        else {
            return Ok(None);
        };
        let core = self.core_of(row)?;
        let key = match self.store().package_key(&row.package.package_id)? {
            Some(kept) => PackageKey::derive(&Cek::from_bytes(kept), core.core())
                .map_err(|error| ServiceError::BadPackage(error.to_string()))?,
            None => self.key_of(session, case, &core)?,
        };
        match self.reader_of(&core, key) {
            Err(ServiceError::Open(OpenError::Tree(TreeError::NotHeld { .. }))) => Ok(None),
            reader => reader.map(Some),
        }
    }
}

fn kept_of(picture: &Picture) -> Option<KeptPreview> {
    let kind = match picture.kind {
        PreviewKind::AxialMip => KeptPreviewKind::AxialMip,
        PreviewKind::Panoramic => KeptPreviewKind::Panoramic,
        PreviewKind::CrossSection => KeptPreviewKind::CrossSection,
        _ => return None,
    };
    Some(KeptPreview {
        kind,
        png: picture.png.clone(),
    })
}

fn picture_of(series: &str, kept: KeptPreview) -> Option<Picture> {
    let kind = match kept.kind {
        KeptPreviewKind::AxialMip => PreviewKind::AxialMip,
        KeptPreviewKind::Panoramic => PreviewKind::Panoramic,
        KeptPreviewKind::CrossSection => PreviewKind::CrossSection,
        KeptPreviewKind::None => return None,
    };
    Some(Picture {
        kind,
        series_instance_uid: series.to_owned(),
        png: kept.png,
    })
}

const fn word(kind: PreviewKind) -> &'static str {
    match kind {
        PreviewKind::AxialMip => "axial_mip",
        PreviewKind::Panoramic => "panoramic",
        PreviewKind::CrossSection => "cross_section",
        _ => "other",
    }
}

fn named(series: &str, previews: Previews) -> Vec<Picture> {
    let picture = |kind, png| Picture {
        kind,
        series_instance_uid: series.to_owned(),
        png,
    };
    let mut pictures = vec![picture(PreviewKind::AxialMip, previews.axial_mip)];
    pictures.extend(previews.panoramic.map(|png| picture(PreviewKind::Panoramic, png)));
    let sections = previews.cross_sections.into_iter();
    pictures.extend(sections.map(|png| picture(PreviewKind::CrossSection, png)));
    pictures
}
