//! A snapshot of every type on the wire: when one changes, the protocol's version must.

use dokuei_consultation::body::{BlindCommitment, Body, ForwardKind, Stance};
use dokuei_consultation::entry::{EntryHeader, EntryType, SignedEntry, commitment};
use dokuei_consultation::fork::ForkProof;
use dokuei_consultation::id::{EntryId, LogId};
use dokuei_identity::cbor;
use dokuei_identity::key::SecretKey;

use crate::bodies;
use crate::illustrations::illustrations;
use crate::world::{CLINIC, DENTIST, NOW, SECOND, SPECIALIST, Story, World, certificate, standard};

/// Eighty hexadecimal digits a line.
fn hex_lines(bytes: &[u8]) -> String {
    let text = hex::encode(bytes);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(80)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    lines.join("\n")
}

#[track_caller]
fn shown(body: &Body) -> String {
    let bytes = body.encode();
    assert_eq!(
        &Body::decode(body.entry_type(), &bytes).unwrap(),
        body,
        "reads back what it wrote"
    );
    hex_lines(&bytes)
}

#[test]
fn the_bodies_of_an_agreement_and_a_request() {
    let world = World::agreed();
    let proposal = standard(&world, DENTIST, SPECIALIST);
    let countersignature = proposal.countersignature(EntryId::of(b"proposal"));
    insta::assert_snapshot!("agreement_proposal", shown(&Body::Agreement(Box::new(proposal))));
    insta::assert_snapshot!(
        "agreement_countersignature",
        shown(&Body::Agreement(Box::new(countersignature)))
    );
    let mut request = bodies::request(&world);
    // The reference depends on random salts elsewhere.
    request.agreement.proposal = EntryId::of(b"proposal");
    request.agreement.countersignature = EntryId::of(b"countersignature");
    insta::assert_snapshot!("request", shown(&Body::Request(Box::new(request))));
}

#[test]
fn the_bodies_of_answers_and_endings() {
    use dokuei_consultation::body::{Accept, Close, Decline, Outcome};
    let request = EntryId::of(b"request");
    insta::assert_snapshot!(
        "accept",
        shown(&Body::Accept(Accept {
            request,
            note: "承知".to_owned()
        }))
    );
    insta::assert_snapshot!(
        "decline",
        shown(&Body::Decline(Decline {
            request,
            reason: "不在".to_owned()
        }))
    );
    insta::assert_snapshot!("report_read", shown(&bodies::read(EntryId::of(b"report"))));
    insta::assert_snapshot!("close_informed", shown(&bodies::close()));
    let not_informed = Close {
        outcome: Outcome::NotInformed {
            reason: "転院".to_owned(),
        },
    };
    insta::assert_snapshot!("close_not_informed", shown(&Body::Close(not_informed)));
    insta::assert_snapshot!("withdraw", shown(&bodies::withdraw()));
}

#[test]
fn the_bodies_about_a_package() {
    insta::assert_snapshot!("package_offered", shown(&bodies::offer()));
    insta::assert_snapshot!("grant", shown(&bodies::grant("hospital node")));
    insta::assert_snapshot!("received", shown(&bodies::received()));
    insta::assert_snapshot!("erase_notice", shown(&bodies::erase()));
}

#[test]
fn the_body_of_a_report() {
    let story = Story::requested();
    let mut report = bodies::report(&story.case, &story.world);
    report.request = EntryId::of(b"request");
    insta::assert_snapshot!("report_first", shown(&Body::Report(Box::new(report.clone()))));
    report.predecessor = Some(EntryId::of(b"report"));
    insta::assert_snapshot!(
        "report_correction",
        shown(&Body::Report(Box::new(report.clone())))
    );
    report.illustrations = Some(illustrations());
    insta::assert_snapshot!(
        "report_illustrated",
        shown(&Body::Report(Box::new(report.clone())))
    );
    report.structure = Some(crate::teeth::structure());
    insta::assert_snapshot!(
        "report_structured",
        shown(&Body::Report(Box::new(report.clone())))
    );
    report.illustrations = None;
    insta::assert_snapshot!("report_by_tooth", shown(&Body::Report(Box::new(report))));
}

