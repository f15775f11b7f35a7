//! A chain as PEM and as CBOR, and a successor root with its proof: what is read is written again as it was.

use dokuei_identity::cbor;
use dokuei_identity::chain::{self, Chain, TrustAnchor, TrustAnchors};

use super::anew;
use super::setting::SETTING;
use crate::world::NOW;

pub(crate) fn run(data: &[u8]) -> bool {
    if let Ok(chain) = cbor::decode::<Chain>(data) {
        assert_eq!(cbor::encode(&chain), data);
        return judge(&chain);
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let anchor = TrustAnchor::from_pem(text).is_ok();
    let Ok(chain) = Chain::from_pem(text) else {
        return anchor;
    };
    assert_eq!(Chain::from_pem(&chain.to_pem()).as_ref(), Ok(&chain));
    judge(&chain) || anchor
}

fn judge(chain: &Chain) -> bool {
    let as_it_comes = chain::verify(chain, &SETTING.anchor, NOW, None).is_ok();
    let anew = anew(chain).is_some_and(|chain| chain::verify(&chain, &SETTING.anchor, NOW, None).is_ok());
    successor(chain) || as_it_comes || anew
}

/// The intermediates signed by the root, the end by the issuing authority.
fn anew(chain: &Chain) -> Option<Chain> {
    let sign = |der: &Vec<u8>| anew::der(der, SETTING.root.key());
    Some(Chain {
        end: anew::der(&chain.end, SETTING.issuing.key())?,
        intermediates: chain.intermediates.iter().map(sign).collect::<Option<_>>()?,
    })
}

/// The end as a new root, the first intermediate as the old root's certificate for it.
fn successor(chain: &Chain) -> bool {
    let [cross, ..] = chain.intermediates.as_slice() else {
        return false;
    };
    let mut anchors = TrustAnchors::new(SETTING.anchor.clone());
    let as_it_comes = anchors.add(&chain.end, cross, NOW).is_ok();
    let signed = anew::der(&chain.end, &SETTING.successor_key).zip(anew::der(cross, SETTING.root.key()));
    let Some((root, cross)) = signed else {
        return as_it_comes;
    };
    let mut anchors = TrustAnchors::new(SETTING.anchor.clone());
    if anchors.add(&root, &cross, NOW).is_err() {
        return as_it_comes;
    }
    assert_eq!(anchors.first(), &SETTING.anchor);
    assert!(anchors.all().iter().any(|anchor| anchor.der() == root));
    assert!(anchors.add(&root, &[], NOW).is_ok(), "once more changes nothing");
    true
}
