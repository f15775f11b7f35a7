//! Certificate revocation lists (RFC 5280 §5): made by the issuing authority, checked by everybody.

mod error;
mod lists;
mod reason;

use const_oid::db::rfc5280::{ID_CE_AUTHORITY_KEY_IDENTIFIER, ID_CE_CRL_NUMBER, ID_CE_CRL_REASONS};
use const_oid::{AssociatedOid, ObjectIdentifier};
use der::asn1::OctetString;
use der::{Decode, Encode};
use serde::{Deserialize, Serialize};
use x509_cert::Version;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlNumber, CrlReason};

use crate::chain::{Anchors, Chain, verify_issuing};
use crate::issue::CertificateAuthority;
use crate::key::PublicKey;
use crate::path::Parsed;
use crate::pem;
use crate::serial::Serial;
use crate::time::Timestamp;
use crate::x509;

pub use error::{ListFault, RevocationError};
pub use lists::RevocationLists;
pub use reason::RevocationReason;

/// The largest list that is read, bytes of DER (about 20,000 entries).
pub const MAX_LIST: usize = 1 << 20;

/// One revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// Its serial number.
    pub serial: Serial,
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: RevocationReason,
}

/// A list that was verified to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    der: Vec<u8>,
    issuer: PublicKey,
    /// The certificate of the issuing authority under which it was verified, DER.
    issuing: Vec<u8>,
    number: u64,
    this_update: Timestamp,
    next_update: Timestamp,
    revoked: Vec<Revoked>,
}

impl RevocationList {
    /// Parses DER and verifies it: issued by the issuing authority of `chain`, which leads to `anchor`.
    ///
    /// # Errors
    /// [`RevocationError`], telling what is wrong.
    pub fn verify<A: Anchors + ?Sized>(
        der: &[u8],
        chain: &Chain,
        anchors: &A,
        now: Timestamp,
    ) -> Result<Self, RevocationError> {
        let issuing = verify_issuing(chain, anchors, now)?;
        let list = parse(der, &issuing)?;
        if list.this_update > now.plus(crate::device_list::CLOCK_TOLERANCE) {
            return Err(RevocationError::FromTheFuture);
        }
        Ok(list)
    }

    /// The same from PEM.
    ///
    /// # Errors
    /// As [`Self::verify`], or [`RevocationError::Pem`].
    pub fn verify_pem<A: Anchors + ?Sized>(
        text: &str,
        chain: &Chain,
        anchors: &A,
        now: Timestamp,
    ) -> Result<Self, RevocationError> {
        let der = pem::one_within(text, pem::REVOCATION_LIST, pem::room_for(MAX_LIST))?;
        Self::verify(&der, chain, anchors, now)
    }

    /// Its number. A node never goes back to a lower one.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// When it was made.
    #[must_use]
    pub const fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// When the next will have been made.
    #[must_use]
    pub const fn next_update(&self) -> Timestamp {
        self.next_update
    }

    /// Refuses a list whose successor is overdue at `now`. Nodes go by the age of [`Self::this_update`] instead ([`crate::freshness`]).
    ///
    /// # Errors
    /// [`RevocationError::Expired`].
    pub fn check_current(&self, now: Timestamp) -> Result<(), RevocationError> {
        if now > self.next_update {
            return Err(RevocationError::Expired {
                since: self.next_update,
            });
        }
        Ok(())
    }

    /// What it revokes, in order of serial numbers.
    #[must_use]
    pub fn revoked(&self) -> &[Revoked] {
        &self.revoked
    }

    /// The entry of a certificate, when it is revoked.
    #[must_use]
    pub fn entry(&self, serial: &Serial) -> Option<&Revoked> {
        let index = self
            .revoked
            .binary_search_by(|entry| entry.serial.cmp(serial))
            .ok()?;
        self.revoked.get(index)
    }

