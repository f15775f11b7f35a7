//! What people are told: every refusal has its own code, a sentence in both languages, and a next step.

use std::collections::BTreeSet;

use dokuei_consultation::body::{Incomplete, Problem};
use dokuei_consultation::entry::EntryType;
use dokuei_consultation::open::OpenKind;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::standing::Denied;

use crate::world::certificate;

fn all() -> Vec<Refusal> {
    let entry = EntryType::Report;
    let denied = Denied {
        rule: "r".to_owned(),
        ja: "できません。".to_owned(),
        en: "it is forbidden".to_owned(),
    };
    vec![
        Refusal::Malformed,
        Refusal::Newer(99),
        Refusal::BadSignature,
        Refusal::BodyAltered,
        Refusal::UnknownSigner(certificate("nobody")),
        Refusal::NotAPerson,
        Refusal::Revoked(certificate("nobody")),
        Refusal::FromTheFuture { ahead: 400 },
        Refusal::Backdated { behind: 400 },
        Refusal::Outdated { age: 400 },
        Refusal::Incomplete(Incomplete {
            field: "question",
            problem: Problem::Missing,
        }),
        Refusal::OtherLog,
        Refusal::BrokenChain,
        Refusal::BadClock,
        Refusal::Frozen,
        Refusal::Full { limit: 1 },
        Refusal::Beginning(entry),
        Refusal::WrongKind(entry),
        Refusal::NoAgreement,
        Refusal::AgreementNotInForce,
        Refusal::OtherAgreement,
        Refusal::OtherTerms,
        Refusal::SameFacility,
        Refusal::Denied(denied),
        Refusal::NotTheConsultant(entry),
        Refusal::NotTheRequester(entry),
        Refusal::NotAParty,
        Refusal::NotNow {
            entry,
            state: "accepted",
        },
        Refusal::UnknownReference,
        Refusal::OtherPackage,
        Refusal::NotGranted,
        Refusal::Kept,
        Refusal::NotTheNewestVersion,
        Refusal::NotAnAddendum,
        Refusal::StillOpen(OpenKind::Query),
        Refusal::NotBlind,
        Refusal::NotApart,
        Refusal::OtherThanCommitted,
        Refusal::NotTheSuccessor,
        Refusal::StillHolds(certificate("nobody")),
    ]
}

#[test]
fn every_refusal_has_its_own_code() {
    let codes: BTreeSet<_> = all().iter().map(Refusal::code).collect();
    assert_eq!(codes.len(), all().len());
    let snake = |code: &str| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    assert!(codes.into_iter().all(snake));
}

#[test]
fn every_refusal_is_one_sentence_in_both_languages_and_says_what_to_do_next() {
    for refusal in all() {
        let code = refusal.code();
        assert!(!refusal.en().is_empty() && !refusal.en().ends_with('.'), "{code}");
        assert!(refusal.ja().contains('。'), "{code}");
        assert!(
            refusal.next_en().ends_with('.') && refusal.next_ja().ends_with('。'),
            "{code}"
        );
    }
}
