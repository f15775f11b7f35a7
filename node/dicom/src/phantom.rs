//! A synthetic dental CBCT: to practise, to demonstrate and to measure with, marked as a sample throughout.

use std::fs;
use std::path::{Path, PathBuf};

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use serde::Serialize;

use crate::charset::{self, encode_name};
use crate::header::Patient;
use crate::name::PersonName;
use crate::uid::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION, Uid};

mod anatomy;
mod write;

use anatomy::{Anatomy, Noise};
use write::Writer;

/// What to write.
#[derive(Clone, Debug, PartialEq)]
pub struct PhantomOptions {
    /// Number of slices, one file each (1 to 2000).
    pub slices: u32,
    /// Rows of a slice, pixels (16 to 2048).
    pub rows: u16,
    /// Columns of a slice, pixels (16 to 2048).
    pub columns: u16,
    /// Edge of the (cubic) voxels, millimetres.
    pub voxel_mm: f64,
    /// Everything that varies follows from it: the same seed gives the same bytes.
    pub seed: u64,
    /// The patient; the name must be writable in JIS X 0208.
    pub patient: Patient,
    /// (0008,0020) as `YYYYMMDD`.
    pub study_date: String,
}

impl Default for PhantomOptions {
    fn default() -> Self {
        let name = PersonName::from_groups("YAMADA^TARO=山田^太郎=やまだ^たろう");
        Self {
            slices: 400,
            rows: 400,
            columns: 400,
            voxel_mm: 0.2,
            seed: 1,
            patient: Patient {
                name,
                id: "DOKUEI-SAMPLE-1".into(),
                id_issuer: "Dokuei sample".into(),
                birth_date: "19700401".into(),
                sex: "M".into(),
            },
            study_date: "20260401".into(),
        }
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Phantom {
    /// The study.
    pub study_instance_uid: Uid,
    /// Its only series.
    pub series_instance_uid: Uid,
    /// The files, in order of the slices.
    pub files: Vec<PathBuf>,
    /// Their total size, bytes.
    pub bytes: u64,
}

/// The phantom can't be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PhantomError {
    /// A number outside of its bounds.
    #[error("the sample's {0} is out of bounds")]
    OutOfBounds(&'static str),
    /// A name that JIS X 0208 can't write.
    #[error("the sample patient's {0} can't be written in JIS X 0208")]
    Unwritable(&'static str),
    /// The folder can't be written.
    #[error("the sample can't be written: {0}")]
    Io(#[from] std::io::Error),
}

/// A CBCT of CT Image Storage objects, made one slice at a time.
///
/// Text that isn't ASCII is in `\ISO 2022 IR 87`, as older Japanese equipment writes it.
pub struct Cbct<'o> {
    study: Study<'o>,
    anatomy: Anatomy,
}

impl<'o> Cbct<'o> {
    /// The study that these options describe.
    ///
    /// # Errors
    /// [`PhantomError`].
    pub fn new(options: &'o PhantomOptions) -> Result<Self, PhantomError> {
        Ok(Self {
            study: Study::new(options)?,
            anatomy: Anatomy::new(options.rows, options.columns, options.seed),
        })
    }

    /// Its Study Instance UID.
    #[must_use]
    pub const fn study_instance_uid(&self) -> &Uid {
        &self.study.uid
    }

    /// A slice as a Part 10 file; the first has the number 0.
    #[must_use]
    pub fn slice(&self, index: u32) -> Vec<u8> {
        let options = self.study.options;
        let height = (index as f32 + 0.5) / options.slices as f32;
        // One stream of noise a slice: a slice doesn't depend on how many there are before it.
        let mut noise = Noise::new(options.seed, u64::from(index) + 1);
        self.study.slice(index, &self.anatomy.slice(height, &mut noise))
    }
}

/// It has a patient's name in it, though nobody's.
impl std::fmt::Debug for Cbct<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cbct")
            .field("study", &self.study.uid)
            .finish_non_exhaustive()
    }
}

/// Writes such a study into `dir` (made when missing), one slice in memory at a time.
///
/// # Errors
/// [`PhantomError`].
pub fn write_cbct(dir: &Path, options: &PhantomOptions) -> Result<Phantom, PhantomError> {
    let cbct = Cbct::new(options)?;
    fs::create_dir_all(dir)?;
    let mut phantom = Phantom {
        study_instance_uid: cbct.study.uid.clone(),
        series_instance_uid: cbct.study.series.clone(),
        files: Vec::with_capacity(options.slices as usize),
        bytes: 0,
    };
    for index in 0..options.slices {
        let file = cbct.slice(index);
        let path = dir.join(format!("CT{:04}.dcm", index + 1));
        fs::write(&path, &file)?;
        phantom.bytes += file.len() as u64;
        phantom.files.push(path);
    }
    Ok(phantom)
}

/// What every slice says about the study, encoded once.
struct Study<'o> {
    options: &'o PhantomOptions,
    uid: Uid,
    series: Uid,
    patient_name: Vec<u8>,
    description: Vec<u8>,
}

