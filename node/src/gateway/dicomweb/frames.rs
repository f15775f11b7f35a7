//! Frames as they are stored, or uncompressed (PS3.18 10.4.1.1.6).

use std::io;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use dokuei_store::InstanceRecord;

use super::accept::accepted;
use super::body::written_by;
use super::multipart::Divider;
use super::negotiation::Form;
use super::retrieve::Parameters;
use super::{bad_query, not_acceptable, uri};
use crate::gateway::auth::SignedIn;
use crate::gateway::problem::Problem;
use crate::gateway::{Gateway, blocking};
use crate::service::Node;
use crate::service::dicomweb::Resource;
use crate::service::error::ServiceError;

/// Most frames of one request.
const MOST: usize = 10_000;

/// Numbers of frames, counted from 1, as a path lists them; given counted from 0.
pub(super) fn numbers(list: &str) -> Result<Vec<u32>, Problem> {
    let number = |text: &str| {
        let number = text.trim().parse::<u32>().ok();
        number.and_then(|number| number.checked_sub(1))
    };
    let numbers: Option<Vec<u32>> = list.split(',').take(MOST + 1).map(number).collect();
    numbers
        .filter(|numbers| numbers.len() <= MOST)
        .ok_or_else(|| bad_query("frames are numbers from 1 on, divided by commas"))
}

/// Gives frames, one after the other, until nobody takes them.
fn each_frame(
    node: &Node,
    record: &InstanceRecord,
    form: &Form,
    frames: &[u32],
    take: impl FnMut(Vec<u8>) -> bool,
) -> Result<(), ServiceError> {
    if form.decode {
        node.decoded_frames(record, frames, take)
    } else {
        let index = node.frames_of(record)?;
        node.stored_frames(record, &index, frames, take)
    }
}

/// `GET …/frames/{list}`
pub(super) async fn frames(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Path((study, series, instance, list)): Path<(String, String, String, String)>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let frames = numbers(&list)?;
    let resource = Resource::Instance([study, series, instance]);
    let location = uri(&headers, &resource);
    let accepted = accepted(&headers, parameters.accept.as_deref());
    let (node, wanted) = (gateway.node.clone(), frames.clone());
    // The first frame is read before anything is answered: what is wrong with the rest is wrong with it, mostly.
    let (record, form, first) = blocking(move || {
        let found = node.viewed(&session, &resource)?;
        let record = found
            .into_iter()
            .next()
            .ok_or(ServiceError::Unknown("instance"))?;
        let index = node.frames_of(&record)?;
        if let Some(frame) = wanted.iter().find(|frame| **frame >= index.frames()) {
            let (frame, frames) = (*frame + 1, index.frames());
            return Err(dokuei_dicom::RenderError::NoSuchFrame { frame, frames }.into());
        }
        let Some(form) = Form::choose(&accepted, &index, wanted.len()) else {
            return Ok((record, None, Vec::new()));
        };
        let mut first = Vec::new();
        each_frame(
            &node,
            &record,
            &form,
            wanted.get(..1).unwrap_or_default(),
            |frame| {
                first = frame;
                true
            },
        )?;
        Ok((record, Some(form), first))
    })
    .await?;
    let Some(form) = form else {
        return Err(not_acceptable(
            "multipart/related; type=\"application/octet-stream\"; transfer-syntax=*",
        ));
    };
    if !form.multipart {
        return Ok(([(header::CONTENT_TYPE, form.content_type())], first).into_response());
    }
    let divider = Divider::random();
    let content_type = divider.content_type(form.media);
    let head = move |divider: &Divider, form: &Form, frame: u32| {
        let location = format!("Content-Location: {location}/frames/{}\r\n", frame + 1);
        divider.head(&form.content_type(), &location)
    };
    let body = if let [frame] = frames.as_slice() {
        let parts = [
            head(&divider, &form, *frame).into_bytes(),
            first,
            divider.end().into_bytes(),
        ];
        Body::from(parts.concat())
    } else {
        written_by(move |out| {
            let (number, rest) = frames.split_first().ok_or(io::ErrorKind::InvalidInput)?;
            out.send(head(&divider, &form, *number))?;
            out.send(first)?;
            let mut numbers = rest.iter();
            let mut sent = Ok(());
            each_frame(&gateway.node, &record, &form, rest, |frame| {
                let number = numbers.next().copied().unwrap_or_default();
                sent = out
                    .send(head(&divider, &form, number))
                    .and_then(|()| out.send(frame));
                sent.is_ok()
            })
            .map_err(io::Error::other)?;
            sent?;
            out.send(divider.end())
        })
    };
    Ok(([(header::CONTENT_TYPE, content_type)], body).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_counted_from_one() {
        assert_eq!(numbers("1").unwrap(), [0]);
        assert_eq!(numbers("3,1, 2").unwrap(), [2, 0, 1]);
        for wrong in ["0", "", "1,", "a", "-1", "1.5", "99999999999"] {
            assert!(numbers(wrong).is_err(), "{wrong}");
        }
        assert!(numbers(&vec!["1"; MOST + 1].join(",")).is_err());
    }
}
