//! Samples of images: how they are described, where they lie, and what they are when they are decompressed, from bytes
//! that nobody vouches for.
//!
//! Each codec is called by itself rather than through dicom-pixeldata 0.10, which takes samples of 8 and 16 bits only and
//! rounds colour on the way; what is decoded here is what the coder was given, in the colour space that it was given in
//! where the codec says so.

use std::borrow::Cow;
use std::io::Cursor;

use crate::frames::FrameIndex;
use crate::render::RenderError;
use crate::scan::{inflated, scan};

mod codec;
pub(crate) mod description;
mod frame;
mod jpeg;
mod jpeg2000;
mod rle;

pub(crate) use description::Description;
pub(crate) use frame::Frame;

/// An image whose frames can be asked for.
pub(crate) struct Image<'a> {
    /// Inflated where it was deflated.
    file: Cow<'a, [u8]>,
    description: Description,
    index: FrameIndex,
}

impl<'a> Image<'a> {
    /// Reads what the Part 10 file `file` says about its pixels.
    ///
    /// # Errors
    /// [`RenderError`] when it has none, or such as are not known here.
    pub(crate) fn open(file: &'a [u8]) -> Result<Self, RenderError> {
        let file = inflated(file)?.map_or(Cow::Borrowed(file), Cow::Owned);
        let scanned = scan(&*file, description::is_wanted)?;
        let description = Description::of(&scanned)?;
        let index = FrameIndex::of(&mut Cursor::new(&*file), scanned)?;
        Ok(Self {
            file,
            description,
            index,
        })
    }

    /// The file, inflated.
    pub(crate) fn file(&self) -> &[u8] {
        &self.file
    }

    pub(crate) const fn description(&self) -> &Description {
        &self.description
    }

    /// Frame `index`, counted from 0, decompressed.
    ///
    /// # Errors
    /// [`RenderError`] says what hinders it.
    pub(crate) fn frame(&self, index: u32) -> Result<Frame, RenderError> {
        let stored = self.index.frame(&mut Cursor::new(&*self.file), index)?;
        if self.index.is_native() {
            return Frame::native(&self.description, stored);
        }
        codec::decode(&self.description, self.index.transfer_syntax(), &stored)
    }
}
