//! What is stored and sent, byte for byte: a changed snapshot means a decision about versions.

use dokuei_identity::chain::Chain;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::register::layout::{bundle_path, list_path};
use dokuei_identity::register::{Act, Answer, Ask, Entry, Evidence, HeldList, Judgement};
use dokuei_identity::revocation::RevocationReason;

use crate::world::{NOW, Registry, act};

fn shown(act: Act) -> String {
    hex::encode(Entry { at: NOW, act }.to_bytes())
}

#[test]
fn entries() {
    let fingerprint = Fingerprint::of(b"certificate");
    let chain = Chain {
        end: b"end".to_vec(),
        intermediates: vec![b"issuing".to_vec()],
    };
    let acts = [
        Act::Issued {
            chain: chain.clone(),
            supersedes: None,
        },
        Act::Issued {
            chain,
            supersedes: Some(fingerprint),
        },
        Act::Suspended { fingerprint },
        Act::Reinstated { fingerprint },
        Act::Revoked {
            fingerprint,
            reason: RevocationReason::PrivilegeWithdrawn,
        },
        Act::RevocationList {
            issuer: [1; 20],
            number: 7,
            sha256: [2; 32],
        },
        Act::IssuingAuthority { der: b"der".to_vec() },
        Act::SuccessorRoot {
            der: b"der".to_vec(),
            cross: b"cross".to_vec(),
        },
        Act::ApplicationKey {
            kem: b"kem".to_vec(),
            kid: [3; 16],
        },
        Act::RegisterKey {
            statement: b"statement".to_vec(),
        },
        Act::Unknown {
            kind: 4711,
            body: vec![4],
        },
    ];
    let lines: Vec<String> = acts.into_iter().map(shown).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

fn registry() -> Registry {
    let mut registry = Registry::new();
    registry.enter(NOW, (0..5).map(act));
    registry
}

#[test]
fn checkpoint() {
    let note = registry().sign(5, NOW).note().to_vec();
    insta::assert_snapshot!(String::from_utf8(note).unwrap());
}

#[test]
fn ask() {
    let asks = [
        None,
        Some(vec![]),
        Some(vec![HeldList {
            issuer: [1; 20],
            number: 7,
        }]),
    ];
    let lines = asks.map(|lists| {
        let ask = Ask {
            from: 100_000,
            checkpoint_size: 99_990,
            lists,
        };
        hex::encode(ask.to_bytes())
    });
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn answer() {
    let registry = registry();
    let ask = Ask {
        from: 3,
        checkpoint_size: 3,
        lists: None,
    };
    let (_, whole) = registry.answer(&ask, NOW);
    let chain = Chain {
        end: b"end".to_vec(),
        intermediates: vec![b"issuing".to_vec()],
    };
    let part = Answer {
        registry: chain,
        entries: whole.entries[..1].to_vec(),
        proof: whole.link.as_ref().map(|link| link.proof.clone()),
        lists: vec![b"list".to_vec()],
        successions: vec![b"succession".to_vec()],
        ..whole
    };
    insta::assert_snapshot!(hex::encode(part.to_bytes()));
}

#[test]
fn evidence() {
    let (one, mut other) = (registry(), Registry::new());
    other.enter(NOW, (10..13).map(act));
    let Judgement::SplitView(evidence) = one.mirror(NOW).judge(&other.sign(3, NOW)).unwrap() else {
        panic!("not noticed");
    };
    insta::assert_snapshot!(hex::encode(Evidence::to_bytes(&evidence)));
}

#[test]
fn paths() {
    let paths = [
        bundle_path(0, 1).unwrap(),
        bundle_path(5, 256).unwrap(),
        bundle_path(1_234_067, 17).unwrap(),
        list_path(&[0xab; 20]),
    ];
    insta::assert_snapshot!(paths.join("\n"));
    assert_eq!((bundle_path(0, 0), bundle_path(0, 257)), (None, None));
}
