//! What kinds of image somebody reads.

use std::fmt;
use std::str::FromStr;

use dokuei_identity::certificate::UnknownWord;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// A kind of image.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Modality {
    /// 歯科用コーンビームCT.
    #[n(0)]
    ConeBeamCt,
    /// CT.
    #[n(1)]
    Ct,
    /// MRI.
    #[n(2)]
    Mr,
    /// パノラマエックス線写真.
    #[n(3)]
    Panoramic,
    /// 口内法エックス線写真.
    #[n(4)]
    Intraoral,
    /// 頭部エックス線規格写真.
    #[n(5)]
    Cephalometric,
    /// 頭頸部単純エックス線写真.
    #[n(6)]
    #[serde(rename = "plain-radiography")]
    Plain,
    /// 超音波.
    #[n(7)]
    Ultrasound,
    /// 唾液腺造影.
    #[n(8)]
    Sialography,
    /// PET・核医学.
    #[n(9)]
    Pet,
}

impl Modality {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::ConeBeamCt,
        Self::Ct,
        Self::Mr,
        Self::Panoramic,
        Self::Intraoral,
        Self::Cephalometric,
        Self::Plain,
        Self::Ultrasound,
        Self::Sialography,
        Self::Pet,
    ];

    /// The word that stands in requests and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConeBeamCt => "cone-beam-ct",
            Self::Ct => "ct",
            Self::Mr => "mr",
            Self::Panoramic => "panoramic",
            Self::Intraoral => "intraoral",
            Self::Cephalometric => "cephalometric",
            Self::Plain => "plain-radiography",
            Self::Ultrasound => "ultrasound",
            Self::Sialography => "sialography",
            Self::Pet => "pet",
        }
    }

    /// Its name in Japanese.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::ConeBeamCt => "歯科用コーンビームCT",
            Self::Ct => "CT",
            Self::Mr => "MRI",
            Self::Panoramic => "パノラマエックス線写真",
            Self::Intraoral => "口内法エックス線写真",
            Self::Cephalometric => "頭部エックス線規格写真",
            Self::Plain => "頭頸部単純エックス線写真",
            Self::Ultrasound => "超音波",
            Self::Sialography => "唾液腺造影",
            Self::Pet => "PET・核医学",
        }
    }

    /// Its name in English.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::ConeBeamCt => "Cone beam CT",
            Self::Ct => "CT",
            Self::Mr => "MRI",
            Self::Panoramic => "Panoramic radiography",
            Self::Intraoral => "Intraoral radiography",
            Self::Cephalometric => "Cephalometric radiography",
            Self::Plain => "Plain radiography",
            Self::Ultrasound => "Ultrasound",
            Self::Sialography => "Sialography",
            Self::Pet => "PET and nuclear medicine",
        }
    }

    /// Those that may stand behind a value of DICOM's Modality (0008,0060); empty when it is none that is read here.
    /// DICOM writes `CT` for cone beams, too.
    #[must_use]
    pub fn of_dicom(modality: &str) -> &'static [Self] {
        match modality {
            "CT" => &[Self::ConeBeamCt, Self::Ct],
            "MR" => &[Self::Mr],
            "PX" => &[Self::Panoramic],
            "IO" => &[Self::Intraoral],
            "DX" | "CR" | "RG" => &[Self::Plain, Self::Cephalometric, Self::Panoramic, Self::Intraoral],
            "US" => &[Self::Ultrasound],
            "RF" | "XA" => &[Self::Sialography],
            "PT" | "NM" => &[Self::Pet],
            _ => &[],
        }
    }
}

impl fmt::Display for Modality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Modality {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|one| one.as_str() == text)
            .ok_or_else(|| UnknownWord {
                given: text.chars().take(40).collect(),
                known: "cone-beam-ct, ct, mr, panoramic, intraoral, cephalometric, plain-radiography, ultrasound, sialography, pet",
            })
    }
}
