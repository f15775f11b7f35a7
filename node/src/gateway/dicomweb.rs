//! DICOMweb (PS3.18): retrieve an instance, or one frame of it rendered.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dokuei_dicom::{RenderRequest, Window};
use serde::Deserialize;

use super::auth::SignedIn;
use super::problem::Problem;
use super::{Gateway, blocking};
use crate::service::codes::Code;

/// Study, series and instance as the path names them.
pub(crate) type InstancePath = Path<(String, String, String)>;

/// Query parameters of a rendered instance (PS3.18 §8.3.5).
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Rendering {
    /// `center,width[,function]`
    window: Option<String>,
    /// `width,height`
    viewport: Option<String>,
    /// Frame, counted from 1; an extension of ours beside the frames resource.
    frame: Option<u32>,
}

/// `GET …/instances/{uid}`: the Part 10 file, bit for bit.
pub(crate) async fn instance(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((study, series, instance)): InstancePath,
) -> Result<impl IntoResponse, Problem> {
    let file = blocking(move || gateway.node.instance_file(&session, [&study, &series, &instance])).await?;
    Ok(([(header::CONTENT_TYPE, "application/dicom")], file))
}

/// `GET …/instances/{uid}/rendered`: one frame as PNG, to look at, not to diagnose from.
pub(crate) async fn rendered(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((study, series, instance)): InstancePath,
    query: Result<Query<Rendering>, QueryRejection>,
) -> Result<impl IntoResponse, Problem> {
    let Query(query) = query.map_err(|rejection| bad_query(&rejection.body_text()))?;
    let request = query.request()?;
    let image = blocking(move || {
        gateway
            .node
            .rendered(&session, [&study, &series, &instance], &request)
    })
    .await?;
    let cache = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "private, max-age=300"),
    ];
    Ok((cache, image))
}

fn bad_query(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, Code::BadQuery, detail, "")
}

impl Rendering {
    fn request(&self) -> Result<RenderRequest, Problem> {
        let bad = |what: &str| bad_query(&format!("the parameter {what} is not understood"));
        let mut request = RenderRequest {
            frame: self.frame.unwrap_or(1).saturating_sub(1),
            ..RenderRequest::default()
        };
        if let Some(window) = &self.window {
            let mut numbers = window.split(',').map(str::trim).map(str::parse::<f64>);
            let (Some(Ok(center)), Some(Ok(width))) = (numbers.next(), numbers.next()) else {
                return Err(bad("window"));
            };
            request.window = Some(Window { center, width });
        }
        if let Some(viewport) = &self.viewport {
            let mut numbers = viewport.split(',').map(str::trim).map(str::parse::<u32>);
            let (Some(Ok(width)), Some(Ok(height))) = (numbers.next(), numbers.next()) else {
                return Err(bad("viewport"));
            };
            (request.max_width, request.max_height) = (width, height);
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window_and_viewport_are_read_as_the_standard_writes_them() {
        let query = Rendering {
            window: Some("400, 2000,LINEAR".to_owned()),
            viewport: Some("256,128".to_owned()),
            frame: None,
        };
        let request = query.request().unwrap();
        assert_eq!(
            request.window.map(|window| (window.center, window.width)),
            Some((400.0, 2000.0))
        );
        assert_eq!(
            (request.max_width, request.max_height, request.frame),
            (256, 128, 0)
        );
        for text in ["", "400", "a,b"] {
            let query = Rendering {
                window: Some(text.to_owned()),
                ..Rendering::default()
            };
            assert!(query.request().is_err(), "{text}");
        }
    }
}
