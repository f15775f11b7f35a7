//! A revocation list, as it comes and signed anew by the issuing authority.

use dokuei_identity::chain;
use dokuei_identity::revocation::{RevocationError, RevocationList, RevocationLists};

use super::anew;
use super::setting::SETTING;
use crate::world::NOW;

pub(crate) fn run(data: &[u8]) -> bool {
    if let Ok(text) = std::str::from_utf8(data)
        && text.contains("-----BEGIN")
    {
        return RevocationList::verify_pem(text, &SETTING.issuers(), &SETTING.anchor, NOW).is_ok();
    }
    let as_it_comes = judge(data);
    let anew = anew::der(data, SETTING.issuing.key()).map(|signed| judge(&signed));
    let good = matches!(anew, Some(Ok(())));
    assert!(as_it_comes.is_err() || good, "signing anew only helps");
    good
}

fn judge(der: &[u8]) -> Result<(), RevocationError> {
    let list = RevocationList::verify(der, &SETTING.issuers(), &SETTING.anchor, NOW);
    if let Err(error) = &list {
        assert!(!error.code().is_empty() && !error.japanese().is_empty());
    }
    let list = list?;
    assert_eq!(list.der(), der);
    assert!(list.this_update() <= list.next_update());
    for entry in list.revoked() {
        let found = list.entry(&entry.serial);
        assert_eq!(found, Some(entry), "what stands in it is found in it");
    }
    let again = RevocationList::verify_pem(&list.to_pem(), &SETTING.issuers(), &SETTING.anchor, NOW);
    assert_eq!(
        again.as_ref(),
        Ok(&list),
        "a list that is accepted as DER is so as PEM"
    );
    let revoked = list.entry(&SETTING.person.serial).is_some();
    let judged = chain::verify(&SETTING.person_chain, &SETTING.anchor, NOW, Some(&list));
    assert_eq!(judged.is_err(), revoked);
    let mut lists = RevocationLists::default();
    assert!(lists.insert(list.clone()) && !lists.insert(list));
    assert!(lists.of(&SETTING.person_chain).is_some());
    Ok(())
}
