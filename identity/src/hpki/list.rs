//! Revocation lists of the path's authorities (RFC 5280 §5 and §6.3).

use cms::cert::x509::Certificate;
use cms::cert::x509::crl::CertificateList;
use cms::cert::x509::ext::pkix::crl::dp::IssuingDistributionPoint;
use cms::cert::x509::ext::pkix::{KeyUsage, KeyUsages};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{ID_CE_CRL_NUMBER, ID_CE_ISSUING_DISTRIBUTION_POINT};
use der::asn1::Int;
use der::{Decode, Encode};

use super::algorithm;
use super::error::HpkiError;
use super::evidence::RevocationNote;
use super::path::subject;
use crate::time::Timestamp;
use crate::x509;

/// How far ahead of ours an authority's clock may be, seconds.
const TOLERANCE: u64 = 300;

/// Looks for each certificate of the path in the newest list of its issuer; gives the one for the end certificate.
pub(super) fn check(
    path: &[&Certificate],
    lists: &[&CertificateList],
    now: Timestamp,
) -> Result<Option<RevocationNote>, HpkiError> {
    let mut note = None;
    for (place, pair) in path.windows(2).enumerate() {
        let [certificate, issuer] = pair else { continue };
        let Some(list) = newest(lists, issuer, place == 0, now) else {
            continue;
        };
        let body = &list.tbs_cert_list;
        let next = body.next_update.as_ref().map(x509::timestamp);
        let next = next.filter(|next| *next >= now);
        let next_update = next.ok_or_else(|| HpkiError::StaleList(subject(issuer)))?;
        let serial = certificate.tbs_certificate().serial_number();
        let revoked = body.revoked_certificates.iter().flatten();
        if let Some(entry) = revoked.into_iter().find(|entry| entry.serial_number == *serial) {
            return Err(HpkiError::Revoked {
                subject: subject(certificate),
                since: x509::timestamp(&entry.revocation_date),
            });
        }
        if place == 0 {
            note = Some(RevocationNote {
                this_update: x509::timestamp(&body.this_update),
                next_update,
                number: number(list),
            });
        }
    }
    Ok(note)
}

/// The newest list that this authority signed and that speaks of such certificates.
fn newest<'a>(
    lists: &[&'a CertificateList],
    issuer: &Certificate,
    of_ends: bool,
    now: Timestamp,
) -> Option<&'a CertificateList> {
    let usage = issuer.tbs_certificate().get_extension::<KeyUsage>().ok()?;
    if usage.is_some_and(|(_, usage)| !usage.0.contains(KeyUsages::CRLSign)) {
        return None;
    }
    lists
        .iter()
        .copied()
        .filter(|list| list.tbs_cert_list.issuer == *issuer.tbs_certificate().subject())
        .filter(|list| x509::timestamp(&list.tbs_cert_list.this_update) <= now.plus(TOLERANCE))
        .filter(|list| speaks_of(list, of_ends) && is_signed_by(list, issuer))
        .max_by_key(|list| x509::timestamp(&list.tbs_cert_list.this_update))
}

fn is_signed_by(list: &CertificateList, issuer: &Certificate) -> bool {
    let (Ok(signed), Some(signature)) = (list.tbs_cert_list.to_der(), list.signature.as_bytes()) else {
        return false;
    };
    let key = issuer.tbs_certificate().subject_public_key_info();
    list.signature_algorithm == list.tbs_cert_list.signature
        && algorithm::verify(key, &list.signature_algorithm, None, &signed, signature).is_ok()
}

/// A whole list: not a delta, not indirect, not for some reasons only, and for certificates of this kind.
fn speaks_of(list: &CertificateList, of_ends: bool) -> bool {
    let extensions = list.tbs_cert_list.crl_extensions.iter().flatten();
    for extension in extensions {
        if extension.extn_id == ID_CE_ISSUING_DISTRIBUTION_POINT {
            let Ok(point) = IssuingDistributionPoint::from_der(extension.extn_value.as_bytes()) else {
                return false;
            };
            let other_kind = if of_ends {
                point.only_contains_ca_certs
            } else {
                point.only_contains_user_certs
            };
            if other_kind
                || point.indirect_crl
                || point.only_contains_attribute_certs
                || point.only_some_reasons.is_some()
            {
                return false;
            }
        } else if extension.critical {
            return false;
        }
    }
    true
}

fn number(list: &CertificateList) -> Option<String> {
    const OID: ObjectIdentifier = ID_CE_CRL_NUMBER;
    let mut extensions = list.tbs_cert_list.crl_extensions.iter().flatten();
    let extension = extensions.find(|extension| extension.extn_id == OID)?;
    let number = Int::from_der(extension.extn_value.as_bytes()).ok()?;
    Some(hex::encode(number.as_bytes()))
}
