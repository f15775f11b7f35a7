//! Device lists: who signed, who consented, which list is the newest.

use dokuei_identity::certificate::{NodeCertificate, PractitionerCertificate};
use dokuei_identity::device_list::{
    Device, DeviceList, DeviceListError, ListedDevice, VerifiedDeviceList, accept, consent, sign, verify,
    verify_kept,
};
use dokuei_identity::kem::KemPublicKey;
use dokuei_identity::key::SecretKey;

use crate::world::{NOW, World};

struct Setting {
    person_key: SecretKey,
    node_key: SecretKey,
    person: PractitionerCertificate,
    node: NodeCertificate,
}

fn setting() -> Setting {
    let mut world = World::new();
    let (person_key, node_key) = (SecretKey::from_seed(&[7; 32]), SecretKey::from_seed(&[8; 32]));
    let (person, node) = (world.practitioner(&person_key), world.node(&node_key));
    Setting {
        person_key,
        node_key,
        person,
        node,
    }
}

impl Setting {
    fn device(&self) -> Device {
        Device {
            node: self.node.fingerprint,
            node_key: self.node.key,
            kem: KemPublicKey::from_bytes([3; KemPublicKey::LENGTH]),
            kid: [4; 16],
            valid_until: NOW.plus(30 * 86_400),
        }
    }

    fn list(&self, seq: u64, device: Device) -> DeviceList {
        let consent = consent(&self.person.fingerprint, &device, &self.node_key);
        let devices = vec![ListedDevice { device, consent }];
        DeviceList {
            practitioner: self.person.fingerprint,
            seq,
            issued_at: NOW,
            devices,
        }
    }

    fn verified(&self, list: &DeviceList) -> Result<VerifiedDeviceList, DeviceListError> {
        verify(&sign(list, &self.person_key), &self.person, NOW)
    }
}

/// R19: a device stands in the list by its own and its practitioner's signature.
#[test]
fn r19_a_good_list_names_the_device_of_a_node() {
    let setting = setting();
    let list = setting.verified(&setting.list(1, setting.device())).unwrap();
    assert_eq!(list.device_of(&setting.node, NOW), Some(&setting.device()));
    assert_eq!(list.device_of(&setting.node, NOW.plus(31 * 86_400)), None);
    let mut another = setting.node.clone();
    another.key = setting.person.key;
    assert_eq!(list.device_of(&another, NOW), None);
}

/// R19: a registry, relay or thief cannot add a device.
#[test]
fn r19_a_device_without_consent_or_with_anothers_is_refused() {
    let setting = setting();
    let node = setting.node.fingerprint;
    let mut list = setting.list(1, setting.device());
    list.devices[0].consent.clear();
    assert_eq!(setting.verified(&list), Err(DeviceListError::NoConsent { node }));
    let mut list = setting.list(1, setting.device());
    list.devices[0].device.kem = KemPublicKey::from_bytes([9; KemPublicKey::LENGTH]);
    assert_eq!(setting.verified(&list), Err(DeviceListError::NoConsent { node }));
    let mut list = setting.list(1, setting.device());
    list.devices[0].consent = consent(
        &setting.person.fingerprint,
        &setting.device(),
        &setting.person_key,
    );
    assert_eq!(setting.verified(&list), Err(DeviceListError::NoConsent { node }));
    let mut list = setting.list(1, setting.device());
    list.devices[0].consent = consent(&setting.node.fingerprint, &setting.device(), &setting.node_key);
    assert_eq!(setting.verified(&list), Err(DeviceListError::NoConsent { node }));
}

#[test]
fn only_the_practitioner_signs_the_list() {
    let setting = setting();
    let list = setting.list(1, setting.device());
    let refused = verify(&sign(&list, &setting.node_key), &setting.person, NOW);
    assert!(matches!(refused, Err(DeviceListError::Signature(_))));
    let mut anothers = list;
    anothers.practitioner = setting.node.fingerprint;
    let refused = verify(&sign(&anothers, &setting.person_key), &setting.person, NOW);
    assert_eq!(refused, Err(DeviceListError::AnotherPractitioner));
}

#[test]
fn a_list_out_of_form_or_time_is_refused() {
    let setting = setting();
    let refused = |list: &DeviceList| setting.verified(list).unwrap_err();
    assert!(matches!(
        refused(&setting.list(0, setting.device())),
        DeviceListError::Form(_)
    ));
    let mut twice = setting.list(1, setting.device());
    twice.devices.push(twice.devices[0].clone());
    assert!(matches!(refused(&twice), DeviceListError::Form(_)));
    let mut early = setting.list(1, setting.device());
    early.issued_at = NOW.plus(301);
    assert_eq!(refused(&early), DeviceListError::FromTheFuture);
    let long = Device {
        valid_until: NOW.plus(91 * 86_400),
        ..setting.device()
    };
    assert!(matches!(
        refused(&setting.list(1, long)),
        DeviceListError::TooLong { .. }
    ));
}

/// R19: a list that was made by a clock that was ahead can be read by who has it, is refused by the others, and gives way
/// to the next one; it does not come back.
#[test]
fn r19_a_list_from_the_future_gives_way_to_the_next_by_its_number() {
    let setting = setting();
    let mut early = setting.list(2, setting.device());
    early.issued_at = NOW.plus(86_400);
    let bytes = sign(&early, &setting.person_key);
    let refused = verify(&bytes, &setting.person, NOW);
    assert_eq!(refused, Err(DeviceListError::FromTheFuture));
    let early = verify_kept(&bytes, &setting.person).unwrap();
    assert!(early.is_ahead_of(NOW) && !early.is_ahead_of(NOW.plus(86_400)));
    let next = setting.verified(&setting.list(3, setting.device())).unwrap();
    let next = accept(Some(&early), next).unwrap();
    assert!(!next.is_ahead_of(NOW));
    let late = verify(&bytes, &setting.person, NOW.plus(86_400)).unwrap();
    assert_eq!(
        accept(Some(&next), late),
        Err(DeviceListError::RolledBack { known: 3, got: 2 })
    );
    let forged = sign(&setting.list(4, setting.device()), &setting.node_key);
    assert!(verify_kept(&forged, &setting.person).is_err());
}

/// R19: an old list does not come back, and two lists of one number are both refused.
#[test]
fn r19_lists_only_go_forward() {
    let setting = setting();
    let list = |seq| setting.verified(&setting.list(seq, setting.device())).unwrap();
    let known = list(2);
    assert!(accept(None, list(1)).is_ok());
    assert!(accept(Some(&known), list(2)).is_ok());
    assert!(accept(Some(&known), list(3)).is_ok());
    assert_eq!(
        accept(Some(&known), list(1)),
        Err(DeviceListError::RolledBack { known: 2, got: 1 })
    );
    let mut other = setting.list(2, setting.device());
    other.devices.clear();
    let other = setting.verified(&other).unwrap();
    assert_eq!(
        accept(Some(&known), other),
        Err(DeviceListError::Equivocation { seq: 2 })
    );
}
