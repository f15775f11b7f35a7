//! R17: a grant opens one package, for one recipient, with one key, and nothing else.

use dokuei_consultation::id::{CaseId, EntryId, PackageId};
use dokuei_identity::fingerprint::Fingerprint;
use zeroize::Zeroizing;

use super::fixture::{FixedRng, Shipment, recipient, ship};
use crate::core::Core;
use crate::grant::{Grant, GrantError, grant, open_grant};
use crate::kem::{KemSecretKey, Kid};

fn granted(shipment: &Shipment) -> Grant {
    let (key, me) = recipient();
    grant(
        &shipment.cek,
        &shipment.core,
        &me,
        &key.public(),
        &mut FixedRng(100),
    )
    .unwrap()
}

fn open(grant: &Grant, shipment: &Shipment) -> Result<(), GrantError> {
    let (key, me) = recipient();
    open_grant(grant, &shipment.core, &me, |_| Some(&key)).map(|_| ())
}

#[test]
fn a_grant_gives_the_key_to_its_recipient() {
    let shipment = ship(&[70_000]);
    let (key, me) = recipient();
    let grant = Grant::from_bytes(&granted(&shipment).to_bytes()).unwrap();
    let find = |kid: &Kid| (*kid == key.public().kid()).then_some(&key);
    let (cek, opened) = open_grant(&grant, &shipment.core, &me, find).unwrap();
    assert_eq!(cek.as_bytes(), shipment.cek.as_bytes());
    let mut reader =
        crate::open::PackageReader::open(&shipment.core, opened, &shipment.payload, &shipment.outboard)
            .unwrap();
    reader.verify_all().unwrap();
    assert_eq!(
        (format!("{cek:?}"), format!("{:?}", shipment.key())),
        ("Cek(redacted)".into(), "PackageKey(redacted)".into())
    );
}

#[test]
fn r17_a_grant_replayed_to_another_certificate_is_refused() {
    let shipment = ship(&[10]);
    let mut grant = granted(&shipment);
    let (key, _) = recipient();
    let other = Fingerprint::of(b"certificate of another");
    let outcome = open_grant(&grant, &shipment.core, &other, |_| Some(&key));
    assert_eq!(outcome.unwrap_err(), GrantError::NotAddressed);
    // With the name changed as well, what is bound inside does not agree.
    grant.recipient = other;
    let outcome = open_grant(&grant, &shipment.core, &other, |_| Some(&key));
    assert_eq!(outcome.unwrap_err(), GrantError::DoesNotOpen);
}

#[test]
fn r17_a_grant_replayed_to_another_case_package_request_or_sender_is_refused() {
    let changes: [fn(&mut Core); 5] = [
        |core| core.case = CaseId::from_bytes([99; 16]),
        |core| core.package = PackageId::from_bytes([99; 16]),
        |core| core.request = EntryId::from_bytes([99; 32]),
        |core| core.sender = Fingerprint::of(b"certificate of the thief"),
        |core| core.commitment[0] ^= 1,
    ];
    for change in changes {
        let mut shipment = ship(&[10]);
        let mut grant = granted(&shipment);
        shipment.resign(change);
        assert_eq!(open(&grant, &shipment), Err(GrantError::NotAddressed));
        grant.core = *shipment.core.hash();
        assert_eq!(open(&grant, &shipment), Err(GrantError::DoesNotOpen));
        // Even granted anew, the key is not the one of such a package: the schedule binds all of them.
        assert_eq!(open(&granted(&shipment), &shipment), Err(GrantError::DoesNotOpen));
    }
}

#[test]
fn r17_the_key_is_selected_by_its_name_and_none_is_tried() {
    let shipment = ship(&[10]);
    let (key, me) = recipient();
    let mut grant = granted(&shipment);
    assert_eq!(
        open_grant(&grant, &shipment.core, &me, |_| None).unwrap_err(),
        GrantError::NoSuchKey
    );
    let other = KemSecretKey::from_seed(Zeroizing::new([10; 32]));
    let outcome = open_grant(&grant, &shipment.core, &me, |_| Some(&other));
    assert_eq!(outcome.unwrap_err(), GrantError::DoesNotOpen);
    grant.kid = other.public().kid();
    let outcome = open_grant(&grant, &shipment.core, &me, |_| Some(&key));
    assert_eq!(outcome.unwrap_err(), GrantError::DoesNotOpen);
}

#[test]
fn r19_every_altered_byte_of_a_grant_is_refused_alike() {
    let shipment = ship(&[10]);
    let bytes = granted(&shipment).to_bytes();
    // The last 1120 + 48 bytes and their heads are the encapsulated and the wrapped key.
    let secret = bytes.len() - 1120 - 3 - 48 - 2;
    for at in (0..bytes.len()).step_by(7).chain([bytes.len() - 1]) {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        let outcome = Grant::from_bytes(&altered).map(|grant| open(&grant, &shipment));
        match outcome {
            Ok(Ok(())) => panic!("byte {at} was altered unnoticed"),
            Ok(Err(error)) if at > secret + 3 => assert_eq!(error, GrantError::DoesNotOpen),
            Ok(Err(_)) | Err(_) => {}
        }
    }
}
