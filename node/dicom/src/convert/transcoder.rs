//! Writes a data set anew in another encoding, and its pixels decompressed.

use std::io::{self, Read, Write};

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::{ConvertError, Frames};
use crate::header::HeaderError;
use crate::scan::tree::implicit_vr;
use crate::scan::{Encoding, IMPLICIT_LE, ITEM, ITEM_END, SEQUENCE_END, SHORT_LENGTH};

/// Deepest nesting of sequences.
const MAX_DEPTH: u32 = 32;

/// A length that only the end tells.
const UNDEFINED: u32 = u32::MAX;

/// What follows a tag.
struct Head {
    vr: [u8; 2],
    length: u32,
}

/// Writes a data set anew, element by element.
pub(super) struct Transcoder<'a, R> {
    from: R,
    encoding: Encoding,
    to_explicit: bool,
    frames: Option<Frames<'a>>,
    into: &'a mut dyn Write,
    /// Bytes read.
    at: u64,
    /// (0028,0103), which decides between US and SS.
    signed: bool,
    /// (0028,0100), which decides what a word of the pixels is.
    allocated: u16,
}

impl<'a, R: Read> Transcoder<'a, R> {
    pub(super) fn new(
        from: R,
        encoding: Encoding,
        to_explicit: bool,
        frames: Option<Frames<'a>>,
        into: &'a mut dyn Write,
    ) -> Self {
        Self {
            from,
            encoding,
            to_explicit,
            frames,
            into,
            at: 0,
            signed: false,
            allocated: 16,
        }
    }

    /// Writes all, and of `added`, in its order, an empty attribute for each that is not there.
    pub(super) fn run(mut self, added: &[Tag]) -> Result<(), ConvertError> {
        let encoding = self.encoding;
        let mut added = added.iter().copied().peekable();
        while let Some(tag) = self.tag_or_end(encoding)? {
            while let Some(missing) = added.next_if(|missing| *missing <= tag) {
                if missing < tag {
                    self.write_head(missing, implicit_vr(missing, false), 0)?;
                }
            }
            let head = self.head(tag, encoding)?;
            self.element(tag, &head, encoding, 0)?;
        }
        for missing in added {
            self.write_head(missing, implicit_vr(missing, false), 0)?;
        }
        Ok(())
    }

    fn element(&mut self, tag: Tag, head: &Head, encoding: Encoding, depth: u32) -> Result<(), ConvertError> {
        if depth > MAX_DEPTH {
            return Err(malformed("its sequences are nested too deeply"));
        }
        if depth == 0 && self.changed(tag, head)? {
            return Ok(());
        }
        let vr = if encoding.explicit {
            head.vr
        } else {
            implicit_vr(tag, self.signed)
        };
        let sequence = vr == *b"SQ" || head.length == UNDEFINED;
        if sequence {
            // PS3.5 6.2.2, note 2: UN of undefined length holds a sequence in Implicit VR Little Endian.
            let inner = if vr == *b"UN" { IMPLICIT_LE } else { encoding };
            self.write_head(tag, *b"SQ", UNDEFINED)?;
            self.items(head.length, inner, depth)?;
            return self.write_item(SEQUENCE_END, 0);
        }
        if tag.element() == 0 {
            // The length of a group (retired) would be another one.
            return self.skip(head.length);
        }
        self.write_head(tag, vr, head.length)?;
        if [tags::PIXEL_REPRESENTATION, tags::BITS_ALLOCATED].contains(&tag) && head.length == 2 {
            let number = self.short(encoding)?;
            if tag == tags::BITS_ALLOCATED {
                // An icon has its own, further down, and comes before the pixels.
                if depth == 0 {
                    self.allocated = number;
                }
            } else {
                self.signed = number == 1;
            }
            self.into.write_all(&number.to_le_bytes())?;
            return Ok(());
        }
        let word = if encoding.big_endian {
            self.word(tag, vr)
        } else {
            1
        };
        self.copy(head.length, word)
    }

