//! Who signed what, when and where; with the signature itself (Provenance).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::bundle::{instant, put, reference, short, words};
use crate::facts::{Practitioner, Signature};
use crate::parties::practitioner_reference;
use crate::report::report_id;

/// As what somebody signs.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    /// She wrote it.
    Author,
    /// It is her opinion as well.
    Coauthor,
    /// She answers for what another wrote.
    Verifier,
    /// She has looked at it, and does not answer for it.
    Reviewer,
}

impl Role {
    /// As which participant (provenance-participant-type), and the purpose of the signature (ASTM E1762).
    const fn codes(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Author => ("author", "1.2.840.10065.1.12.1.1", "Author's Signature"),
            Self::Coauthor => ("author", "1.2.840.10065.1.12.1.2", "Coauthor's Signature"),
            Self::Verifier => ("verifier", "1.2.840.10065.1.12.1.5", "Verification Signature"),
            Self::Reviewer => ("informant", "1.2.840.10065.1.12.1.13", "Review Signature"),
        }
    }
}

/// A signature and what it is under.
pub(crate) struct Signed<'a> {
    /// The entry that holds it, hexadecimal.
    pub(crate) entry: &'a str,
    /// The entry of the report that it is about.
    pub(crate) of: &'a str,
    pub(crate) who: Option<&'a Practitioner>,
    pub(crate) at: i64,
    pub(crate) signature: &'a Signature,
    pub(crate) role: Role,
    /// As v3-DataOperation.
    pub(crate) activity: &'a str,
    pub(crate) reason: Option<&'a str>,
}

impl Signed<'_> {
    pub(crate) fn provenance(&self) -> Value {
        let who = self
            .who
            .map_or_else(|| json!({"display": "unknown"}), practitioner_reference);
        let (participant, purpose, display) = self.role.codes();
        let agent = |code: &str, who: Value| {
            json!({
                "type": {"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type", "code": code,
                }]},
                "who": who,
            })
        };
        let device = json!({"identifier": {
            "system": "urn:dokuei:certificate:sha256", "value": self.signature.device,
        }, "type": "Device"});
        let mut resource = json!({
            "resourceType": "Provenance",
            "id": format!("signature-{}", short(self.entry)),
            "target": [reference("DiagnosticReport", &report_id(self.of))],
            "occurredDateTime": instant(self.at),
            "recorded": instant(self.at),
            "activity": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/v3-DataOperation", "code": self.activity,
            }]},
            "agent": [agent(participant, who.clone()), agent("assembler", device)],
            "signature": [{
                "type": [{"system": "urn:iso-astm:E1762-95:2013", "code": purpose, "display": display}],
                "when": instant(self.at),
                "who": who,
                "targetFormat": "application/cbor",
                "sigFormat": "application/cose; cose-type=\"cose-sign1\"",
                "data": STANDARD.encode(&self.signature.cose),
            }],
        });
        let reason = self.reason.map(|reason| json!([words(reason)]));
        put(&mut resource, "reason", reason);
        resource
    }
}
