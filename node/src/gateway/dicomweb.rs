//! DICOMweb (PS3.18): studies are searched (QIDO-RS), retrieved (WADO-RS) and stored (STOW-RS).
//!
//! Whoever speaks it is let in like the app: with the token of a session, and from this machine only. What it gets is
//! what the practitioner of that session may see. [docs/dicomweb.md] says what is offered in detail.

mod accept;
mod body;
mod frames;
mod metadata;
mod multipart;
mod negotiation;
mod query;
mod range;
mod rendered;
mod retrieve;
mod search;
mod store;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::get;

use super::problem::Problem;
use super::{Gateway, unknown, wrong_method};
use crate::service::codes::Code;
use crate::service::dicomweb::Resource;

/// Every path below `/dicomweb`.
pub(super) fn routes() -> Router<Gateway> {
    let study = "/studies/{study}";
    let series = "/studies/{study}/series/{series}";
    let instance = "/studies/{study}/series/{series}/instances/{instance}";
    let at = |resource: &str, rest: &str| format!("{resource}{rest}");
    Router::new()
        .route("/studies", get(search::studies).post(store::any_study))
        .route("/series", get(search::series))
        .route("/instances", get(search::instances))
        .route(study, get(retrieve::study).post(store::one_study))
        .route(&at(study, "/series"), get(search::series_of_study))
        .route(&at(study, "/instances"), get(search::instances_of_study))
        .route(&at(study, "/metadata"), get(metadata::study))
        .route(&at(study, "/thumbnail"), get(rendered::study_thumbnail))
        .route(series, get(retrieve::series))
        .route(&at(series, "/instances"), get(search::instances_of_series))
        .route(&at(series, "/metadata"), get(metadata::series))
        .route(&at(series, "/thumbnail"), get(rendered::series_thumbnail))
        .route(instance, get(retrieve::instance))
        .route(&at(instance, "/metadata"), get(metadata::instance))
        .route(&at(instance, "/rendered"), get(rendered::instance))
        .route(&at(instance, "/thumbnail"), get(rendered::thumbnail))
        .route(&at(instance, "/bulkdata/{*path}"), get(retrieve::bulk_data))
        .route(&at(instance, "/frames/{frames}"), get(frames::frames))
        .route(&at(instance, "/frames/{frames}/rendered"), get(rendered::frame))
        .route(
            &at(instance, "/frames/{frames}/thumbnail"),
            get(rendered::frame_thumbnail),
        )
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        // What is stored is as large as studies are: it is bounded where it is read.
        .layer(DefaultBodyLimit::disable())
}

/// The URI of a resource, as this client reached the node.
fn uri(headers: &HeaderMap, resource: &Resource) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    let root = format!("http://{host}/dicomweb/studies");
    match resource {
        Resource::Study(study) => format!("{root}/{study}"),
        Resource::Series([study, series]) => format!("{root}/{study}/series/{series}"),
        Resource::Instance([study, series, instance]) => {
            format!("{root}/{study}/series/{series}/instances/{instance}")
        }
    }
}

fn bad_query(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, Code::BadQuery, detail, "")
}

fn not_acceptable(offered: &str) -> Problem {
    Problem::new(
        StatusCode::NOT_ACCEPTABLE,
        Code::MediaType,
        "this is not offered in any of the forms that are accepted",
        format!("accept {offered}"),
    )
}
