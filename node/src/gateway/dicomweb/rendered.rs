//! Pictures of frames, to look at and not to diagnose from (PS3.18 10.4.1.1.3, 10.4.1.1.4).

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use dokuei_dicom::frames::to_jpeg;
use dokuei_dicom::{RenderRequest, Window};
use dokuei_store::InstanceRecord;
use serde::Deserialize;

use super::accept::accepted;
use super::frames::numbers;
use super::{bad_query, not_acceptable};
use crate::gateway::auth::SignedIn;
use crate::gateway::problem::Problem;
use crate::gateway::{Gateway, blocking};
use crate::service::dicomweb::Resource;
use crate::service::error::ServiceError;

/// Edge of a thumbnail when nothing is said, pixels.
const THUMBNAIL: u32 = 128;
/// Quality of a JPEG when nothing is said.
const QUALITY: u8 = 90;
const PNG: &str = "image/png";
const JPEG: &str = "image/jpeg";

/// Query parameters of a rendered instance (PS3.18 8.3.5).
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Rendering {
    /// `center,width[,function]`
    window: Option<String>,
    /// `width,height`
    viewport: Option<String>,
    /// 1 to 100, of a JPEG.
    quality: Option<u8>,
    /// Frame, counted from 1; an extension of ours beside the frames resource.
    frame: Option<u32>,
    accept: Option<String>,
}

type Asked = Result<Query<Rendering>, QueryRejection>;

/// Which picture of which instance.
struct Wanted {
    resource: Resource,
    /// Counted from 0.
    frame: Option<u32>,
    thumbnail: bool,
}

/// `GET …/instances/{instance}/rendered`
pub(super) async fn instance(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path(path): Path<[String; 3]>,
    query: Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted {
        resource: Resource::Instance(path),
        frame: None,
        thumbnail: false,
    };
    picture(gateway, signed_in, wanted, query, headers).await
}

/// `GET …/frames/{frame}/rendered`
pub(super) async fn frame(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path((study, series, instance, list)): Path<(String, String, String, String)>,
    query: Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted {
        resource: Resource::Instance([study, series, instance]),
        frame: Some(one(&list)?),
        thumbnail: false,
    };
    picture(gateway, signed_in, wanted, query, headers).await
}

/// `GET …/instances/{instance}/thumbnail`
pub(super) async fn thumbnail(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path(path): Path<[String; 3]>,
    query: Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted {
        resource: Resource::Instance(path),
        frame: None,
        thumbnail: true,
    };
    picture(gateway, signed_in, wanted, query, headers).await
}

/// `GET …/frames/{frame}/thumbnail`
pub(super) async fn frame_thumbnail(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path((study, series, instance, list)): Path<(String, String, String, String)>,
    query: Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted {
        resource: Resource::Instance([study, series, instance]),
        frame: Some(one(&list)?),
        thumbnail: true,
    };
    picture(gateway, signed_in, wanted, query, headers).await
}

/// `GET …/series/{series}/thumbnail`: of the image in its middle.
pub(super) async fn series_thumbnail(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path(path): Path<[String; 2]>,
    query: Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted {
        resource: Resource::Series(path),
        frame: None,
        thumbnail: true,
    };
    picture(gateway, signed_in, wanted, query, headers).await
}

/// `GET /studies/{study}/thumbnail`: of the image in the middle of its first series that has images.
pub(super) async fn study_thumbnail(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path(study): Path<String>,
    query: Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted {
        resource: Resource::Study(study),
        frame: None,
        thumbnail: true,
    };
    picture(gateway, signed_in, wanted, query, headers).await
}

fn one(list: &str) -> Result<u32, Problem> {
    match numbers(list)?.as_slice() {
        [frame] => Ok(*frame),
        _ => Err(bad_query("a picture is of one frame")),
    }
}

