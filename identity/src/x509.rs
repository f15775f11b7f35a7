//! Small conversions between our values and the X.509 types of `x509-cert`.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519::{COMMON_NAME, COUNTRY_NAME, ORGANIZATION_NAME};
use const_oid::db::rfc8410::ID_ED_25519;
use der::asn1::{Any, PrintableString, SetOfVec, UtcTime, Utf8StringRef};
use der::{Decode, Encode, Header, Reader, SliceReader, Tag};
use sha2::{Digest, Sha256};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::pkix::AuthorityKeyIdentifier;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity as X509Validity};

use crate::certificate::Validity;
use crate::key::{PublicKey, SecretKey, UnpackedKey};
use crate::serial::Serial;
use crate::time::Timestamp;

/// The last second that a certificate can tell: 9999-12-31T23:59:59Z.
const LAST_SECOND: u64 = 253_402_300_799;

/// `id-Ed25519` without parameters (RFC 8410 §3).
pub(crate) const fn ed25519() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid: ID_ED_25519,
        parameters: None,
    }
}

/// The public key as it stands in certificates.
pub(crate) fn public_key_info(key: &PublicKey) -> der::Result<SubjectPublicKeyInfoOwned> {
    Ok(SubjectPublicKeyInfoOwned {
        algorithm: ed25519(),
        subject_public_key: der::asn1::BitString::from_bytes(key.as_bytes())?,
    })
}

/// The Ed25519 key that stands in a certificate, if it is one.
pub(crate) fn public_key(info: &SubjectPublicKeyInfoOwned) -> Option<PublicKey> {
    unpacked_key(info).map(|key| key.packed())
}

/// The same, ready to verify with.
pub(crate) fn unpacked_key(info: &SubjectPublicKeyInfoOwned) -> Option<UnpackedKey> {
    if info.algorithm != ed25519() {
        return None;
    }
    let bytes: [u8; 32] = info.subject_public_key.as_bytes()?.try_into().ok()?;
    UnpackedKey::from_bytes(&bytes).ok()
}

/// The key identifier: the first 20 bytes of the SHA-256 of the key (RFC 7093 §2, method 1).
pub(crate) fn key_id(key: &PublicKey) -> [u8; 20] {
    let digest = Sha256::digest(key.as_bytes());
    let mut id = [0; 20];
    id.copy_from_slice(&digest[..20]);
    id
}

/// Signs the DER of `value`.
pub(crate) fn signature_over<T: Encode>(value: &T, key: &SecretKey) -> der::Result<der::asn1::BitString> {
    der::asn1::BitString::from_bytes(&key.sign(&value.to_der()?))
}

/// A time as certificates tell it (`UTCTime` through 2049, then `GeneralizedTime`).
pub(crate) fn time(at: Timestamp) -> der::Result<Time> {
    let seconds = std::time::Duration::from_secs(at.0.min(LAST_SECOND));
    Ok(Time::from(der::DateTime::from_unix_duration(seconds)?))
}

/// The time that a certificate tells.
pub(crate) fn timestamp(time: &Time) -> Timestamp {
    Timestamp(time.to_unix_duration().as_secs())
}

pub(crate) fn validity(validity: Validity) -> der::Result<X509Validity> {
    Ok(X509Validity::new(
        time(validity.not_before)?,
        time(validity.not_after)?,
    ))
}

/// Whether a time has the form that RFC 5280 asks for: `UTCTime` through 2049, then `GeneralizedTime`.
pub(crate) fn is_in_its_form(time: &Time) -> bool {
    matches!(time, Time::UtcTime(_)) || time.to_date_time().year() > UtcTime::MAX_YEAR
}

pub(crate) fn serial_number(serial: &Serial) -> der::Result<SerialNumber> {
    SerialNumber::new(serial.as_bytes())
}

/// A positive number of at most 20 bytes (RFC 5280 §4.1.2.2).
pub(crate) fn serial(number: &SerialNumber) -> Option<Serial> {
    let bytes = number.as_bytes();
    // As a DER integer the magnitude of a positive number never begins with a set bit.
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    if negative || bytes.len() > 20 {
        return None;
    }
    Serial::from_bytes(bytes)
}

/// Reads the content of an extension, which must be in DER as the whole is.
pub(crate) fn exact<T>(bytes: &[u8]) -> Option<T>
where
    T: for<'a> Decode<'a> + Encode,
{
    let value = T::from_der(bytes).ok()?;
    (value.to_der().ok()? == bytes).then_some(value)
}

/// The bytes that are signed: the first element of what is `SEQUENCE { signed, algorithm, signature }` in DER, as
/// certificates and lists are.
pub(crate) fn signed_part(der: &[u8]) -> der::Result<&[u8]> {
    let mut reader = SliceReader::new(der)?;
    Header::decode(&mut reader)?;
    reader.tlv_bytes()
}

/// Whether it names no more than a key. RFC 5280 §4.2.1.1 also knows the issuer's name and serial number here; with a
/// key identifier they add nothing, and what has them is not of the profile.
pub(crate) const fn names_only_a_key(id: &AuthorityKeyIdentifier) -> bool {
    id.authority_cert_issuer.is_none() && id.authority_cert_serial_number.is_none()
}

/// A name of country JP, organisation and common name, in this order; UTF-8 where it may be Japanese.
pub(crate) fn name(organization: Option<&str>, common_name: &str) -> der::Result<Name> {
    let mut parts = vec![part(
        COUNTRY_NAME,
        Any::encode_from(&PrintableString::new("JP")?)?,
    )?];
    if let Some(organization) = organization {
        parts.push(part(ORGANIZATION_NAME, utf8(organization)?)?);
    }
    parts.push(part(COMMON_NAME, utf8(common_name)?)?);
    // By way of DER, because the text form of a name would have to be escaped.
    Name::from_der(&parts.to_der()?)
}

fn utf8(text: &str) -> der::Result<Any> {
    Any::encode_from(&Utf8StringRef::new(text)?)
}

fn part(oid: ObjectIdentifier, value: Any) -> der::Result<SetOfVec<AttributeTypeAndValue>> {
    SetOfVec::try_from([AttributeTypeAndValue { oid, value }])
}

/// The text of the first attribute of this kind, when it is one of the two string types of RFC 5280.
pub(crate) fn text_of(name: &Name, oid: ObjectIdentifier) -> Option<String> {
    let attribute = name.iter().find(|attribute| attribute.oid == oid)?;
    let is_text = matches!(
        der::Tagged::tag(&attribute.value),
        Tag::Utf8String | Tag::PrintableString
    );
    let text = std::str::from_utf8(attribute.value.value()).ok()?;
    (is_text && !text.is_empty()).then(|| text.to_owned())
}

impl crate::certificate::Validity {
    /// When a certificate (DER) says that it holds. Nothing is verified.
    #[must_use]
    pub fn of_der(certificate: &[u8]) -> Option<Self> {
        let parsed = x509_cert::Certificate::from_der(certificate).ok()?;
        let validity = parsed.tbs_certificate().validity();
        Some(Self {
            not_before: timestamp(&validity.not_before),
            not_after: timestamp(&validity.not_after),
        })
    }
}
