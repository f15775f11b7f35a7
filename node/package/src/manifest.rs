//! What is in a package: previews, then the instances in the order in which they lie, each with its lengths and BLAKE3.
//!
//! In the plaintext the manifest comes first: "DKM" ‖ version1 ‖ BE32(length) ‖ CBOR(head), then pages of instances, each
//! BE32(length) ‖ CBOR(page), then zeros up to where the head says that the contents begin. Pages keep every document
//! that is decoded small, whatever the size of the study. The room for all of it is known before the study is encoded,
//! so that one pass over the study is enough: the manifest is written into it at the end.

use std::io::{self, Read};

use dokuei_identity::cbor::{self, CborError, MAX_DOCUMENT};
use minicbor::{Decode, Encode};
use thiserror::Error;

use crate::chunk::MAX_PLAINTEXT;
use crate::samples::Samples;

/// The version of the format that is written. In it samples of 16 bits may lie sorted ([`crate::block`]).
pub const VERSION: u8 = 3;
/// The oldest that is read.
const OLDEST: u8 = 2;
/// The most instances of one package.
pub const MAX_INSTANCES: usize = 65_536;
/// The most previews of one package.
pub const MAX_PREVIEWS: usize = 32;
/// The longest preview, bytes.
pub const MAX_PREVIEW: u32 = 1 << 20;
const MAGIC: [u8; 3] = *b"DKM";
/// The most instances of one page; about 240 bytes each, so that a page stays far below [`MAX_DOCUMENT`].
const PAGE: usize = 2048;
/// The longest UID (PS3.5 §9.1).
const MAX_UID: usize = 64;

/// What a preview shows. None of them is for diagnosis: they are small, of 8 bits, and computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum PreviewKind {
    /// The largest value of every column of voxels, seen from above.
    #[n(1)]
    AxialMip,
    /// The jaws unrolled along the dental arch.
    #[n(2)]
    Panoramic,
    /// A section across the dental arch; several come in order along it, from the patient's right to the left.
    #[n(3)]
    CrossSection,
}

/// A small picture that lies before the instances, so that the reader sees the case before the study is there.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Preview {
    /// What it shows.
    #[n(0)]
    pub kind: PreviewKind,
    /// Of which series: Series Instance UID (0020,000E).
    #[n(1)]
    pub series_instance_uid: String,
    /// Length of the PNG, bytes, at most [`MAX_PREVIEW`].
    #[n(2)]
    pub length: u32,
    /// BLAKE3 of the PNG.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub blake3: [u8; 32],
}

/// One instance of the study.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Instance {
    /// SOP Instance UID (0008,0018).
    #[n(0)]
    pub sop_instance_uid: String,
    /// Series Instance UID (0020,000E).
    #[n(1)]
    pub series_instance_uid: String,
    /// Where its stored form begins, counted from where the contents begin.
    #[n(2)]
    pub offset: u64,
    /// Length of its stored form, bytes.
    #[n(3)]
    pub stored: u64,
    /// Length of the file as imported, bytes.
    #[n(4)]
    pub length: u64,
    /// BLAKE3 of the file as imported.
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    pub blake3: [u8; 32],
    /// Where the samples are when the stored form is *predicted* ([`crate::block`]); `None`: stored as it is.
    #[n(6)]
    pub samples: Option<Samples>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct Head {
    #[n(0)]
    content: u64,
    #[n(1)]
    previews: Vec<Preview>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct Page {
    #[n(0)]
    more: bool,
    #[n(1)]
    instances: Vec<Instance>,
}

/// Why a manifest was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It could not be read to its end.
    #[error("the list of contents of the package cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Made by another version.
    #[error(
        "the package is of format {found}, and this program reads format {VERSION}: the older of the two nodes needs an update"
    )]
    Version {
        /// The version that it names.
        found: u8,
    },
    /// Not a manifest of ours, or a page that is not one of ours.
    #[error("the list of contents of the package is malformed: {0}")]
    Malformed(#[from] CborError),
    /// It does not begin as a manifest does.
    #[error("the package does not begin with a list of contents; tell the sender to send it again")]
    NotAManifest,
    /// A page is too long, there are more than [`MAX_INSTANCES`] instances, or a length is beyond every limit.
    #[error("the list of contents of the package is larger than is accepted")]
    TooLarge,
    /// There is something between the manifest and the contents.
    #[error("the package carries something hidden behind its list of contents")]
    Hidden,
    /// An instance does not begin where the one before ends, or its lengths do not belong together.
    #[error(
        "instance {index} of the package does not lie where the one before it ends, or its lengths contradict"
    )]
    Offset {
        /// Its place in the manifest.
        index: usize,
    },
    /// A UID is empty, too long, or has characters other than digits and dots; or a UID comes twice.
    #[error("instance {index} of the package has a UID that is malformed or comes twice (PS3.5 §9.1)")]
    Uid {
        /// Its place in the manifest.
        index: usize,
    },
    /// There are too many previews, or one is longer than is accepted, or of no series.
    #[error("the previews of the package are more or larger than is accepted")]
    Preview,
}

