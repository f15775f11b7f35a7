//! `hcRole` (ISO 17090-2) in a foreign certificate.
//!
//! One authority was seen, and tags explicitly (see `extension.rs`). Others follow the same policy but were not seen,
//! so implicit tags are understood too; the coding scheme and the text must be the published ones either way.

use cms::cert::x509::Certificate;
use cms::cert::x509::ext::pkix::SubjectDirectoryAttributes;
use const_oid::ObjectIdentifier;
use der::asn1::{Any, SetOfVec};
use der::{Decode, Reader, SliceReader, Tag, Tagged};

use super::error::HpkiError;
use crate::certificate::LicenceKind;
use crate::extension::{HC_ROLE, HC_ROLE_SCHEME};

/// The role of the certificate, which must be the claimed profession's. A holder of two licences has two roles.
pub(super) fn check(certificate: &Certificate, claimed: LicenceKind) -> Result<LicenceKind, HpkiError> {
    let roles = roles(certificate);
    if roles.iter().any(|role| role == claimed.hc_role()) {
        return Ok(claimed);
    }
    Err(roles
        .into_iter()
        .next()
        .map_or(HpkiError::NoRole, HpkiError::AnotherRole))
}

fn roles(certificate: &Certificate) -> Vec<String> {
    let found = certificate
        .tbs_certificate()
        .get_extension::<SubjectDirectoryAttributes>();
    let Ok(Some((_, attributes))) = found else {
        return Vec::new();
    };
    let values = attributes
        .0
        .iter()
        .filter(|attribute| attribute.oid == HC_ROLE)
        .flat_map(|attribute| attribute.values.iter());
    // HCActorData ::= SET OF HCActor
    let actors = values.filter_map(|value| value.decode_as::<SetOfVec<Any>>().ok());
    actors
        .flat_map(|actors| actors.iter().filter_map(role_of).collect::<Vec<_>>())
        .collect()
}

/// `HCActor ::= SEQUENCE { codedData [0] CodedData, ... }`
fn role_of(actor: &Any) -> Option<String> {
    let fields = fields(actor.value())?;
    let coded = numbered(&fields, 0)?;
    // CodedData ::= SET { codingSchemeReference [0] OID, codeDataValue [1], codeDataFreeText [2] }
    let inner = Any::from_der(coded.value())
        .ok()
        .filter(|inner| inner.tag() == Tag::Set);
    let parts = self::fields(inner.as_ref().map_or(coded.value(), Any::value))?;
    let scheme = numbered(&parts, 0)?.value();
    let scheme = ObjectIdentifier::from_der(scheme)
        .or_else(|_| ObjectIdentifier::from_bytes(scheme))
        .ok()?;
    if scheme != HC_ROLE_SCHEME {
        return None;
    }
    let text = numbered(&parts, 2)?;
    let inner = Any::from_der(text.value())
        .ok()
        .filter(|inner| matches!(inner.tag(), Tag::Utf8String | Tag::PrintableString));
    let text = inner.as_ref().map_or(text.value(), Any::value);
    String::from_utf8(text.to_vec()).ok()
}

/// The elements one after another.
fn fields(content: &[u8]) -> Option<Vec<Any>> {
    let mut reader = SliceReader::new(content).ok()?;
    let mut fields = Vec::new();
    while !reader.is_finished() {
        fields.push(reader.decode().ok()?);
    }
    Some(fields)
}

/// The element with this context-specific tag.
fn numbered(fields: &[Any], number: u32) -> Option<&Any> {
    fields.iter().find(
        |field| matches!(field.tag(), Tag::ContextSpecific { number: found, .. } if found.value() == number),
    )
}
