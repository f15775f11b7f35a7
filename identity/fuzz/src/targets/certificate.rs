//! A certificate as it comes, and signed anew by the issuing authority, by the root and by itself: whatever passes is
//! exactly what was read.

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::{self, Chain, ChainError, EndKind, TrustAnchor, Verified};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::register::{Act, Entry, Standings};

use super::anew;
use super::setting::SETTING;
use crate::world::NOW;

pub(crate) fn run(data: &[u8]) -> bool {
    let as_it_comes = end(data);
    let anew = anew::der(data, SETTING.issuing.key()).map(|signed| end(&signed));
    let good = matches!(anew, Some(Ok(_)));
    assert!(as_it_comes.is_err() || good, "signing anew only helps");
    let mut authority = false;
    if let Some(signed) = anew::der(data, SETTING.root.key()) {
        authority |= root(&signed);
        authority |= issuing(signed);
    }
    enter(data, good);
    good || authority || root(data)
}

fn end(der: &[u8]) -> Result<Verified, ChainError> {
    let chain = Chain {
        end: der.to_vec(),
        ..SETTING.issuers()
    };
    let judged = chain::verify(&chain, &SETTING.anchor, NOW, None);
    match &judged {
        Ok(verified) => {
            assert_eq!(verified.fingerprint(), Fingerprint::of(der));
            assert_eq!(EndKind::claimed_by(der), Some(verified.kind()));
            says_what_it_must(verified);
        }
        Err(error) => assert!(!error.code().is_empty() && !error.japanese().is_empty()),
    }
    judged
}

fn says_what_it_must(verified: &Verified) {
    let validity = match verified {
        Verified::Practitioner(person) => {
            let licence = &person.licence;
            assert!(licence.jurisdiction.len() == 2 && !licence.number.trim().is_empty());
            assert!(!person.name.latin.is_empty() && !person.name.japanese.is_empty());
            assert!(person.qualifications.is_empty() || licence.jurisdiction == "JP");
            person.validity
        }
        Verified::Node(node) => {
            assert!(!node.institution.is_empty() && !node.institution_code.trim().is_empty());
            node.validity
        }
        Verified::Registry(registry) => {
            assert!(!registry.name.is_empty());
            registry.validity
        }
    };
    assert!(validity.contains(NOW));
}

/// As the issuing authority above a good certificate.
fn issuing(der: Vec<u8>) -> bool {
    let ours = der == SETTING.issuing.certificate();
    let chain = Chain {
        end: SETTING.person_chain.end.clone(),
        intermediates: vec![der],
    };
    let good = chain::verify(&chain, &SETTING.anchor, NOW, None).is_ok();
    assert!(good || !ours);
    good
}

/// As a root.
fn root(der: &[u8]) -> bool {
    match TrustAnchor::from_der(der) {
        Ok(anchor) => {
            assert_eq!(anchor.der(), der);
            assert_eq!(TrustAnchor::from_pem(&anchor.to_pem()), Ok(anchor));
            true
        }
        Err(error) => {
            assert!(!error.code().is_empty() && !error.japanese().is_empty());
            false
        }
    }
}

/// As an entry of the register, which is not verified there.
fn enter(der: &[u8], good: bool) {
    let chain = Chain {
        end: der.to_vec(),
        ..SETTING.issuers()
    };
    let mut standings = Standings::default();
    let act = Act::Issued {
        chain,
        supersedes: None,
    };
    standings.apply(&Entry { at: NOW, act });
    let member = standings.member(&Fingerprint::of(der)).expect("it was entered");
    assert_eq!(member.entry, Some(0));
    assert!(!good || member.validity == Validity::of_der(der));
}
