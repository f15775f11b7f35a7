//! What the registry itself can find out about an application; the operator decides.

use dokuei_identity::application::{ApplicationId, Claims, PractitionerClaims};
use dokuei_identity::certificate::QualificationCode;
use dokuei_identity::hpki::{HpkiError, HpkiEvidence};
use dokuei_identity::time::Timestamp;
use serde::Serialize;

use super::hpki;
use super::inbox::{Inbox, Item};
use super::marks::Alike;
use super::specialists::{self, Verdict};
use crate::failure::Failure;
use crate::journal::Kind;
use crate::registry::Registry;

/// How a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Weight {
    /// It supports the application.
    Good,
    /// Nothing is known either way.
    Unknown,
    /// The operator should look closely.
    Warning,
    /// It cannot be approved so.
    Bad,
}

/// One finding, with a stable code.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Finding {
    pub(super) code: &'static str,
    pub(super) weight: Weight,
    pub(super) japanese: String,
    pub(super) english: String,
    /// The claimed qualification that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) qualification: Option<QualificationCode>,
}

/// Everything that was found, and what a countersignature showed.
pub(super) struct Findings {
    pub(super) all: Vec<Finding>,
    pub(super) hpki: Option<HpkiEvidence>,
}

fn finding(
    code: &'static str,
    weight: Weight,
    japanese: impl Into<String>,
    english: impl Into<String>,
) -> Finding {
    Finding {
        code,
        weight,
        japanese: japanese.into(),
        english: english.into(),
        qualification: None,
    }
}

/// Looks at an application.
pub(super) fn check(
    registry: &Registry,
    inbox: &Inbox,
    id: ApplicationId,
    item: &Item,
) -> Result<Findings, Failure> {
    // It could not have been opened otherwise.
    let mut all = vec![finding(
        "key-is-held",
        Weight::Good,
        "証明書要求と申請書は同じ鍵で署名され、添付は署名時のままです",
        "request and application are signed with the same key, and the attachments are the signed ones",
    )];
    same_in_register(registry, item, &mut all)?;
    same_in_inbox(inbox, id, item, &mut all)?;
    if let Claims::Practitioner(claims) = &item.application.application().claims {
        listed(registry, claims, &mut all)?;
    }
    let hpki = countersigned(registry, item, &mut all)?;
    Ok(Findings { all, hpki })
}

/// The same key or the same licence in the register.
fn same_in_register(registry: &Registry, item: &Item, all: &mut Vec<Finding>) -> Result<(), Failure> {
    let application = item.application.application();
    let key = item.application.request().key;
    for credential in &registry.register().credentials {
        // Only certificates with these bytes in them are looked at: there may be 10,000.
        if credential.contains(key.as_bytes()) {
            all.push(finding(
                "same-key-certified",
                Weight::Warning,
                format!("この鍵には既に証明書{}が発行されています", credential.fingerprint),
                format!("this key has the certificate {} already", credential.fingerprint),
            ));
            continue;
        }
        let Claims::Practitioner(claims) = &application.claims else {
            continue;
        };
        let number = claims.licence.number.as_bytes();
        if credential.kind != Kind::Practitioner || !credential.contains(number) {
            continue;
        }
        let held = registry.read_practitioner(credential)?;
        if held.licence.number == claims.licence.number
            && held.licence.kind == claims.licence.kind
            && held.licence.jurisdiction == claims.licence.jurisdiction
        {
            all.push(finding(
                "same-licence-certified",
                Weight::Warning,
                format!(
                    "この免許番号には別の鍵の証明書{}が発行されています",
                    credential.fingerprint
                ),
                format!(
                    "this licence has the certificate {} for another key",
                    credential.fingerprint
                ),
            ));
        }
    }
    Ok(())
}

