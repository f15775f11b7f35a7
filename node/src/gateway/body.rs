//! Request bodies and queries; what cannot be read is refused with a problem document like everything else.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::service::codes::Code;

/// A JSON body of the form that the path expects.
#[derive(Debug)]
pub(crate) struct Body<T>(pub T);

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = <Json<T> as FromRequest<S>>::from_request(request, state).await;
        let Json(body) = body.map_err(refused)?;
        Ok(Self(body))
    }
}

impl<T, S> OptionalFromRequest<S> for Body<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        let body = <Json<T> as OptionalFromRequest<S>>::from_request(request, state).await;
        Ok(body.map_err(refused)?.map(|Json(body)| Self(body)))
    }
}

fn refused(rejection: JsonRejection) -> Problem {
    let status = rejection.status();
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::NotJson,
        _ => Code::BadBody,
    };
    let detail = format!("the request is not understood: {}", rejection.body_text());
    Problem::new(status, code, detail, "correct the request and send it again")
}
