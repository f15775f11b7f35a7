//! What somebody fills in to apply for a certificate: the body of `POST /applications`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use dokuei_identity::application::{
    ApplicationError, ClaimedQualification, Claims, Contact, Evidence, EvidenceKind, MAX_EVIDENCE,
    MAX_EVIDENCE_PIECES, NodeClaims, PractitionerClaims,
};
use dokuei_identity::certificate::{
    DeviceClass, DeviceOwner, Licence, LicenceKind, PersonName, QualificationCode,
};
use dokuei_identity::day::Day;
use dokuei_identity::time::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::config::Institution;
use crate::second_factor::Answer;
use crate::service::error::ServiceError;

/// An application as it is filled in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationForm {
    /// Who applies.
    pub applicant: Applicant,
    /// How the registry reaches her.
    #[serde(default)]
    pub contact: ContactForm,
    /// What shows that the claims are true.
    #[serde(default)]
    pub evidence: Vec<EvidenceForm>,
}

/// Who applies.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[allow(
    clippy::large_enum_variant,
    reason = "one a request, and boxing would be in the way of its reader"
)]
pub enum Applicant {
    /// This node, by whoever runs it. What is left out is taken from the node's settings.
    Node {
        /// `fixed`, `portable` or `virtual-desktop`.
        #[serde(default)]
        device_class: Option<String>,
        /// `institution` or `private`.
        #[serde(default)]
        owner: Option<String>,
    },
    /// A practitioner of this node.
    Practitioner(PractitionerForm),
}

/// A practitioner who applies.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PractitionerForm {
    /// Her sign-in name. When nobody has it yet, her keys are made under it.
    pub id: String,
    /// What protects her keys.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub passphrase: Zeroizing<String>,
    /// Of her second factor, when she has one.
    #[serde(default)]
    pub second_factor: Option<Answer>,
    /// Her name as on the licence; needed when her keys are to be made.
    #[serde(default)]
    pub name_ja: Option<String>,
    /// Her name in Latin letters; likewise.
    #[serde(default)]
    pub name_latin: Option<String>,
    /// `dentist` or `physician`.
    pub licence_type: String,
    /// The registration number of her licence.
    pub licence_number: String,
    /// The state that gave the licence, two letters.
    #[serde(default = "japan")]
    pub jurisdiction: String,
    /// The day it was registered, `2004-04-20`.
    #[serde(default)]
    pub registered_on: Option<String>,
    /// What she may read.
    #[serde(default)]
    pub qualifications: Vec<QualificationForm>,
    /// Where she works; that of the node when it is left out.
    #[serde(default)]
    pub institution: Option<String>,
}

/// A qualification that is claimed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QualificationForm {
    /// `oral-radiology`, `diagnostic-radiology` or `equivalent`.
    pub code: String,
    /// Its number with the board.
    #[serde(default)]
    pub number: Option<String>,
    /// Its last day, `2027-03-31`.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// Why the ability is held to be equal.
    #[serde(default)]
    pub ground: Option<String>,
}

/// How the registry reaches the applicant.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContactForm {
    /// An e-mail address.
    pub email: Option<String>,
    /// A telephone number.
    pub telephone: Option<String>,
    /// What else the operator should know.
    pub note: Option<String>,
}

/// An attachment.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceForm {
    /// `licence`, `qualification`, `identity`, `institution` or `other`.
    pub kind: String,
    /// Its file's name.
    pub name: String,
    /// Its bytes, Base64.
    pub content: String,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(deserializer).map(Zeroizing::new)
}

fn japan() -> String {
    "JP".to_owned()
}

