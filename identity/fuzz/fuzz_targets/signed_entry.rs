//! Signed CBOR: the envelope, a list of devices, an entry of the register. One value has one encoding.
#![no_main]

use dokuei_identity::key::SecretKey;
use dokuei_identity::register::Entry;
use dokuei_identity::signed::{self, Kind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(parsed) = signed::parse(data) {
        let signer = parsed.signer();
        let payload = parsed.unverified_payload().to_vec();
        let key = SecretKey::from_seed(&[7; 32]);
        if parsed.verify(Kind::Entry, &key.public()).is_ok() {
            assert_eq!(signed::sign(Kind::Entry, &key, &signer, payload), data);
        }
    }
    if let Ok(entry) = Entry::parse(data) {
        assert_eq!(entry.to_bytes(), data);
        let _ = entry.act.fingerprint();
    }
});
