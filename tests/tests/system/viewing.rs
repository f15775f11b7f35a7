//! What the reader sees while a study is still on its way.
//!
//! Shows R13 on the real programs, on a line of 100 Mbit/s.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use dokuei_tests::api::Client;
use dokuei_tests::lab::Lab;
use dokuei_tests::link::{Link, Links};
use dokuei_tests::site::Site;
use dokuei_tests::{consult, wait};
use serde_json::Value;

/// How long it may take until something is seen, on a busy machine.
const SEEN: Duration = Duration::from_secs(120);

/// Slices of 640 rows and columns, and how many of them are 490 MB.
const SIZE: u16 = 640;
const SLICES: u32 = 597;

/// One slice in so many is the coarse volume.
const COARSE: usize = 8;

/// The UIDs of the images of a study that this node shows, in the order of the volume.
fn images(client: &Client, study: &str) -> Option<Vec<String>> {
    let whole: Value = client.get(&format!("/studies/{study}")).ok()?;
    let series = whole["series"].as_array()?.first()?;
    let images = series["instances"].as_array()?;
    Some(
        images
            .iter()
            .filter_map(|one| Some(one["sop_instance_uid"].as_str()?.to_owned()))
            .collect(),
    )
}

/// R13: a cone-beam CT of 490 MB: the first image and then a coarse volume are there long before the rest.
#[test]
#[ignore = "a study of 490 MB takes minutes to make and to seal"]
fn r13_a_coarse_volume_is_seen_before_a_sixth_of_the_study_has_arrived() {
    let mut links = Links::new().unwrap();
    let (clinic, hospital) = (links.host("clinic").unwrap(), links.host("hospital").unwrap());
    let wire = links.link(&clinic, &hospital, Link::METRO).unwrap();
    let (near, far) = (Site::on(&clinic, wire.near()), Site::on(&hospital, wire.far()));
    let (pair, session) = Lab::consultation_pair_at(&near, &far, &far).unwrap();
    let (study, case) = pair.requested(&session, SLICES, SIZE).unwrap();
    let all = images(&session.clinic, &study).unwrap();
    assert_eq!(all.len(), SLICES as usize);
    let coarse: BTreeSet<_> = all.iter().step_by(COARSE).collect();

    consult::accept(&session.specialist, &case).unwrap();
    let begun = Instant::now();
    let here = wait::until("the first image", SEEN, || {
        Ok(images(&session.specialist, &study).filter(|here| !here.is_empty()))
    })
    .unwrap();
    let first = begun.elapsed();
    let (at_first, _) = consult::progress(&session.specialist, &case).unwrap();
    let image: Value = session.specialist.get(&format!("/studies/{study}")).unwrap();
    let uid = image["series"][0]["series_instance_uid"].as_str().unwrap();
    let rendered = session
        .specialist
        .bytes(&format!(
            "/dicomweb/studies/{study}/series/{uid}/instances/{}/rendered",
            here[0]
        ))
        .unwrap();
    assert_eq!(&rendered[1..4], b"PNG");

    let (done, total) = wait::until("the coarse volume", SEEN, || {
        // Asked before: what comes meanwhile is not counted against it.
        let progress = consult::progress(&session.specialist, &case)?;
        let here = images(&session.specialist, &study).unwrap_or_default();
        let here: BTreeSet<_> = here.iter().collect();
        Ok(coarse.is_subset(&here).then_some(progress))
    })
    .unwrap();
    println!(
        "first image after {first:?} and {at_first} bytes; coarse volume after {:?} and {done} of {total} bytes",
        begun.elapsed()
    );
    assert!(
        done * 6 <= total,
        "{done} of {total} bytes until the coarse volume was seen"
    );
}
