//! Storing (STOW-RS, PS3.18 10.5): instances in the parts of one body, each sealed as it comes.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dokuei_dicom::json::Attributes;
use dokuei_dicom::network::{Failure, Refused};
use serde_json::Value;

use super::accept::accepted;
use super::body::Incoming;
use super::metadata::{JSON, require_json};
use super::multipart::{MultipartError, Parts, boundary};
use super::retrieve::Parameters;
use super::{bad_query, uri};
use crate::gateway::auth::Actor;
use crate::gateway::problem::Problem;
use crate::gateway::{Gateway, blocking};
use crate::service::codes::Code;
use crate::service::dicomweb::{Delivered, Resource};

const DICOM: &str = "application/dicom";
/// Most instances of one request.
const MOST: usize = 100_000;

/// `POST /studies`
pub(super) async fn any_study(
    State(gateway): State<Gateway>,
    actor: Actor,
    Query(parameters): Query<Parameters>,
    request: Request,
) -> Result<Response, Problem> {
    store(gateway, actor, None, &parameters, request).await
}

/// `POST /studies/{study}`: of this study only.
pub(super) async fn one_study(
    State(gateway): State<Gateway>,
    actor: Actor,
    Path(study): Path<String>,
    Query(parameters): Query<Parameters>,
    request: Request,
) -> Result<Response, Problem> {
    store(gateway, actor, Some(study), &parameters, request).await
}

async fn store(
    gateway: Gateway,
    Actor(actor): Actor,
    study: Option<String>,
    parameters: &Parameters,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    require_json(&accepted(&parts.headers, parameters.accept.as_deref()))?;
    let content_type = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let divided = boundary(content_type).ok();
    let divided = divided.filter(|(_, of_parts)| of_parts.as_deref().is_none_or(|media| media == DICOM));
    let (boundary, _) = divided.ok_or_else(|| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::MediaType,
            "instances are stored as application/dicom in the parts of multipart/related",
            "send them so",
        )
    })?;
    let node = gateway.node;
    let idle = Duration::from_secs(node.config().dicom.idle_seconds.max(1));
    let incoming = Incoming::new(body, idle);
    let answer = blocking(move || {
        let mut parts_of_body = Parts::new(incoming, &boundary);
        let mut delivery = node.deliver(format!("stow:{actor}"), study);
        let mut all = Vec::new();
        let broken = loop {
            match parts_of_body.next() {
                Ok(Some(_)) if all.len() >= MOST => break Some(None),
                Ok(Some(mut part)) if part.media == DICOM || part.media.is_empty() => {
                    all.push(delivery.take(&mut part));
                }
                Ok(Some(_)) => all.push(Delivered {
                    names: None,
                    outcome: Err(Refused::new(
                        Failure::CannotUnderstand,
                        "the part is not application/dicom",
                    )),
                }),
                Ok(None) => break None,
                Err(error) => break Some(Some(error)),
            }
        };
        Ok((all, broken))
    });
    let (all, broken) = answer.await?;
    match broken {
        // Nothing came whole: there is nothing to tell about. What broke off later is told by what is missing.
        Some(Some(error)) if all.iter().all(|one| one.outcome.is_err()) => Err(unread(&error)),
        _ if all.is_empty() => Err(bad_query("there is no instance in this body")),
        broken => Ok(told(&all, broken.is_some(), &parts.headers)),
    }
}

fn unread(error: &MultipartError) -> Problem {
    bad_query(&format!("the body cannot be read: {error}"))
}

/// The store response (PS3.18 table 10.5.3-1, annex I.2).
fn told(all: &[Delivered], broken: bool, headers: &HeaderMap) -> Response {
    let mut answer = Attributes::new();
    let (mut kept, mut failed, mut nameless) = (Vec::new(), Vec::new(), Vec::new());
    let mut studies = BTreeSet::new();
    let mut why = None;
    for one in all {
        let mut item = Attributes::default();
        if let Some([study, class, instance]) = &one.names {
            item.text(0x0008_1150, "UI", class);
            item.text(0x0008_1155, "UI", instance);
            if one.outcome.is_ok() {
                studies.insert(study.clone());
                let study = uri(headers, &Resource::Study(study.clone()));
                item.text(0x0008_1190, "UR", &study);
            }
        }
        match &one.outcome {
            Ok(_) => kept.push(item),
            Err(refused) => {
                item.number(0x0008_1197, "US", refused.failure.status());
                why.get_or_insert(&refused.comment);
                if one.names.is_some() {
                    &mut failed
                } else {
                    &mut nameless
                }
                .push(item);
            }
        }
    }
    let status = match (
        kept.is_empty(),
        failed.is_empty() && nameless.is_empty() && !broken,
    ) {
        (false, true) => StatusCode::OK,
        (false, false) => StatusCode::ACCEPTED,
        (true, _) => StatusCode::CONFLICT,
    };
    let studies: Vec<String> = studies.into_iter().collect();
    if let [study] = studies.as_slice() {
        answer.text(0x0008_1190, "UR", &uri(headers, &Resource::Study(study.clone())));
    }
    for (tag, items) in [
        (0x0008_1199, kept),
        (0x0008_1198, failed),
        (0x0008_119a, nameless),
    ] {
        if !items.is_empty() {
            answer.items(tag, items);
        }
    }
    let mut response = (
        status,
        [(header::CONTENT_TYPE, JSON)],
        Value::from(answer).to_string(),
    )
        .into_response();
    // The answer has numbers for reasons; here is the first of them for people.
    let plain = |text: &String| text.replace(['"', '\\'], "'");
    let told = why.map(|why| format!("299 dokuei \"{}\"", plain(why)));
    if let Some(Ok(told)) = told.map(|told| header::HeaderValue::from_str(&told)) {
        response.headers_mut().insert(header::WARNING, told);
    }
    response
}