    /// The signed list, DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The signed list, PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::print(pem::REVOCATION_LIST, &self.der)
    }

    /// The key of the issuing authority that signed it.
    #[must_use]
    pub const fn issuer_key(&self) -> &PublicKey {
        &self.issuer
    }

    /// Whether it is of the authority that issued the end certificate of `chain`. Nothing of the chain is verified.
    #[must_use]
    pub fn is_of(&self, chain: &Chain) -> bool {
        self.is_under(chain) || crate::chain::issuing_key(chain) == Some(self.issuer)
    }

    /// Whether the chain has the very certificate under which the list was verified: the usual case, without parsing it.
    fn is_under(&self, chain: &Chain) -> bool {
        matches!(chain.intermediates.as_slice(), [issuing] if *issuing == self.issuing)
    }

    /// The identifier of that key, as it stands in certificates and lists (RFC 7093 §2, method 1).
    #[must_use]
    pub fn issuer_key_id(&self) -> [u8; 20] {
        x509::key_id(&self.issuer)
    }
}

/// Makes and signs a list; gives PEM.
///
/// # Errors
/// [`RevocationError::Malformed`] when a time or number cannot be encoded.
pub fn make(
    authority: &CertificateAuthority,
    number: u64,
    this_update: Timestamp,
    next_update: Timestamp,
    revoked: &[Revoked],
) -> Result<String, RevocationError> {
    let build = || -> der::Result<Vec<u8>> {
        let mut sorted = revoked.to_vec();
        sorted.sort_by(|one, other| one.serial.cmp(&other.serial));
        sorted.dedup_by(|later, earlier| later.serial == earlier.serial);
        let entries = sorted.iter().map(entry_to_der).collect::<der::Result<Vec<_>>>()?;
        let authority_id = AuthorityKeyIdentifier {
            key_identifier: Some(OctetString::new(x509::key_id(&authority.key().public()))?),
            ..AuthorityKeyIdentifier::default()
        };
        let list = TbsCertList {
            version: Version::V2,
            signature: x509::ed25519(),
            issuer: authority.subject().clone(),
            this_update: x509::time(this_update)?,
            next_update: Some(x509::time(next_update)?),
            // RFC 5280 §5.1.2.6: absent, not empty, when nothing is revoked.
            revoked_certificates: (!entries.is_empty()).then_some(entries),
            crl_extensions: Some(vec![
                extension(&authority_id)?,
                extension(&CrlNumber::try_from(number)?)?,
            ]),
        };
        let signature = x509::signature_over(&list, authority.key())?;
        CertificateList {
            tbs_cert_list: list,
            signature_algorithm: x509::ed25519(),
            signature,
        }
        .to_der()
    };
    let der = build().map_err(|error| RevocationError::Malformed(error.to_string()))?;
    Ok(pem::print(pem::REVOCATION_LIST, &der))
}

fn entry_to_der(entry: &Revoked) -> der::Result<RevokedCert> {
    // RFC 5280 §5.3.1: the reason `unspecified` is told by leaving the extension out.
    let stated = entry.reason != RevocationReason::Unspecified;
    let reason = if stated {
        Some(vec![extension(&entry.reason.code())?])
    } else {
        None
    };
    Ok(RevokedCert {
        serial_number: x509::serial_number(&entry.serial)?,
        revocation_date: x509::time(entry.since)?,
        crl_entry_extensions: reason,
    })
}

fn extension<T: Encode + AssociatedOid>(value: &T) -> der::Result<Extension> {
    Ok(Extension {
        extn_id: T::OID,
        critical: false,
        extn_value: OctetString::new(value.to_der()?)?,
    })
}

