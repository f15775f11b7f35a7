//! The complete list of the devices a practitioner works on: signed by the practitioner, each device consenting.
//!
//! Content keys are granted to the devices of the *newest* list, so a list must not be shrunk, grown or rolled back by
//! anyone else: it is one signed document with a sequence number, and each device signs that it stands in it. Of two
//! lists with one number and different bytes, at most one is honest: both are refused (see [`accept`]).

use minicbor::{Decode, Encode};
use thiserror::Error;

use crate::cbor::{self, CborError};
use crate::certificate::{NodeCertificate, PractitionerCertificate};
use crate::fingerprint::Fingerprint;
use crate::kem::{KemPublicKey, Kid};
use crate::key::{PublicKey, SecretKey};
use crate::signed::{self, Kind, SignedError};
use crate::time::Timestamp;

/// The most devices of one practitioner.
pub const MAX_DEVICES: usize = 16;
/// The longest a device stays in a list, seconds (90 days): a list that is not renewed dies.
pub const MAX_DEVICE_VALIDITY: u64 = 90 * 86_400;
/// How far ahead of ours the clock of a list's author may be, seconds.
pub const CLOCK_TOLERANCE: u64 = 300;

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Device {
    /// The node's certificate.
    #[n(0)]
    pub node: Fingerprint,
    /// The node's key, which is also its `PeerId`.
    #[n(1)]
    pub node_key: PublicKey,
    /// What content keys are sealed to.
    #[n(2)]
    pub kem: KemPublicKey,
    /// Names [`Self::kem`] in grants.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub kid: Kid,
    /// The device stands in the list up to and including this time.
    #[n(4)]
    pub valid_until: Timestamp,
}

/// A device together with its own signature that it is this practitioner's.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ListedDevice {
    /// The device.
    #[n(0)]
    pub device: Device,
    /// A signed document of [`Kind::DeviceConsent`]; see [`consent`].
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub consent: Vec<u8>,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct DeviceList {
    /// The practitioner's certificate.
    #[n(0)]
    pub practitioner: Fingerprint,
    /// Grows with each list; the first is 1.
    #[n(1)]
    pub seq: u64,
    /// When it was made, by its author's clock.
    #[n(2)]
    pub issued_at: Timestamp,
    /// All devices; empty when the practitioner works on none any more.
    #[n(3)]
    pub devices: Vec<ListedDevice>,
}

/// What a device signs.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Consent {
    #[n(0)]
    practitioner: Fingerprint,
    #[n(1)]
    device: Device,
}

/// Why a list was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DeviceListError {
    /// Not a signed document of ours, or not signed by the practitioner.
    #[error("the device list is not signed by its practitioner: {0}")]
    Signature(#[from] SignedError),
    /// The payload is not a device list.
    #[error("the device list cannot be read: {0}")]
    Payload(#[from] CborError),
    /// It names another practitioner than the one whose list was asked for.
    #[error("the device list belongs to another practitioner")]
    AnotherPractitioner,
    /// More than [`MAX_DEVICES`], or a node, key or key id stands in it twice, or the number is 0.
    #[error("the device list is not well formed: {0}")]
    Form(&'static str),
    /// It was made at a time that has not come.
    #[error(
        "the device list was made in the future: set the clock of the computer that made it, then sign in there again; if that clock is right, set this computer's"
    )]
    FromTheFuture,
    /// A device stands in it for longer than [`MAX_DEVICE_VALIDITY`].
    #[error("the device {node} stands in the list for longer than 90 days")]
    TooLong {
        /// The node's certificate.
        node: Fingerprint,
    },
    /// A device did not sign that it stands in the list.
    #[error("the device {node} has not consented to stand in the list")]
    NoConsent {
        /// The node's certificate.
        node: Fingerprint,
    },
    /// Its number is lower than that of a list already known.
    #[error(
        "the device list has number {got}, but number {known} is already known; ask its owner for the newest"
    )]
    RolledBack {
        /// The number of the newest known.
        known: u64,
        /// Its number.
        got: u64,
    },
    /// Two different lists with one number.
    #[error(
        "there are two different device lists with number {seq}; ask their owner which devices are theirs"
    )]
    Equivocation {
        /// The number.
        seq: u64,
    },
}

/// A list whose signature, form and consents were verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedDeviceList {
    list: DeviceList,
    bytes: Vec<u8>,
}

impl VerifiedDeviceList {
    /// The content.
    #[must_use]
    pub const fn list(&self) -> &DeviceList {
        &self.list
    }

    /// The signed bytes, to store and forward as they are.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether its author's clock was ahead of ours at `now` when it was made, or ours is behind. The next list takes its
    /// place by its number, whatever the times.
    #[must_use]
    pub fn is_ahead_of(&self, now: Timestamp) -> bool {
        self.list.issued_at > now.plus(CLOCK_TOLERANCE)
    }

    /// The devices that stand in it at `now`.
    pub fn devices_at(&self, now: Timestamp) -> impl Iterator<Item = &Device> {
        self.list
            .devices
            .iter()
            .map(|listed| &listed.device)
            .filter(move |device| now <= device.valid_until)
    }

