//! CMS SignedData (RFC 5652 §5) with one signer.

use cms::cert::CertificateChoices;
use cms::cert::x509::Certificate;
use cms::cert::x509::crl::CertificateList;
use cms::cert::x509::ext::pkix::SubjectKeyIdentifier;
use cms::content_info::ContentInfo;
use cms::revocation::RevocationInfoChoice;
use cms::signed_data::{SignedAttributes, SignedData, SignerIdentifier, SignerInfo};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA};
use der::asn1::{Any, OctetString};
use der::{Decode, Encode, Sequence};
use spki::AlgorithmIdentifierOwned;
use subtle::ConstantTimeEq;

use super::algorithm::{self, Hash};
use super::error::HpkiError;
use crate::application::MAX_COUNTERSIGNATURE;
use crate::pem;

/// The most certificates that come with a signature.
const MAX_CERTIFICATES: usize = 8;
/// `signing-certificate` (RFC 2634 §5.4), which hashes with SHA-1.
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
/// `signing-certificate-v2` (RFC 5035 §3).
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// RFC 5035 §3.
#[derive(Sequence)]
struct SigningCertificateV2 {
    certs: Vec<EssCertIdV2>,
    policies: Option<Any>,
}

/// RFC 5035 §4; the algorithm is SHA-256 when it is not named.
#[derive(Sequence)]
struct EssCertIdV2 {
    hash_algorithm: Option<AlgorithmIdentifierOwned>,
    cert_hash: OctetString,
    issuer_serial: Option<IssuerSerial>,
}

/// RFC 5035 §5.
#[derive(Sequence)]
struct IssuerSerial {
    issuer: Any,
    serial_number: Any,
}

/// A signature that was read and not yet verified.
pub(super) struct Signed {
    data: SignedData,
}

/// Reads DER, or PEM around it.
pub(super) fn read(bytes: &[u8]) -> Result<Signed, HpkiError> {
    if bytes.len() > MAX_COUNTERSIGNATURE * 2 {
        return Err(HpkiError::Malformed("it is too large"));
    }
    let der = match std::str::from_utf8(bytes) {
        Ok(text) if text.contains("-----BEGIN ") => ["CMS", "PKCS7"]
            .into_iter()
            .find_map(|label| pem::one(text, label).ok())
            .ok_or(HpkiError::Malformed("the PEM holds no CMS"))?,
        _ => bytes.to_vec(),
    };
    let info = ContentInfo::from_der(&der).map_err(|_| HpkiError::Malformed("it is not CMS"))?;
    if info.content_type != ID_SIGNED_DATA {
        return Err(HpkiError::Malformed("it is another kind of CMS"));
    }
    let content = info
        .content
        .to_der()
        .map_err(|_| HpkiError::Malformed("it is not DER"))?;
    let data =
        SignedData::from_der(&content).map_err(|_| HpkiError::Malformed("its SignedData cannot be read"))?;
    if data
        .certificates
        .as_ref()
        .is_some_and(|set| set.0.len() > MAX_CERTIFICATES)
    {
        return Err(HpkiError::Malformed("it has too many certificates"));
    }
    Ok(Signed { data })
}

impl Signed {
    /// The certificates that came with it.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        let all = self.data.certificates.iter().flat_map(|set| set.0.iter());
        all.filter_map(|choice| match choice {
            CertificateChoices::Certificate(certificate) => Some(certificate),
            CertificateChoices::Other(_) => None,
        })
    }

    /// The revocation lists that came with it.
    pub(super) fn lists(&self) -> impl Iterator<Item = &CertificateList> {
        let all = self.data.crls.iter().flat_map(|set| set.0.iter());
        all.filter_map(|choice| match choice {
            RevocationInfoChoice::Crl(list) => Some(list),
            RevocationInfoChoice::Other(_) => None,
        })
    }

    /// Verifies it over `content`; gives the signer's certificate, of which nothing is known yet, and the algorithm.
    pub(super) fn verify(&self, content: &[u8]) -> Result<(&Certificate, &'static str), HpkiError> {
        let signers = &self.data.signer_infos.0;
        let [signer] = signers.as_slice() else {
            return Err(HpkiError::Signers(signers.len()));
        };
        self.check_content(content)?;
        let certificate = self
            .certificates()
            .find(|certificate| is_of(certificate, &signer.sid))
            .ok_or(HpkiError::NoCertificate)?;
        let hash = Hash::of(signer.digest_alg.oid)?;
        // RFC 5652 §5.4: without signed attributes the signature could be shown as one over attributes.
        let attributes = signer
            .signed_attrs
            .as_ref()
            .ok_or(HpkiError::Attribute("message-digest"))?;
        check_attributes(
            attributes,
            self.data.encap_content_info.econtent_type,
            hash,
            content,
        )?;
        check_signing_certificate(attributes, certificate)?;
        let algorithm = verify_signature(signer, attributes, hash, certificate)?;
        Ok((certificate, algorithm))
    }

    /// Attached content must be the application too.
    fn check_content(&self, content: &[u8]) -> Result<(), HpkiError> {
        let carried = &self.data.encap_content_info;
        if carried.econtent_type != ID_DATA {
            return Err(HpkiError::Malformed("what it signs is not plain data"));
        }
        let Some(carried) = &carried.econtent else {
            return Ok(());
        };
        let carried: OctetString = carried
            .decode_as()
            .map_err(|_| HpkiError::Malformed("its content is not one octet string"))?;
        if carried.as_bytes() == content {
            Ok(())
        } else {
            Err(HpkiError::AnotherContent)
        }
    }
}