#[test]
fn the_bodies_of_findings_and_what_becomes_of_them() {
    let request = EntryId::of(b"request");
    insta::assert_snapshot!("urgent_finding", shown(&bodies::urgent(request)));
    insta::assert_snapshot!("urgent_ack", shown(&bodies::acknowledge(EntryId::of(b"finding"))));
    let incidental = Body::IncidentalFinding(bodies::incidental(request, DENTIST));
    insta::assert_snapshot!("incidental_finding", shown(&incidental));
    insta::assert_snapshot!(
        "incidental_resolved",
        shown(&bodies::resolve(EntryId::of(b"finding")))
    );
}

#[test]
fn the_bodies_of_doubts_and_explanations() {
    insta::assert_snapshot!("query", shown(&bodies::query(EntryId::of(b"report"), SPECIALIST)));
    insta::assert_snapshot!("answer", shown(&bodies::answer(EntryId::of(b"query"))));
    insta::assert_snapshot!(
        "patient_informed",
        shown(&bodies::informed(EntryId::of(b"report")))
    );
    insta::assert_snapshot!("grant_revoke", shown(&bodies::revoke(EntryId::of(b"grant"))));
}

#[test]
fn the_bodies_of_amendments() {
    let story = Story::requested();
    let mut report = bodies::report(&story.case, &story.world);
    report.request = EntryId::of(b"request");
    let before = EntryId::of(b"report");
    insta::assert_snapshot!(
        "addendum",
        shown(&bodies::amend(bodies::addendum(report.clone(), before)))
    );
    insta::assert_snapshot!(
        "amended",
        shown(&bodies::amend(bodies::amendment(report, before)))
    );
}

#[test]
fn the_bodies_about_further_readers() {
    let mut story = Story::requested();
    story.world = World::all_agreed();
    for (name, kind, from) in [
        ("forward_second_opinion", ForwardKind::SecondOpinion, SPECIALIST),
        ("forward_alternative", ForwardKind::Alternative, DENTIST),
        ("forward_blind", ForwardKind::Blind, DENTIST),
    ] {
        let mut forward = bodies::forward(&story.case, &story.world, kind, from, SECOND);
        forward.request = EntryId::of(b"request");
        forward.agreement.proposal = EntryId::of(b"proposal");
        forward.agreement.countersignature = EntryId::of(b"countersignature");
        insta::assert_snapshot!(name, shown(&Body::Forward(Box::new(forward))));
    }
    let forward = EntryId::of(b"forward");
    insta::assert_snapshot!("forward_consent", shown(&bodies::consented(forward)));
    let commitment = commitment(&[3; 32], b"report");
    insta::assert_snapshot!(
        "blind_commitment",
        shown(&Body::BlindCommitment(BlindCommitment { forward, commitment }))
    );
}

#[test]
fn the_bodies_of_what_two_readers_sign_together() {
    let (own, other) = (EntryId::of(b"own"), EntryId::of(b"other"));
    insta::assert_snapshot!("reconciliation", shown(&bodies::reconciliation(own, other)));
    for (name, stance) in [
        ("co_signature_agrees", Stance::Agrees),
        ("co_signature_dissents", Stance::Dissents),
    ] {
        insta::assert_snapshot!(name, shown(&bodies::co_signature(own, stance)));
    }
}

#[test]
fn the_bodies_of_erasing_at_the_other_side() {
    use dokuei_consultation::body::KeepGround;
    let request = EntryId::of(b"request");
    insta::assert_snapshot!("erase_request", shown(&bodies::ask_erase()));
    insta::assert_snapshot!("erase_answer_erased", shown(&bodies::erased(request)));
    for ground in [
        KeepGround::LegalHold,
        KeepGround::RetentionDuty,
        KeepGround::Other,
    ] {
        let name = format!("erase_answer_kept_{}", ground.name());
        insta::assert_snapshot!(name, shown(&bodies::kept(request, ground)));
    }
}

