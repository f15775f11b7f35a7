//! What is stored and sent, byte for byte: a changed snapshot means a decision about versions.

use dokuei_identity::cbor;
use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::Chain;
use dokuei_identity::device_list::{Device, DeviceList, ListedDevice, consent, sign};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::kem::KemPublicKey;
use dokuei_identity::key::SecretKey;
use dokuei_identity::keystore::{KdfParams, seal};
use dokuei_identity::revocation::{RevocationReason, Revoked, make};
use dokuei_identity::serial::Serial;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sha2::{Digest, Sha256};

use crate::world::{NOW, World, clinic, specialist};

#[test]
fn practitioner_certificate() {
    let (_, chain) = World::new().issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    insta::assert_snapshot!(hex::encode(chain.end));
}

#[test]
fn node_certificate() {
    let (_, chain) = World::new().issue_node(&clinic(), &SecretKey::from_seed(&[8; 32]));
    insta::assert_snapshot!(hex::encode(chain.end));
}

#[test]
fn authorities() {
    let world = World::new();
    insta::assert_snapshot!(format!(
        "{}\n{}",
        hex::encode(world.root.certificate()),
        hex::encode(world.issuing.certificate())
    ));
}

#[test]
fn revocation_list() {
    let world = World::new();
    let serial = Serial::from_bytes(&[5; 16]).unwrap();
    let entries = [Revoked {
        serial,
        since: NOW,
        reason: RevocationReason::KeyCompromise,
    }];
    insta::assert_snapshot!(make(&world.issuing, 3, NOW, NOW.plus(86_400), &entries).unwrap());
}

#[test]
fn chain() {
    let chain = Chain {
        end: vec![1, 2],
        intermediates: vec![vec![3], vec![]],
    };
    let bytes = cbor::encode(&chain);
    assert_eq!(cbor::decode::<Chain>(&bytes), Ok(chain));
    insta::assert_snapshot!(hex::encode(bytes));
}

#[test]
fn device_list() {
    let key = SecretKey::from_seed(&[8; 32]);
    let practitioner = Fingerprint::of(b"practitioner");
    let device = Device {
        node: Fingerprint::of(b"node"),
        node_key: key.public(),
        kem: KemPublicKey::from_bytes([3; KemPublicKey::LENGTH]),
        kid: [4; 16],
        valid_until: NOW,
    };
    let consent = consent(&practitioner, &device, &key);
    let devices = vec![ListedDevice { device, consent }];
    let list = DeviceList {
        practitioner,
        seq: 1,
        issued_at: NOW,
        devices,
    };
    // A list is mostly key material: its beginning shows the form, the digest the rest.
    let bytes = sign(&list, &SecretKey::from_seed(&[7; 32]));
    insta::assert_snapshot!(format!(
        "{}…\n{}",
        hex::encode(&bytes[..120]),
        hex::encode(Sha256::digest(&bytes))
    ));
}

#[test]
fn sealed_secret() {
    let sealed = seal(
        b"secret",
        "correct horse",
        KdfParams::LEAST,
        "node-key",
        &mut StdRng::seed_from_u64(1),
    );
    insta::assert_snapshot!(hex::encode(sealed.unwrap()));
}

#[test]
fn displayed_certificates() {
    let mut world = World::new();
    let mut person = world.practitioner(&SecretKey::from_seed(&[7; 32]));
    let mut node = world.node(&SecretKey::from_seed(&[8; 32]));
    assert_eq!(person.validity, Validity::days_from(NOW, 365));
    (person.der, node.der) = (Vec::new(), Vec::new());
    insta::assert_snapshot!(format!("{person:#?}\n{node:#?}"));
}
