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
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Order {
    Practitioner(PractitionerOrder),
    Node(NodeOrder),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PractitionerOrder {
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
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NodeOrder {
    request: String,
    institution: String,
    institution_code: String,
    device_class: String,
    owner: String,
    #[serde(default)]
    days: Option<u64>,
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

    /// Issues; gives the chain, and the JSON that tells a script about it.
    pub(crate) fn carry_out(self, registry: &mut Registry) -> Result<(Delivery, serde_json::Value), Failure> {
        let (delivery, mut object) = match self {
            Self::Practitioner(order) => order.carry_out(registry)?,
            Self::Node(order) => order.carry_out(registry)?,
        };
        object["fingerprint"] = delivery.issued.fingerprint.to_string().into();
        object["serial"] = delivery.issued.serial.to_string().into();
        object["chain"] = delivery.chain.to_pem().into();
        Ok((delivery, object))
    }
}

impl PractitionerOrder {
    fn carry_out(self, registry: &mut Registry) -> Result<(Delivery, serde_json::Value), Failure> {
        let now = now();
        let days = self.days.unwrap_or(DAYS);
        let qualifications = self
            .qualifications
            .iter()
            .map(|text| qualification(text, now.plus(days.saturating_mul(86_400))));
        let subject = PractitionerSubject {
            name: PersonName {
                japanese: self.name_ja,
                latin: self.name_latin,
            },
            licence: Licence {
                jurisdiction: self.jurisdiction,
                kind: self.licence_type.parse::<LicenceKind>()?,
                number: self.licence_number,
                registered_on: self.registered_on.as_deref().map(day).transpose()?,
            },
            qualifications: qualifications.collect::<Result<_, _>>()?,
            institution: self.institution,
        };
        let request = request::read(&self.request)?;
        let (delivery, certificate) = registry.issue_practitioner(&request, &subject, days, now)?;
        Ok((
            delivery,
            serde_json::json!({"kind": "practitioner", "certificate": certificate}),
        ))
    }
}

impl NodeOrder {
    fn carry_out(self, registry: &mut Registry) -> Result<(Delivery, serde_json::Value), Failure> {
        let subject = NodeSubject {
            institution: self.institution,
            institution_code: self.institution_code,
            device_class: self.device_class.parse::<DeviceClass>()?,
            owner: self.owner.parse::<DeviceOwner>()?,
        };
        let request = request::read(&self.request)?;
        let (delivery, certificate) =
            registry.issue_node(&request, &subject, self.days.unwrap_or(DAYS), now())?;
        Ok((
            delivery,
            serde_json::json!({"kind": "node", "certificate": certificate}),
        ))
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
