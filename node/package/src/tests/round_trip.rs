//! What was sealed comes back byte for byte.

use std::io::Read;

use proptest::prelude::*;

use super::fixture::{Shipment, ship};
use crate::manifest::padme;
use crate::order::reading_order;

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

#[test]
fn more_instances_than_a_page_of_the_manifest() {
    let shipment = ship(&[1; 5_000]);
    assert_eq!(shipment.reader().manifest().instances().len(), 5_000);
    shipment.reader().verify_all().unwrap();
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
