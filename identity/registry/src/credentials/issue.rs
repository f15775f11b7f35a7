//! `issue practitioner` and `issue node`: from what was typed (or sent) to a certificate.

use dokuei_identity::certificate::{
    DeviceClass, DeviceOwner, Licence, LicenceKind, NodeCertificate, PersonName, PractitionerCertificate,
    Qualification, QualificationCode, Scope,
};
use dokuei_identity::day::Day;
use dokuei_identity::issue::{NodeSubject, PractitionerSubject};
use dokuei_identity::request;
use dokuei_identity::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cli::IssueCommand;
use crate::failure::Failure;
use crate::files;
use crate::journal::Line;
use crate::registry::{Delivery, Reason, Registry};

/// A year, for certificates and qualifications alike when nothing else is said.
pub(crate) const DAYS: u64 = 365;

/// What is to be issued; also the body of `POST /api/v1/credentials`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Order {
    Practitioner(PractitionerOrder),
    Node(NodeOrder),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PractitionerOrder {
    pub(crate) request: String,
    pub(crate) name_ja: String,
    pub(crate) name_latin: String,
    pub(crate) licence_type: String,
    pub(crate) licence_number: String,
    pub(crate) jurisdiction: String,
    #[serde(default)]
    pub(crate) registered_on: Option<String>,
    #[serde(default)]
    pub(crate) qualifications: Vec<String>,
    #[serde(default)]
    pub(crate) institution: Option<String>,
    #[serde(default)]
    pub(crate) days: Option<u64>,
    /// With narrower scope, for at most 120 days.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) provisional: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NodeOrder {
    pub(crate) request: String,
    pub(crate) institution: String,
    pub(crate) institution_code: String,
    pub(crate) device_class: String,
    pub(crate) owner: String,
    #[serde(default)]
    pub(crate) days: Option<u64>,
}

impl Order {
    /// From the command line.
    pub(crate) fn from_cli(command: IssueCommand) -> Result<Self, Failure> {
        Ok(match command {
            IssueCommand::Practitioner(typed) => Self::Practitioner(PractitionerOrder {
                request: files::read_text(&typed.request)?,
                name_ja: typed.name_ja,
                name_latin: typed.name_latin,
                licence_type: typed.licence_type,
                licence_number: typed.licence_number,
                jurisdiction: typed.jurisdiction,
                registered_on: typed.registered_on,
                qualifications: typed.qualifications,
                institution: typed.institution,
                days: Some(typed.days),
                provisional: false,
            }),
            IssueCommand::Node(typed) => Self::Node(NodeOrder {
                request: files::read_text(&typed.request)?,
                institution: typed.institution,
                institution_code: typed.institution_code,
                device_class: typed.device_class,
                owner: typed.owner,
                days: Some(typed.days),
            }),
        })
    }

    /// Makes the certificate. It is issued only when its line has been entered.
    pub(crate) fn make(&self, registry: &Registry, reason: &Reason, now: Timestamp) -> Result<Made, Failure> {
        match self {
            Self::Practitioner(order) => order.make(registry, reason, now),
            Self::Node(order) => order.make(registry, reason, now),
        }
    }

    /// Whom it is for, for people.
    pub(crate) fn subject(&self) -> String {
        match self {
            Self::Practitioner(order) => format!("{} ({})", order.name_ja, order.name_latin),
            Self::Node(order) => format!("{} [{}]", order.institution, order.institution_code),
        }
    }
}

/// A certificate, the journal's line for it, and what scripts are told.
pub(crate) struct Made {
    pub(crate) line: Line,
    pub(crate) delivery: Delivery,
    pub(crate) object: serde_json::Value,
}

impl Made {
    pub(crate) fn practitioner(
        (line, delivery, certificate): (Line, Delivery, PractitionerCertificate),
    ) -> Self {
        let object = serde_json::json!({"kind": "practitioner", "certificate": certificate});
        Self::of(line, delivery, object)
    }

    pub(crate) fn node((line, delivery, certificate): (Line, Delivery, NodeCertificate)) -> Self {
        let object = serde_json::json!({"kind": "node", "certificate": certificate});
        Self::of(line, delivery, object)
    }

    fn of(line: Line, delivery: Delivery, mut object: serde_json::Value) -> Self {
        object["fingerprint"] = delivery.issued.fingerprint.to_string().into();
        object["serial"] = delivery.issued.serial.to_string().into();
        object["chain"] = delivery.chain.to_pem().into();
        Self {
            line,
            delivery,
            object,
        }
    }
}

impl PractitionerOrder {
    fn make(&self, registry: &Registry, reason: &Reason, now: Timestamp) -> Result<Made, Failure> {
        let days = self.days.unwrap_or(DAYS);
        let qualifications = self
            .qualifications
            .iter()
            .map(|text| qualification(text, now.plus(days.saturating_mul(86_400))));
        let subject = PractitionerSubject {
            name: PersonName {
                japanese: self.name_ja.clone(),
                latin: self.name_latin.clone(),
            },
            licence: Licence {
                jurisdiction: self.jurisdiction.clone(),
                kind: self.licence_type.parse::<LicenceKind>()?,
                number: self.licence_number.clone(),
                registered_on: self.registered_on.as_deref().map(day).transpose()?,
            },
            qualifications: qualifications.collect::<Result<_, _>>()?,
            institution: self.institution.clone(),
        };
        let scope = if self.provisional {
            Scope::Provisional
        } else {
            Scope::Full
        };
        let request = request::read(&self.request)?;
        registry
            .make_practitioner(&request, &subject, (days, scope), reason, now)
            .map(Made::practitioner)
    }
}

impl NodeOrder {
    fn make(&self, registry: &Registry, reason: &Reason, now: Timestamp) -> Result<Made, Failure> {
        let subject = NodeSubject {
            institution: self.institution.clone(),
            institution_code: self.institution_code.clone(),
            device_class: self.device_class.parse::<DeviceClass>()?,
            owner: self.owner.parse::<DeviceOwner>()?,
        };
        let request = request::read(&self.request)?;
        registry
            .make_node(&request, &subject, self.days.unwrap_or(DAYS), reason, now)
            .map(Made::node)
    }
}

/// `CODE` or `CODE=GROUND`.
fn qualification(text: &str, valid_to: Timestamp) -> Result<Qualification, Failure> {
    let (code, ground) = match text.split_once('=') {
        Some((code, ground)) => (code, Some(ground.to_owned())),
        None => (text, None),
    };
    let code: QualificationCode = code.parse()?;
    if code == QualificationCode::Equivalent && ground.as_ref().is_none_or(|ground| ground.trim().is_empty())
    {
        return Err(Failure::Usage(
            "an equivalent qualification needs its ground: --qualification equivalent=GROUND".to_owned(),
        ));
    }
    Ok(Qualification {
        code,
        body: code.usual_body().to_owned(),
        valid_to,
        ground,
    })
}

/// The first year in which a licence can have been registered that somebody holds today.
const FIRST_YEAR: i16 = 1900;

/// A day `YYYY-MM-DD`.
fn day(text: &str) -> Result<Day, Failure> {
    let refused = || {
        Failure::Usage(format!(
            "{text:?} is not a day from {FIRST_YEAR}-01-01 on, as YYYY-MM-DD"
        ))
    };
    let date: jiff::civil::Date = text.parse().map_err(|_| refused())?;
    if date.year() < FIRST_YEAR {
        return Err(refused());
    }
    let midnight: jiff::Timestamp = format!("{date}T00:00:00Z").parse().map_err(|_| refused())?;
    Ok(Day(midnight.as_second()))
}
