//! Refusals as RFC 9457 problem documents.

use std::num::NonZeroU32;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};

use crate::second_factor::Asked;
use crate::service::checking::Findings;
use crate::service::codes::Code;
use crate::service::error::{Blame, ServiceError};

/// A refusal on its way to the app or a script. `code` is stable; `detail` and `next` are for people.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type", serialize_with = "urn")]
    kind: &'static str,
    title: &'static str,
    #[serde(skip)]
    http: StatusCode,
    status: u16,
    /// What and why, one sentence.
    pub(crate) detail: String,
    /// The same in Japanese, where the rules that refused have their own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail_ja: Option<Box<str>>,
    /// Stable word.
    pub(crate) code: &'static str,
    /// What to do next; may be empty.
    pub(crate) next: String,
    /// The same in Japanese, where the rules that refused have their own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_ja: Option<&'static str>,
    /// Seconds to wait before trying again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after: Option<NonZeroU32>,
    /// What the second factor is asked, when an answer of it is what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) second_factor: Option<Box<Asked>>,
    /// What must be looked at first; `acknowledged` takes the `acknowledge` of each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) findings: Option<Box<Findings>>,
}

impl Problem {
    /// A problem with an HTTP status, a stable code, a sentence and the next step.
    pub(crate) fn new(
        http: StatusCode,
        code: Code,
        detail: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self::worded(http, code.word(), detail, next)
    }

    fn worded(
        http: StatusCode,
        code: &'static str,
        detail: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self {
            kind: code,
            title: http.canonical_reason().unwrap_or("Refused"),
            http,
            status: http.as_u16(),
            detail: detail.into(),
            detail_ja: None,
            code,
            next: next.into(),
            next_ja: None,
            retry_after: None,
            second_factor: None,
            findings: None,
        }
    }

    /// Nobody is signed in.
    #[must_use]
    pub(crate) fn not_signed_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            Code::NotSignedIn,
            "nobody is signed in",
            "sign in first",
        )
    }
}

/// The problem's type, which its code names.
fn urn<S: Serializer>(code: &&'static str, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(&format_args!("urn:dokuei:problem:{code}"))
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let http = match error.blame() {
            Blame::Caller => StatusCode::UNPROCESSABLE_ENTITY,
            Blame::Unknown => StatusCode::NOT_FOUND,
            Blame::NotSignedIn => StatusCode::UNAUTHORIZED,
            Blame::NotAllowed => StatusCode::FORBIDDEN,
            Blame::Conflict => StatusCode::CONFLICT,
            Blame::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Blame::Storage => StatusCode::INSUFFICIENT_STORAGE,
            Blame::Node => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut problem = Self::worded(http, error.code(), error.to_string(), error.next());
        problem.detail_ja = error.japanese().map(String::into_boxed_str);
        problem.next_ja = error.next_japanese();
        match error {
            ServiceError::LockedOut { seconds } => {
                problem.retry_after = NonZeroU32::new(u32::try_from(seconds).unwrap_or(u32::MAX));
            }
            ServiceError::ToAcknowledge(findings) => problem.findings = Some(findings),
            ServiceError::SecondFactorRequired(asked) => problem.second_factor = Some(asked),
            _ => {}
        }
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.http, Json(&self)).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, header::HeaderValue::from(seconds.get()));
        }
        response
    }
}
