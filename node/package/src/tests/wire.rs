//! R19: the formats, frozen. A changed snapshot is a new version of the format, or a bug.

use dokuei_identity::cbor;

use super::fixture::{FixedRng, recipient, ship};
use crate::grant::grant;
use crate::manifest::{Instance, Manifest, Preview, PreviewKind};
use crate::samples::{Sample, Samples};
use crate::stream::{SealingWriter, StreamKey};
use crate::tree::ChunkRange;

fn lines(bytes: &[u8]) -> String {
    bytes.chunks(40).map(hex::encode).collect::<Vec<_>>().join("\n")
}

#[test]
fn core() {
    insta::assert_snapshot!(lines(&cbor::encode(ship(&[100, 70_000]).core.core())));
}

#[test]
fn signed_core() {
    insta::assert_snapshot!(lines(ship(&[100, 70_000]).core.bytes()));
}

#[test]
fn grant_to_a_device() {
    let shipment = ship(&[100, 70_000]);
    let (key, me) = recipient();
    let grant = grant(
        &shipment.cek,
        &shipment.core,
        &me,
        &key.public(),
        &mut FixedRng(100),
    )
    .unwrap();
    insta::assert_snapshot!(lines(&grant.to_bytes()));
}

#[test]
fn manifest() {
    insta::assert_snapshot!(lines(&ship(&[100, 70_000]).reader().manifest().to_bytes()));
}

#[test]
fn manifest_with_preview_and_predicted_instance() {
    let preview = Preview {
        kind: PreviewKind::Panoramic,
        series_instance_uid: "1.2.3".into(),
        length: 70_000,
        blake3: [5; 32],
    };
    let instance = Instance {
        sop_instance_uid: "1.2.4".into(),
        series_instance_uid: "1.2.3".into(),
        offset: 70_000,
        stored: 150_000,
        length: 321_500,
        blake3: [6; 32],
        samples: Some(Samples {
            at: 1_500,
            length: 320_000,
            row: 800,
            sample: Sample::Signed16,
        }),
    };
    let manifest = Manifest::new(vec![preview], vec![instance]).unwrap();
    insta::assert_snapshot!(lines(&manifest.to_bytes()));
}

/// The stored form of an instance, without the compressor's part in it: what is compressed.
#[test]
fn differences_and_planes() {
    let row: Vec<u8> = [1000_u16, 1010, 990, 65_535, 0]
        .into_iter()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut block = [row.as_slice(), &row, &row].concat();
    block[10] = 0xff;
    crate::predict::forward(Sample::Unsigned16, 10, &mut block, &mut Vec::new());
    insta::assert_snapshot!(lines(&block));
}

#[test]
fn chunk_range() {
    insta::assert_snapshot!(lines(&cbor::encode(&ChunkRange { start: 16, end: 32 })));
}

#[test]
fn payload_of_one_chunk() {
    insta::assert_snapshot!(lines(&ship(&[100]).payload));
}

/// Payload, outboard and slice of a larger package, by their hashes.
#[test]
fn payload_of_many_chunks() {
    let shipment = ship(&[0, 1, 65_519, 65_520, 65_521, 1_000_000]);
    let slice = shipment
        .holding()
        .extract(ChunkRange { start: 2, end: 5 })
        .unwrap();
    let hashes = [&shipment.payload, &shipment.outboard, &slice].map(|bytes| blake3::hash(bytes).to_string());
    insta::assert_snapshot!(hashes.join("\n"));
}

#[test]
fn blob() {
    let key = StreamKey::from_bytes(zeroize::Zeroizing::new([1; 32]));
    let mut writer = SealingWriter::new(Vec::new(), &key, b"purpose", &mut FixedRng(0)).unwrap();
    std::io::Write::write_all(&mut writer, b"plaintext").unwrap();
    insta::assert_snapshot!(lines(&writer.finish().unwrap()));
}
