//! What was sealed comes back byte for byte.

use std::io::{Cursor, Read};

use proptest::prelude::*;

use super::fixture::{Shipment, images, ship, ship_study};
use crate::encoding::{Effort, Encoding};
use crate::manifest::PreviewKind;
use crate::manifest::padme;
use crate::order::{COARSE, reading_order};
use crate::seal::Picture;
use crate::stored::{StoredReader, StoredWriter};

fn read(shipment: &Shipment, order: impl Iterator<Item = usize>) {
    let mut reader = shipment.reader();
    for index in order {
        let mut file = Vec::new();
        reader.instance(index).unwrap().read_to_end(&mut file).unwrap();
        assert_eq!(file, shipment.files[index], "instance {index}");
    }
    reader.finish().unwrap();
}

#[test]
fn r17_every_length_around_a_chunk_comes_back() {
    let lengths = [0, 1, 65_519, 65_520, 65_521, 131_040, 131_041, 3_000_000];
    for length in lengths {
        read(&ship(&[length]), 0..1);
    }
    read(&ship(&lengths), 0..lengths.len());
    read(&ship(&lengths), (0..lengths.len()).rev());
}

/// R17: two who share the reading of a package have read all of it together, and neither alone; what another package's
/// reader has read counts for nothing.
#[test]
fn r17_a_package_is_complete_when_two_have_read_it_between_them() {
    let (shipment, other) = (ship(&[100, 70_000, 200]), ship(&[100, 70_000, 201]));
    let [mut one, mut two] = [(); 2].map(|()| shipment.reader());
    let mut stranger = other.reader();
    stranger.verify_all().unwrap();
    one.instance(0).unwrap().read_to_end(&mut Vec::new()).unwrap();
    for index in [1, 2] {
        two.instance(index).unwrap().read_to_end(&mut Vec::new()).unwrap();
    }
    one.join(&stranger);
    let alone = [one.finish(), two.finish()].map(|read| read.unwrap_err().to_string());
    assert!(
        alone[0].starts_with("only 1 of 3") && alone[1].starts_with("only 2 of 3"),
        "{alone:?}"
    );
    one.join(&two);
    one.finish().unwrap();
}

#[test]
fn an_empty_study_is_one_chunk() {
    let shipment = ship(&[]);
    assert!(shipment.payload.len() < 64);
    assert!(shipment.outboard.is_empty());
    read(&shipment, 0..0);
}

#[test]
fn a_volume_is_read_in_its_reading_order() {
    let shipment = ship(&[3_000; 400]);
    read(&shipment, reading_order(400).into_iter());
    assert!(shipment.reader().verify_all().is_ok());
}

/// R1: what is taken as it lies in the package is the stored form of the file, of which only the beginning and the end were
/// decoded; a package whose instances were all taken, in either form, is complete.
#[test]
fn r1_images_are_taken_as_they_lie_in_the_package() {
    let (files, sources) = images(&[400, 1, 7_000, 0]);
    let shipment = ship_study(files.clone(), &sources, &[], Encoding::default());
    let mut reader = shipment.reader();
    for (index, file) in files.iter().enumerate() {
        let Some(listed) = reader.manifest().instances().get(index).cloned() else {
            panic!("an instance is missing");
        };
        let Some(samples) = listed.samples else {
            assert!(reader.stored(index).unwrap().is_none());
            std::io::copy(&mut reader.instance(index).unwrap(), &mut std::io::sink()).unwrap();
            continue;
        };
        let mut copy = StoredWriter::new(Vec::new(), samples).unwrap();
        let mut stored = reader.stored(index).unwrap().unwrap();
        let (mut at, mut around) = (0, Vec::new());
        while let Some(block) = stored.next_block().unwrap() {
            let here = &file[at..at + block.length];
            assert!(block.bytes.is_none_or(|bytes| bytes == here));
            around.extend_from_slice(block.bytes.unwrap_or_default());
            copy.put(block.stored, block.length).unwrap();
            at += block.length;
        }
        let after = (samples.at + samples.length) as usize;
        assert_eq!(around, [&file[..samples.at as usize], &file[after..]].concat());
        let copy = Cursor::new(copy.finish().unwrap());
        let mut back = Vec::new();
        let mut decoded = StoredReader::open(copy, file.len() as u64).unwrap();
        decoded.read_to_end(&mut back).unwrap();
        assert_eq!(back, *file);
    }
    reader.finish().unwrap();
    assert!(reader.stored(4).is_err(), "there is none");
}

#[test]
fn more_instances_than_a_page_of_the_manifest() {
    let shipment = ship(&[1; 5_000]);
    assert_eq!(shipment.reader().manifest().instances().len(), 5_000);
    shipment.reader().verify_all().unwrap();
}

