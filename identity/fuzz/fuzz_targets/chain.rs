//! A chain as PEM and as CBOR, and a successor root with its proof: what is read is written again as it was.
#![no_main]

use dokuei_identity::cbor;
use dokuei_identity::chain::{self, Chain, TrustAnchor, TrustAnchors};
use dokuei_identity_fuzz::{NOW, WORLD};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(chain) = cbor::decode::<Chain>(data) {
        assert_eq!(cbor::encode(&chain), data);
        let _ = chain::verify(&chain, &WORLD.anchor, NOW, None);
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let _ = TrustAnchor::from_pem(text);
    let Ok(chain) = Chain::from_pem(text) else { return };
    assert_eq!(Chain::from_pem(&chain.to_pem()).as_ref(), Ok(&chain));
    let _ = chain::verify(&chain, &WORLD.anchor, NOW, None);
    if let [cross, ..] = chain.intermediates.as_slice() {
        let mut anchors = TrustAnchors::new(WORLD.anchor.clone());
        let _ = anchors.add(&chain.end, cross, NOW);
    }
});