impl<'o> Study<'o> {
    fn new(options: &'o PhantomOptions) -> Result<Self, PhantomError> {
        let bounds = [
            ("number of slices", (1..=2000).contains(&options.slices)),
            ("number of rows", (16..=2048).contains(&options.rows)),
            ("number of columns", (16..=2048).contains(&options.columns)),
            ("voxel size", (0.01..=10.0).contains(&options.voxel_mm)),
        ];
        if let Some((what, _)) = bounds.iter().find(|(_, fits)| !fits) {
            return Err(PhantomError::OutOfBounds(what));
        }
        let short_ascii = |text: &str| text.is_ascii() && text.len() <= 64;
        let patient = &options.patient;
        if ![&patient.id, &patient.id_issuer, &patient.birth_date, &patient.sex]
            .into_iter()
            .all(|t| short_ascii(t))
        {
            return Err(PhantomError::Unwritable("ID"));
        }
        let patient_name = encode_name(&patient.name).map_err(|_| PhantomError::Unwritable("name"))?;
        let description = PersonName::alphabetic("Dokuei sample / 練習用");
        let description = encode_name(&description).map_err(|_| PhantomError::Unwritable("description"))?;
        Ok(Self {
            options,
            uid: Uid::derived("dokuei sample study", &options.seed.to_le_bytes()),
            series: Uid::derived("dokuei sample series", &options.seed.to_le_bytes()),
            patient_name,
            description,
        })
    }

    /// One Part 10 file.
    fn slice(&self, index: u32, pixels: &[u8]) -> Vec<u8> {
        let instance = Uid::derived(
            "dokuei sample slice",
            &[self.options.seed.to_le_bytes(), u64::from(index).to_le_bytes()].concat(),
        );
        let mut meta = Writer::default();
        meta.binary(tags::FILE_META_INFORMATION_VERSION, VR::OB, &[0, 1]);
        meta.text(tags::MEDIA_STORAGE_SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE);
        meta.text(tags::MEDIA_STORAGE_SOP_INSTANCE_UID, VR::UI, instance.as_str());
        meta.text(tags::TRANSFER_SYNTAX_UID, VR::UI, uids::EXPLICIT_VR_LITTLE_ENDIAN);
        meta.text(tags::IMPLEMENTATION_CLASS_UID, VR::UI, IMPLEMENTATION_CLASS_UID);
        meta.text(tags::IMPLEMENTATION_VERSION_NAME, VR::SH, IMPLEMENTATION_VERSION);
        let meta = meta.into_bytes();
        let mut group_length = Writer::default();
        group_length.ul(tags::FILE_META_INFORMATION_GROUP_LENGTH, meta.len() as u32);
        let mut data = Writer::default();
        self.identification(&mut data, &instance);
        self.acquisition(&mut data);
        self.geometry(&mut data, index);
        self.pixels(&mut data, pixels);
        [
            &[0; 128][..],
            b"DICM",
            &group_length.into_bytes(),
            &meta,
            &data.into_bytes(),
        ]
        .concat()
    }

    fn identification(&self, data: &mut Writer, instance: &Uid) {
        let date = &self.options.study_date;
        data.text(tags::SPECIFIC_CHARACTER_SET, VR::CS, charset::JAPANESE);
        data.text(tags::IMAGE_TYPE, VR::CS, r"ORIGINAL\PRIMARY\AXIAL");
        data.text(tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE);
        data.text(tags::SOP_INSTANCE_UID, VR::UI, instance.as_str());
        data.text(tags::STUDY_DATE, VR::DA, date);
        data.text(tags::SERIES_DATE, VR::DA, date);
        data.text(tags::ACQUISITION_DATE, VR::DA, date);
        data.text(tags::CONTENT_DATE, VR::DA, date);
        for time in [
            tags::STUDY_TIME,
            tags::SERIES_TIME,
            tags::ACQUISITION_TIME,
            tags::CONTENT_TIME,
        ] {
            data.text(time, VR::TM, "093000");
        }
        data.text(tags::ACCESSION_NUMBER, VR::SH, "SAMPLE0001");
        data.text(tags::MODALITY, VR::CS, "CT");
        data.text(tags::MANUFACTURER, VR::LO, "Dokuei");
        data.text(tags::INSTITUTION_NAME, VR::LO, "Dokuei sample");
        data.text(tags::REFERRING_PHYSICIAN_NAME, VR::PN, "");
        data.text(tags::STUDY_DESCRIPTION, VR::LO, &self.description);
        data.text(tags::SERIES_DESCRIPTION, VR::LO, "CBCT sample");
        data.text(tags::MANUFACTURER_MODEL_NAME, VR::LO, "Phantom generator");
    }