#[test]
fn r1_images_are_stored_in_about_half_and_come_back_byte_for_byte() {
    let rows = [400, 1, 7_000, 0, 350];
    let (files, mut sources) = images(&rows);
    // No rows are no samples; the others are predicted, and one is wrongly described.
    sources[4].samples.as_mut().unwrap().length += 1;
    let original: usize = files.iter().map(Vec::len).sum();
    let shipment = ship_study(files.clone(), &sources, &[], Encoding::Predicted(Effort::Quick));
    let reader = shipment.reader();
    let predicted: Vec<_> = reader
        .manifest()
        .instances()
        .iter()
        .map(|one| one.samples.is_some())
        .collect();
    assert_eq!(predicted, [true, true, true, false, false]);
    assert!(
        shipment.payload.len() * 10 < original * 6,
        "{} of {original}",
        shipment.payload.len()
    );
    assert_eq!(reader.manifest().original_length(), original as u64);
    read(&shipment, 0..rows.len());
    read(&shipment, (0..rows.len()).rev());
    shipment.reader().verify_all().unwrap();
    let plain = ship_study(files, &sources, &[], Encoding::AsIs);
    assert!(plain.payload.len() > original);
    read(&plain, 0..rows.len());
}

#[test]
fn a_coarse_volume_is_there_before_15_per_cent_of_the_bytes() {
    let order = reading_order(400);
    let (files, sources) = images(&vec![150; 400]);
    let arranged = |all: &[Vec<u8>]| order.iter().map(|at| all[*at].clone()).collect::<Vec<_>>();
    let sources: Vec<_> = order.iter().map(|at| sources[*at].clone()).collect();
    let preview = Picture {
        kind: PreviewKind::AxialMip,
        series_instance_uid: "1.2".into(),
        png: vec![1; 5_000],
    };
    let shipment = ship_study(
        arranged(&files),
        &sources,
        &[preview],
        Encoding::Predicted(Effort::Quick),
    );
    let reader = shipment.reader();
    let first_chunks = |slices: usize| {
        (0..slices)
            .map(|at| reader.chunks_of(at).unwrap().end)
            .max()
            .unwrap()
    };
    let all = first_chunks(400);
    assert_eq!(order[0], 200, "the middle slice comes first");
    assert!(f64::from(first_chunks(400 / COARSE + 1)) < 0.15 * f64::from(all));
}

#[test]
fn previews_come_first_and_come_back() {
    let (files, sources) = images(&[3000, 300]);
    let picture = |kind, length: usize| Picture {
        kind,
        series_instance_uid: "1.2.392.2.1".into(),
        png: super::fixture::bytes(length, length),
    };
    let previews = [
        picture(PreviewKind::AxialMip, 70_000),
        picture(PreviewKind::Panoramic, 0),
        picture(PreviewKind::CrossSection, 9),
    ];
    let shipment = ship_study(files, &sources, &previews, Encoding::Predicted(Effort::Quick));
    let mut reader = shipment.reader();
    for (index, picture) in previews.iter().enumerate() {
        assert_eq!(reader.preview(index).unwrap(), picture.png);
        assert_eq!(reader.manifest().previews()[index].kind, picture.kind);
    }
    assert!(reader.preview(3).is_err());
    read(&shipment, 0..2);
    // With the first two chunks alone the previews can be read already.
    let start = shipment.payload[..2 * 65_536].to_vec();
    let mut early =
        crate::open::PackageReader::open(&shipment.core, shipment.key(), &start, &shipment.outboard).unwrap();
    assert_eq!(early.preview(0).unwrap(), previews[0].png);
    assert!(early.instance(1).unwrap().read_to_end(&mut Vec::new()).is_err());
}

#[test]
fn chunks_of_an_instance_are_told_before_it_is_there() {
    let shipment = ship(&[10, 200_000, 0, 50_000]);
    let reader = shipment.reader();
    let ranges: Vec<_> = (0..4)
        .map(|i| reader.chunks_of(i).map(|r| (r.start, r.end)).unwrap())
        .collect();
    assert_eq!(ranges, [(0, 1), (0, 4), (3, 4), (3, 4)]);
    assert!(reader.chunks_of(4).is_none());
}

#[test]
fn finish_demands_that_all_was_read() {
    let shipment = ship(&[10, 10]);
    let mut reader = shipment.reader();
    reader.instance(1).unwrap().read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(
        reader.finish().unwrap_err().to_string(),
        "only 1 of 2 instances of the package have been read and checked"
    );
}

#[test]
fn padding_costs_at_most_an_eighth() {
    for length in [0, 1, 2, 9, 1_000, 65_520, 1_000_000, 1 << 30, (1 << 30) + 1] {
        let padded = padme(length);
        assert!(
            padded >= length && padded <= length + length / 8,
            "{length} {padded}"
        );
        assert_eq!(padme(padded), padded);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn r17_any_study_comes_back(lengths in prop::collection::vec(0..150_000_usize, 0..6)) {
        let shipment = ship(&lengths);
        read(&shipment, 0..lengths.len());
        let hash = blake3::hash(&shipment.payload);
        prop_assert_eq!(*hash.as_bytes(), shipment.core.core().root);
    }
}
