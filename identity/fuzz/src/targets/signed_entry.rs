//! Signed CBOR: the envelope, a list of devices, an entry of the register. One value has one encoding.

use dokuei_identity::cbor;
use dokuei_identity::device_list::{self, DeviceList};
use dokuei_identity::register::{Entry, Standings};
use dokuei_identity::signed::{self, Kind, SignedError};

use super::anew;
use super::setting::SETTING;
use crate::world::NOW;

pub(crate) fn run(data: &[u8]) -> bool {
    let as_it_comes = envelope(data);
    let anew = anew::cose(data, Kind::Entry, &SETTING.person_key).map(|signed| envelope(&signed));
    let anew = matches!(anew, Some(Ok(())));
    assert!(as_it_comes.is_err() || anew, "signing anew only helps");
    entry(data) || devices(data) || anew
}

fn envelope(data: &[u8]) -> Result<(), SignedError> {
    let parsed = signed::parse(data)?;
    let signer = parsed.signer();
    let payload = parsed.verify(Kind::Entry, &SETTING.person_key.public())?;
    let again = signed::sign(Kind::Entry, &SETTING.person_key, &signer, payload);
    assert_eq!(again, data, "one document has one encoding");
    Ok(())
}

fn entry(data: &[u8]) -> bool {
    let Ok(entry) = Entry::parse(data) else {
        return false;
    };
    assert_eq!(entry.to_bytes(), data);
    let mut standings = Standings::default();
    standings.apply(&entry);
    standings.apply(&entry);
    if let Some(fingerprint) = entry.act.fingerprint() {
        let known = standings.member(&fingerprint).map(|member| member.standing);
        assert_eq!(standings.standing(&fingerprint), known);
    }
    true
}

/// The bytes as what a practitioner signs, each of her devices consenting.
fn devices(data: &[u8]) -> bool {
    let Ok(mut list) = cbor::decode::<DeviceList>(data) else {
        return false;
    };
    let verified = |list: &DeviceList| {
        let bytes = device_list::sign(list, &SETTING.person_key);
        device_list::verify(&bytes, &SETTING.person, NOW).inspect(|verified| {
            assert_eq!(verified.bytes(), bytes);
            assert!(verified.devices_at(NOW).count() <= device_list::MAX_DEVICES);
        })
    };
    let as_it_comes = verified(&list).is_ok();
    for listed in &mut list.devices {
        listed.device.node_key = SETTING.node_key.public();
        listed.consent = device_list::consent(&list.practitioner, &listed.device, &SETTING.node_key);
    }
    let Ok(new) = verified(&list) else {
        return as_it_comes;
    };
    let old = new.clone();
    assert!(device_list::accept(Some(&old), new).is_ok());
    true
}
