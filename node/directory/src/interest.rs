//! Fields that somebody knows particularly well.

use std::fmt;
use std::str::FromStr;

use dokuei_identity::certificate::UnknownWord;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// A field of oral and maxillofacial radiology.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Interest {
    /// インプラント.
    #[n(0)]
    Implant,
    /// 埋伏歯・智歯.
    #[n(1)]
    ImpactedTeeth,
    /// 歯内療法・根尖病変.
    #[n(2)]
    Endodontic,
    /// 歯周病.
    #[n(3)]
    Periodontal,
    /// 矯正歯科.
    #[n(4)]
    Orthodontic,
    /// 顎関節.
    #[n(5)]
    Temporomandibular,
    /// 嚢胞・良性腫瘍.
    #[n(6)]
    CystsAndTumours,
    /// 口腔がん・悪性腫瘍.
    #[n(7)]
    Oncology,
    /// 炎症・骨髄炎・顎骨壊死.
    #[n(8)]
    Inflammation,
    /// 外傷・骨折.
    #[n(9)]
    Trauma,
    /// 上顎洞・副鼻腔.
    #[n(10)]
    ParanasalSinus,
    /// 唾液腺.
    #[n(11)]
    SalivaryGland,
    /// 小児歯科.
    #[n(12)]
    Paediatric,
    /// 全身疾患・骨系統疾患.
    #[n(13)]
    SystemicDisease,
    /// 口唇口蓋裂・先天異常.
    #[n(14)]
    CleftAndAnomaly,
    /// 気道・睡眠時無呼吸.
    #[n(15)]
    Airway,
    /// 歯科法医学・個人識別.
    #[n(16)]
    Forensic,
    /// 線量・放射線防護.
    #[n(17)]
    Dosimetry,
}

impl Interest {
    /// Every one.
    pub const ALL: [Self; 18] = [
        Self::Implant,
        Self::ImpactedTeeth,
        Self::Endodontic,
        Self::Periodontal,
        Self::Orthodontic,
        Self::Temporomandibular,
        Self::CystsAndTumours,
        Self::Oncology,
        Self::Inflammation,
        Self::Trauma,
        Self::ParanasalSinus,
        Self::SalivaryGland,
        Self::Paediatric,
        Self::SystemicDisease,
        Self::CleftAndAnomaly,
        Self::Airway,
        Self::Forensic,
        Self::Dosimetry,
    ];

    /// The word that stands in requests and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Implant => "implant",
            Self::ImpactedTeeth => "impacted-teeth",
            Self::Endodontic => "endodontic",
            Self::Periodontal => "periodontal",
            Self::Orthodontic => "orthodontic",
            Self::Temporomandibular => "temporomandibular",
            Self::CystsAndTumours => "cysts-and-tumours",
            Self::Oncology => "oncology",
            Self::Inflammation => "inflammation",
            Self::Trauma => "trauma",
            Self::ParanasalSinus => "paranasal-sinus",
            Self::SalivaryGland => "salivary-gland",
            Self::Paediatric => "paediatric",
            Self::SystemicDisease => "systemic-disease",
            Self::CleftAndAnomaly => "cleft-and-anomaly",
            Self::Airway => "airway",
            Self::Forensic => "forensic",
            Self::Dosimetry => "dosimetry",
        }
    }

    /// Its name in Japanese.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Implant => "インプラント",
            Self::ImpactedTeeth => "埋伏歯・智歯",
            Self::Endodontic => "歯内療法・根尖病変",
            Self::Periodontal => "歯周病",
            Self::Orthodontic => "矯正歯科",
            Self::Temporomandibular => "顎関節",
            Self::CystsAndTumours => "嚢胞・良性腫瘍",
            Self::Oncology => "口腔がん・悪性腫瘍",
            Self::Inflammation => "炎症・骨髄炎・顎骨壊死",
            Self::Trauma => "外傷・骨折",
            Self::ParanasalSinus => "上顎洞・副鼻腔",
            Self::SalivaryGland => "唾液腺",
            Self::Paediatric => "小児歯科",
            Self::SystemicDisease => "全身疾患・骨系統疾患",
            Self::CleftAndAnomaly => "口唇口蓋裂・先天異常",
            Self::Airway => "気道・睡眠時無呼吸",
            Self::Forensic => "歯科法医学・個人識別",
            Self::Dosimetry => "線量・放射線防護",
        }
    }

    /// Its name in English.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Implant => "Implants",
            Self::ImpactedTeeth => "Impacted and wisdom teeth",
            Self::Endodontic => "Endodontics and apical lesions",
            Self::Periodontal => "Periodontal disease",
            Self::Orthodontic => "Orthodontics",
            Self::Temporomandibular => "Temporomandibular joint (TMJ)",
            Self::CystsAndTumours => "Cysts and benign tumours",
            Self::Oncology => "Oral cancer and malignant tumours",
            Self::Inflammation => "Inflammation, osteomyelitis and osteonecrosis (MRONJ)",
            Self::Trauma => "Trauma and fractures",
            Self::ParanasalSinus => "Maxillary and paranasal sinuses",
            Self::SalivaryGland => "Salivary glands",
            Self::Paediatric => "Paediatric dentistry",
            Self::SystemicDisease => "Systemic and bone diseases",
            Self::CleftAndAnomaly => "Cleft lip and palate, anomalies",
            Self::Airway => "Airway and sleep apnoea",
            Self::Forensic => "Forensic odontology and identification",
            Self::Dosimetry => "Dose and radiation protection",
        }
    }
}

impl fmt::Display for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Interest {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|one| one.as_str() == text)
            .ok_or_else(|| UnknownWord {
                given: text.chars().take(40).collect(),
                known: "implant, impacted-teeth, endodontic, periodontal, orthodontic, temporomandibular, cysts-and-tumours, oncology, inflammation, trauma, paranasal-sinus, salivary-gland, paediatric, systemic-disease, cleft-and-anomaly, airway, forensic, dosimetry",
            })
    }
}
