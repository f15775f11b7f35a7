//! What may be stored, and in which transfer syntax we would rather have it.

use dicom_dictionary_std::uids;

/// The root of all storage SOP classes of the standard (PS3.4 B.5): computed tomography, its enhanced form and X-Ray 3D
/// Craniofacial for cone-beam CT, digital and intra-oral X-ray, MR, photographs, STL, PDF, structured reports,
/// presentation states, key objects. A file of any of them can be imported, so it can be sent here too.
const STORAGE: &str = "1.2.840.10008.5.1.4.1.1.";

/// Whether an abstract syntax is a storage SOP class.
#[must_use]
pub fn is_storage(abstract_syntax: &str) -> bool {
    abstract_syntax.strip_prefix(STORAGE).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    })
}

/// Transfer syntaxes, the one that we would rather have first. Where a sender offers several, it would convert: so first
/// those without any compression, which every reader understands and which the sealed package compresses losslessly by
/// itself, then the lossless ones, then those that lost something before or would lose it now, then moving pictures.
/// What is received is kept as it is, whichever it is.
const PREFERRED: [&str; 35] = [
    uids::EXPLICIT_VR_LITTLE_ENDIAN,
    uids::IMPLICIT_VR_LITTLE_ENDIAN,
    // Explicit VR Big Endian, retired, still written by old archives.
    "1.2.840.10008.1.2.2",
    uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    uids::ENCAPSULATED_UNCOMPRESSED_EXPLICIT_VR_LITTLE_ENDIAN,
    // JPEG lossless, first-order prediction; JPEG lossless.
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.57",
    // JPEG-LS lossless.
    "1.2.840.10008.1.2.4.80",
    // JPEG 2000 lossless, also with several components.
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.92",
    // High-throughput JPEG 2000 lossless, also with RPCL.
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
    // RLE; deflated image frames; JPEG XL lossless and recompressed JPEG.
    uids::RLE_LOSSLESS,
    "1.2.840.10008.1.2.8.1",
    "1.2.840.10008.1.2.4.110",
    "1.2.840.10008.1.2.4.111",
    // JPEG baseline and extended.
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    // JPEG-LS, JPEG 2000 (also with several components), HTJ2K and JPEG XL that may lose something.
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.93",
    "1.2.840.10008.1.2.4.203",
    "1.2.840.10008.1.2.4.112",
    // MPEG-2, MPEG-4 AVC/H.264, HEVC/H.265, whole and fragmentable.
    "1.2.840.10008.1.2.4.100",
    "1.2.840.10008.1.2.4.100.1",
    "1.2.840.10008.1.2.4.101",
    "1.2.840.10008.1.2.4.101.1",
    "1.2.840.10008.1.2.4.102",
    "1.2.840.10008.1.2.4.102.1",
    "1.2.840.10008.1.2.4.103",
    "1.2.840.10008.1.2.4.104",
    "1.2.840.10008.1.2.4.105",
    "1.2.840.10008.1.2.4.106",
    "1.2.840.10008.1.2.4.107",
    "1.2.840.10008.1.2.4.108",
];

/// Those of still images that archives have, in which what we fetch is offered to be given: likelier ones first.
pub(super) const STILL_IMAGES: [&str; 16] = [
    uids::EXPLICIT_VR_LITTLE_ENDIAN,
    uids::IMPLICIT_VR_LITTLE_ENDIAN,
    // JPEG lossless, first-order prediction; JPEG baseline.
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.50",
    // JPEG 2000 lossless, and that may lose something.
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    // JPEG-LS lossless, JPEG lossless, RLE, JPEG extended, JPEG-LS that may lose something.
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.57",
    uids::RLE_LOSSLESS,
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.81",
    uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    // Explicit VR Big Endian, retired.
    "1.2.840.10008.1.2.2",
    // High-throughput JPEG 2000: lossless, also with RPCL, and that may lose something.
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.203",
];

/// The one of the offered transfer syntaxes that is taken for images.
pub(super) fn preferred(offered: &[String]) -> Option<&str> {
    PREFERRED
        .iter()
        .find_map(|one| offered.iter().find(|offer| offer.as_str() == *one))
        .map(String::as_str)
}

/// The one that is taken for messages without images: those that are small and read by ourselves.
pub(super) fn plain(offered: &[String]) -> Option<&str> {
    [uids::EXPLICIT_VR_LITTLE_ENDIAN, uids::IMPLICIT_VR_LITTLE_ENDIAN]
        .iter()
        .find_map(|one| offered.iter().find(|offer| offer.as_str() == *one))
        .map(String::as_str)
}