fn parse(der: &[u8], issuing: &Parsed) -> Result<RevocationList, RevocationError> {
    if der.len() > MAX_LIST {
        return Err(RevocationError::TooLarge { got: der.len() });
    }
    let malformed = |error: der::Error| RevocationError::Malformed(error.to_string());
    let profile = |what| Err(RevocationError::Profile(what));
    let parsed: CertificateList = CertificateList::from_der(der).map_err(malformed)?;
    if parsed.to_der().map_err(malformed)? != der {
        return profile(ListFault::NotDer);
    }
    let body = &parsed.tbs_cert_list;
    if parsed.signature_algorithm != x509::ed25519() || body.signature != x509::ed25519() {
        return profile(ListFault::Algorithm);
    }
    let signed = body.to_der().map_err(malformed)?;
    let signature = parsed
        .signature
        .as_bytes()
        .and_then(|bytes| bytes.try_into().ok());
    let signature: &[u8; 64] = signature.ok_or(RevocationError::Signature)?;
    let extensions = body.crl_extensions.as_deref().unwrap_or_default();
    check_known(extensions, &[ID_CE_CRL_NUMBER, ID_CE_AUTHORITY_KEY_IDENTIFIER])?;
    if body.issuer != *issuing.subject() || read_issuer(extensions)? != x509::key_id(&issuing.key) {
        return Err(RevocationError::AnotherIssuer);
    }
    if issuing.verify(&signed, signature).is_err() {
        return Err(RevocationError::Signature);
    }
    if body.version != Version::V2 {
        return profile(ListFault::Version);
    }
    let Some(next_update) = &body.next_update else {
        return profile(ListFault::NoNextUpdate);
    };
    if x509::timestamp(next_update) < x509::timestamp(&body.this_update) {
        return profile(ListFault::Times);
    }
    let revoked = body.revoked_certificates.as_deref().unwrap_or_default();
    let dates = revoked.iter().map(|entry| &entry.revocation_date);
    if !dates
        .chain([&body.this_update, next_update])
        .all(x509::is_in_its_form)
    {
        return profile(ListFault::TimeForm);
    }
    let revoked = revoked.iter().map(read_entry).collect::<Result<Vec<_>, _>>()?;
    if !revoked.is_sorted_by(|one, other| one.serial < other.serial) {
        return profile(ListFault::EntryOrder);
    }
    Ok(RevocationList {
        der: der.to_vec(),
        issuer: issuing.key,
        issuing: issuing.der.clone(),
        number: read_number(extensions)?,
        this_update: x509::timestamp(&body.this_update),
        next_update: x509::timestamp(next_update),
        revoked,
    })
}

fn read_issuer(extensions: &[Extension]) -> Result<Vec<u8>, RevocationError> {
    let id = extensions
        .iter()
        .find(|extension| extension.extn_id == ID_CE_AUTHORITY_KEY_IDENTIFIER)
        .and_then(|extension| x509::exact(extension.extn_value.as_bytes()))
        .filter(x509::names_only_a_key)
        .and_then(|id| id.key_identifier);
    id.map(|id| id.as_bytes().to_vec())
        .ok_or(RevocationError::Profile(ListFault::NoAuthorityKeyId))
}

fn read_number(extensions: &[Extension]) -> Result<u64, RevocationError> {
    let refused = RevocationError::Profile(ListFault::Number);
    let number = extensions
        .iter()
        .find(|extension| extension.extn_id == ID_CE_CRL_NUMBER);
    let number = number.and_then(|extension| x509::exact::<CrlNumber>(extension.extn_value.as_bytes()));
    let Some(number) = number else { return Err(refused) };
    let bytes = number.0.as_bytes();
    if bytes.len() > 8 {
        return Err(refused);
    }
    Ok(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

fn read_entry(entry: &RevokedCert) -> Result<Revoked, RevocationError> {
    let extensions = entry.crl_entry_extensions.as_deref().unwrap_or_default();
    check_known(extensions, &[ID_CE_CRL_REASONS])?;
    let serial = x509::serial(&entry.serial_number);
    let serial = serial.ok_or(RevocationError::Profile(ListFault::EntrySerial))?;
    let reason = match extensions.first() {
        None => RevocationReason::Unspecified,
        Some(extension) => read_reason(extension)?,
    };
    Ok(Revoked {
        serial,
        since: x509::timestamp(&entry.revocation_date),
        reason,
    })
}

fn read_reason(extension: &Extension) -> Result<RevocationReason, RevocationError> {
    let code = x509::exact::<CrlReason>(extension.extn_value.as_bytes());
    let known = RevocationReason::TABLE.iter().find(|row| Some(row.2) == code);
    known
        .map(|row| row.0)
        .ok_or(RevocationError::Profile(ListFault::EntryReason))
}

/// No extension twice, none critical, none that the profile does not know: a delta or partial list must not pass for a
/// whole one.
fn check_known(extensions: &[Extension], known: &[ObjectIdentifier]) -> Result<(), RevocationError> {
    for (index, extension) in extensions.iter().enumerate() {
        if extensions[..index]
            .iter()
            .any(|earlier| earlier.extn_id == extension.extn_id)
        {
            return Err(RevocationError::Profile(ListFault::DuplicateExtension));
        }
        if extension.critical || !known.contains(&extension.extn_id) {
            return Err(RevocationError::Profile(ListFault::UnknownExtension));
        }
    }
    Ok(())
}
