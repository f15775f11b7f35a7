//! A renewed certificate is another, and the same person: she keeps her part (R3, R5, R6), and nobody else gets it (R17).

use dokuei_consultation::body::Body;
use dokuei_consultation::machine::Case;

use crate::bodies::{close, query, read, report};
use crate::world::{
    CASE, CLINIC, DENTIST, HOSPITAL, ORDINARY, SECOND, SPECIALIST, Story, arrive, certificate,
};

const ANEW: &str = "specialist anew";
const DENTIST_ANEW: &str = "dentist anew";

/// R3, R5, R6: a reader with a new key signs the report that was asked of her before, the requester with hers reads it and ends;
/// each replica comes to the same, whatever it was told first.
#[test]
fn r3_r5_r6_whoever_renews_keeps_her_part() {
    let mut story = Story::delivered();
    story.world.renew(SPECIALIST, ANEW);
    assert_eq!(story.case.consultant(), Some(certificate(SPECIALIST)));
    let signed = report(&story.case, &story.world);
    let signed = story.by(ANEW, HOSPITAL, Body::Report(Box::new(signed))).unwrap();
    assert_eq!(
        story.case.versions()[0].by,
        certificate(SPECIALIST),
        "she is named as before"
    );
    let entry = story.case.log().get(&signed).unwrap();
    assert_eq!(
        entry.header().signer,
        certificate(ANEW),
        "and signs as she is now"
    );
    story.world.renew(DENTIST, DENTIST_ANEW);
    story.by(DENTIST_ANEW, CLINIC, read(signed)).unwrap();
    story.by(DENTIST_ANEW, CLINIC, close()).unwrap();
    assert_eq!(story.case.state().name(), "closed");
    assert_eq!(
        story.case.parties(),
        [certificate(DENTIST), certificate(SPECIALIST)]
    );
    let replayed = Case::replay(CASE, certificate(HOSPITAL), story.entries(), &story.world).unwrap();
    assert_eq!(replayed.state().name(), "closed");
}

/// R7: whoever is named by the new certificate is the one who takes part.
#[test]
fn r7_the_new_certificate_names_the_same_person() {
    let mut story = Story::reported();
    let about = story.case.versions()[0].id;
    story.world.renew(SPECIALIST, ANEW);
    let asked = query(about, ANEW);
    story.dentist(asked).unwrap();
    assert_eq!(story.case.open()[1].owner, certificate(SPECIALIST));
    // To herself she asks nothing, whichever certificate she names.
    let own = query(about, SPECIALIST);
    assert_eq!(story.by(ANEW, HOSPITAL, own).unwrap_err().code(), "not_a_party");
}

/// R17: the old key signs nothing more; and who only has a certificate of her own has no part, whatever she claims.
#[test]
fn r17_the_old_key_and_everybody_else_are_refused() {
    let mut story = Story::delivered();
    let (before, signed) = (story.world.clone(), report(&story.case, &story.world));
    story.world.renew(SPECIALIST, ANEW);
    let body = || Body::Report(Box::new(signed.clone()));
    assert_eq!(story.specialist(body()).unwrap_err().code(), "signer_revoked");
    for other in [SECOND, ORDINARY, DENTIST] {
        let refused = story.by(other, HOSPITAL, body()).unwrap_err();
        assert_eq!(refused.code(), "not_the_consultant", "{other}");
    }
    // A replica that is not told of the renewal yet does not take it for hers.
    story.by(ANEW, HOSPITAL, body()).unwrap();
    let entries = story.entries();
    let (last, first) = entries.split_last().unwrap();
    let mut there = Case::new(CASE, certificate(CLINIC));
    for entry in first {
        arrive(&mut there, &before, entry).unwrap();
    }
    assert!(arrive(&mut there, &before, last).is_err());
    assert!(arrive(&mut there, &story.world, last).is_ok());
}
