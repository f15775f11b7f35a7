//! A certificate, as it comes and signed anew by the issuing authority: whatever passes is exactly what was read.
#![no_main]

use dokuei_identity::chain::{self, Chain, ChainError, TrustAnchor, Verified};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity_fuzz::{NOW, WORLD, sign_anew};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let as_it_comes = judge(data);
    if let Some(signed) = sign_anew(data, WORLD.issuing.key()) {
        let anew = judge(&signed);
        assert!(as_it_comes.is_err() || anew.is_ok(), "signing anew only helps");
        if let Ok(Verified::Practitioner(person)) = anew {
            assert_eq!(person.licence.jurisdiction.len(), 2);
            assert!(!person.name.latin.is_empty() && !person.licence.number.is_empty());
            assert!(person.validity.contains(NOW));
        }
    }
    if let Some(root) = sign_anew(data, WORLD.root.key()) {
        let _ = TrustAnchor::from_der(&root);
    }
});

fn judge(der: &[u8]) -> Result<Verified, ChainError> {
    let chain = Chain {
        end: der.to_vec(),
        intermediates: vec![WORLD.issuing.certificate().to_vec()],
    };
    let judged = chain::verify(&chain, &WORLD.anchor, NOW, None);
    match &judged {
        Ok(verified) => assert_eq!(verified.fingerprint(), Fingerprint::of(der)),
        Err(error) => assert!(!error.code().is_empty() && !error.japanese().is_empty()),
    }
    judged
}
