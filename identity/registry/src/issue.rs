//! `issue practitioner` and `issue node`: from what was typed (or sent) to a certificate.

use std::path::Path;

use dokuei_identity::certificate::{
    DeviceClass, DeviceOwner, Licence, LicenceKind, PersonName, Qualification, QualificationCode,
};
use dokuei_identity::issue::{NodeSubject, PractitionerSubject};
use dokuei_identity::request;
use dokuei_identity::time::Timestamp;
use serde::Deserialize;

use crate::cli::IssueCommand;
use crate::failure::Failure;
use crate::files;
use crate::registry::{Delivery, Registry, now};

/// A year, for certificates and qualifications alike when nothing else is said.
const DAYS: u64 = 365;

/// What is to be issued; also the body of `POST /api/v1/credentials`.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Order {
    Practitioner {
        request: String,
        name_ja: String,
        name_latin: String,
        licence_type: String,
        licence_number: String,
        jurisdiction: String,
        #[serde(default)]
        registered_on: Option<String>,
        #[serde(default)]
        qualifications: Vec<String>,
        #[serde(default)]
        institution: Option<String>,
        #[serde(default)]
        days: Option<u64>,
    },
    Node {
        request: String,
        institution: String,
        institution_code: String,
        device_class: String,
        owner: String,
        #[serde(default)]
        days: Option<u64>,
    },
}

impl Order {
    /// From the command line.
    pub(crate) fn from_cli(command: IssueCommand) -> Result<Self, Failure> {
        Ok(match command {
            IssueCommand::Practitioner(typed) => Self::Practitioner {
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
            },
            IssueCommand::Node(typed) => Self::Node {
                request: files::read_text(&typed.request)?,
                institution: typed.institution,
                institution_code: typed.institution_code,
                device_class: typed.device_class,
                owner: typed.owner,
                days: Some(typed.days),
            },
        })
    }

    /// Issues.
    pub(crate) fn carry_out(self, registry: &mut Registry) -> Result<(Delivery, serde_json::Value), Failure> {
        let now = now();
        let (delivery, mut object) = match self {
            Self::Practitioner {
                request,
                name_ja,
                name_latin,
                licence_type,
                licence_number,
                jurisdiction,
                registered_on,
                qualifications,
                institution,
                days,
            } => {
                let days = days.unwrap_or(DAYS);
                let kind: LicenceKind = licence_type.parse()?;
                let subject = PractitionerSubject {
                    name: PersonName {
                        japanese: name_ja,
                        latin: name_latin,
                    },
                    licence: Licence {
                        jurisdiction,
                        kind,
                        number: licence_number,
                        registered_on: registered_on.as_deref().map_or(Ok(Timestamp(0)), day)?,
                    },
                    qualifications: qualifications
                        .iter()
                        .map(|text| qualification(text, now.plus(days * 86_400)))
                        .collect::<Result<_, _>>()?,
                    institution,
                };
                let request = request::read(&request)?;
                let (delivery, certificate) = registry.issue_practitioner(&request, &subject, days, now)?;
                (
                    delivery,
                    serde_json::json!({"kind": "practitioner", "certificate": certificate}),
                )
            }
            Self::Node {
                request,
                institution,
                institution_code,
                device_class,
                owner,
                days,
            } => {
                let subject = NodeSubject {
                    institution,
                    institution_code,
                    device_class: device_class.parse::<DeviceClass>()?,
                    owner: owner.parse::<DeviceOwner>()?,
                };
                let request = request::read(&request)?;
                let (delivery, certificate) =
                    registry.issue_node(&request, &subject, days.unwrap_or(DAYS), now)?;
                (
                    delivery,
                    serde_json::json!({"kind": "node", "certificate": certificate}),
                )
            }
        };
        object["fingerprint"] = delivery.issued.fingerprint.to_string().into();
        object["serial"] = delivery.issued.serial.to_string().into();
        object["chain"] = delivery.chain.to_pem().into();
        Ok((delivery, object))
    }
}

pub(crate) fn run(
    registry: &mut Registry,
    order: Order,
    out: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let (delivery, object) = order.carry_out(registry)?;
    if json {
        if let Some(out) = out {
            files::write(out, delivery.chain.to_pem().as_bytes(), false)?;
        }
        println!("{object}");
        return Ok(());
    }
    files::give_out(out, &delivery.chain.to_pem())?;
    eprintln!(
        "Issued {} (serial {}).",
        delivery.issued.fingerprint, delivery.issued.serial
    );
    Ok(())
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

/// A day `YYYY-MM-DD` as the first second of it, UTC.
fn day(text: &str) -> Result<Timestamp, Failure> {
    let refused = || Failure::Usage(format!("{text:?} is not a day from 1970-01-01 on, as YYYY-MM-DD"));
    let date: jiff::civil::Date = text.parse().map_err(|_| refused())?;
    let midnight: jiff::Timestamp = format!("{date}T00:00:00Z").parse().map_err(|_| refused())?;
    u64::try_from(midnight.as_second())
        .map(Timestamp)
        .map_err(|_| refused())
}
