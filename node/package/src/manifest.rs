//! What is in a package: the instances in the order in which they lie, each with its length and BLAKE3.
//!
//! In the plaintext the manifest comes first, as pages: BE32(length) ‖ CBOR(page). Pages keep every document that is
//! decoded small, whatever the size of the study.

use std::io::{self, Read};

use dokuei_identity::cbor::{self, CborError, MAX_DOCUMENT};
use minicbor::{Decode, Encode};
use thiserror::Error;

/// The most instances of one package.
pub const MAX_INSTANCES: usize = 65_536;
/// The most instances of one page; about 220 bytes each, so that a page stays far below [`MAX_DOCUMENT`].
const PAGE: usize = 2048;
/// The longest UID (PS3.5 §9.1).
const MAX_UID: usize = 64;

/// How the bytes of an instance are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Codec {
    /// As they are.
    #[n(0)]
    Identity,
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
    /// Where its bytes begin, counted from the end of the manifest.
    #[n(2)]
    pub offset: u64,
    /// Length of the file as imported, bytes.
    #[n(3)]
    pub length: u64,
    /// BLAKE3 of the file as imported.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub blake3: [u8; 32],
    /// How its bytes are kept.
    #[n(5)]
    pub codec: Codec,
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
    /// A page is not one of ours.
    #[error("the list of contents of the package is malformed: {0}")]
    Malformed(#[from] CborError),
    /// A page is too long, or there are more than [`MAX_INSTANCES`] instances.
    #[error("the list of contents of the package is larger than is accepted")]
    TooLarge,
    /// An instance does not begin where the one before ends.
    #[error("instance {index} of the package does not lie where the one before it ends")]
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
}

/// The instances of a package, valid: UIDs well formed and unique, bytes lying one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    instances: Vec<Instance>,
}

impl Manifest {
    /// Checks that `instances` may be a manifest.
    ///
    /// # Errors
    /// [`ManifestError`], telling which rule does not hold.
    pub fn new(instances: Vec<Instance>) -> Result<Self, ManifestError> {
        if instances.len() > MAX_INSTANCES {
            return Err(ManifestError::TooLarge);
        }
        let mut end = 0_u64;
        let mut uids = std::collections::HashSet::with_capacity(instances.len());
        for (index, instance) in instances.iter().enumerate() {
            if instance.offset != end {
                return Err(ManifestError::Offset { index });
            }
            end = end.checked_add(instance.length).ok_or(ManifestError::TooLarge)?;
            let well_formed = is_uid(&instance.sop_instance_uid) && is_uid(&instance.series_instance_uid);
            if !well_formed || !uids.insert(instance.sop_instance_uid.as_str()) {
                return Err(ManifestError::Uid { index });
            }
        }
        Ok(Self { instances })
    }

    /// The instances, in the order in which they lie in the package.
    #[must_use]
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// Length of all instances together, bytes.
    #[must_use]
    pub fn content_length(&self) -> u64 {
        self.instances.last().map_or(0, |last| last.offset + last.length)
    }

    /// The pages as they stand at the front of the plaintext.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = self.instances.as_slice();
        loop {
            let (page, after) = rest.split_at(rest.len().min(PAGE));
            let page = cbor::encode(&Page {
                more: !after.is_empty(),
                instances: page.to_vec(),
            });
            // A page is at most 2048 instances of two 64-byte UIDs: well below 4 GiB.
            bytes.extend((page.len() as u32).to_be_bytes());
            bytes.extend(page);
            if after.is_empty() {
                return bytes;
            }
            rest = after;
        }
    }

    /// Reads the pages from the front of a plaintext, and tells how many bytes they took.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn read(mut plaintext: impl Read) -> Result<(Self, u64), ManifestError> {
        let mut instances = Vec::new();
        let mut taken = 0;
        loop {
            let mut length = [0; 4];
            plaintext.read_exact(&mut length)?;
            let length = u32::from_be_bytes(length) as usize;
            if length > MAX_DOCUMENT {
                return Err(ManifestError::TooLarge);
            }
            let mut bytes = vec![0; length];
            plaintext.read_exact(&mut bytes)?;
            taken += 4 + length as u64;
            let page: Page = cbor::decode(&bytes)?;
            // An empty page that promises more would let a hostile sender keep us reading.
            let too_many = instances.len() + page.instances.len() > MAX_INSTANCES;
            if too_many || (page.more && page.instances.is_empty()) {
                return Err(ManifestError::TooLarge);
            }
            instances.extend(page.instances);
            if !page.more {
                return Ok((Self::new(instances)?, taken));
            }
        }
    }
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
