//! Defects of the authorities, and of the chain as a whole.

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::Chain;
use dokuei_identity::issue::CertificateAuthority;

use super::made::{Bench, Made, Row};
use crate::forge::{AUTHORITY_KEY_ID, BASIC_CONSTRAINTS, Body, KEY_USAGE, SUBJECT_KEY_ID, forge, name, span};
use crate::world::{NOW, World};

pub(super) fn all() -> Vec<Made> {
    let bench = Bench::new();
    [issuing(&bench), roots(&bench), shapes(&bench)].concat()
}

fn issuing(bench: &Bench) -> Vec<Made> {
    let rows: Vec<Row> = vec![
        (
            "issuing-expired",
            "the issuing authority ended one second ago",
            "issuing-expired",
            |body| {
                body.validity = span(NOW.minus(9), NOW.minus(1));
            },
        ),
        (
            "issuing-not-yet-valid",
            "the issuing authority begins in one second",
            "issuing-not-yet-valid",
            |body| body.validity = span(NOW.plus(1), NOW.plus(9)),
        ),
        (
            "issuing-no-ca-bit",
            "the issuing authority has no CA bit",
            "issuing-not-an-authority",
            |body| body.set(BASIC_CONSTRAINTS, "3000"),
        ),
        (
            "issuing-path-length-absent",
            "the issuing authority has no path length",
            "issuing-path-length",
            |body| body.set(BASIC_CONSTRAINTS, "30030101ff"),
        ),
        (
            "issuing-path-length-too-large",
            "the issuing authority has path length 1",
            "issuing-path-length",
            |body| body.set(BASIC_CONSTRAINTS, "30060101ff020101"),
        ),
        (
            "issuing-key-usage",
            "the issuing authority may not sign certificates",
            "issuing-key-usage",
            |body| body.set(KEY_USAGE, "03020102"),
        ),
        (
            "issuing-key-usage-more",
            "the issuing authority may sign documents too",
            "issuing-key-usage",
            |body| body.set(KEY_USAGE, "03020186"),
        ),
        (
            "issuing-issuer-name",
            "the issuing authority was issued by somebody of another name",
            "issuing-issuer-name",
            |body| body.issuer = name(&[("2.5.4.6", "JP"), ("2.5.4.3", "Other Root")]),
        ),
        (
            "issuing-authority-key-id",
            "the issuing authority names another key of the root",
            "issuing-authority-key-identifier-mismatch",
            |body| body.set(AUTHORITY_KEY_ID, "300480021234"),
        ),
        (
            "issuing-unknown-critical",
            "the issuing authority has a critical extension that nobody knows",
            "issuing-unknown-critical-extension",
            |body| body.add("1.3.6.1.4.1.32473.9.1", true, "0500"),
        ),
    ];
    rows.into_iter()
        .map(|(name, defect, code, change)| {
            let issuing = forge(bench.world.issuing.certificate(), bench.world.root.key(), change);
            bench.made(name, defect, code, with(bench, vec![issuing]))
        })
        .collect()
}

fn roots(bench: &Bench) -> Vec<Made> {
    let rows: Vec<Row> = vec![
        (
            "root-expired",
            "the root ended one second ago",
            "root-expired",
            |body| {
                body.validity = span(NOW.minus(9), NOW.minus(1));
            },
        ),
        (
            "root-path-length-absent",
            "the root has no path length",
            "root-path-length",
            |body| {
                body.set(BASIC_CONSTRAINTS, "30030101ff");
            },
        ),
        (
            "root-path-length-zero",
            "the root has path length 0",
            "root-path-length",
            |body| {
                body.set(BASIC_CONSTRAINTS, "30060101ff020100");
            },
        ),
        (
            "root-key-usage",
            "the root may not sign certificates",
            "root-key-usage",
            |body| {
                body.set(KEY_USAGE, "03020102");
            },
        ),
        (
            "root-subject-key-id",
            "the root's subject key identifier is not that of its key",
            "root-subject-key-identifier-mismatch",
            |body| body.set(SUBJECT_KEY_ID, "04021234"),
        ),
        (
            "root-not-self-issued",
            "the root was issued by somebody of another name",
            "root-issuer-name",
            |body| body.issuer = name(&[("2.5.4.6", "JP"), ("2.5.4.3", "Other Root")]),
        ),
    ];
    let root = |change: fn(&mut Body)| forge(bench.world.root.certificate(), bench.world.root.key(), change);
    let mut all: Vec<_> = rows
        .into_iter()
        .map(|(name, defect, code, change)| {
            let mut made = bench.made(name, defect, code, bench.person.clone());
            made.root = root(change);
            made
        })
        .collect();
    let mut signed = bench.made(
        "root-signature",
        "the root's signature is flipped",
        "root-signature",
        bench.person.clone(),
    );
    *signed.root.last_mut().unwrap() ^= 1;
    all.push(signed);
    let mut rng = World::new().rng;
    let validity = Validity::days_from(NOW, 3650);
    let mut other = |name: &str| {
        let root = CertificateAuthority::create_root(name, validity, &mut rng).unwrap();
        root.certificate().to_vec()
    };
    let mut made = bench.made(
        "root-of-another-name",
        "the root is that of another registry",
        "issuing-issuer-name",
        bench.person.clone(),
    );
    made.root = other("Other Root");
    all.push(made);
    let mut made = bench.made(
        "root-of-another-key",
        "the root is another registry's that took the same name",
        "issuing-authority-key-identifier-mismatch",
        bench.person.clone(),
    );
    // The first draw of this generator is the world's own root.
    let _ = other("Test Root");
    made.root = other("Test Root");
    all.push(made);
    all
}

fn shapes(bench: &Bench) -> Vec<Made> {
    let issuing = bench.world.issuing.certificate().to_vec();
    let root = bench.world.root.certificate().to_vec();
    let as_end = Chain {
        end: issuing.clone(),
        intermediates: vec![issuing.clone()],
    };
    vec![
        bench.made(
            "chain-too-short",
            "the issuing authority's certificate is not there",
            "chain-length",
            with(bench, vec![]),
        ),
        bench.made(
            "chain-too-long",
            "the issuing authority's certificate stands in it twice",
            "chain-length",
            with(bench, vec![issuing.clone(), issuing]),
        ),
        bench.made(
            "practitioner-as-authority",
            "a practitioner's certificate stands in the issuing authority's place",
            "issuing-issuer-name",
            with(bench, vec![bench.person.end.clone()]),
        ),
        bench.made(
            "authority-as-practitioner",
            "the issuing authority's certificate stands in the practitioner's place",
            "issuer-name",
            as_end,
        ),
        bench.made(
            "root-as-practitioner",
            "the root stands in the practitioner's place",
            "issuer-name",
            Chain {
                end: root,
                intermediates: bench.person.intermediates.clone(),
            },
        ),
        bench
            .made(
                "long-expired",
                "it is judged in the year 2040",
                "root-expired",
                bench.person.clone(),
            )
            .at(dokuei_identity::time::Timestamp(2_209_000_000)),
    ]
}

fn with(bench: &Bench, intermediates: Vec<Vec<u8>>) -> Chain {
    Chain {
        end: bench.person.end.clone(),
        intermediates,
    }
}