impl std::fmt::Debug for PractitionerForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PractitionerForm")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for EvidenceForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EvidenceForm")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl ApplicationForm {
    /// The attachments. Whether they are what they should be the application says.
    pub(super) fn evidence(&self) -> Result<Vec<Evidence>, ServiceError> {
        let encoded: usize = self.evidence.iter().map(|one| one.content.len()).sum();
        if self.evidence.len() > MAX_EVIDENCE_PIECES
            || encoded / 4 * 3 > MAX_EVIDENCE + 3 * MAX_EVIDENCE_PIECES
        {
            return Err(ApplicationError::TooMuchEvidence.into());
        }
        self.evidence.iter().map(EvidenceForm::evidence).collect()
    }

    /// How the applicant is reached.
    pub(super) fn contact(&self) -> Contact {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Contact {
            email: given(&self.contact.email),
            telephone: given(&self.contact.telephone),
            note: given(&self.contact.note),
        }
    }
}

impl EvidenceForm {
    fn evidence(&self) -> Result<Evidence, ServiceError> {
        let kind: EvidenceKind = self
            .kind
            .parse()
            .map_err(|error| ServiceError::field("evidence", error))?;
        let content = BASE64
            .decode(&self.content)
            .map_err(|error| ServiceError::field("evidence", error))?;
        Ok(Evidence {
            kind,
            name: self.name.clone(),
            content,
        })
    }
}

/// What a node claims.
pub(super) fn node_claims(
    institution: &Institution,
    device_class: Option<&str>,
    owner: Option<&str>,
) -> Result<Claims, ServiceError> {
    let device_class: DeviceClass = device_class
        .unwrap_or(&institution.device_class)
        .parse()
        .map_err(|error| ServiceError::field("device_class", error))?;
    let owner: DeviceOwner = owner
        .unwrap_or("institution")
        .parse()
        .map_err(|error| ServiceError::field("owner", error))?;
    Ok(Claims::Node(NodeClaims {
        institution: institution.name.clone(),
        institution_code: institution.code.clone(),
        device_class,
        owner,
    }))
}

impl PractitionerForm {
    /// What she claims, under the name by which she is known here.
    pub(super) fn claims(&self, name: PersonName, at: &Institution) -> Result<Claims, ServiceError> {
        let kind: LicenceKind = self
            .licence_type
            .parse()
            .map_err(|error| ServiceError::field("licence_type", error))?;
        let registered_on = self.registered_on.as_deref().map(registered_on).transpose()?;
        let qualifications = self
            .qualifications
            .iter()
            .map(QualificationForm::claimed)
            .collect::<Result<_, _>>()?;
        Ok(Claims::Practitioner(PractitionerClaims {
            name,
            licence: Licence {
                jurisdiction: self.jurisdiction.clone(),
                kind,
                number: self.licence_number.clone(),
                registered_on,
            },
            qualifications,
            institution: Some(self.institution.clone().unwrap_or_else(|| at.name.clone())),
        }))
    }
}

impl QualificationForm {
    fn claimed(&self) -> Result<ClaimedQualification, ServiceError> {
        let code: QualificationCode = self
            .code
            .parse()
            .map_err(|error| ServiceError::field("qualifications", error))?;
        let valid_to = self
            .valid_to
            .as_deref()
            .map(|text| last_second("valid_to", text))
            .transpose()?;
        Ok(ClaimedQualification {
            code,
            number: self.number.clone(),
            valid_to,
            ground: self.ground.clone(),
        })
    }
}

/// The first year in which a licence can have been registered that somebody holds today.
const FIRST_YEAR: i16 = 1900;

/// The day of a licence, which may lie before 1970.
fn registered_on(text: &str) -> Result<Day, ServiceError> {
    match midnight(text) {
        Some((date, seconds)) if date.year() >= FIRST_YEAR => Ok(Day(seconds)),
        _ => Err(ServiceError::field(
            "registered_on",
            format!("{text:?} is not a day from {FIRST_YEAR} on, as 2004-04-20"),
        )),
    }
}

/// The last second of a day, UTC.
fn last_second(field: &'static str, text: &str) -> Result<Timestamp, ServiceError> {
    midnight(text)
        .and_then(|(_, seconds)| u64::try_from(seconds).ok())
        .map(|first| Timestamp(first.saturating_add(86_399)))
        .ok_or_else(|| ServiceError::field(field, format!("{text:?} is not a day as 2027-03-31")))
}

