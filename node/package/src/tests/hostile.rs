//! R17, R19: a holder, a disk or a network that alters a package is found out, and nothing altered is released.

use std::io::Read;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;

use super::fixture::{Shipment, label, sender, ship};
use crate::core::{CoreError, UnverifiedCore};
use crate::open::{OpenError, PackageReader};
use crate::tree::TreeError;

/// Reads all that can be read of `payload`, and asserts that every byte released is the true one.
fn open(shipment: &Shipment, payload: &Vec<u8>, outboard: &Vec<u8>) -> Result<(), OpenError> {
    let mut reader = PackageReader::open(&shipment.core, shipment.key(), payload, outboard)?;
    for (index, file) in shipment.files.iter().enumerate() {
        let mut released = Vec::new();
        let outcome = reader.instance(index)?.read_to_end(&mut released);
        assert!(file.starts_with(&released), "altered bytes were released");
        if let Err(error) = outcome {
            return Err(error.downcast::<OpenError>().unwrap());
        }
    }
    reader.finish()
}

fn not_held(outcome: &Result<(), OpenError>) -> bool {
    matches!(outcome, Err(OpenError::Tree(TreeError::NotHeld { .. })))
}

#[test]
fn r19_a_flipped_byte_of_the_payload_is_refused() {
    let shipment = ship(&[100_000, 60_000]);
    let length = shipment.payload.len();
    for at in (0..length)
        .step_by(1_499)
        .chain([65_535, 65_536, length - 17, length - 1])
    {
        let mut payload = shipment.payload.clone();
        payload[at] ^= 0x40;
        assert!(
            not_held(&open(&shipment, &payload, &shipment.outboard)),
            "byte {at}"
        );
    }
}

#[test]
fn r19_a_flipped_byte_of_the_outboard_is_refused() {
    let shipment = ship(&[100_000, 160_000]);
    for at in 0..shipment.outboard.len() {
        let mut outboard = shipment.outboard.clone();
        outboard[at] ^= 1;
        assert!(
            not_held(&open(&shipment, &shipment.payload, &outboard)),
            "byte {at}"
        );
    }
}

#[test]
fn r19_truncated_extended_and_reordered_payloads_are_refused() {
    let shipment = ship(&[150_000, 100_000]);
    for length in [
        0,
        1,
        65_536,
        shipment.payload.len() - 65_536,
        shipment.payload.len() - 1,
    ] {
        let truncated = shipment.payload[..length].to_vec();
        assert!(
            not_held(&open(&shipment, &truncated, &shipment.outboard)),
            "{length}"
        );
    }
    let mut extended = shipment.payload.clone();
    extended.push(0);
    assert!(matches!(
        open(&shipment, &extended, &shipment.outboard),
        Err(OpenError::Length)
    ));
    let mut reordered = shipment.payload.clone();
    let (first, second) = reordered.split_at_mut(65_536);
    first.swap_with_slice(&mut second[..65_536]);
    assert!(not_held(&open(&shipment, &reordered, &shipment.outboard)));
}

#[test]
fn r17_the_payload_of_another_package_is_refused() {
    let (shipment, other) = (ship(&[150_000]), ship(&[150_001]));
    assert_eq!(
        shipment.payload.len(),
        other.payload.len(),
        "padding hides the difference"
    );
    assert!(not_held(&open(&shipment, &other.payload, &other.outboard)));
}

#[test]
fn r17_every_flipped_bit_of_the_core_is_refused() {
    let shipment = ship(&[10]);
    let bytes = shipment.core.bytes();
    for bit in 0..bytes.len() * 8 {
        let mut altered = bytes.to_vec();
        altered[bit / 8] ^= 1 << (bit % 8);
        let outcome = UnverifiedCore::parse(&altered).and_then(|core| core.verify(&sender().0.public()));
        assert!(outcome.is_err(), "bit {bit}");
    }
    let again = UnverifiedCore::parse(bytes).unwrap();
    assert_eq!(again.signer(), label().sender);
    assert_eq!(again.verify(&sender().0.public()).unwrap(), shipment.core);
}

#[test]
fn r17_a_package_cannot_be_given_out_as_anothers() {
    let shipment = ship(&[10]);
    let thief = SecretKey::from_seed(&[66; 32]);
    // Signed by the thief with the sender left in: the claimed signer is the sender, whose key did not sign.
    let forged = shipment.core.core().sign(&thief);
    let outcome = UnverifiedCore::parse(forged.bytes())
        .unwrap()
        .verify(&sender().0.public());
    assert!(matches!(outcome, Err(CoreError::Signature(_))));
    // Signed by the thief in the thief's name, with the sender's core inside.
    let document = dokuei_identity::signed::sign(
        dokuei_identity::signed::Kind::PackageCore,
        &thief,
        &Fingerprint::of(b"certificate of the thief"),
        dokuei_identity::cbor::encode(shipment.core.core()),
    );
    let outcome = UnverifiedCore::parse(&document).unwrap().verify(&thief.public());
    assert_eq!(outcome, Err(CoreError::NotBySender));
}

#[test]
fn lengths_that_do_not_belong_together_are_refused() {
    for (plain, cipher) in [(1, 0), (0, 1), (u64::MAX / 2, 0)] {
        let mut shipment = ship(&[10]);
        shipment.resign(|core| {
            core.plaintext_length += plain;
            core.ciphertext_length += cipher;
        });
        let outcome = UnverifiedCore::parse(shipment.core.bytes())
            .unwrap()
            .verify(&sender().0.public());
        assert_eq!(outcome, Err(CoreError::Lengths));
    }
}

#[test]
fn r16_nothing_of_the_study_can_be_seen_from_outside() {
    let shipment = ship(&[100_000, 70_000]);
    let slice = shipment
        .holding()
        .extract(crate::tree::ChunkRange { start: 0, end: 2 })
        .unwrap();
    let outside = [
        shipment.payload.as_slice(),
        shipment.core.bytes(),
        &shipment.outboard,
        &slice,
    ];
    let canaries = shipment
        .files
        .iter()
        .flat_map(|file| file.chunks(16).step_by(1_000))
        .chain([b"1.2.392.1.1".as_slice(), b"1.2.392.2.1", shipment.cek.as_bytes()]);
    for canary in canaries {
        assert!(
            outside
                .iter()
                .all(|bytes| !bytes.windows(canary.len()).any(|window| window == canary))
        );
    }
}
