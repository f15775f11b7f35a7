//! Approving, which issues by the registry's usual way, and refusing.

use dokuei_identity::application::{Claims, NodeClaims, PractitionerClaims, SignedApplication};
use dokuei_identity::certificate::{DeviceClass, DeviceOwner, LicenceKind, QualificationCode};
use dokuei_identity::issue::LONGEST_PROVISIONAL;
use serde::Deserialize;
use serde_json::json;

use super::checks::{self, Weight};
use super::inbox::Inbox;
use super::record::{Decision, State};
use super::states::States;
use crate::credentials::act::Act;
use crate::credentials::issue::{NodeOrder, Order, PractitionerOrder};
use crate::credentials::perform::Done;
use crate::failure::Failure;
use crate::operators::Actor;
use crate::operators::log::{Draft, Outcome};
use crate::registry::Registry;

/// How an application is approved; also the body of the route.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Approval {
    /// How long the certificate holds, days.
    pub(super) days: Option<u64>,
    /// `CODE` or `CODE=GROUND`; what was claimed when nothing is said, none when it is empty.
    pub(super) qualifications: Option<Vec<String>>,
    /// With the narrower scope, for at most 120 days.
    pub(super) provisional: bool,
}

/// Approves: issues, or lets it wait for a second operator.
pub(super) fn approve(
    registry: &mut Registry,
    actor: &Actor,
    name: &str,
    approval: &Approval,
) -> Result<Done, Failure> {
    let inbox = Inbox::open(registry)?;
    let (id, mut item) = inbox.find(name)?;
    undecided(name, States::of(registry)?.state(id, &item.record))?;
    let findings = checks::check(registry, &inbox, id, &item)?;
    if let Some(bad) = findings.all.iter().find(|finding| finding.weight == Weight::Bad) {
        return Err(Failure::NotApprovable(bad.english.clone()));
    }
    let order = order(&item.application, approval);
    let act = Act::Issue {
        order: Box::new(order),
        application: Some(id.to_string()),
    };
    let done = registry.submit(actor, act)?;
    let pending = match &done {
        Done::Waits { id } => Some(id.clone()),
        Done::Now { .. } => None,
    };
    // The journal has it already: a crash here loses who approved, and that is in the operator log.
    item.record.decision = Some(Decision::Approved {
        at: registry.time(),
        by: actor.name.clone(),
        pending,
        provisional: approval.provisional,
        hpki: findings.hpki.map(Box::new),
    });
    inbox.keep(id, &item.record)?;
    Ok(done)
}

/// Refuses, with a reason that the applicant can be told.
pub(super) fn refuse(
    registry: &mut Registry,
    actor: &Actor,
    name: &str,
    reason: &str,
) -> Result<String, Failure> {
    if reason.trim().is_empty() || reason.chars().count() > 1000 {
        return Err(Failure::Usage(
            "a refusal needs a reason of 1 to 1,000 characters".to_owned(),
        ));
    }
    let inbox = Inbox::open(registry)?;
    let (id, mut item) = inbox.find(name)?;
    undecided(name, States::of(registry)?.state(id, &item.record))?;
    item.record.decision = Some(Decision::Refused {
        at: registry.time(),
        by: actor.name.clone(),
        reason: reason.to_owned(),
    });
    inbox.keep(id, &item.record)?;
    let draft = Draft {
        act: "application_refuse",
        about: Some(id.to_string()),
        // The reason speaks of a person: it lies sealed in the record.
        detail: json!({}),
        outcome: Outcome::Done,
        journal: registry.register().lines.len() as u64,
    };
    registry.note(actor, vec![draft])?;
    Ok(id.to_string())
}

fn undecided(name: &str, state: State) -> Result<(), Failure> {
    if state == State::Received {
        return Ok(());
    }
    Err(Failure::ApplicationDecided {
        id: name.to_owned(),
        state: state.as_str(),
    })
}

fn order(application: &SignedApplication, approval: &Approval) -> Order {
    let request = application.application().request.clone();
    match &application.application().claims {
        Claims::Node(claims) => Order::Node(node(claims, request, approval)),
        Claims::Practitioner(claims) => Order::Practitioner(practitioner(claims, request, approval)),
        // `read` lets no other kind through; the compiler cannot know.
        other => unreachable!("an application of an unknown kind: {}", other.kind()),
    }
}

fn practitioner(claims: &PractitionerClaims, request: String, approval: &Approval) -> PractitionerOrder {
    let claimed = claims.qualifications.iter().map(|claimed| match &claimed.ground {
        Some(ground) if claimed.code == QualificationCode::Equivalent => format!("{}={ground}", claimed.code),
        _ => claimed.code.to_string(),
    });
    let kind = match claims.licence.kind {
        LicenceKind::Dentist => "dentist",
        LicenceKind::Physician => "physician",
    };
    let registered_on = claims.licence.registered_on.and_then(|at| {
        let at = jiff::Timestamp::from_second(at.0).ok()?;
        Some(at.to_string().chars().take(10).collect())
    });
    let longest = LONGEST_PROVISIONAL / 86_400;
    PractitionerOrder {
        request,
        name_ja: claims.name.japanese.clone(),
        name_latin: claims.name.latin.clone(),
        licence_type: kind.to_owned(),
        licence_number: claims.licence.number.clone(),
        jurisdiction: claims.licence.jurisdiction.clone(),
        registered_on,
        qualifications: approval
            .qualifications
            .clone()
            .unwrap_or_else(|| claimed.collect()),
        institution: claims.institution.clone(),
        days: approval.days.or_else(|| approval.provisional.then_some(longest)),
        provisional: approval.provisional,
    }
}

fn node(claims: &NodeClaims, request: String, approval: &Approval) -> NodeOrder {
    let class = match claims.device_class {
        DeviceClass::Fixed => "fixed",
        DeviceClass::Portable => "portable",
        DeviceClass::VirtualDesktop => "virtual-desktop",
    };
    let owner = match claims.owner {
        DeviceOwner::Institution => "institution",
        DeviceOwner::Private => "private",
    };
    NodeOrder {
        request,
        institution: claims.institution.clone(),
        institution_code: claims.institution_code.clone(),
        device_class: class.to_owned(),
        owner: owner.to_owned(),
        days: approval.days,
    }
}
