//! The bridge from HPKI: a practitioner who holds a card of the ministry's public key infrastructure signs her
//! application with it too (CMS SignedData, RFC 5652), and the registry records what that shows.
//!
//! The signature is verified up to roots that the registry's operator configured, at the time of checking: chain,
//! validity, key usage, revocation list, and the `hcRole` that says which profession the holder has. What comes out is
//! evidence for the operator, [`HpkiEvidence`]; this registry does not become part of HPKI by it.
//!
//! RSA is only ever used to verify here, with public keys: RUSTSEC-2023-0071 (timing of private RSA operations) does
//! not apply. SHA-1 is not accepted anywhere.

mod algorithm;
mod cms;
mod error;
mod evidence;
mod list;
mod path;
mod role;

use ::cms::cert::x509::Certificate;
use ::cms::cert::x509::crl::CertificateList;
use der::{Decode, Encode};

pub use error::HpkiError;
pub use evidence::{HpkiEvidence, RevocationNote};

use crate::certificate::LicenceKind;
use crate::fingerprint::Fingerprint;
use crate::pem;
use crate::time::Timestamp;
use crate::x509;

/// The largest certificate, bytes of DER.
const MAX_CERTIFICATE: usize = 16 << 10;
/// The largest revocation list, bytes of DER: an authority of a whole profession has long ones.
pub const MAX_LIST: usize = 16 << 20;
/// The most roots, or intermediate authorities, that are configured.
const MAX_AUTHORITIES: usize = 32;

/// What the registry's operator trusts and knows of HPKI.
#[derive(Debug, Clone, Default)]
pub struct HpkiTrust {
    roots: Vec<Certificate>,
    intermediates: Vec<Certificate>,
    lists: Vec<CertificateList>,
}

impl HpkiTrust {
    /// Trust in these roots, PEM.
    ///
    /// # Errors
    /// [`HpkiError::Configuration`] when it holds something else.
    pub fn of_roots(pem: &str) -> Result<Self, HpkiError> {
        Ok(Self {
            roots: certificates(pem)?,
            ..Self::default()
        })
    }

    /// With certificates of authorities, PEM, for signatures that come without theirs. They are not trusted by being
    /// here.
    ///
    /// # Errors
    /// [`HpkiError::Configuration`] when it holds something else.
    pub fn with_intermediates(mut self, pem: &str) -> Result<Self, HpkiError> {
        self.intermediates.extend(certificates(pem)?);
        Ok(self)
    }

    /// With a revocation list, PEM or DER. It is used for the authority that signed it.
    ///
    /// # Errors
    /// [`HpkiError::Configuration`] when it is not one.
    pub fn with_list(mut self, list: &[u8]) -> Result<Self, HpkiError> {
        let refused = |why: &'static str| HpkiError::Configuration(format!("a revocation list {why}"));
        let read;
        let der = match std::str::from_utf8(list) {
            Ok(text) if text.contains("-----BEGIN") => {
                read = pem::one_within(text, pem::REVOCATION_LIST, pem::room_for(MAX_LIST))
                    .map_err(|_| refused("is not readable PEM"))?;
                &read
            }
            _ => list,
        };
        if der.len() > MAX_LIST {
            return Err(refused("is too large"));
        }
        self.lists
            .push(CertificateList::from_der(der).map_err(|_| refused("is not an X.509 list"))?);
        Ok(self)
    }

    /// Whether any root is configured; without one nothing can be verified.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }
}

fn certificates(text: &str) -> Result<Vec<Certificate>, HpkiError> {
    let refused = |why: &'static str| HpkiError::Configuration(format!("a certificate {why}"));
    let blocks = pem::all(text, pem::CERTIFICATE).map_err(|_| refused("is not readable PEM"))?;
    if blocks.len() > MAX_AUTHORITIES {
        return Err(refused("is one of too many"));
    }
    let read = |der: Vec<u8>| {
        if der.len() > MAX_CERTIFICATE {
            return Err(refused("is too large"));
        }
        Certificate::from_der(&der).map_err(|_| refused("is not X.509"))
    };
    blocks.into_iter().map(read).collect()
}

/// Verifies that `signature` (CMS SignedData with one signer, detached or attached; DER or PEM) is over `content`, by a
/// holder of an HPKI certificate whose `hcRole` is the profession that is claimed.
///
/// Revocation that cannot be looked at, because no list of the issuer is here, is recorded and not refused: the
/// operator decides.
///
/// # Errors
/// [`HpkiError`], telling what is wrong.
pub fn verify(
    signature: &[u8],
    content: &[u8],
    claimed: LicenceKind,
    trust: &HpkiTrust,
    now: Timestamp,
) -> Result<HpkiEvidence, HpkiError> {
    if trust.is_empty() {
        return Err(HpkiError::NoRoots);
    }
    let signed = cms::read(signature)?;
    let (end, algorithm) = signed.verify(content)?;
    let known: Vec<_> = signed.certificates().chain(&trust.intermediates).collect();
    let path = path::build(end, &known, &trust.roots)?;
    path::check(&path, now)?;
    let lists: Vec<_> = signed.lists().chain(&trust.lists).collect();
    let revocation = list::check(&path, &lists, now)?;
    let hc_role = role::check(end, claimed)?;
    let body = end.tbs_certificate();
    let root = path.last().expect("a path has a root").to_der();
    Ok(HpkiEvidence {
        subject: body.subject().to_string(),
        common_name: x509::text_of(body.subject(), const_oid::db::rfc4519::COMMON_NAME),
        hc_role,
        issuer: body.issuer().to_string(),
        serial: hex::encode(body.serial_number().as_bytes()),
        not_after: x509::timestamp(&body.validity().not_after),
        policies: path::policies(end),
        algorithm: algorithm.to_owned(),
        root: Fingerprint::of(&root.map_err(|_| HpkiError::Malformed("a root cannot be encoded"))?),
        revocation,
        checked_at: now,
    })
}
