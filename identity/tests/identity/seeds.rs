//! The first inputs of the fuzz targets: the test vectors, and one good value of everything else that is read.

use std::path::PathBuf;

use dokuei_identity::application::{
    ApplicationSecretKey, Claims, Collect, Contact, Draft, PractitionerClaims, SignedApplication,
    collect_request, seal,
};
use dokuei_identity::cbor;
use dokuei_identity::chain::Chain;
use dokuei_identity::key::SecretKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{Act, Answer, Ask, Entry, Hash, HeldList, KeySuccession, sign_checkpoint};
use dokuei_identity::request;
use dokuei_identity::revocation::RevocationReason;
use dokuei_identity::signed::{self, Kind};

use crate::vectors;
use crate::world::{NOW, World, specialist};

fn write(target: &str, name: &str, bytes: &[u8]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

/// Writes them to `fuzz/corpus`, which is not kept in the repository.
#[test]
#[ignore = "only before fuzzing: it writes outside the temporary directory"]
fn seeds_for_fuzzing() {
    for vector in vectors::all() {
        for (number, der) in vector.certificates.iter().enumerate() {
            if number == 0 || vector.fact("code").starts_with("root") {
                write("certificate", &format!("{}-{number}", vector.file), der);
            }
        }
        let chain = vector.chain();
        write("chain", &format!("{}.cbor", vector.file), &cbor::encode(&chain));
        write(
            "chain",
            &format!("{}.pem", vector.file),
            chain.to_pem().as_bytes(),
        );
        if let Some(list) = &vector.list {
            write("revocation_list", &vector.file, list);
        }
    }
    let key = SecretKey::from_seed(&[7; 32]);
    write(
        "request",
        "ours",
        request::make(&key, "田中 花子").unwrap().as_bytes(),
    );
    let mut world = World::new();
    entries(&mut world, &key);
    register(&world);
    application(&mut world, &key);
}

fn entries(world: &mut World, key: &SecretKey) {
    let (issued, chain) = world.issue(&specialist(), key);
    let payload = b"payload".to_vec();
    write(
        "signed_entry",
        "signed",
        &signed::sign(Kind::Entry, key, &issued.fingerprint, payload),
    );
    let fingerprint = issued.fingerprint;
    let acts = [
        Act::Issued {
            chain,
            supersedes: Some(fingerprint),
        },
        Act::Suspended { fingerprint },
        Act::Reinstated { fingerprint },
        Act::Revoked {
            fingerprint,
            reason: RevocationReason::KeyCompromise,
        },
        Act::RevocationList {
            issuer: [1; 20],
            number: 7,
            sha256: [2; 32],
        },
        Act::IssuingAuthority {
            der: world.issuing.certificate().to_vec(),
        },
        Act::SuccessorRoot {
            der: world.root.certificate().to_vec(),
            cross: world.root.certificate().to_vec(),
        },
        Act::ApplicationKey {
            kem: vec![3; 1216],
            kid: [4; 16],
        },
        Act::RegisterKey {
            statement: KeySuccession {
                previous: world.issuing.key().public(),
                next: world.root.key().public(),
                size: 7,
                root: Hash::from_bytes([3; 32]),
                at: NOW,
                compromised: false,
            }
            .sign(&world.root),
        },
    ];
    for (number, act) in acts.into_iter().enumerate() {
        write(
            "signed_entry",
            &format!("entry-{number}"),
            &Entry { at: NOW, act }.to_bytes(),
        );
    }
}

fn register(world: &World) {
    let network = NetworkName::of(&world.anchor);
    let note = sign_checkpoint(world.issuing.key(), &network, 7, Hash::from_bytes([3; 32]), NOW).unwrap();
    write("checkpoint", "checkpoint", &note);
    let chain = Chain {
        end: vec![1],
        intermediates: vec![vec![2]],
    };
    let answer = Answer {
        checkpoint: note,
        registry: chain,
        from: 7,
        entries: Vec::new(),
        proof: None,
        link: None,
        lists: Vec::new(),
        successions: Vec::new(),
    };
    write("checkpoint", "answer", &answer.to_bytes());
    let ask = Ask {
        from: 7,
        checkpoint_size: 7,
        lists: Some(vec![HeldList {
            issuer: [1; 20],
            number: 7,
        }]),
    };
    write("checkpoint", "ask", &ask.to_bytes());
}

fn application(world: &mut World, key: &SecretKey) {
    let specialist = specialist();
    let draft = Draft {
        root: world.anchor.fingerprint(),
        made_at: NOW,
        claims: Claims::Practitioner(PractitionerClaims {
            name: specialist.name,
            licence: specialist.licence,
            qualifications: Vec::new(),
            institution: specialist.institution,
        }),
        contact: Contact::default(),
        evidence: Vec::new(),
        reply: None,
    };
    let made = SignedApplication::make(key, draft).unwrap().to_bytes();
    write("application", "application", &made);
    let to = ApplicationSecretKey::from_seed([9; 32].into());
    let sealed = seal(&made, &to.public(), &world.anchor.fingerprint(), &mut world.rng).unwrap();
    write("application", "sealed", &sealed);
    let chain = world.registry(key);
    let collect = Collect {
        bootstrap: b"bootstrap".to_vec(),
        at: NOW,
        after: 7,
        answers: Vec::new(),
    };
    write("application", "collect", &collect_request(&collect, key, &chain));
}
