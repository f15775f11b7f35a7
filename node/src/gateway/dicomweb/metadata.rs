//! What instances say about themselves (PS3.18 10.4.1.1.5), in the DICOM JSON Model.

use std::io;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use dokuei_dicom::header::HeaderError;
use dokuei_dicom::json::Attributes;
use dokuei_store::{InstanceRecord, StoreError};
use serde_json::Value;

use super::accept::{Accepted, accepted};
use super::body::written_by;
use super::retrieve::Parameters;
use super::{not_acceptable, uri};
use crate::gateway::auth::SignedIn;
use crate::gateway::problem::Problem;
use crate::gateway::{Gateway, blocking};
use crate::service::dicomweb::Resource;
use crate::service::error::ServiceError;

/// The type of the DICOM JSON Model.
pub(super) const JSON: &str = "application/dicom+json";

/// Whether JSON is accepted.
pub(super) fn require_json(accepted: &[Accepted]) -> Result<(), Problem> {
    let takes = |one: &Accepted| !one.multipart && (one.takes(JSON) || one.takes("application/json"));
    if accepted.iter().any(takes) {
        Ok(())
    } else {
        Err(not_acceptable(JSON))
    }
}

/// `GET /studies/{study}/metadata`
pub(super) async fn study(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path(study): Path<String>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    metadata(gateway, signed_in, Resource::Study(study), &parameters, headers).await
}

/// `GET …/series/{series}/metadata`
pub(super) async fn series(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path(path): Path<[String; 2]>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    metadata(gateway, signed_in, Resource::Series(path), &parameters, headers).await
}

/// `GET …/instances/{instance}/metadata`
pub(super) async fn instance(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path(path): Path<[String; 3]>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    metadata(gateway, signed_in, Resource::Instance(path), &parameters, headers).await
}

async fn metadata(
    gateway: Gateway,
    SignedIn(session): SignedIn,
    resource: Resource,
    parameters: &Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    require_json(&accepted(&headers, parameters.accept.as_deref()))?;
    let node = gateway.node.clone();
    let instances = blocking(move || node.viewed(&session, &resource)).await?;
    let body = written_by(move |out| {
        let mut between = "[";
        for record in &instances {
            let path = [
                record.study_instance_uid.clone(),
                record.series_instance_uid.clone(),
                record.sop_instance_uid.clone(),
            ];
            let bulk_data = format!("{}/bulkdata", uri(&headers, &Resource::Instance(path)));
            let attributes = match gateway.node.metadata_of(record, &bulk_data) {
                Ok(attributes) => attributes,
                Err(error) if is_of_one(&error) => {
                    // One odd instance does not keep the others.
                    tracing::warn!(%error, "metadata of an instance are what was kept of it at its import");
                    as_filed(record)
                }
                Err(error) => return Err(io::Error::other(error)),
            };
            out.send(format!("{between}{}", Value::from(attributes)))?;
            between = ",";
        }
        out.send("]")
    });
    Ok(([(header::CONTENT_TYPE, JSON)], body).into_response())
}

/// Whether it is about this instance, which is odd or damaged, and not about the disk or the database.
fn is_of_one(error: &ServiceError) -> bool {
    match error {
        ServiceError::Header(error) => !matches!(error, HeaderError::Io(_)),
        ServiceError::Store(error) => {
            matches!(error, StoreError::Damaged("image") | StoreError::Differs)
        }
        _ => false,
    }
}

/// What was kept of an instance when it was filed: enough to name it, and to ask for its frames.
fn as_filed(record: &InstanceRecord) -> Attributes {
    let mut attributes = Attributes::new();
    attributes.text(0x0008_0016, "UI", &record.sop_class_uid);
    attributes.text(0x0008_0018, "UI", &record.sop_instance_uid);
    attributes.text(0x0008_3002, "UI", &record.transfer_syntax_uid);
    attributes.text(0x0020_000d, "UI", &record.study_instance_uid);
    attributes.text(0x0020_000e, "UI", &record.series_instance_uid);
    if let Some(number) = record.number {
        attributes.number(0x0020_0013, "IS", number);
    }
    let of_image = [
        (0x0028_0008, "IS", record.frames),
        (0x0028_0010, "US", record.rows),
        (0x0028_0011, "US", record.columns),
        (0x0028_0100, "US", record.bits_allocated),
    ];
    for (tag, vr, value) in of_image.into_iter().filter(|(.., value)| *value > 0) {
        attributes.number(tag, vr, value);
    }
    attributes
}
