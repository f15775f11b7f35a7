//! Applications: the signed statement, the seal, and how the registry collects them.
#![no_main]

use dokuei_identity::application::{
    ApplicationSecretKey, Collected, SignedApplication, open, open_answer, read_collect_request, sealed_to,
};
use dokuei_identity_fuzz::{NOW, WORLD};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match SignedApplication::read(data) {
        Ok(application) => assert_eq!(application.to_bytes(), data),
        Err(error) => assert!(!error.code().is_empty() && !error.japanese().is_empty()),
    }
    if let Ok(kid) = sealed_to(data) {
        let key = ApplicationSecretKey::from_seed([9; 32].into());
        let ours = key.public().kid() == &kid;
        let opened = open(data, &WORLD.anchor.fingerprint(), |_| Some(&key));
        assert!(ours || opened.is_err(), "only the key that is named opens");
        let root = WORLD.anchor.fingerprint();
        let answer = open_answer(data, &key, &root, &WORLD.anchor, NOW, |_| None);
        assert!(ours || answer.is_err(), "only the applicant reads the answer");
    }
    let _ = read_collect_request(data, b"bootstrap", &WORLD.anchor, NOW, None);
    let _ = Collected::read(data, 0);
});