    fn acquisition(&self, data: &mut Writer) {
        let patient = &self.options.patient;
        data.text(tags::PATIENT_NAME, VR::PN, &self.patient_name);
        data.text(tags::PATIENT_ID, VR::LO, &patient.id);
        if !patient.id_issuer.is_empty() {
            data.text(tags::ISSUER_OF_PATIENT_ID, VR::LO, &patient.id_issuer);
        }
        data.text(tags::PATIENT_BIRTH_DATE, VR::DA, &patient.birth_date);
        data.text(tags::PATIENT_SEX, VR::CS, &patient.sex);
        data.text(
            tags::PATIENT_COMMENTS,
            VR::LT,
            "Synthetic sample data, not a patient",
        );
        data.text(tags::BODY_PART_EXAMINED, VR::CS, "JAW");
        data.text(tags::SLICE_THICKNESS, VR::DS, decimal(self.options.voxel_mm));
        data.text(tags::KVP, VR::DS, "90");
        data.text(tags::SOFTWARE_VERSIONS, VR::LO, env!("CARGO_PKG_VERSION"));
        data.text(tags::PATIENT_POSITION, VR::CS, "HFS");
    }

    fn geometry(&self, data: &mut Writer, index: u32) {
        let PhantomOptions {
            rows,
            columns,
            voxel_mm,
            seed,
            ..
        } = *self.options;
        let frame_of_reference = Uid::derived("dokuei sample frame of reference", &seed.to_le_bytes());
        // Isocentric: the middle of the volume is the origin.
        let edge = |count: f64| -(count - 1.0) / 2.0 * voxel_mm;
        let z = edge(f64::from(self.options.slices)) + f64::from(index) * voxel_mm;
        let position = [edge(columns.into()), edge(rows.into()), z]
            .map(decimal)
            .join("\\");
        data.text(tags::STUDY_INSTANCE_UID, VR::UI, self.uid.as_str());
        data.text(tags::SERIES_INSTANCE_UID, VR::UI, self.series.as_str());
        data.text(tags::STUDY_ID, VR::SH, "SAMPLE");
        data.text(tags::SERIES_NUMBER, VR::IS, "1");
        data.text(tags::ACQUISITION_NUMBER, VR::IS, "1");
        data.text(tags::INSTANCE_NUMBER, VR::IS, (index + 1).to_string());
        data.text(tags::IMAGE_POSITION_PATIENT, VR::DS, position);
        data.text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, r"1\0\0\0\1\0");
        data.text(tags::FRAME_OF_REFERENCE_UID, VR::UI, frame_of_reference.as_str());
        data.text(tags::POSITION_REFERENCE_INDICATOR, VR::LO, "");
        data.text(tags::SLICE_LOCATION, VR::DS, decimal(z));
    }

    fn pixels(&self, data: &mut Writer, pixels: &[u8]) {
        data.us(tags::SAMPLES_PER_PIXEL, 1);
        data.text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2");
        data.us(tags::ROWS, self.options.rows);
        data.us(tags::COLUMNS, self.options.columns);
        data.text(
            tags::PIXEL_SPACING,
            VR::DS,
            [decimal(self.options.voxel_mm), decimal(self.options.voxel_mm)].join("\\"),
        );
        data.us(tags::BITS_ALLOCATED, 16);
        data.us(tags::BITS_STORED, 12);
        data.us(tags::HIGH_BIT, 11);
        data.us(tags::PIXEL_REPRESENTATION, 0);
        data.text(tags::WINDOW_CENTER, VR::DS, "900");
        data.text(tags::WINDOW_WIDTH, VR::DS, "3800");
        data.text(tags::RESCALE_INTERCEPT, VR::DS, anatomy::INTERCEPT.to_string());
        data.text(tags::RESCALE_SLOPE, VR::DS, "1");
        data.text(tags::RESCALE_TYPE, VR::LO, "HU");
        data.binary(tags::PIXEL_DATA, VR::OW, pixels);
    }
}

/// VR DS: at most 16 characters.
fn decimal(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
