//! R2: a directory of 10,000 practitioners answers any question in less than 50 ms.
//!
//! Everybody has a certificate that was issued and verified, and nine in ten have a signed profile. Besides the times,
//! the memory that the index takes is printed (Linux only).
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]
#![allow(
    unreachable_pub,
    missing_docs,
    dead_code,
    reason = "the generator of people is shared with the tests"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dokuei_directory::index::Index;
use dokuei_directory::modality::Modality;
use dokuei_directory::query::{Order, Query};
use people::{NOW, Registry};
use rand::SeedableRng;
use rand::rngs::StdRng;

#[path = "../tests/directory/people.rs"]
mod people;

const PEOPLE: u64 = 10_000;

fn searches(criterion: &mut Criterion) {
    let (mut registry, mut rng) = (Registry::new(), StdRng::seed_from_u64(3));
    let people: Vec<_> = (0..PEOPLE)
        .map(|number| people::anybody(&mut registry, &mut rng, number))
        .collect();
    let entries = || {
        people
            .iter()
            .map(|(certificate, profile)| (certificate, profile.as_ref()))
    };
    let before = resident();
    let mut index = Index::build(entries());
    if let (Some(before), Some(after)) = (before, resident()) {
        println!(
            "memory of an index of {PEOPLE}: {} MiB",
            after.saturating_sub(before) / 1024
        );
    }

    let questions: [(&str, Query); 12] = [
        ("nothing typed", Query::default()),
        ("readers", Query::readers("")),
        ("one letter", Query::text("t")),
        ("kanji", Query::text("田中")),
        ("kana", Query::text("おおの けんいち")),
        ("romaji", Query::text("ohno ken'ichi")),
        ("english", Query::text("temporomandibular english tokyo")),
        (
            "whole sentence",
            Query::text("東京で顎関節のコーンビームCTを読める専門医"),
        ),
        ("eight words", Query::readers("a i u e o 科 ta na")),
        ("nobody", Query::text("qqq zzz")),
        (
            "by turnaround",
            Query {
                order: Order::Turnaround,
                accepting: Some(true),
                turnaround: Some(72),
                modalities: vec![Modality::ConeBeamCt],
                institution: Some("daigaku 大学".to_owned()),
                ..Query::readers("")
            },
        ),
        (
            "last page",
            Query {
                offset: 9_900,
                ..Query::default()
            },
        ),
    ];
    for (name, query) in &questions {
        let total = index.search(query, NOW).total;
        criterion.bench_function(&format!("10,000 people, {name} ({total} found)"), |bencher| {
            bencher.iter(|| black_box(index.search(black_box(query), NOW)));
        });
    }
    let mut next = entries().cycle();
    criterion.bench_function("10,000 people, one replaced", |bencher| {
        bencher.iter(|| {
            let (certificate, profile) = next.next().unwrap();
            index.insert(certificate, profile);
        });
    });
    criterion.bench_function("10,000 people, one removed and put back", |bencher| {
        bencher.iter(|| {
            let (certificate, profile) = next.next().unwrap();
            index.remove(&certificate.fingerprint);
            index.insert(certificate, profile);
        });
    });
}

/// KiB of memory that this process holds.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = searches
}
criterion_main!(benches);
