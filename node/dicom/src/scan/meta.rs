//! The file meta information as far as it says which instance follows.

use std::io::Read;

use dicom_dictionary_std::tags;

use super::{MAX_BYTES, Source, padded_text, read_meta, start};
use crate::header::HeaderError;

/// What a Part 10 file says before its data set; each is empty when it is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileMeta {
    /// (0002,0002).
    pub(crate) sop_class: String,
    /// (0002,0003).
    pub(crate) sop_instance: String,
    /// (0002,0010).
    pub(crate) transfer_syntax: String,
    /// Where the data set begins, bytes.
    pub(crate) data_set_at: u64,
}

/// Reads the file meta information of the Part 10 file in `reader`.
pub(crate) fn file_meta<R: Read>(reader: R) -> Result<FileMeta, HeaderError> {
    let mut source = Source::new(reader, MAX_BYTES);
    start(&mut source, &mut Vec::new())?;
    let meta = read_meta(&mut source)?;
    let text = |tag| meta.get(&tag).map(|value| padded_text(value)).unwrap_or_default();
    Ok(FileMeta {
        sop_class: text(tags::MEDIA_STORAGE_SOP_CLASS_UID),
        sop_instance: text(tags::MEDIA_STORAGE_SOP_INSTANCE_UID),
        transfer_syntax: text(tags::TRANSFER_SYNTAX_UID),
        data_set_at: source.at(),
    })
}
