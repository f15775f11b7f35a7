//! A case at a glance: from a cone-beam CT its axial MIP, the jaws unrolled along the dental arch, and sections across
//! it. Small pictures of 8 bits from a volume of at most 256³ voxels; each says in itself that it is not for diagnosis.

use image::GrayImage;

mod arch;
mod picture;
mod reformat;
mod volume;

pub use volume::VolumeBuilder;

use arch::Arch;
use volume::Volume;

/// The most voxels along an edge of the volume that previews are made of: 32 MB of 16 bits.
pub const MAX_EDGE: usize = 256;
/// Sections across the arch.
pub const CROSS_SECTIONS: usize = 12;
/// What every preview says in its PNG (keyword "Warning").
pub const WARNING: &str = "Preview, not for diagnosis / 診断には使えません";

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreviewError {
    /// A slice can't be read.
    #[error(transparent)]
    Header(#[from] crate::header::HeaderError),
    /// A slice can't be decoded.
    #[error(transparent)]
    Frame(#[from] crate::render::RenderError),
    /// The images are not the slices of one volume.
    #[error("these images are not parallel axial slices of one volume: {0}")]
    NotAVolume(&'static str),
    /// A picture could not be written.
    #[error("the preview can't be written as PNG")]
    Png,
}

/// The pictures, each a PNG of 8-bit grey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previews {
    /// The largest value of each column of voxels, seen from the feet as is the custom: the patient's right is left.
    pub axial_mip: Vec<u8>,
    /// The jaws along the arch, the patient's right at the left; `None` when no arch was found.
    pub panoramic: Option<Vec<u8>>,
    /// Across the arch, from the patient's right to the left, the outer side at the left; none without an arch.
    pub cross_sections: Vec<Vec<u8>>,
}

impl Volume {
    /// Makes the pictures.
    fn previews(&self) -> Result<Previews, PreviewError> {
        let (mip, columns) = self.mip(0..self.nz);
        let axial_mip = picture::png(&picture::grey(&mip, columns))?;
        let Some(arch) = Arch::find(self) else {
            return Ok(Previews {
                axial_mip,
                panoramic: None,
                cross_sections: Vec::new(),
            });
        };
        let sections: Vec<GrayImage> = reformat::cross_sections(self, &arch, CROSS_SECTIONS);
        Ok(Previews {
            axial_mip,
            panoramic: Some(picture::png(&reformat::panoramic(self, &arch))?),
            cross_sections: sections.iter().map(picture::png).collect::<Result<_, _>>()?,
        })
    }
}

#[cfg(test)]
mod tests;
