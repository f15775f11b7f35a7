//! Studies, series and instances as the store hands them out. Values are as DICOM has them (PS3.3), decoded to
//! Unicode; what is absent is an empty string.

use std::collections::BTreeSet;

use dokuei_identity::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::text::stored_as_text;
use crate::{Id16, Id32};

/// The three component groups of a person's name (PS3.5 §6.2.1.2), as one reads them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// Latin letters: `Yamada^Tarou`.
    pub alphabetic: String,
    /// Kanji: `山田^太郎`.
    pub ideographic: String,
    /// Kana: `やまだ^たろう`.
    pub phonetic: String,
}

/// How a study came here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// From this institution's own files or devices.
    #[default]
    Imported,
    /// In a sealed package, for a consultation.
    Received,
}
stored_as_text!(Origin { Imported => "imported", Received => "received" });

/// A study (PS3.3 C.7.2) with its patient. The first import decides; later ones do not change these values.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyRecord {
    /// (0020,000D).
    pub study_instance_uid: String,
    /// (0010,0010).
    pub patient_name: PersonName,
    /// (0010,0020).
    pub patient_id: String,
    /// (0010,0030), YYYYMMDD.
    pub birth_date: String,
    /// (0010,0040): M, F or O.
    pub sex: String,
    /// (0008,0020), YYYYMMDD.
    pub study_date: String,
    /// (0008,0030), HHMMSS[.f].
    #[serde(default)]
    pub study_time: String,
    /// (0020,0010).
    #[serde(default)]
    pub study_id: String,
    /// (0010,0021).
    #[serde(default)]
    pub id_issuer: String,
    /// (0008,0090), its groups divided by `=`.
    #[serde(default)]
    pub referring_physician: String,
    /// (0008,0080).
    #[serde(default)]
    pub institution: String,
    /// What was odd about the text of the first instance, and how it was read all the same: words.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What the patient's name is found by. Not read back.
    #[serde(skip)]
    pub name_keys: BTreeSet<String>,
    /// (0008,1030).
    pub description: String,
    /// (0008,0050).
    pub accession_number: String,
    /// How it came here.
    pub origin: Origin,
    /// The case it came with or was sent for.
    #[serde(with = "hex_id")]
    pub case_id: Option<Id16>,
}

/// A patient's values stay out of logs and error texts.
impl std::fmt::Debug for StudyRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StudyRecord")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// A study with what is counted over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StudySummary {
    /// The study.
    #[serde(flatten)]
    pub study: StudyRecord,
    /// Its modalities, sorted, each once: `CT`, `DX`.
    pub modalities: Vec<String>,
    /// Number of series.
    pub series: u64,
    /// Number of instances.
    pub instances: u64,
    /// Size of all instances, bytes.
    pub bytes: u64,
    /// When the first instance was stored.
    pub added_at: Timestamp,
}

/// A series (PS3.3 C.7.3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesRecord {
    /// (0020,000E).
    pub series_instance_uid: String,
    /// The study it belongs to.
    pub study_instance_uid: String,
    /// (0020,0011).
    pub number: Option<i64>,
    /// (0008,0060).
    pub modality: String,
    /// (0008,103E).
    pub description: String,
    /// (0018,0015).
    #[serde(default)]
    pub body_part: String,
}

/// A stored instance: a whole DICOM Part 10 file, in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstanceRecord {
    /// (0008,0018).
    pub sop_instance_uid: String,
    /// The series it belongs to.
    pub series_instance_uid: String,
    /// The study it belongs to.
    pub study_instance_uid: String,
    /// (0008,0016).
    pub sop_class_uid: String,
    /// (0002,0010).
    pub transfer_syntax_uid: String,
    /// (0020,0013).
    pub number: Option<i64>,
    /// (0028,0010), pixels; 0 when it is no image.
    pub rows: u32,
    /// (0028,0011), pixels; 0 when it is no image.
    pub columns: u32,
    /// (0028,0008); 1 for a single-frame image, 0 when it is no image.
    pub frames: u32,
    /// (0028,0100); 0 when it is no image, or was stored by a version that did not keep it.
    pub bits_allocated: u32,
    /// Size of the file, bytes.
    pub bytes: u64,
    /// SHA-256 of the file; of a received image, once it was decoded and compared with what its sender signed.
    #[serde(serialize_with = "crate::text::as_hex_or_null")]
    pub sha256: Option<Id32>,
    /// BLAKE3 of the file.
    #[serde(serialize_with = "crate::text::as_hex")]
    pub blake3: Id32,
    /// Names the blob in the vault; meaningless outside.
    #[serde(skip)]
    pub blob_id: Id16,
}

/// An optional identifier as hexadecimal.
mod hex_id {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::Id16;

    pub(super) fn serialize<S: Serializer>(id: &Option<Id16>, serializer: S) -> Result<S::Ok, S::Error> {
        match id {
            Some(id) => serializer.serialize_some(&hex::encode(id)),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Id16>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else {
            return Ok(None);
        };
        let mut id = [0; 16];
        hex::decode_to_slice(text, &mut id).map_err(serde::de::Error::custom)?;
        Ok(Some(id))
    }
}
