//! Elements in Explicit VR Little Endian, as bytes: the sample's name is in ISO 2022, which dicom-object can't write.

use dicom_core::{Tag, VR};

/// A data set (or file meta group) under construction; elements are put in the order of their tags.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Text that is ASCII, or encoded already.
    pub(super) fn text(&mut self, tag: Tag, vr: VR, value: impl AsRef<[u8]>) {
        let padding = if vr == VR::UI { 0 } else { b' ' };
        self.element(tag, vr, value.as_ref(), padding);
    }

    pub(super) fn us(&mut self, tag: Tag, value: u16) {
        self.element(tag, VR::US, &value.to_le_bytes(), 0);
    }

    pub(super) fn ul(&mut self, tag: Tag, value: u32) {
        self.element(tag, VR::UL, &value.to_le_bytes(), 0);
    }

    pub(super) fn binary(&mut self, tag: Tag, vr: VR, value: &[u8]) {
        self.element(tag, vr, value, 0);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn element(&mut self, tag: Tag, vr: VR, value: &[u8], padding: u8) {
        self.bytes.extend_from_slice(&tag.group().to_le_bytes());
        self.bytes.extend_from_slice(&tag.element().to_le_bytes());
        self.bytes.extend_from_slice(vr.to_bytes().as_slice());
        let length = value.len().next_multiple_of(2) as u32;
        if matches!(vr, VR::OB | VR::OW) {
            self.bytes.extend_from_slice(&[0, 0]);
            self.bytes.extend_from_slice(&length.to_le_bytes());
        } else {
            // Short VRs of at most 64 KiB: the values of a header.
            self.bytes.extend_from_slice(&(length as u16).to_le_bytes());
        }
        self.bytes.extend_from_slice(value);
        self.bytes.resize(self.bytes.len().next_multiple_of(2), padding);
    }
}