/// The contents of a package, valid: UIDs well formed and unique, bytes lying one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    content: u64,
    previews: Vec<Preview>,
    instances: Vec<Instance>,
}

impl Manifest {
    /// Checks that these may be the contents of a package.
    ///
    /// # Errors
    /// [`ManifestError`], telling which rule does not hold.
    pub fn new(previews: Vec<Preview>, instances: Vec<Instance>) -> Result<Self, ManifestError> {
        Self::beginning_at(room(&previews, &instances), previews, instances)
    }

    fn beginning_at(
        content: u64,
        previews: Vec<Preview>,
        instances: Vec<Instance>,
    ) -> Result<Self, ManifestError> {
        if instances.len() > MAX_INSTANCES {
            return Err(ManifestError::TooLarge);
        }
        let small = |preview: &Preview| preview.length <= MAX_PREVIEW && is_uid(&preview.series_instance_uid);
        if previews.len() > MAX_PREVIEWS || !previews.iter().all(small) {
            return Err(ManifestError::Preview);
        }
        let mut end: u64 = previews.iter().map(|preview| u64::from(preview.length)).sum();
        let mut original = 0_u64;
        let mut uids = std::collections::HashSet::with_capacity(instances.len());
        for (index, instance) in instances.iter().enumerate() {
            let Instance { stored, length, .. } = *instance;
            let belong = match instance.samples {
                Some(samples) => samples.fit(length),
                None => stored == length,
            };
            if instance.offset != end || !belong {
                return Err(ManifestError::Offset { index });
            }
            end = end.checked_add(stored).ok_or(ManifestError::TooLarge)?;
            original = original.checked_add(length).ok_or(ManifestError::TooLarge)?;
            let well_formed = is_uid(&instance.sop_instance_uid) && is_uid(&instance.series_instance_uid);
            if !well_formed || !uids.insert(instance.sop_instance_uid.as_str()) {
                return Err(ManifestError::Uid { index });
            }
        }
        if content > MAX_PLAINTEXT || original > MAX_PLAINTEXT {
            return Err(ManifestError::TooLarge);
        }
        Ok(Self {
            content,
            previews,
            instances,
        })
    }

    /// The previews, in the order in which they lie before the instances.
    #[must_use]
    pub fn previews(&self) -> &[Preview] {
        &self.previews
    }

    /// The instances, in the order in which they lie in the package.
    #[must_use]
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// Where the contents begin in the plaintext: the length of the manifest with its zeros, bytes.
    #[must_use]
    pub const fn content(&self) -> u64 {
        self.content
    }

    /// Length of the stored previews and instances together, bytes.
    #[must_use]
    pub fn content_length(&self) -> u64 {
        let previews = || {
            self.previews
                .iter()
                .map(|preview| u64::from(preview.length))
                .sum()
        };
        self.instances
            .last()
            .map_or_else(previews, |last| last.offset + last.stored)
    }

    /// Length of all instances as files, bytes.
    #[must_use]
    pub fn original_length(&self) -> u64 {
        self.instances.iter().map(|instance| instance.length).sum()
    }