#[test]
fn the_body_of_letting_go() {
    use dokuei_consultation::body::{Loss, Release};
    for loss in [Loss::Suspended, Loss::Revoked, Loss::Expired] {
        let (request, since) = (EntryId::of(b"request"), NOW);
        let body = Body::Release(Release { request, loss, since });
        insta::assert_snapshot!(format!("release_{}", loss.name()), shown(&body));
    }
}

#[test]
fn the_bodies_of_handing_over() {
    use dokuei_consultation::body::{Ground, Loss, Succeeding, TakeOver};
    insta::assert_snapshot!("hand_over", shown(&bodies::hand_over(SECOND)));
    let mut agreement = bodies::request(&World::agreed()).agreement;
    agreement.proposal = EntryId::of(b"proposal");
    agreement.countersignature = EntryId::of(b"countersignature");
    let taken = |ground| {
        Body::TakeOver(Box::new(TakeOver {
            from: certificate(DENTIST),
            ground,
            name: "鈴木 一郎".to_owned(),
            institution: "さくら歯科".to_owned(),
            agreements: vec![Succeeding {
                request: EntryId::of(b"request"),
                agreement,
            }],
        }))
    };
    let hand_over = EntryId::of(b"hand over");
    insta::assert_snapshot!("take_over", shown(&taken(Ground::HandedOver { hand_over })));
    for loss in [Loss::Revoked, Loss::Expired] {
        let alone = taken(Ground::Lost { loss, since: NOW });
        insta::assert_snapshot!(format!("take_over_{}", loss.name()), shown(&alone));
    }
    let suspended = taken(Ground::Lost {
        loss: Loss::Suspended,
        since: NOW,
    });
    assert!(suspended.validate().is_err(), "a suspension may be lifted");
}

fn entry(seed: u8) -> (EntryHeader, SignedEntry) {
    let (salt, body) = ([seed; 32], bodies::withdraw().encode());
    let header = EntryHeader {
        log: LogId::from_bytes([1; 16]),
        entry_type: bodies::withdraw().entry_type(),
        signer: certificate(DENTIST),
        device: certificate(CLINIC),
        seq: 3,
        prev_self: Some(EntryId::of(b"before")),
        parents: vec![EntryId::from_bytes([1; 32]), EntryId::from_bytes([2; 32])],
        lamport: 9,
        time: NOW,
        crl_number: 4,
        body_commit: commitment(&salt, &body),
    };
    let signed = SignedEntry::sign(&header, body, salt, &SecretKey::from_seed(&[6; 32]));
    (header, signed)
}

#[test]
fn header_entry_and_fork_proof() {
    let (header, signed) = entry(1);
    insta::assert_snapshot!("entry_header", hex_lines(&cbor::encode(&header)));
    insta::assert_snapshot!("signed_entry", hex_lines(&cbor::encode(&signed)));
    assert_eq!(
        cbor::decode::<SignedEntry>(&cbor::encode(&signed)).unwrap(),
        signed
    );
    assert_eq!(signed.unverified_header().unwrap(), header);
    let proof = ForkProof {
        first: signed,
        second: entry(2).1,
    };
    insta::assert_snapshot!("fork_proof", hex_lines(&cbor::encode(&proof)));
    assert_eq!(cbor::decode::<ForkProof>(&cbor::encode(&proof)).unwrap(), proof);
}

#[test]
fn a_body_of_another_type_or_with_more_or_fewer_bytes_is_not_read() {
    for body in [
        bodies::offer(),
        bodies::received(),
        bodies::close(),
        bodies::withdraw(),
    ] {
        let mut bytes = body.encode();
        assert!(Body::decode(EntryType::ReportRead, &bytes).is_err());
        bytes.push(0);
        assert!(Body::decode(body.entry_type(), &bytes).is_err());
        bytes.truncate(bytes.len() - 2);
        assert!(Body::decode(body.entry_type(), &bytes).is_err());
    }
}