/// The same key or the same licence in another application.
fn same_in_inbox(
    inbox: &Inbox,
    id: ApplicationId,
    item: &Item,
    all: &mut Vec<Finding>,
) -> Result<(), Failure> {
    for (other, alike) in inbox.alike(id, item)? {
        all.push(match alike {
            Alike::Key => finding(
                "same-key-applied",
                Weight::Warning,
                format!("同じ鍵による別の申請{other}があります"),
                format!("there is another application with the same key: {other}"),
            ),
            Alike::Licence => finding(
                "same-licence-applied",
                Weight::Warning,
                format!("同じ免許番号で別の鍵による申請{other}があります"),
                format!("there is another application for the same licence with another key: {other}"),
            ),
        });
    }
    Ok(())
}

/// Each claimed qualification in the imported list.
fn listed(registry: &Registry, claims: &PractitionerClaims, all: &mut Vec<Finding>) -> Result<(), Failure> {
    let list = specialists::load(registry.layout())?;
    let today = today(registry.time());
    for claimed in &claims.qualifications {
        let verdict = specialists::judge(list.as_deref(), claims, claimed, &today);
        let (ja, en) = (claimed.code.label_ja(), claimed.code.label_en());
        let (weight, japanese, english) = match &verdict {
            Verdict::OnNoList => (
                Weight::Unknown,
                "同等の能力を申請しています。根拠は一覧では確認できません".to_owned(),
                "equivalent ability is claimed; no list tells the ground".to_owned(),
            ),
            Verdict::Listed => (
                Weight::Good,
                format!("{ja}の一覧にあります"),
                format!("listed: {en}"),
            ),
            Verdict::NotListed => (
                Weight::Warning,
                format!("{ja}の一覧にありません"),
                format!("not listed: {en}"),
            ),
            Verdict::AnotherName(name) => (
                Weight::Warning,
                format!("{ja}の一覧ではこの免許番号は{name}のものです"),
                format!("this licence number is listed for {name}: {en}"),
            ),
            Verdict::AnotherNumber(number) => (
                Weight::Warning,
                format!("{ja}の一覧では専門医番号は{number}です"),
                format!("listed with the board number {number}: {en}"),
            ),
            Verdict::Expired(day) => (
                Weight::Warning,
                format!("{ja}の一覧では資格は{day}までです"),
                format!("listed only until {day}: {en}"),
            ),
            Verdict::NoList => (
                Weight::Unknown,
                "専門医の一覧が取り込まれていません".to_owned(),
                "no list of specialists was imported".to_owned(),
            ),
        };
        let mut found = finding(verdict.code(), weight, japanese, english);
        found.qualification = Some(claimed.code);
        all.push(found);
    }
    Ok(())
}

/// The countersignature.
fn countersigned(
    registry: &Registry,
    item: &Item,
    all: &mut Vec<Finding>,
) -> Result<Option<HpkiEvidence>, Failure> {
    match hpki::check(registry.layout(), &item.application, registry.time())? {
        None => Ok(None),
        Some(Ok(evidence)) => {
            all.push(finding(
                "hpki-verified",
                Weight::Good,
                format!("HPKIの副署を検証しました: {}", evidence.subject),
                format!("countersigned with the HPKI card of {}", evidence.subject),
            ));
            if evidence.revocation.is_none() {
                all.push(finding(
                    "hpki-no-list",
                    Weight::Warning,
                    "HPKIの失効リストがなく、失効は確認していません",
                    "there is no revocation list of the card's issuer, so revocation was not looked at",
                ));
            }
            Ok(Some(evidence))
        }
        Some(Err(error)) => {
            let weight = if matches!(
                error,
                HpkiError::NoRoots | HpkiError::Configuration(_) | HpkiError::StaleList(_)
            ) {
                Weight::Warning
            } else {
                Weight::Bad
            };
            all.push(finding(error.code(), weight, error.japanese(), error.to_string()));
            Ok(None)
        }
    }
}

/// The day, YYYY-MM-DD, as the list writes it.
pub(super) fn today(now: Timestamp) -> String {
    let now = i64::try_from(now.0).unwrap_or_default();
    let now = jiff::Timestamp::from_second(now).unwrap_or_default();
    now.to_string().chars().take(10).collect()
}
