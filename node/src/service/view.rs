//! How certificates are shown by the API.

use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::policy::{self, Action};
use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};

use crate::clock;

/// A practitioner as the app shows her, with what her credential allows now.
#[must_use]
pub fn practitioner(id: &str, certificate: &PractitionerCertificate, now: Timestamp) -> Value {
    let mut view = person(certificate, now);
    if let Value::Object(fields) = &mut view {
        fields.insert("id".to_owned(), id.into());
        fields.insert(
            "valid_until".to_owned(),
            clock::rfc3339(certificate.validity.not_after).into(),
        );
    }
    view
}

/// A person of the directory.
#[must_use]
pub fn person(certificate: &PractitionerCertificate, now: Timestamp) -> Value {
    let qualifications: Vec<Value> = certificate
        .qualifications
        .iter()
        .map(|one| {
            json!({
                "code": one.code.as_str(),
                "label_ja": one.code.label_ja(),
                "label_en": one.code.label_en(),
                "valid_until": clock::rfc3339(one.valid_to),
                "ground": one.ground,
            })
        })
        .collect();
    json!({
        "fingerprint": certificate.fingerprint,
        "name_ja": certificate.name.japanese,
        "name_latin": certificate.name.latin,
        "institution": certificate.institution,
        "licence": {
            "kind": certificate.licence.kind,
            "jurisdiction": certificate.licence.jurisdiction,
            "number": certificate.licence.number,
        },
        "qualifications": qualifications,
        "may_read": policy::entitled(certificate, Action::SignFinal, now).is_ok(),
        "may_request": policy::entitled(certificate, Action::Request, now).is_ok(),
    })
}
