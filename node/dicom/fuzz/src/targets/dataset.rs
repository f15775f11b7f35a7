//! A Part 10 file: its header, its JSON, its frames and pictures, the same in another encoding, under a pseudonym.

use std::io::{Cursor, Read as _};

use dokuei_dicom::deid::{Key, Options, pseudonymise};
use dokuei_dicom::frames::{FrameIndex, samples};
use dokuei_dicom::{RenderRequest, convert, json, native_samples, read_header, render_png};

/// Pictures are made small: what is looked for is in decoding, not in writing PNG.
const SMALL: u32 = 8;

pub(super) fn run(data: &[u8]) -> bool {
    let header = read_header(data);
    let _ = json::metadata(data, "http://localhost/bulk");
    let _ = native_samples(data);
    if let Ok(index) = FrameIndex::read(&mut Cursor::new(data)) {
        for frame in [0, index.frames() - 1] {
            let _ = index.frame(&mut Cursor::new(data), frame);
        }
        let _ = samples(data, index.frames() - 1);
    }
    let request = RenderRequest {
        max_width: SMALL,
        max_height: SMALL,
        ..RenderRequest::default()
    };
    let _ = render_png(data, &request);
    if let Ok(mut made) = pseudonymise(data, &Options::default(), &Key::from_bytes([7; 32])) {
        let _ = std::io::copy(&mut made.by_ref().take(1 << 24), &mut std::io::sink());
    }
    let Ok(header) = header else { return false };
    for to in convert::offers(header.transfer_syntax_uid.as_str()) {
        let mut written = Vec::new();
        if convert::write_file(data, to, &mut written).is_err() {
            continue;
        }
        // What we write we read, and it says the same.
        let again = read_header(written.as_slice()).expect("a file of ours is read");
        assert_eq!(again.sop_instance_uid, header.sop_instance_uid);
        assert_eq!(again.patient, header.patient);
    }
    true
}