fn verify_signature(
    signer: &SignerInfo,
    attributes: &SignedAttributes,
    hash: Hash,
    certificate: &Certificate,
) -> Result<&'static str, HpkiError> {
    // RFC 5652 §5.4: over the DER of a SET OF, not over the implicit tag that stands in the message.
    let signed = attributes
        .to_der()
        .map_err(|_| HpkiError::Malformed("attributes"))?;
    algorithm::verify(
        certificate.tbs_certificate().subject_public_key_info(),
        &signer.signature_algorithm,
        Some(hash),
        &signed,
        signer.signature.as_bytes(),
    )
}

fn is_of(certificate: &Certificate, signer: &SignerIdentifier) -> bool {
    let body = certificate.tbs_certificate();
    match signer {
        SignerIdentifier::IssuerAndSerialNumber(named) => {
            *body.issuer() == named.issuer && *body.serial_number() == named.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(named) => body
            .get_extension::<SubjectKeyIdentifier>()
            .is_ok_and(|found| found.is_some_and(|(_, id)| id == *named)),
    }
}

/// The one value of an attribute; `None` when it is not there.
fn value<'a>(
    attributes: &'a SignedAttributes,
    oid: ObjectIdentifier,
    name: &'static str,
) -> Result<Option<&'a Any>, HpkiError> {
    let mut found = attributes.iter().filter(|attribute| attribute.oid == oid);
    let Some(first) = found.next() else {
        return Ok(None);
    };
    match (first.values.as_slice(), found.next()) {
        ([value], None) => Ok(Some(value)),
        _ => Err(HpkiError::Attribute(name)),
    }
}

fn check_attributes(
    attributes: &SignedAttributes,
    content_type: ObjectIdentifier,
    hash: Hash,
    content: &[u8],
) -> Result<(), HpkiError> {
    let missing = HpkiError::Attribute;
    let named = value(attributes, ID_CONTENT_TYPE, "content-type")?.ok_or(missing("content-type"))?;
    if named.decode_as::<ObjectIdentifier>() != Ok(content_type) {
        return Err(missing("content-type"));
    }
    let digest = value(attributes, ID_MESSAGE_DIGEST, "message-digest")?.ok_or(missing("message-digest"))?;
    let digest: OctetString = digest.decode_as().map_err(|_| missing("message-digest"))?;
    if bool::from(digest.as_bytes().ct_eq(&hash.digest(content))) {
        Ok(())
    } else {
        Err(HpkiError::AnotherContent)
    }
}

/// CAdES (RFC 5126) names the signer's certificate; then it must be this one.
fn check_signing_certificate(
    attributes: &SignedAttributes,
    certificate: &Certificate,
) -> Result<(), HpkiError> {
    let name = "signing-certificate";
    let v2 = value(attributes, SIGNING_CERTIFICATE_V2, name)?;
    if v2.is_none() && value(attributes, SIGNING_CERTIFICATE, name)?.is_some() {
        return Err(HpkiError::Algorithm(format!("{SIGNING_CERTIFICATE} (SHA-1)")));
    }
    let Some(v2) = v2 else {
        return Ok(());
    };
    let named: SigningCertificateV2 = v2.decode_as().map_err(|_| HpkiError::Attribute(name))?;
    let first = named.certs.first().ok_or(HpkiError::Attribute(name))?;
    let hash = match &first.hash_algorithm {
        Some(algorithm) => Hash::of(algorithm.oid)?,
        None => Hash::Sha256,
    };
    let der = certificate
        .to_der()
        .map_err(|_| HpkiError::Malformed("a certificate"))?;
    if first.cert_hash.as_bytes() == hash.digest(&der) {
        Ok(())
    } else {
        Err(HpkiError::AnotherCertificate)
    }
}
