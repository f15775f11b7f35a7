//! R19: blobs of the vault.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use proptest::prelude::*;
use zeroize::Zeroizing;

use super::fixture::{FixedRng, bytes};
use crate::stream::{HEADER, OpeningReader, SealingWriter, StreamError, StreamKey};

const PURPOSE: &[u8] = b"instance/1.2.3";

fn key(seed: u8) -> StreamKey {
    StreamKey::from_bytes(Zeroizing::new([seed; 32]))
}

fn sealed(plaintext: &[u8]) -> Vec<u8> {
    let mut writer = SealingWriter::new(Vec::new(), &key(1), PURPOSE, &mut FixedRng(0)).unwrap();
    // In pieces of odd length, so that pieces and chunks do not coincide.
    plaintext
        .chunks(10_007)
        .for_each(|piece| writer.write_all(piece).unwrap());
    writer.finish().unwrap()
}

fn opened(blob: &[u8]) -> Result<Vec<u8>, String> {
    let mut plaintext = Vec::new();
    let mut reader =
        OpeningReader::open(Cursor::new(blob), &key(1), PURPOSE).map_err(|error| error.to_string())?;
    match reader.read_to_end(&mut plaintext) {
        Ok(_) => Ok(plaintext),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn r19_every_length_around_a_chunk_comes_back() {
    for length in [0, 1, 65_519, 65_520, 65_521, 131_040, 131_041, 2_000_000] {
        let plaintext = bytes(length, length);
        let blob = sealed(&plaintext);
        assert_eq!(opened(&blob).as_deref(), Ok(plaintext.as_slice()), "{length}");
        assert_eq!(
            OpeningReader::open(Cursor::new(&blob), &key(1), PURPOSE)
                .unwrap()
                .length(),
            length as u64
        );
    }
}

#[test]
fn r19_another_key_or_purpose_is_refused_before_anything_is_decrypted() {
    let blob = sealed(b"plaintext");
    let open = |key, purpose| OpeningReader::open(Cursor::new(&blob), &key, purpose).map(|_| ());
    assert!(matches!(open(key(2), PURPOSE), Err(StreamError::OtherKey)));
    assert!(matches!(
        open(key(1), b"instance/1.2.4"),
        Err(StreamError::OtherKey)
    ));
    assert!(matches!(open(key(1), b""), Err(StreamError::OtherKey)));
    assert!(open(key(1), PURPOSE).is_ok());
    assert_eq!(format!("{:?}", key(1)), "StreamKey(redacted)");
}

#[test]
fn r19_truncated_extended_and_reordered_blobs_are_refused() {
    let blob = sealed(&bytes(0, 200_000));
    let whole = |length: usize| HEADER + length * 65_536;
    for length in [
        0,
        1,
        HEADER - 1,
        HEADER,
        HEADER + 16,
        whole(1),
        whole(2),
        whole(3),
        blob.len() - 1,
    ] {
        assert!(opened(&blob[..length]).is_err(), "cut to {length}");
    }
    assert!(opened(&[blob.as_slice(), &[0]].concat()).is_err());
    assert!(opened(&[blob.as_slice(), &blob[HEADER..]].concat()).is_err());
    let mut reordered = blob.clone();
    let (first, second) = reordered[HEADER..].split_at_mut(65_536);
    first.swap_with_slice(&mut second[..65_536]);
    assert!(opened(&reordered).is_err());
}

#[test]
fn r19_a_flipped_byte_is_found_and_its_chunk_not_released() {
    let plaintext = bytes(0, 140_000);
    let blob = sealed(&plaintext);
    for at in (0..blob.len())
        .step_by(1_201)
        .chain(0..HEADER)
        .chain([blob.len() - 1])
    {
        let mut altered = blob.clone();
        altered[at] ^= 1;
        let Ok(mut reader) = OpeningReader::open(Cursor::new(&altered), &key(1), PURPOSE) else {
            continue;
        };
        let mut released = Vec::new();
        assert!(reader.read_to_end(&mut released).is_err(), "byte {at}");
        assert_eq!(
            released,
            plaintext[..(at - HEADER) / 65_536 * 65_520],
            "only whole chunks before byte {at}"
        );
        assert!(
            reader.read(&mut [0; 10]).is_err(),
            "and nothing when it is asked again"
        );
    }
}

#[test]
fn r19_a_blob_that_was_not_finished_is_refused() {
    let mut blob = Vec::new();
    let mut writer = SealingWriter::new(&mut blob, &key(1), PURPOSE, &mut FixedRng(0)).unwrap();
    writer.write_all(&bytes(0, 200_000)).unwrap();
    writer.flush().unwrap();
    drop(writer);
    assert!(blob.len() > 65_536);
    assert!(opened(&blob).is_err());
}

#[test]
fn equal_plaintexts_do_not_look_alike() {
    let mut rng = FixedRng(0);
    let mut seal = || {
        SealingWriter::new(Vec::new(), &key(1), PURPOSE, &mut rng)
            .unwrap()
            .finish()
            .unwrap()
    };
    assert_ne!(seal(), seal());
}

#[test]
fn a_seek_before_the_beginning_is_refused_and_one_after_the_end_reads_nothing() {
    let blob = sealed(&bytes(0, 100));
    let mut reader = OpeningReader::open(Cursor::new(&blob), &key(1), PURPOSE).unwrap();
    assert!(reader.seek(SeekFrom::Current(-1)).is_err());
    assert!(reader.seek(SeekFrom::End(-101)).is_err());
    reader.seek(SeekFrom::End(50)).unwrap();
    assert_eq!(reader.read(&mut [0; 10]).unwrap(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_part_can_be_read(length in 1..300_000_usize, from in 0.0..1.0_f64, take in 0..70_000_usize) {
        let plaintext = bytes(length, length);
        let from = (length as f64 * from) as usize;
        let take = take.min(length - from);
        let blob = sealed(&plaintext);
        let mut reader = OpeningReader::open(Cursor::new(&blob), &key(1), PURPOSE).unwrap();
        reader.seek(SeekFrom::Start(from as u64)).unwrap();
        let mut part = vec![0; take];
        reader.read_exact(&mut part).unwrap();
        prop_assert_eq!(&part, &plaintext[from..from + take]);
    }
}
