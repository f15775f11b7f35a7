//! Whole instances, and their long values (PS3.18 10.4).

use std::io::{Read, Seek, SeekFrom};

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dokuei_store::InstanceRecord;
use serde::Deserialize;

use super::accept::{Accepted, accepted};
use super::body::written_by;
use super::multipart::Divider;
use super::negotiation::OCTETS;
use super::range::{Wanted, wanted};
use super::{bad_query, not_acceptable, uri};
use crate::gateway::auth::SignedIn;
use crate::gateway::problem::Problem;
use crate::gateway::{Gateway, blocking};
use crate::service::codes::Code;
use crate::service::dicomweb::Resource;

const DICOM: &str = "application/dicom";

/// The parameter that stands for the header `Accept` where a client cannot set it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Parameters {
    pub(super) accept: Option<String>,
}

/// `GET /studies/{study}`
pub(super) async fn study(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path(study): Path<String>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    whole(gateway, signed_in, Resource::Study(study), &parameters, headers).await
}

/// `GET …/series/{series}`
pub(super) async fn series(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path(path): Path<[String; 2]>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    whole(gateway, signed_in, Resource::Series(path), &parameters, headers).await
}

/// `GET …/instances/{instance}`
pub(super) async fn instance(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path(path): Path<[String; 3]>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    whole(gateway, signed_in, Resource::Instance(path), &parameters, headers).await
}

async fn whole(
    gateway: Gateway,
    SignedIn(session): SignedIn,
    resource: Resource,
    parameters: &Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let accepted = accepted(&headers, parameters.accept.as_deref());
    let node = gateway.node.clone();
    let of = resource.clone();
    let (instances, one) = blocking(move || {
        let instances = node.retrieve(&session, &of)?;
        let one = match (&of, instances.as_slice()) {
            (Resource::Instance(_), [record]) => Some(node.file_of(record)?),
            _ => None,
        };
        Ok((instances, one))
    })
    .await?;
    let fits = |one: &&Accepted| {
        let syntax = |record: &InstanceRecord| one.takes_syntax(&record.transfer_syntax_uid);
        one.takes(DICOM) && instances.iter().all(syntax)
    };
    // One instance is sent as the file that it is, unless parts are asked for.
    let form = accepted
        .iter()
        .filter(fits)
        .find(|form| form.multipart || form.is_any() || one.is_some());
    let form = form.ok_or_else(|| {
        not_acceptable(
            "multipart/related; type=\"application/dicom\"; transfer-syntax=*, or application/dicom for one instance",
        )
    })?;
    if let (Some(file), [record], false) = (one, instances.as_slice(), form.multipart) {
        let content_type = format!("{DICOM}; transfer-syntax={}", record.transfer_syntax_uid);
        return Ok(ranged(&headers, &content_type, file, 0, record.bytes));
    }
    let divider = Divider::random();
    let content_type = divider.content_type(DICOM);
    let body = written_by(move |out| {
        for record in &instances {
            let path = [
                record.study_instance_uid.clone(),
                record.series_instance_uid.clone(),
                record.sop_instance_uid.clone(),
            ];
            let location = uri(&headers, &Resource::Instance(path));
            let of_part = format!("{DICOM}; transfer-syntax={}", record.transfer_syntax_uid);
            let mut file = gateway.node.file_of(record).map_err(std::io::Error::other)?;
            out.send(divider.head(&of_part, &format!("Content-Location: {location}\r\n")))?;
            out.copy(&mut file, record.bytes)?;
        }
        out.send(divider.end())
    });
    Ok(([(header::CONTENT_TYPE, content_type)], body).into_response())
}

/// Something that lies in a file from `at` on, or the range of it that is asked for.
fn ranged(
    headers: &HeaderMap,
    content_type: &str,
    mut file: impl Read + Seek + Send + 'static,
    at: u64,
    length: u64,
) -> Response {
    let (status, start, end) = match wanted(headers, length) {
        Wanted::Whole => (StatusCode::OK, 0, length),
        Wanted::Range(start, end) => (StatusCode::PARTIAL_CONTENT, start, end),
        Wanted::Nothing => return nothing_there(length),
    };
    let body = written_by(move |out| {
        file.seek(SeekFrom::Start(at + start))?;
        out.copy(&mut file, end - start)
    });
    let mut response = answer(status, content_type, body);
    let own = response.headers_mut();
    own.insert(header::ACCEPT_RANGES, header::HeaderValue::from_static("bytes"));
    own.insert(header::CONTENT_LENGTH, (end - start).into());
    if status == StatusCode::PARTIAL_CONTENT {
        set(
            &mut response,
            header::CONTENT_RANGE,
            &content_range(start, end, length),
        );
    }
    response
}

fn answer(status: StatusCode, content_type: &str, body: Body) -> Response {
    let mut response = (status, body).into_response();
    set(&mut response, header::CONTENT_TYPE, content_type);
    response
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = header::HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn content_range(start: u64, end: u64, length: u64) -> String {
    format!("bytes {start}-{}/{length}", end - 1)
}

fn nothing_there(length: u64) -> Response {
    let problem = Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        Code::BadQuery,
        format!("there are {length} bytes, and none of them are asked for"),
        "ask for a range within them",
    );
    let mut response = problem.into_response();
    set(&mut response, header::CONTENT_RANGE, &format!("bytes */{length}"));
    response
}

/// `GET …/bulkdata/{path}`: a long value, as metadata names it.
pub(super) async fn bulk_data(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((study, series, instance, path)): Path<(String, String, String, String)>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let path: dokuei_dicom::json::BulkPath = path
        .parse()
        .map_err(|error: dokuei_dicom::json::BadBulkPath| bad_query(&error.to_string()))?;
    let accepted = accepted(&headers, parameters.accept.as_deref());
    let form = accepted.iter().find(|one| one.takes(OCTETS)).cloned();
    let form =
        form.ok_or_else(|| not_acceptable("application/octet-stream, single or in multipart/related"))?;
    let (mut file, at, length) = blocking(move || {
        let found = gateway
            .node
            .viewed(&session, &Resource::Instance([study, series, instance]))?;
        let record = found
            .first()
            .ok_or(crate::service::error::ServiceError::Unknown("instance"))?;
        gateway.node.bulk_of(record, &path)
    })
    .await?;
    if !form.multipart && !form.is_any() {
        return Ok(ranged(&headers, OCTETS, file, at, length));
    }
    let (status, start, end) = match wanted(&headers, length) {
        Wanted::Whole => (StatusCode::OK, 0, length),
        Wanted::Range(start, end) => (StatusCode::PARTIAL_CONTENT, start, end),
        Wanted::Nothing => return Ok(nothing_there(length)),
    };
    let divider = Divider::random();
    let content_type = divider.content_type(OCTETS);
    let rest = match status {
        StatusCode::PARTIAL_CONTENT => format!("Content-Range: {}\r\n", content_range(start, end, length)),
        _ => String::new(),
    };
    let body = written_by(move |out| {
        file.seek(SeekFrom::Start(at + start))?;
        out.send(divider.head(OCTETS, &rest))?;
        out.copy(&mut file, end - start)?;
        out.send(divider.end())
    });
    let mut response = answer(status, &content_type, body);
    if status == StatusCode::PARTIAL_CONTENT {
        set(
            &mut response,
            header::CONTENT_RANGE,
            &content_range(start, end, length),
        );
    }
    Ok(response)
}