    /// The device that runs under this node certificate (same certificate and same key), if it stands in the list at
    /// `now`.
    #[must_use]
    pub fn device_of(&self, node: &NodeCertificate, now: Timestamp) -> Option<&Device> {
        self.devices_at(now)
            .find(|device| device.node == node.fingerprint && device.node_key == node.key)
    }
}

/// A device's consent to stand in the list of `practitioner`; `node_key` is the device's own.
#[must_use]
pub fn consent(practitioner: &Fingerprint, device: &Device, node_key: &SecretKey) -> Vec<u8> {
    let consent = Consent {
        practitioner: *practitioner,
        device: device.clone(),
    };
    signed::sign(
        Kind::DeviceConsent,
        node_key,
        &device.node,
        cbor::encode(&consent),
    )
}

/// Signs a list with the practitioner's key.
#[must_use]
pub fn sign(list: &DeviceList, key: &SecretKey) -> Vec<u8> {
    signed::sign(Kind::DeviceList, key, &list.practitioner, cbor::encode(list))
}

/// Verifies a list that is said to be `practitioner`'s and comes from somebody else.
///
/// # Errors
/// [`DeviceListError`], telling what is wrong.
pub fn verify(
    bytes: &[u8],
    practitioner: &PractitionerCertificate,
    now: Timestamp,
) -> Result<VerifiedDeviceList, DeviceListError> {
    let list = verify_kept(bytes, practitioner)?;
    if list.is_ahead_of(now) {
        Err(DeviceListError::FromTheFuture)
    } else {
        Ok(list)
    }
}

/// Verifies a list again that was taken before, all but its time: a clock that was set since must not make unreadable
/// what is known, for by its number the next list is told from an old one.
///
/// # Errors
/// As [`verify`], but for [`DeviceListError::FromTheFuture`].
pub fn verify_kept(
    bytes: &[u8],
    practitioner: &PractitionerCertificate,
) -> Result<VerifiedDeviceList, DeviceListError> {
    let document = signed::parse(bytes)?;
    if document.signer() != practitioner.fingerprint {
        return Err(DeviceListError::AnotherPractitioner);
    }
    let payload = document.verify(Kind::DeviceList, &practitioner.key)?;
    let list: DeviceList = cbor::decode(&payload)?;
    if list.practitioner != practitioner.fingerprint {
        return Err(DeviceListError::AnotherPractitioner);
    }
    check_form(&list)?;
    for listed in &list.devices {
        check_device(&list, listed)?;
    }
    Ok(VerifiedDeviceList {
        list,
        bytes: bytes.to_vec(),
    })
}

/// The rule of succession: whether `new` may take the place of `old`, the newest list known so far.
///
/// # Errors
/// [`DeviceListError::RolledBack`] for a lower number, [`DeviceListError::Equivocation`] for the same number with
/// other content, [`DeviceListError::AnotherPractitioner`] when they are not one practitioner's.
pub fn accept(
    old: Option<&VerifiedDeviceList>,
    new: VerifiedDeviceList,
) -> Result<VerifiedDeviceList, DeviceListError> {
    let Some(old) = old else { return Ok(new) };
    if old.list.practitioner != new.list.practitioner {
        return Err(DeviceListError::AnotherPractitioner);
    }
    let (known, got) = (old.list.seq, new.list.seq);
    if got < known {
        return Err(DeviceListError::RolledBack { known, got });
    }
    if got == known && old.bytes != new.bytes {
        return Err(DeviceListError::Equivocation { seq: got });
    }
    Ok(new)
}

fn check_form(list: &DeviceList) -> Result<(), DeviceListError> {
    if list.seq == 0 {
        return Err(DeviceListError::Form("its number is 0"));
    }
    if list.devices.len() > MAX_DEVICES {
        return Err(DeviceListError::Form("it has too many devices"));
    }
    for (index, one) in list.devices.iter().enumerate() {
        for other in &list.devices[..index] {
            let (one, other) = (&one.device, &other.device);
            if one.node == other.node || one.node_key == other.node_key {
                return Err(DeviceListError::Form("a node stands in it twice"));
            }
            if one.kid == other.kid || one.kem == other.kem {
                return Err(DeviceListError::Form("two devices share a sealing key"));
            }
        }
    }
    Ok(())
}

fn check_device(list: &DeviceList, listed: &ListedDevice) -> Result<(), DeviceListError> {
    let device = &listed.device;
    let node = device.node;
    if device.valid_until > list.issued_at.plus(MAX_DEVICE_VALIDITY) {
        return Err(DeviceListError::TooLong { node });
    }
    let refused = || DeviceListError::NoConsent { node };
    let document = signed::parse(&listed.consent).map_err(|_| refused())?;
    if document.signer() != node {
        return Err(refused());
    }
    let payload = document
        .verify(Kind::DeviceConsent, &device.node_key)
        .map_err(|_| refused())?;
    let consent: Consent = cbor::decode(&payload).map_err(|_| refused())?;
    let expected = Consent {
        practitioner: list.practitioner,
        device: device.clone(),
    };
    if consent == expected {
        Ok(())
    } else {
        Err(refused())
    }
}
