//! Displays (6(3)): which there are, how good each was found, by whom and when; and which are enough for what.
//!
//! Grades are those of JESRA X-0093 (1A, 1B, 2). The guideline warns of asking for more than the task needs, so a display
//! of grade 2 is enough for everything but the fine detail of a radiograph.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::text::Text;

/// A grade of JESRA X-0093*B: luminance and contrast, and how far its grey scale may be from PS3.14.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
pub enum Grade {
    /// Lmax ≥ 350 cd/m², ratio ≥ 250, within 10 %.
    #[n(0)]
    #[serde(rename = "1A")]
    OneA,
    /// Lmax ≥ 170 cd/m², ratio ≥ 250, within 15 %.
    #[n(1)]
    #[serde(rename = "1B")]
    OneB,
    /// Lmax ≥ 100 cd/m², ratio ≥ 100, within 30 %.
    #[n(2)]
    #[serde(rename = "2")]
    Two,
}

impl Grade {
    /// The least maximum luminance (cd/m²), the least ratio of it to the minimum, and the largest deviation from PS3.14 (%).
    #[must_use]
    pub const fn limits(self) -> (f32, f32, f32) {
        match self {
            Self::OneA => (350.0, 250.0, 10.0),
            Self::OneB => (170.0, 250.0, 15.0),
            Self::Two => (100.0, 100.0, 30.0),
        }
    }

    /// The best grade that these figures allow: tenths of cd/m², and tenths of a per cent when it was measured.
    #[must_use]
    pub fn of(maximum: u32, minimum: u32, deviation: Option<u32>) -> Option<Self> {
        if minimum == 0 || maximum <= minimum {
            return None;
        }
        let (most, ratio) = (maximum as f32 / 10.0, maximum as f32 / minimum as f32);
        [Self::OneA, Self::OneB, Self::Two].into_iter().find(|grade| {
            let (luminance, contrast, off) = grade.limits();
            most >= luminance
                && ratio >= contrast
                && deviation.is_none_or(|deviation| deviation as f32 / 10.0 <= off)
        })
    }
}

/// The least grade for reading images of this DICOM modality, and the least number of pixels.
#[must_use]
pub fn needed(modality: &str) -> (Grade, u64) {
    match modality {
        // Fine detail at full resolution: two megapixels of grade 1 (JESRA TR-0049 for general radiography).
        "CR" | "DX" | "IO" | "PX" | "RG" | "MG" => (Grade::OneB, 1_900_000),
        // Slices are small and windowed: grade 2 with one megapixel is enough, and more is not asked for.
        _ => (Grade::Two, 1_000_000),
    }
}

/// A display of a workstation, as whoever signs has found it. A newer record of the same name takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Display {
    /// What it is called here, for example 第1診察室 左.
    #[n(0)]
    pub name: Text<60>,
    /// Maker and model.
    #[n(1)]
    pub model: Text<120>,
    /// Pixels across.
    #[n(2)]
    pub width: u16,
    /// Pixels down.
    #[n(3)]
    pub height: u16,
    /// Greatest luminance as measured, tenths of cd/m².
    #[n(4)]
    pub maximum: u32,
    /// Least luminance as measured, tenths of cd/m².
    #[n(5)]
    pub minimum: u32,
    /// Largest deviation from PS3.14 as measured, tenths of a per cent; nothing when it was not.
    #[n(6)]
    #[serde(default)]
    pub deviation: Option<u32>,
    /// Light on its surface in use, lux; nothing when it was not measured.
    #[n(7)]
    #[serde(default)]
    pub ambient: Option<u32>,
    /// The grade that is claimed for it.
    #[n(8)]
    pub grade: Grade,
    /// With what it was measured: a meter, or its maker's sheet.
    #[n(9)]
    pub measured_with: Text<120>,
    /// The day by which its constancy is measured again.
    #[n(10)]
    pub next: Day,
    /// It is used no more.
    #[n(11)]
    #[serde(default)]
    pub retired: bool,
}

impl Display {
    /// Whether it is enough for images of this modality.
    #[must_use]
    pub fn suits(&self, modality: &str) -> bool {
        let (grade, pixels) = needed(modality);
        self.grade <= grade && u64::from(self.width) * u64::from(self.height) >= pixels
    }
}

/// A look at the test pattern of a display, before work.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct DisplayCheck {
    /// Which display.
    #[n(0)]
    pub name: Text<60>,
    /// Whether all of the pattern was seen as it should be.
    #[n(1)]
    pub passed: bool,
    /// What was seen, or how light the room was.
    #[n(2)]
    #[serde(default)]
    pub note: Option<Text<500, true>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R18: the figures of JESRA X-0093 decide the grade, and no more is asked than the task needs.
    #[test]
    fn r18_figures_decide_the_grade_and_grade_2_is_not_turned_away() {
        assert_eq!(Grade::of(4000, 12, Some(80)), Some(Grade::OneA));
        assert_eq!(Grade::of(4000, 12, Some(120)), Some(Grade::OneB), "grey scale");
        assert_eq!(Grade::of(3499, 12, None), Some(Grade::OneB), "luminance");
        assert_eq!(Grade::of(2000, 10, None), Some(Grade::Two), "contrast of 200");
        assert_eq!(Grade::of(2000, 21, None), None, "contrast below 100");
        assert_eq!(Grade::of(990, 1, None), None);
        assert_eq!(Grade::of(1000, 0, None), None);
        for modality in ["CT", "MR", "US", "XC"] {
            assert_eq!(needed(modality).0, Grade::Two, "{modality}");
        }
        for modality in ["IO", "PX", "DX"] {
            assert_eq!(needed(modality).0, Grade::OneB, "{modality}");
        }
    }
}
