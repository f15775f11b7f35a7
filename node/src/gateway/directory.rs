//! Whom one may ask, and what one says of oneself.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use dokuei_directory::modality::Modality;
use dokuei_directory::query::{MAX_PAGE, Query, Scope};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::auth::{Operator, SignedIn};
use super::body::{Asked, Body, TOTAL, understood};
use super::path::Path;
use super::problem::Problem;
use super::{Gateway, blocking, shapes};
use crate::service::directory::ProfileForm;
use crate::service::error::ServiceError;

/// `GET /directory?q=…`; every filter may be left out.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// Words in any script.
    q: Option<String>,
    /// Only those who may read for others now.
    readers: Option<bool>,
    /// `oral-radiology`, `diagnostic-radiology`, `equivalent`.
    qualification: Option<String>,
    /// JIS X 0401 code or name of a prefecture.
    region: Option<String>,
    /// One or several of ours, comma separated.
    modality: Option<String>,
    /// A value of DICOM's Modality (0008,0060).
    dicom_modality: Option<String>,
    /// BCP 47.
    language: Option<String>,
    /// Accepts cases now.
    accepting: Option<bool>,
    /// Usually takes at most so many hours.
    turnaround: Option<u16>,
    /// In the name of the institution.
    institution: Option<String>,
    /// `relevance`, `turnaround`, `load`.
    sort: Option<String>,
    /// Hits of a page.
    limit: Option<usize>,
    /// Hits to skip.
    offset: Option<usize>,
}

impl TryFrom<Question> for Query {
    type Error = ServiceError;

    fn try_from(asked: Question) -> Result<Self, ServiceError> {
        let mut modalities: Vec<Modality> = asked
            .modality
            .as_deref()
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(|word| {
                word.parse()
                    .map_err(|error| ServiceError::field("modality", error))
            })
            .collect::<Result<_, _>>()?;
        if let Some(dicom) = &asked.dicom_modality {
            let meant = Modality::of_dicom(dicom);
            if meant.is_empty() {
                return Err(ServiceError::field(
                    "dicom_modality",
                    "it is none that is read here",
                ));
            }
            modalities.extend(meant);
        }
        Ok(Self {
            text: asked.q.unwrap_or_default(),
            scope: if asked.readers == Some(true) {
                Scope::Readers
            } else {
                Scope::Everybody
            },
            qualification: parsed("qualification", asked.qualification.as_deref())?,
            region: parsed("region", asked.region.as_deref())?,
            modalities,
            language: parsed("language", asked.language.as_deref())?,
            accepting: asked.accepting,
            turnaround: asked.turnaround,
            institution: asked.institution,
            order: parsed("sort", asked.sort.as_deref())?.unwrap_or_default(),
            offset: asked.offset.unwrap_or(0),
            limit: asked.limit.unwrap_or(MAX_PAGE),
        })
    }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    field: &'static str,
    word: Option<&str>,
) -> Result<Option<T>, ServiceError> {
    word.map(|word| word.parse().map_err(|error| ServiceError::field(field, error)))
        .transpose()
}

/// One page as an array; the header `x-total-count` tells how many there are in all. Every filter may be left out.
#[utoipa::path(
    get,
    path = "/directory",
    responses((status = 200, description = "As it is now", body = Vec<shapes::directory::DirectoryEntry>)),
    params(Question)
)]
pub(crate) async fn search(
    State(gateway): State<Gateway>,
    _: Operator,
    asked: Asked<Question>,
) -> Result<impl IntoResponse, Problem> {
    let query = Query::try_from(understood(asked)?)?;
    let online = gateway.node.online().await;
    let found = blocking(move || gateway.node.find(&query, &online)).await?;
    Ok(([(TOTAL, HeaderValue::from(found.total))], Json(found.people)))
}

/// Somebody of the directory.
#[utoipa::path(
    get,
    path = "/directory/{fingerprint}",
    responses((status = 200, description = "As it is now", body = shapes::directory::DirectoryEntry))
)]
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(fingerprint): Path<String>,
) -> Result<Json<Value>, Problem> {
    let online = gateway.node.online().await;
    blocking(move || gateway.node.person(&fingerprint, &online))
        .await
        .map(Json)
}

/// Her portrait: PNG or JPEG.
#[utoipa::path(
    get,
    path = "/directory/{fingerprint}/photo",
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "image/*"))
)]
pub(crate) async fn photo(
    State(gateway): State<Gateway>,
    _: Operator,
    Path(fingerprint): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let photo = blocking(move || gateway.node.photo(&fingerprint)).await?;
    let headers = [
        (header::CONTENT_TYPE, photo.kind().media_type()),
        // It comes from a stranger: whatever it is, it is shown as an image or not at all.
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, photo.bytes().to_vec()))
}

/// What the one who is signed in says of herself.
#[utoipa::path(
    get,
    path = "/me/profile",
    responses((status = 200, description = "As it is now", body = shapes::directory::OwnProfile))
)]
pub(crate) async fn own(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.own_profile(&session))
        .await
        .map(Json)
}

/// Says it anew: signed, and told to everybody.
#[utoipa::path(
    put,
    path = "/me/profile",
    request_body = ProfileForm,
    responses((status = 200, description = "As it is now", body = shapes::directory::OwnProfile))
)]
pub(crate) async fn set_own(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Body(form): Body<ProfileForm>,
) -> Result<Json<Value>, Problem> {
    blocking(move || gateway.node.set_profile(&session, form))
        .await
        .map(Json)
}
