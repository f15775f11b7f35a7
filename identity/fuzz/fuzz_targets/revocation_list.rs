//! A revocation list, as it comes and signed anew by the issuing authority.
#![no_main]

use dokuei_identity::chain::Chain;
use dokuei_identity::revocation::{RevocationError, RevocationList};
use dokuei_identity_fuzz::{NOW, WORLD, sign_anew};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let as_it_comes = judge(data);
    if let Some(signed) = sign_anew(data, WORLD.issuing.key()) {
        let anew = judge(&signed);
        assert!(as_it_comes.is_err() || anew.is_ok(), "signing anew only helps");
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = RevocationList::verify_pem(text, &chain(), &WORLD.anchor, NOW);
    }
});

fn chain() -> Chain {
    Chain {
        end: Vec::new(),
        intermediates: vec![WORLD.issuing.certificate().to_vec()],
    }
}

fn judge(der: &[u8]) -> Result<(), RevocationError> {
    let list = RevocationList::verify(der, &chain(), &WORLD.anchor, NOW);
    if let Err(error) = &list {
        assert!(!error.code().is_empty() && !error.japanese().is_empty());
    }
    let list = list?;
    assert_eq!(list.der(), der);
    assert!(list.this_update() <= list.next_update());
    for entry in list.revoked() {
        assert_eq!(
            list.entry(&entry.serial),
            Some(entry),
            "what stands in it is found in it"
        );
    }
    let _ = list.freshness(NOW);
    Ok(())
}
