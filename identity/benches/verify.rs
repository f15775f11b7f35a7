//! How long it takes to verify a practitioner's chain and ask the policy: below 200 µs, so that a node can do it for
//! every entry of every case without keeping the answers. As a node does it, which remembers the issuing authorities of its
//! register; and by the root alone, with nothing remembered. `cargo bench -p dokuei-identity`.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark fails by panicking")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use dokuei_identity::certificate::{PractitionerCertificate, Validity};
use dokuei_identity::chain::{Chain, TrustAnchor, TrustAnchors, verify_node, verify_practitioner};
use dokuei_identity::freshness::Freshness;
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::key::SecretKey;
use dokuei_identity::policy::{Action, Denial, Object, Subject, may};
use dokuei_identity::register::Standing;
use dokuei_identity::revocation::{RevocationList, RevocationReason, Revoked, make};
use dokuei_identity::serial::Serial;
use dokuei_identity::time::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// When the test vectors are judged.
const NOW: Timestamp = Timestamp(1_795_478_400);

/// A good test vector.
fn vector(name: &str) -> (Chain, TrustAnchor) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(name);
    let mut chain = Chain::from_pem(&std::fs::read_to_string(path).unwrap()).unwrap();
    let root = chain.intermediates.pop().unwrap();
    (chain, TrustAnchor::from_der(&root).unwrap())
}

/// A list of 10,000 certificates by the authority of the vectors, which the seed makes again.
fn list(chain: &Chain, anchor: &TrustAnchor) -> RevocationList {
    let mut rng = StdRng::seed_from_u64(1);
    let root =
        CertificateAuthority::create_root("Test Root", Validity::days_from(NOW, 3650), &mut rng).unwrap();
    let validity = Validity::days_from(NOW, 1826);
    let issuing = root.create_issuing("Test Issuing", validity, &mut rng).unwrap();
    // Serial numbers of its own: the same seed would make those of the vectors again, and revoke them.
    let mut serials = StdRng::seed_from_u64(2);
    let entries: Vec<_> = (0..10_000)
        .map(|_| Revoked {
            serial: Serial::generate(&mut serials),
            since: NOW,
            reason: RevocationReason::Superseded,
        })
        .collect();
    let pem = make(&issuing, 1, NOW, NOW.plus(86_400), &entries).unwrap();
    RevocationList::verify_pem(&pem, chain, anchor, NOW).unwrap()
}

/// Every row of the table that a signature is asked about.
fn sign(certificate: &PractitionerCertificate) -> Result<(), Denial> {
    let subject = Subject::practitioner(certificate).standing(Some(Standing::InForce));
    may(
        &subject,
        black_box(Action::SignFinal),
        Object::PARTY_CASE,
        NOW,
        Freshness::Current,
    )
}

fn verification(criterion: &mut Criterion) {
    let (person, anchor) = vector("001-practitioner.pem");
    let (node, _) = vector("002-node.pem");
    let list = list(&person, &anchor);
    // What no chain can do without, so that a figure of a busy machine can be read.
    let key = SecretKey::from_seed(&[1; 32]);
    let message = [7; 600];
    let (public, signature) = (key.public(), key.sign(&message));
    criterion.bench_function("two signatures, for comparison", |bencher| {
        bencher.iter(|| {
            for _ in 0..2 {
                public.verify(black_box(&message), &signature).unwrap();
            }
        });
    });
    let nothing = TrustAnchors::new(anchor.clone());
    let mut issuers = nothing.clone();
    issuers.remember_issuer(&person.intermediates[0]).unwrap();
    for (remembered, anchors) in [("", &issuers), (", nothing remembered", &nothing)] {
        criterion.bench_function(
            &format!("practitioner's chain and policy{remembered}"),
            |bencher| {
                bencher.iter(|| {
                    let certificate = verify_practitioner(black_box(&person), anchors, NOW, None).unwrap();
                    sign(&certificate)
                });
            },
        );
        let name = format!("practitioner's chain, list of 10,000 and policy{remembered}");
        criterion.bench_function(&name, |bencher| {
            bencher.iter(|| {
                let certificate = verify_practitioner(black_box(&person), anchors, NOW, Some(&list)).unwrap();
                sign(&certificate)
            });
        });
        criterion.bench_function(&format!("node's chain{remembered}"), |bencher| {
            bencher.iter(|| verify_node(black_box(&node), anchors, NOW, None).unwrap());
        });
    }
}

criterion_group!(benches, verification);
criterion_main!(benches);
