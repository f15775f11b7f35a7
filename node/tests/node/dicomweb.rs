//! DICOMweb through the gateway: searched, retrieved and stored as PS3.18 says.

mod retrieving;
mod searching;
mod storing;

use axum::body::Body;
use axum::http::{Method, Request, header};

use crate::support::gate::{Answer, Gate, HOST};

/// A GET that accepts this, with these further headers.
async fn get(gate: &Gate, path: &str, token: &str, accept: &str, more: &[(&str, &str)]) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("authorization", bearer.as_str())];
    if !accept.is_empty() {
        headers.push(("accept", accept));
    }
    headers.extend_from_slice(more);
    gate.call(Method::GET, path, &headers, None).await
}

/// The parts of an answer: head and content.
fn parts(answer: &Answer) -> Vec<(String, Vec<u8>)> {
    let content_type = answer.header("content-type");
    assert!(content_type.starts_with("multipart/related"), "{content_type}");
    let boundary = content_type.split("boundary=").nth(1).unwrap();
    let divider = format!("\r\n--{boundary}").into_bytes();
    let mut places = Vec::new();
    for at in 0..answer.body.len() {
        if answer.body[at..].starts_with(&divider) {
            places.push(at);
        }
    }
    assert!(
        answer
            .body
            .ends_with(format!("\r\n--{boundary}--\r\n").as_bytes())
    );
    let part = |pair: &[usize]| {
        let whole = &answer.body[pair[0] + divider.len()..pair[1]];
        let head = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let text = String::from_utf8(whole[..head].to_vec()).unwrap();
        (text, whole[head + 4..].to_vec())
    };
    places.windows(2).map(part).collect()
}

/// Stores these files by STOW-RS.
async fn store(gate: &Gate, token: &str, path: &str, files: &[Vec<u8>]) -> Answer {
    let mut body = Vec::new();
    for file in files {
        body.extend_from_slice(b"\r\n--XX\r\nContent-Type: application/dicom\r\n\r\n");
        body.extend_from_slice(file);
    }
    body.extend_from_slice(b"\r\n--XX--\r\n");
    store_body(
        gate,
        token,
        path,
        r#"multipart/related; type="application/dicom"; boundary=XX"#,
        body,
    )
    .await
}

async fn store_body(gate: &Gate, token: &str, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, HOST)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, content_type)
        .header(header::ACCEPT, "application/dicom+json");
    gate.send(request.body(Body::from(body)).unwrap()).await
}