/// A day, and its first second, UTC.
fn midnight(text: &str) -> Option<(Date, i64)> {
    let date: Date = text.parse().ok()?;
    let midnight: jiff::Timestamp = format!("{date}T00:00:00Z").parse().ok()?;
    Some((date, midnight.as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clinic() -> Institution {
        Institution {
            name: "さくら歯科クリニック".to_owned(),
            code: "1312345".to_owned(),
            device_class: "fixed".to_owned(),
        }
    }

    fn form(text: &str) -> Result<ApplicationForm, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn r3_a_specialist_claims_her_licence_and_her_board() {
        let form = form(
            r#"{"applicant": {"kind": "practitioner", "id": "suzuki", "passphrase": "secret",
                "licence_type": "dentist", "licence_number": "234567", "registered_on": "2004-04-20",
                "qualifications": [{"code": "oral-radiology", "number": "77", "valid_to": "2027-03-31"}]},
                "contact": {"email": "suzuki@example.jp", "note": " "}}"#,
        )
        .unwrap();
        assert!(!format!("{form:?}").contains("secret"));
        let Applicant::Practitioner(person) = &form.applicant else {
            panic!("she is a practitioner");
        };
        let name = PersonName {
            japanese: "鈴木 一郎".to_owned(),
            latin: "Suzuki Ichiro".to_owned(),
        };
        let Claims::Practitioner(claims) = person.claims(name, &clinic()).unwrap() else {
            panic!("she claims as a practitioner");
        };
        assert_eq!(claims.licence.jurisdiction, "JP");
        assert_eq!(claims.licence.registered_on, Some(Day(1_082_419_200)));
        assert_eq!(
            claims.qualifications[0].valid_to,
            Some(Timestamp(1_806_537_599)),
            "to its last second"
        );
        assert_eq!(claims.institution.as_deref(), Some("さくら歯科クリニック"));
        assert_eq!(form.contact().note, None);
    }

    #[test]
    fn r4_a_licence_may_be_older_than_1970() {
        assert_eq!(registered_on("1965-04-02").unwrap(), Day(-149_904_000));
        for wrong in ["1899-12-31", "1965-02-30", "S40-04-02", ""] {
            assert!(registered_on(wrong).is_err(), "{wrong}");
        }
        assert!(last_second("valid_to", "1965-04-02").is_err());
    }

    #[test]
    fn a_node_claims_what_its_settings_say() {
        let claims = node_claims(&clinic(), None, None).unwrap();
        assert_eq!(claims.subject(), "さくら歯科クリニック [1312345]");
        assert!(node_claims(&clinic(), Some("tablet"), None).is_err());
        assert!(node_claims(&clinic(), None, Some("nobody")).is_err());
    }

    #[test]
    fn r24_a_misspelt_field_and_too_much_evidence_are_refused() {
        assert!(form(r#"{"applicant": {"kind": "node", "device": "fixed"}}"#).is_err());
        assert!(form(r#"{"applicant": {"kind": "node"}, "evidense": []}"#).is_err());
        let mut large = form(r#"{"applicant": {"kind": "node"}}"#).unwrap();
        let piece = || EvidenceForm {
            kind: "other".to_owned(),
            name: "a.pdf".to_owned(),
            content: "A".repeat(1 << 20),
        };
        large.evidence = vec![piece(), piece()];
        assert_eq!(large.evidence().unwrap().len(), 2);
        large.evidence.push(piece());
        assert!(matches!(large.evidence(), Err(ServiceError::Application(_))));
        large.evidence = vec![EvidenceForm {
            content: "not Base64!".to_owned(),
            ..piece()
        }];
        assert!(matches!(large.evidence(), Err(ServiceError::Field { .. })));
    }
}
