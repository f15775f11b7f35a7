//! Erasing at the other side: asked by the requester when a case has ended, answered by each of the others (R19).

use dokuei_consultation::body::KeepGround;
use dokuei_consultation::effect::Notice;
use dokuei_consultation::machine::Case;

use crate::bodies::{ask_erase, close, erased, kept, read};
use crate::world::{CASE, CLINIC, DENTIST, HOSPITAL, ORDINARY, SPECIALIST, Story, certificate};

fn closed() -> Story {
    let mut story = Story::reported();
    let report = story.case.versions()[0].id;
    story.dentist(read(report)).unwrap();
    story.dentist(close()).unwrap();
    story
}

/// R19: asked once the case has ended, by the requester only; the reader may keep it for a reason, erase it later, and has
/// nothing to say after that. Then it can be asked again, and the case stays closed all the while.
#[test]
fn r19_a_copy_is_asked_back_kept_for_a_reason_and_erased_later() {
    let mut story = Story::reported();
    assert_eq!(story.dentist(ask_erase()).unwrap_err().code(), "not_now");
    let mut story = {
        drop(story);
        closed()
    };
    assert_eq!(
        story.specialist(ask_erase()).unwrap_err().code(),
        "not_the_requester"
    );
    let asked = story.dentist(ask_erase()).unwrap();
    assert_eq!(
        story.case.told_by(&asked),
        [(certificate(SPECIALIST), Notice::EraseAsked)]
    );
    assert_eq!(
        story.dentist(ask_erase()).unwrap_err().code(),
        "not_now",
        "it waits"
    );
    assert_eq!(story.dentist(erased(asked)).unwrap_err().code(), "not_a_party");
    let stranger = story.by(ORDINARY, CLINIC, erased(asked)).unwrap_err();
    assert_eq!(stranger.code(), "not_a_party");
    let held = story.specialist(kept(asked, KeepGround::LegalHold)).unwrap();
    assert_eq!(
        story.case.told_by(&held),
        [(certificate(DENTIST), Notice::EraseAnswered)]
    );
    let again = story.specialist(kept(asked, KeepGround::Other)).unwrap_err();
    assert_eq!(again.code(), "not_now", "it was said");
    story.specialist(erased(asked)).unwrap();
    assert_eq!(story.specialist(erased(asked)).unwrap_err().code(), "not_now");
    let erasures = story.case.erasures();
    assert_eq!((erasures.len(), erasures[0].answers.len()), (1, 2));
    assert!(erasures[0].answers[1].body.is_erased());
    story.dentist(ask_erase()).unwrap();
    assert_eq!(story.case.state().name(), "closed");
    let replayed = Case::replay(CASE, certificate(HOSPITAL), story.entries(), &story.world).unwrap();
    assert_eq!(replayed.erasures().len(), 2);
}

/// R11: a certificate that is not the one of its hash, and an answer to what nobody asked, are refused.
#[test]
fn r11_an_answer_names_a_request_and_its_certificate() {
    let mut story = closed();
    let report = story.case.versions()[0].id;
    assert_eq!(
        story.specialist(erased(report)).unwrap_err().code(),
        "unknown_reference"
    );
    let asked = story.dentist(ask_erase()).unwrap();
    let dokuei_consultation::body::Body::EraseAnswer(mut answer) = erased(asked) else {
        panic!("another body");
    };
    if let dokuei_consultation::body::EraseOutcome::Erased(erased) = &mut answer.outcome {
        erased.certificate.push(0);
    }
    let altered = dokuei_consultation::body::Body::EraseAnswer(answer);
    assert_eq!(story.specialist(altered).unwrap_err().code(), "incomplete");
}