    /// The manifest as it stands at the front of the plaintext, [`Self::content`] bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = encode(self.content, &self.previews, &self.instances);
        bytes.resize(bytes.len().max(self.content as usize), 0);
        bytes
    }

    /// Reads the manifest from the front of a plaintext; takes [`Self::content`] bytes of it.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn read(mut plaintext: impl Read) -> Result<Self, ManifestError> {
        let mut start = [0; 4];
        plaintext.read_exact(&mut start)?;
        let [magic @ .., version] = start;
        if magic != MAGIC {
            return Err(ManifestError::NotAManifest);
        }
        if !(OLDEST..=VERSION).contains(&version) {
            return Err(ManifestError::Version { found: version });
        }
        let (bytes, mut taken) = document(&mut plaintext)?;
        taken += start.len() as u64;
        let head: Head = cbor::decode(&bytes)?;
        let mut instances = Vec::new();
        loop {
            let (bytes, length) = document(&mut plaintext)?;
            taken += length;
            let page: Page = cbor::decode(&bytes)?;
            // An empty page that promises more would let a hostile sender keep us reading.
            let too_many = instances.len() + page.instances.len() > MAX_INSTANCES;
            if too_many || (page.more && page.instances.is_empty()) {
                return Err(ManifestError::TooLarge);
            }
            instances.extend(page.instances);
            if !page.more {
                break;
            }
        }
        let manifest = Self::beginning_at(head.content, head.previews, instances)?;
        // What room is left is known; more would be a hiding place.
        let most = room(&manifest.previews, &manifest.instances);
        if head.content < taken || head.content > most {
            return Err(ManifestError::Hidden);
        }
        let mut zeros = Vec::new();
        plaintext.take(head.content - taken).read_to_end(&mut zeros)?;
        if zeros.len() as u64 != head.content - taken || zeros.iter().any(|byte| *byte != 0) {
            return Err(ManifestError::Hidden);
        }
        Ok(manifest)
    }
}

/// The most bytes that a manifest of these takes, whatever their offsets and stored lengths become.
pub(crate) fn room(previews: &[Preview], instances: &[Instance]) -> u64 {
    let largest: Vec<Instance> = instances
        .iter()
        .map(|instance| Instance {
            offset: u64::MAX,
            stored: u64::MAX,
            ..instance.clone()
        })
        .collect();
    encode(u64::MAX, previews, &largest).len() as u64
}

fn encode(content: u64, previews: &[Preview], instances: &[Instance]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.push(VERSION);
    let mut add = |document: Vec<u8>| {
        // A page is at most 2048 instances of two 64-byte UIDs: well below 4 GiB.
        bytes.extend((document.len() as u32).to_be_bytes());
        bytes.extend(document);
    };
    add(cbor::encode(&Head {
        content,
        previews: previews.to_vec(),
    }));
    let mut rest = instances;
    loop {
        let (page, after) = rest.split_at(rest.len().min(PAGE));
        add(cbor::encode(&Page {
            more: !after.is_empty(),
            instances: page.to_vec(),
        }));
        if after.is_empty() {
            return bytes;
        }
        rest = after;
    }
}

/// BE32(length) ‖ document, and how many bytes both took.
fn document(plaintext: &mut impl Read) -> Result<(Vec<u8>, u64), ManifestError> {
    let mut length = [0; 4];
    plaintext.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_DOCUMENT {
        return Err(ManifestError::TooLarge);
    }
    let mut bytes = vec![0; length];
    plaintext.read_exact(&mut bytes)?;
    Ok((bytes, 4 + length as u64))
}

fn is_uid(uid: &str) -> bool {
    !uid.is_empty() && uid.len() <= MAX_UID && uid.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Padmé (Nikitin et al., 2019): the padded length tells at most O(log log n) bits of `length`, and is at most 12 % more.
#[must_use]
pub fn padme(length: u64) -> u64 {
    if length < 2 {
        return length;
    }
    let exponent = length.ilog2();
    let mantissa = exponent.ilog2() + 1;
    let mask = (1_u64 << exponent.saturating_sub(mantissa)) - 1;
    (length.saturating_add(mask)) & !mask
}
