//! The parts of a STOW-RS request: the reader of the node, taken in as source, since the node itself is much to link.

#[path = "../../../src/gateway/dicomweb/accept.rs"]
#[allow(dead_code, reason = "the node uses more of it")]
mod accept;
#[path = "../../../src/gateway/dicomweb/multipart.rs"]
#[allow(dead_code, clippy::module_inception, reason = "the node uses more of it")]
mod multipart;

use std::io::Read as _;

/// Runs the target: the first line is the content type, the rest the body. Whether there was a part.
///
/// # Panics
/// When parts are more than what they came in.
pub fn run(data: &[u8]) -> bool {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (head, body) = data.split_at(end);
    let body = body.get(1..).unwrap_or_default();
    let Ok((boundary, _)) = multipart::boundary(&String::from_utf8_lossy(head)) else {
        return false;
    };
    let mut parts = multipart::Parts::new(body, &boundary);
    let (mut found, mut given) = (false, 0);
    while let Ok(Some(mut part)) = parts.next() {
        found = true;
        let mut bytes = Vec::new();
        // Some parts are thrown away half read, as by a node that refuses them.
        if part.by_ref().take(100).read_to_end(&mut bytes).is_err() {
            break;
        }
        if bytes.len() % 2 == 0 && part.read_to_end(&mut bytes).is_err() {
            break;
        }
        given += bytes.len();
    }
    assert!(given <= body.len(), "parts are more than the body");
    found
}
