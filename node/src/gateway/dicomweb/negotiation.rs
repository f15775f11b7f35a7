//! In which form frames are sent: as they are stored, or uncompressed (PS3.18 8.7.3).

use dokuei_dicom::frames::{FrameIndex, media_type};

use super::accept::Accepted;

/// Little endian, as uncompressed frames are sent.
pub(super) const EXPLICIT_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";
pub(super) const OCTETS: &str = "application/octet-stream";

/// How frames are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    /// In parts.
    pub(super) multipart: bool,
    /// Type of a frame.
    pub(super) media: &'static str,
    /// Its transfer syntax.
    pub(super) transfer_syntax: String,
    /// What is stored compressed is decoded.
    pub(super) decode: bool,
}

/// How frames are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stored {
    /// Uncompressed.
    Native,
    /// Compressed; decoded they are what metadata says.
    Compressed,
    /// Compressed in another colour space than the one that they are decoded to: metadata would not be true of them.
    OtherColour,
}

impl Stored {
    fn of(index: &FrameIndex) -> Self {
        match (index.is_native(), index.decodes_as_told()) {
            (true, _) => Self::Native,
            (false, true) => Self::Compressed,
            (false, false) => Self::OtherColour,
        }
    }
}

impl Form {
    /// The first of what is accepted that is possible; so many frames are asked for.
    pub(super) fn choose(accepted: &[Accepted], index: &FrameIndex, frames: usize) -> Option<Self> {
        accepted
            .iter()
            .find_map(|one| Self::by(one, Stored::of(index), index.transfer_syntax(), frames))
    }

    fn by(accepted: &Accepted, kind: Stored, stored: &str, frames: usize) -> Option<Self> {
        // Without parts there is one frame only. Who takes anything gets parts, as the standard's default is.
        let multipart = accepted.multipart || accepted.is_any();
        if !multipart && frames != 1 {
            return None;
        }
        let form = |media, transfer_syntax: &str, decode| {
            Some(Self {
                multipart,
                media,
                transfer_syntax: transfer_syntax.to_owned(),
                decode,
            })
        };
        if kind == Stored::Native {
            let fits = accepted.takes(OCTETS) && accepted.takes_syntax(EXPLICIT_LITTLE_ENDIAN);
            return fits
                .then(|| form(OCTETS, EXPLICIT_LITTLE_ENDIAN, false))
                .flatten();
        }
        let media = media_type(stored).unwrap_or(OCTETS);
        // Octets of any transfer syntax are what viewers ask for and mean: as it is.
        let as_it_is = accepted.media == OCTETS && accepted.transfer_syntax.as_deref() == Some("*");
        if as_it_is || (accepted.takes(media) && accepted.takes_syntax(stored)) {
            return form(media, stored, false);
        }
        let plain = accepted.takes(OCTETS) && accepted.takes_syntax(EXPLICIT_LITTLE_ENDIAN);
        (plain && kind == Stored::Compressed)
            .then(|| form(OCTETS, EXPLICIT_LITTLE_ENDIAN, true))
            .flatten()
    }

    /// The type of a frame, with its transfer syntax.
    pub(super) fn content_type(&self) -> String {
        format!("{}; transfer-syntax={}", self.media, self.transfer_syntax)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::super::accept::accepted;
    use super::*;

    const JPEG_LS: &str = "1.2.840.10008.1.2.4.80";

    fn chosen(accept: &str, kind: Stored, stored: &str, frames: usize) -> Option<(bool, &'static str, bool)> {
        accepted(&HeaderMap::new(), Some(accept))
            .iter()
            .find_map(|one| Form::by(one, kind, stored, frames))
            .map(|form| (form.multipart, form.media, form.decode))
    }

    #[test]
    fn what_is_compressed_is_sent_so_or_decoded_as_is_asked() {
        let of = |accept| chosen(accept, Stored::Compressed, JPEG_LS, 1);
        assert_eq!(of("*/*"), Some((true, "image/jls", false)));
        assert_eq!(
            of("multipart/related; type=image/jls"),
            Some((true, "image/jls", false))
        );
        assert_eq!(of("image/jls"), Some((false, "image/jls", false)));
        assert_eq!(
            of("multipart/related; type=image/*"),
            Some((true, "image/jls", false))
        );
        let octets = r#"multipart/related; type="application/octet-stream"; transfer-syntax=*"#;
        assert_eq!(of(octets), Some((true, "image/jls", false)));
        assert_eq!(
            of("multipart/related; type=application/octet-stream"),
            Some((true, OCTETS, true))
        );
        assert_eq!(
            of("application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"),
            Some((false, OCTETS, true))
        );
        assert_eq!(of("multipart/related; type=image/jp2"), None);
        assert_eq!(of("image/jls; transfer-syntax=1.2.840.10008.1.2.4.81"), None);
    }

    #[test]
    fn what_would_be_decoded_to_another_colour_space_is_sent_as_it_is_or_not_at_all() {
        let of = |accept| chosen(accept, Stored::OtherColour, "1.2.840.10008.1.2.4.50", 1);
        assert_eq!(of("*/*"), Some((true, "image/jpeg", false)));
        assert_eq!(of("image/jpeg"), Some((false, "image/jpeg", false)));
        assert_eq!(of("application/octet-stream"), None);
    }

    #[test]
    fn what_is_not_compressed_is_not_compressed_for_anybody() {
        let of = |accept| chosen(accept, Stored::Native, "1.2.840.10008.1.2.2", 2);
        assert_eq!(of("*/*"), Some((true, OCTETS, false)));
        assert_eq!(
            of("multipart/related; type=image/jls, multipart/related"),
            Some((true, OCTETS, false))
        );
        assert_eq!(of("application/octet-stream"), None, "two frames in one piece");
        assert_eq!(of("multipart/related; type=image/jls"), None);
    }
}
