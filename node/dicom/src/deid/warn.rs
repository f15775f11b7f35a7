//! What neither the table nor the key can see to: a person must look.

use std::collections::BTreeSet;

use dicom_dictionary_std::uids;
use serde::{Deserialize, Serialize};

/// What a person must look at before an image leaves under a pseudonym.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// (0028,0301) says that the patient is named in the picture itself.
    BurnedInAnnotation,
    /// Nothing is said about it, and images of this kind often are.
    PerhapsBurnedIn,
    /// (0028,0302) says that she can be recognised, or a face can be made of the volume (PS3.15 E.3.2).
    RecognisableFace,
    /// A report or a drawing: its text was looked through for what the file itself knows of the patient, and read by nobody.
    FreeText,
}

/// Kinds of images into which devices, or those who scan films, write.
const WRITTEN_INTO: [&str; 14] = [
    "US", "SC", "OT", "ES", "XC", "GM", "OP", "DOC", "XA", "PX", "IO", "DX", "CR", "RG",
];

/// What an object says of itself.
pub(crate) struct Said<'s> {
    pub(crate) has_pixels: bool,
    /// (0008,0016).
    pub(crate) sop_class: &'s str,
    /// (0008,0060).
    pub(crate) modality: &'s str,
    /// (0028,0301).
    pub(crate) burned_in: &'s str,
    /// (0028,0302).
    pub(crate) recognisable: &'s str,
}

pub(crate) fn warnings(said: &Said<'_>) -> BTreeSet<Warning> {
    let mut found = BTreeSet::new();
    if !said.has_pixels {
        return found;
    }
    match said.burned_in {
        "YES" => {
            found.insert(Warning::BurnedInAnnotation);
        }
        "NO" => {}
        _ if WRITTEN_INTO.contains(&said.modality)
            || said.sop_class.starts_with(uids::SECONDARY_CAPTURE_IMAGE_STORAGE) =>
        {
            found.insert(Warning::PerhapsBurnedIn);
        }
        _ => {}
    }
    match said.recognisable {
        "YES" => {
            found.insert(Warning::RecognisableFace);
        }
        "NO" => {}
        _ if ["CT", "MR", "XC"].contains(&said.modality) => {
            found.insert(Warning::RecognisableFace);
        }
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r12_images_into_which_is_often_written_and_faces_are_warned_of_unless_they_say_no() {
        let of = |modality, burned_in, recognisable| {
            warnings(&Said {
                has_pixels: true,
                sop_class: "1.2.840.10008.5.1.4.1.1.1.1",
                modality,
                burned_in,
                recognisable,
            })
        };
        for modality in ["PX", "IO", "DX", "CR", "US"] {
            assert_eq!(of(modality, "", ""), [Warning::PerhapsBurnedIn].into());
            assert_eq!(of(modality, "NO", ""), [].into());
        }
        assert_eq!(of("CT", "", ""), [Warning::RecognisableFace].into());
        assert_eq!(
            of("DX", "YES", "YES"),
            [Warning::BurnedInAnnotation, Warning::RecognisableFace].into()
        );
    }
}
