//! RFC 9457: problems as JSON, with a stable code.

use axum::extract::rejection::BytesRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dokuei_identity::issue::IssueError;
use dokuei_identity::keystore::KeystoreError;

use crate::failure::Failure;

pub(super) fn problem(status: StatusCode, code: &str, detail: &str, next: Option<&str>) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": detail,
        "code": code,
        "next": next,
    });
    (
        status,
        [(header::CONTENT_TYPE, "application/problem+json")],
        body.to_string(),
    )
        .into_response()
}

/// A failure of the registry.
pub(crate) fn of(failure: &Failure) -> Response {
    problem(status(failure), failure.code(), &failure.to_string(), None)
}

/// A body that is not what the route takes.
pub(crate) fn body(detail: &str) -> Response {
    problem(StatusCode::BAD_REQUEST, "body", detail, None)
}

/// A body that is larger than its route reads.
pub(crate) fn too_large(rejection: &BytesRejection) -> Response {
    problem(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        &format!("the file was not read: {rejection}"),
        None,
    )
}

const fn status(failure: &Failure) -> StatusCode {
    match failure {
        Failure::Unknown(_)
        | Failure::NoCeremony
        | Failure::NothingPending(_)
        | Failure::UnknownApplication(_)
        | Failure::UnknownImport(_) => StatusCode::NOT_FOUND,
        Failure::ApplicationDecided { .. }
        | Failure::CeremonyHeld
        | Failure::Exists(_)
        | Failure::InService(_)
        | Failure::LastOperator(_)
        | Failure::OperatorThere(_)
        | Failure::ImportRuns
        | Failure::AlreadyRevoked(_)
        | Failure::NotInThisState { .. }
        | Failure::SameKey(_) => StatusCode::CONFLICT,
        Failure::Storage { .. } | Failure::Damaged(_) | Failure::OperatorLog(_) => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        Failure::Issue(IssueError::Denied(_)) | Failure::SamePerson(_) | Failure::OperatorNeeded => {
            StatusCode::FORBIDDEN
        }
        Failure::Keystore(KeystoreError::WrongPassphrase) | Failure::UnknownOperator(_) => {
            StatusCode::UNAUTHORIZED
        }
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
