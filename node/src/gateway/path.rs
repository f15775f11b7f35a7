//! What stands in a path; what cannot be read is refused with a problem document like everything else.

use axum::extract::FromRequestParts;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::service::codes::Code;

/// The parameters of a path.
#[derive(Debug)]
pub(crate) struct Path<T>(pub T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        let axum::extract::Path(path) = path.map_err(refused)?;
        Ok(Self(path))
    }
}

fn refused(rejection: PathRejection) -> Problem {
    let detail = format!("the path is not understood: {}", rejection.body_text());
    let next = "correct the request and send it again";
    Problem::new(StatusCode::BAD_REQUEST, Code::BadQuery, detail, next)
}