    /// Bytes of what is turned round from big to little endian (PS3.5 7.3).
    fn word(&self, tag: Tag, vr: [u8; 2]) -> usize {
        match &vr {
            b"OW" if tag == tags::PIXEL_DATA && self.allocated > 16 => usize::from(self.allocated / 8),
            b"AT" | b"OW" | b"SS" | b"US" => 2,
            b"FL" | b"OF" | b"OL" | b"SL" | b"UL" => 4,
            b"FD" | b"OD" | b"OV" | b"SV" | b"UV" => 8,
            _ => 1,
        }
    }

    /// What is another value, or none, after decompression. Whether it was dealt with.
    fn changed(&mut self, tag: Tag, head: &Head) -> Result<bool, ConvertError> {
        let Some(frames) = &self.frames else {
            return Ok(false);
        };
        let colour = frames.image.description().samples == 3;
        match tag {
            tags::PHOTOMETRIC_INTERPRETATION if colour => {
                let mut name = frames.photometric.clone().into_bytes();
                name.resize(name.len().next_multiple_of(2), b' ');
                self.skip(head.length)?;
                self.write_head(tag, *b"CS", name.len() as u32)?;
                self.into.write_all(&name)?;
            }
            tags::PLANAR_CONFIGURATION if colour => {
                self.skip(head.length)?;
                self.write_head(tag, *b"US", 2)?;
                self.into.write_all(&[0, 0])?;
            }
            // Where the frames begin among the fragments.
            Tag(0x7fe0, 0x0001..=0x0003) => self.skip(head.length)?,
            tags::PIXEL_DATA => {
                if head.length != UNDEFINED {
                    return Ok(false);
                }
                self.skip_fragments()?;
                self.pixels()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The pixels, decompressed frame by frame.
    fn pixels(&mut self) -> Result<(), ConvertError> {
        let Some(mut frames) = self.frames.take() else {
            return Ok(());
        };
        self.write_head(tags::PIXEL_DATA, *b"OW", frames.length.next_multiple_of(2))?;
        let mut written = 0;
        for index in 0..frames.image.description().frames {
            let samples = frames.samples(index)?;
            written += samples.len() as u64;
            self.into.write_all(&samples)?;
        }
        if written != u64::from(frames.length) {
            return Err(malformed("it has other samples than its header says"));
        }
        if written % 2 == 1 {
            self.into.write_all(&[0])?;
        }
        Ok(())
    }

    /// The items of a sequence, of this length or until it ends.
    fn items(&mut self, length: u32, encoding: Encoding, depth: u32) -> Result<(), ConvertError> {
        let end = self.end(length);
        while end.is_none_or(|end| self.at < end) {
            let (tag, size) = (self.tag(encoding)?, self.number(encoding)?);
            match tag {
                SEQUENCE_END => return Ok(()),
                ITEM => {}
                _ => return Err(malformed("a sequence holds something that is not an item")),
            }
            self.write_item(ITEM, UNDEFINED)?;
            let end = self.end(size);
            while end.is_none_or(|end| self.at < end) {
                let tag = self.tag(encoding)?;
                let head = self.head(tag, encoding)?;
                if tag == ITEM_END {
                    break;
                }
                self.element(tag, &head, encoding, depth + 1)?;
            }
            self.write_item(ITEM_END, 0)?;
        }
        Ok(())
    }

    /// Where a value of this length that begins here ends; `None` where only its end says so.
    fn end(&self, length: u32) -> Option<u64> {
        (length != UNDEFINED).then(|| self.at + u64::from(length))
    }

    fn skip_fragments(&mut self) -> Result<(), ConvertError> {
        loop {
            let (tag, length) = (self.tag(self.encoding)?, self.number(self.encoding)?);
            match tag {
                SEQUENCE_END => return Ok(()),
                ITEM if length != UNDEFINED => self.skip(length)?,
                _ => return Err(malformed("its fragments are damaged")),
            }
        }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ConvertError> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes)?;
        self.at += N as u64;
        Ok(bytes)
    }

    fn number(&mut self, encoding: Encoding) -> Result<u32, ConvertError> {
        let bytes = self.take()?;
        Ok(if encoding.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }

    fn short(&mut self, encoding: Encoding) -> Result<u16, ConvertError> {
        let bytes = self.take()?;
        Ok(if encoding.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    }

    fn tag(&mut self, encoding: Encoding) -> Result<Tag, ConvertError> {
        self.tag_or_end(encoding)?
            .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }

    /// The next tag; `None` at the end of the data set.
    fn tag_or_end(&mut self, encoding: Encoding) -> Result<Option<Tag>, ConvertError> {
        let mut bytes = [0; 4];
        let mut read = 0;
        while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.from.read(rest)? {
                0 if read == 0 => return Ok(None),
                0 => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                more => read += more,
            }
        }
        self.at += 4;
        let [a, b, c, d] = bytes;
        Ok(Some(if encoding.big_endian {
            Tag(u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
        } else {
            Tag(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))
        }))
    }

    /// VR and length (PS3.5 7.1.2, 7.1.3, 7.5).
    fn head(&mut self, tag: Tag, encoding: Encoding) -> Result<Head, ConvertError> {
        if tag.group() == 0xfffe || !encoding.explicit {
            let length = self.number(encoding)?;
            return Ok(Head { vr: *b"UN", length });
        }
        let vr = self.take::<2>()?;
        if !vr.iter().all(u8::is_ascii_uppercase) {
            return Err(malformed("an element has no value representation"));
        }
        let length = if has_short_length(vr) {
            self.short(encoding)?.into()
        } else {
            self.take::<2>()?;
            self.number(encoding)?
        };
        Ok(Head { vr, length })
    }

    fn write_head(&mut self, tag: Tag, vr: [u8; 2], length: u32) -> Result<(), ConvertError> {
        self.write_tag(tag)?;
        if !self.to_explicit {
            self.into.write_all(&length.to_le_bytes())?;
            return Ok(());
        }
        match u16::try_from(length) {
            Ok(short) if has_short_length(vr) => {
                self.into.write_all(&vr)?;
                self.into.write_all(&short.to_le_bytes())?;
            }
            _ => {
                // PS3.5 6.2.2, note 7: a value that is too long for its VR is of VR UN.
                let vr = if has_short_length(vr) { *b"UN" } else { vr };
                self.into.write_all(&vr)?;
                self.into.write_all(&[0, 0])?;
                self.into.write_all(&length.to_le_bytes())?;
            }
        }
        Ok(())
    }

    fn write_item(&mut self, tag: Tag, length: u32) -> Result<(), ConvertError> {
        self.write_tag(tag)?;
        self.into.write_all(&length.to_le_bytes())?;
        Ok(())
    }

    fn write_tag(&mut self, tag: Tag) -> Result<(), ConvertError> {
        self.into.write_all(&tag.group().to_le_bytes())?;
        self.into.write_all(&tag.element().to_le_bytes())?;
        Ok(())
    }

    /// Values of so many bytes each, turned round.
    fn copy(&mut self, length: u32, word: usize) -> Result<(), ConvertError> {
        self.pass(length, |into, bytes| {
            bytes.chunks_exact_mut(word).for_each(<[u8]>::reverse);
            into.write_all(bytes)
        })
    }

    fn skip(&mut self, length: u32) -> Result<(), ConvertError> {
        if length == UNDEFINED {
            return self.skip_fragments();
        }
        self.pass(length, |_, _| Ok(()))
    }

    fn pass(
        &mut self,
        length: u32,
        mut take: impl FnMut(&mut dyn Write, &mut [u8]) -> io::Result<()>,
    ) -> Result<(), ConvertError> {
        // Whole words, of up to 8 bytes.
        let mut buffer = [0; 16 * 1024];
        let mut left = length as usize;
        while left > 0 {
            let most = left.min(buffer.len());
            let part = buffer.get_mut(..most).unwrap_or_default();
            self.from.read_exact(part)?;
            take(self.into, part)?;
            left -= most;
        }
        self.at += u64::from(length);
        Ok(())
    }
}

fn malformed(what: &'static str) -> ConvertError {
    HeaderError::Malformed { at: 0, what }.into()
}

/// VRs whose length has 16 bits (PS3.5 7.1.2).
fn has_short_length(vr: [u8; 2]) -> bool {
    SHORT_LENGTH.contains(&&vr)
}
