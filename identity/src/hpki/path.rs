//! The path from a signer's certificate to a configured root (RFC 5280 §6, without policy processing and name
//! constraints: a certificate that insists on either is refused).

use cms::cert::x509::Certificate;
use cms::cert::x509::ext::pkix::{
    BasicConstraints, CertificatePolicies, ExtendedKeyUsage, KeyUsage, KeyUsages,
};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{
    ANY_EXTENDED_KEY_USAGE, ID_CE_BASIC_CONSTRAINTS, ID_CE_CERTIFICATE_POLICIES, ID_CE_EXT_KEY_USAGE,
    ID_CE_KEY_USAGE, ID_CE_SUBJECT_DIRECTORY_ATTRIBUTES, ID_KP_EMAIL_PROTECTION,
};
use der::Encode;

use super::algorithm;
use super::error::HpkiError;
use crate::time::Timestamp;
use crate::x509;

/// The most certificates in a path, the root included.
const LONGEST: usize = 6;
/// Document signing (RFC 9336).
const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36");
/// The extensions that may be critical, because they are looked at.
const KNOWN: [ObjectIdentifier; 5] = [
    ID_CE_BASIC_CONSTRAINTS,
    ID_CE_KEY_USAGE,
    ID_CE_CERTIFICATE_POLICIES,
    ID_CE_EXT_KEY_USAGE,
    ID_CE_SUBJECT_DIRECTORY_ATTRIBUTES,
];

/// From the end certificate to a root, each signed by the next.
pub(super) fn build<'a>(
    end: &'a Certificate,
    known: &[&'a Certificate],
    roots: &'a [Certificate],
) -> Result<Vec<&'a Certificate>, HpkiError> {
    let mut path = vec![end];
    while path.len() < LONGEST {
        let last = path[path.len() - 1];
        let issues = |candidate: &&Certificate| {
            candidate.tbs_certificate().subject() == last.tbs_certificate().issuer()
                && is_signed_by(last, candidate).is_ok()
        };
        if let Some(root) = roots.iter().find(|root| issues(root)) {
            path.push(root);
            return Ok(path);
        }
        let next = known
            .iter()
            .copied()
            .find(|candidate| !path.contains(candidate) && issues(candidate));
        path.push(next.ok_or_else(|| HpkiError::Untrusted(subject(last)))?);
    }
    Err(HpkiError::Untrusted(subject(end)))
}

fn is_signed_by(certificate: &Certificate, issuer: &Certificate) -> Result<(), HpkiError> {
    let body = certificate.tbs_certificate();
    if certificate.signature_algorithm() != body.signature() {
        return Err(HpkiError::Signature);
    }
    let signed = body.to_der().map_err(|_| HpkiError::Malformed("a certificate"))?;
    let signature = certificate.signature().as_bytes().ok_or(HpkiError::Signature)?;
    algorithm::verify(
        issuer.tbs_certificate().subject_public_key_info(),
        certificate.signature_algorithm(),
        None,
        &signed,
        signature,
    )
    .map(drop)
}

/// Checks each certificate for its place, and the time.
pub(super) fn check(path: &[&Certificate], now: Timestamp) -> Result<(), HpkiError> {
    for (place, certificate) in path.iter().enumerate() {
        let validity = certificate.tbs_certificate().validity();
        if now < x509::timestamp(&validity.not_before) || now > x509::timestamp(&validity.not_after) {
            return Err(HpkiError::Time(subject(certificate)));
        }
        check_extensions(certificate)?;
        if place == 0 {
            check_end(certificate)?;
        } else {
            // Below it: authorities only, and the end certificate does not count (RFC 5280 §4.2.1.9).
            check_authority(certificate, place - 1)?;
        }
    }
    Ok(())
}

fn check_extensions(certificate: &Certificate) -> Result<(), HpkiError> {
    let Some(extensions) = certificate.tbs_certificate().extensions() else {
        return Err(refused(certificate, "it has no extensions"));
    };
    for (index, extension) in extensions.iter().enumerate() {
        if extension.critical && !KNOWN.contains(&extension.extn_id) {
            return Err(refused(
                certificate,
                "it has a critical extension that is unknown",
            ));
        }
        if extensions[..index]
            .iter()
            .any(|earlier| earlier.extn_id == extension.extn_id)
        {
            return Err(refused(certificate, "an extension stands in it twice"));
        }
    }
    Ok(())
}

fn check_end(certificate: &Certificate) -> Result<(), HpkiError> {
    let body = certificate.tbs_certificate();
    let unreadable = |_| refused(certificate, "an extension cannot be read");
    let constraints = body.get_extension::<BasicConstraints>().map_err(unreadable)?;
    if constraints.is_some_and(|(_, constraints)| constraints.ca) {
        return Err(refused(certificate, "it is an authority's"));
    }
    let usage = body.get_extension::<KeyUsage>().map_err(unreadable)?;
    let signs = usage.is_some_and(|(_, usage)| {
        usage.0.contains(KeyUsages::DigitalSignature) || usage.0.contains(KeyUsages::NonRepudiation)
    });
    if !signs {
        return Err(refused(certificate, "its key is not for signatures"));
    }
    let purposes = body.get_extension::<ExtendedKeyUsage>().map_err(unreadable)?;
    let ours = [ANY_EXTENDED_KEY_USAGE, ID_KP_EMAIL_PROTECTION, DOCUMENT_SIGNING];
    if purposes.is_some_and(|(_, purposes)| !purposes.0.iter().any(|purpose| ours.contains(purpose))) {
        return Err(refused(certificate, "its key is for other purposes"));
    }
    Ok(())
}

fn check_authority(certificate: &Certificate, below: usize) -> Result<(), HpkiError> {
    let body = certificate.tbs_certificate();
    let unreadable = |_| refused(certificate, "an extension cannot be read");
    let constraints = body.get_extension::<BasicConstraints>().map_err(unreadable)?;
    let Some((
        _,
        BasicConstraints {
            ca: true,
            path_len_constraint,
        },
    )) = constraints
    else {
        return Err(refused(certificate, "it is not an authority's"));
    };
    if path_len_constraint.is_some_and(|most| below > usize::from(most)) {
        return Err(refused(certificate, "its path length is too short"));
    }
    let usage = body.get_extension::<KeyUsage>().map_err(unreadable)?;
    if usage.is_some_and(|(_, usage)| !usage.0.contains(KeyUsages::KeyCertSign)) {
        return Err(refused(certificate, "its key is not for certificates"));
    }
    Ok(())
}

/// The policies of a certificate, dotted.
pub(super) fn policies(certificate: &Certificate) -> Vec<String> {
    let found = certificate
        .tbs_certificate()
        .get_extension::<CertificatePolicies>();
    found.ok().flatten().map_or_else(Vec::new, |(_, policies)| {
        policies
            .0
            .iter()
            .map(|policy| policy.policy_identifier.to_string())
            .collect()
    })
}

pub(super) fn subject(certificate: &Certificate) -> String {
    certificate.tbs_certificate().subject().to_string()
}

fn refused(certificate: &Certificate, why: &'static str) -> HpkiError {
    HpkiError::Certificate {
        subject: subject(certificate),
        why,
    }
}