async fn picture(
    gateway: Gateway,
    SignedIn(session): SignedIn,
    wanted: Wanted,
    query: Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|rejection| bad_query(&rejection.body_text()))?;
    let mut request = query.request(wanted.thumbnail)?;
    // PNG loses nothing and comes first where both do.
    let accepted = accepted(&headers, query.accept.as_deref());
    let media = accepted.iter().filter(|one| !one.multipart).find_map(|one| {
        let offered = [PNG, JPEG];
        offered.into_iter().find(|media| one.takes(media))
    });
    let media = media.ok_or_else(|| not_acceptable("image/png or image/jpeg"))?;
    let quality = query.quality.unwrap_or(QUALITY);
    let image = blocking(move || {
        let instances = gateway.node.viewed(&session, &wanted.resource)?;
        let record = middle(&instances).ok_or(ServiceError::Unknown("image"))?;
        let in_the_middle = if wanted.thumbnail { record.frames / 2 } else { 0 };
        request.frame = wanted.frame.or(query.frame_index()).unwrap_or(in_the_middle);
        let png = gateway.node.rendered(record, &request)?;
        Ok(if media == JPEG {
            to_jpeg(&png, quality)?
        } else {
            png
        })
    })
    .await?;
    let cache = [
        (header::CONTENT_TYPE, media),
        (header::CACHE_CONTROL, "private, max-age=300"),
    ];
    Ok((cache, image).into_response())
}

/// The image in the middle of the first series that has images; of what has none, the first.
fn middle(instances: &[InstanceRecord]) -> Option<&InstanceRecord> {
    let first = instances.iter().find(|record| record.rows > 0);
    let Some(first) = first else {
        return instances.first();
    };
    let of_series =
        |record: &&InstanceRecord| record.rows > 0 && record.series_instance_uid == first.series_instance_uid;
    let images: Vec<&InstanceRecord> = instances.iter().filter(of_series).collect();
    images.get(images.len() / 2).copied()
}

impl Rendering {
    fn frame_index(&self) -> Option<u32> {
        self.frame.map(|frame| frame.saturating_sub(1))
    }

    fn request(&self, thumbnail: bool) -> Result<RenderRequest, Problem> {
        let bad = |what: &str| bad_query(&format!("the parameter {what} is not understood"));
        let mut request = RenderRequest::default();
        if thumbnail {
            (request.max_width, request.max_height) = (THUMBNAIL, THUMBNAIL);
        }
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
            ..Rendering::default()
        };
        let request = query.request(false).unwrap();
        assert_eq!(
            request.window.map(|window| (window.center, window.width)),
            Some((400.0, 2000.0))
        );
        assert_eq!((request.max_width, request.max_height), (256, 128));
        for text in ["", "400", "a,b"] {
            let query = Rendering {
                window: Some(text.to_owned()),
                ..Rendering::default()
            };
            assert!(query.request(false).is_err(), "{text}");
        }
        assert_eq!(Rendering::default().request(true).unwrap().max_width, THUMBNAIL);
    }

    #[test]
    fn the_picture_of_a_study_is_one_in_the_middle() {
        let record = |series: &str, number: i64, rows: u32| InstanceRecord {
            sop_instance_uid: format!("{series}.{number}"),
            series_instance_uid: series.to_owned(),
            study_instance_uid: "1".to_owned(),
            sop_class_uid: String::new(),
            transfer_syntax_uid: String::new(),
            number: Some(number),
            rows,
            columns: rows,
            frames: 1,
            bits_allocated: 16,
            bytes: 0,
            sha256: None,
            blake3: [0; 32],
            blob_id: [0; 16],
        };
        let all = [
            record("1.1", 1, 0),
            record("1.2", 1, 8),
            record("1.2", 2, 8),
            record("1.2", 3, 8),
        ];
        assert_eq!(middle(&all).unwrap().sop_instance_uid, "1.2.2");
        assert_eq!(middle(&all[..1]).unwrap().sop_instance_uid, "1.1.1");
        assert!(middle(&[]).is_none());
    }
}
