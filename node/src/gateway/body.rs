//! Request bodies and queries; what cannot be read is refused with a problem document like everything else.

use std::marker::PhantomData;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, OptionalFromRequest, Query, Request};
use axum::http::{HeaderName, StatusCode};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};

use super::problem::Problem;
use crate::service::codes::Code;

/// A JSON body of the form that the path expects.
#[derive(Debug)]
pub(crate) struct Body<T>(pub T);

/// What is written as an object. By themselves structures are read from arrays too, in the order of their fields, which
/// nobody means.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = T;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(fields))
            }
        }
        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = <Json<Object<T>> as FromRequest<S>>::from_request(request, state).await;
        let Json(Object(body)) = body.map_err(refused)?;
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
        let body = <Json<Object<T>> as OptionalFromRequest<S>>::from_request(request, state).await;
        Ok(body.map_err(refused)?.map(|Json(Object(body))| Self(body)))
    }
}

/// How many were found in all, beyond the page that is given.
pub(crate) const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// After what the next page begins; not on the last.
pub(crate) const NEXT: HeaderName = HeaderName::from_static("x-next-after");

/// The query of a request.
pub(crate) type Asked<T> = Result<Query<T>, QueryRejection>;

/// What a query asks for.
pub(crate) fn understood<T>(asked: Asked<T>) -> Result<T, Problem> {
    asked.map(|Query(wanted)| wanted).map_err(|rejection| {
        let detail = format!("the request is not understood: {}", rejection.body_text());
        let next = "correct the request and send it again";
        Problem::new(StatusCode::BAD_REQUEST, Code::BadQuery, detail, next)
    })
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
