//! A practice passes to a new owner, in the middle of a consultation and after its end (R5, R8, R17).

use dokuei_consultation::body::{Body, ForwardKind, Ground, Loss, TakeOver};
use dokuei_consultation::deadline::Patience;
use dokuei_consultation::effect::Notice;
use dokuei_consultation::event::Event;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;

use crate::bodies::{
    acknowledge, answer, close, decline_of, forward, further_report, grant_to, hand_over, incidental,
    informed, query, read, report, request_id, resolve, revoke, take_over, take_over_alone, urgent, withdraw,
};
use crate::world::{
    CASE, CLINIC, COLLEAGUE, DENTIST, HOSPITAL, NOW, ORDINARY, SECOND, SPECIALIST, SUCCESSOR, Story, World,
    arrive, between, certificate, forge, standard,
};

fn agreed(story: Story) -> Story {
    Story {
        world: World::all_agreed(),
        ..story
    }
}

fn taken(body: TakeOver) -> Body {
    Body::TakeOver(Box::new(body))
}

fn pass_on(story: &mut Story) -> EntryId {
    story.dentist(hand_over(SUCCESSOR)).unwrap();
    let body = take_over(&story.case, &story.world, SUCCESSOR);
    story.by(SUCCESSOR, CLINIC, taken(body)).unwrap()
}

fn owner(story: &mut Story, body: Body) -> Result<EntryId, Refusal> {
    story.by(SUCCESSOR, CLINIC, body)
}

/// The case as another node has it.
fn at(node: &str, story: &Story) -> Case {
    let mut there = Case::new(CASE, certificate(node));
    for entry in story.entries() {
        arrive(&mut there, &story.world, &entry).unwrap();
    }
    there
}

#[test]
fn r5_r8_the_new_owner_finishes_what_her_predecessor_has_begun() {
    let mut story = agreed(Story::delivered());
    let asked = request_id(&story.case);
    let doubt = story.specialist(query(asked, DENTIST)).unwrap();
    let alarm = story.specialist(urgent(asked)).unwrap();
    let follow = story
        .specialist(Body::IncidentalFinding(incidental(asked, DENTIST)))
        .unwrap();
    let offered = story.dentist(hand_over(SUCCESSOR)).unwrap();
    assert_eq!(
        story.case.told_by(&offered),
        [(certificate(SPECIALIST), Notice::HandingOver)]
    );
    assert_eq!(
        story.case.requester(),
        Some(certificate(DENTIST)),
        "until it is taken over"
    );
    assert!(
        !story.case.parties().contains(&certificate(SUCCESSOR)),
        "R12: nor may she see it"
    );
    let body = take_over(&story.case, &story.world, SUCCESSOR);
    assert_eq!(body.agreements.len(), 1);
    let passed = owner(&mut story, taken(body)).unwrap();
    assert_eq!(
        story.case.told_by(&passed),
        [(certificate(SPECIALIST), Notice::TakenOver)]
    );
    assert_eq!(
        story.case.parties(),
        [certificate(SUCCESSOR), certificate(SPECIALIST)]
    );
    // Whatever waited for the old owner waits for the new one.
    let owners: Vec<_> = story.case.open().iter().map(|open| open.owner).collect();
    assert_eq!(owners, [certificate(SUCCESSOR); 3]);
    for deadline in story.case.deadlines(&Patience::default(), &story.world) {
        assert!(!deadline.tell.contains(&certificate(DENTIST)), "{deadline:?}");
    }
    // The old owner signs nothing more.
    for late in [
        acknowledge(alarm),
        answer(doubt),
        resolve(follow),
        withdraw(),
        grant_to(SPECIALIST, HOSPITAL),
        hand_over(ORDINARY),
    ] {
        let refused = story.dentist(late).unwrap_err();
        assert_eq!(refused.code(), "not_the_requester");
    }
    let grant = story
        .case
        .log()
        .ordered()
        .iter()
        .find_map(|entry| matches!(entry.body(), Body::Grant(_)).then(|| entry.id()));
    assert_eq!(
        story.dentist(revoke(grant.unwrap())).unwrap_err().code(),
        "not_the_requester"
    );
    owner(&mut story, acknowledge(alarm)).unwrap();
    owner(&mut story, answer(doubt)).unwrap();
    owner(&mut story, resolve(follow)).unwrap();
    // R8: the report is signed under the agreement with the new owner, not under that with the old one.
    let mut opinion = report(&story.case, &story.world);
    let old = story
        .specialist(Body::Report(Box::new(opinion.clone())))
        .unwrap_err();
    assert_eq!(old, Refusal::OtherTerms);
    opinion.terms = story.world.agreements[&between(SUCCESSOR, SPECIALIST)].terms_hash();
    let signed = story.specialist(Body::Report(Box::new(opinion))).unwrap();
    assert_eq!(
        story.case.told_by(&signed),
        [(certificate(SUCCESSOR), Notice::FinalReport)]
    );
    owner(&mut story, read(signed)).unwrap();
    owner(&mut story, informed(signed)).unwrap();
    owner(&mut story, close()).unwrap();
    assert_eq!(story.case.state().name(), "closed");
    assert_eq!(at(HOSPITAL, &story).state(), story.case.state());
    let again = Case::replay(CASE, certificate(CLINIC), story.entries(), &story.world).unwrap();
    assert_eq!(again.requester(), Some(certificate(SUCCESSOR)));
    assert_eq!(again.state(), story.case.state());
    assert!(
        again
            .agreements()
            .iter()
            .any(|one| one.id == between(SUCCESSOR, SPECIALIST))
    );
}

/// R5: what has ended passes on as well, without its ending being touched, and tells nobody.
#[test]
fn r5_the_new_owner_keeps_what_has_ended() {
    let mut story = agreed(Story::reported());
    let signed = story.case.versions()[0].id;
    story.dentist(read(signed)).unwrap();
    story.dentist(close()).unwrap();
    let passed = pass_on(&mut story);
    assert_eq!(story.case.told_by(&passed), []);
    assert_eq!(story.case.state().name(), "closed");
    assert_eq!(
        story.case.parties(),
        [certificate(SUCCESSOR), certificate(SPECIALIST)]
    );
    // A doubt that comes later is hers to answer.
    let doubt = story.specialist(query(signed, SUCCESSOR)).unwrap();
    assert_eq!(story.case.state().name(), "read", "it opens the case again");
    owner(&mut story, answer(doubt)).unwrap();
    owner(&mut story, close()).unwrap();
}

#[test]
fn r5_r17_nobody_takes_over_what_was_not_offered_to_her() {
    let mut story = agreed(Story::delivered());
    // Nobody hands over but the requester; and not to a reader, nor to herself.
    assert_eq!(
        story.specialist(hand_over(SUCCESSOR)).unwrap_err().code(),
        "not_the_requester"
    );
    assert_eq!(
        story.dentist(hand_over(SPECIALIST)).unwrap_err(),
        Refusal::SameFacility
    );
    assert_eq!(
        story.dentist(hand_over(DENTIST)).unwrap_err(),
        Refusal::NotTheSuccessor
    );
    let early = take_over(&story.case, &story.world, SUCCESSOR);
    let early = owner(&mut story, taken(early)).unwrap_err();
    assert_eq!(early.code(), "not_the_successor");
    story.dentist(hand_over(SUCCESSOR)).unwrap();
    assert_eq!(
        story.dentist(hand_over(SUCCESSOR)).unwrap_err().code(),
        "not_now",
        "once"
    );
    let body = take_over(&story.case, &story.world, SUCCESSOR);
    for (who, at) in [
        (ORDINARY, CLINIC),
        (COLLEAGUE, CLINIC),
        (SPECIALIST, HOSPITAL),
        (DENTIST, CLINIC),
    ] {
        let refused = story.by(who, at, taken(body.clone())).unwrap_err();
        assert_eq!(refused, Refusal::NotTheSuccessor, "{who}");
    }
    // Nor does a node take it that somebody has made without asking the rules.
    let forged = forge(
        story.case.log(),
        (ORDINARY, CLINIC),
        &taken(body.clone()),
        ORDINARY,
    );
    assert_eq!(
        arrive(&mut at(HOSPITAL, &story), &story.world, &forged),
        Err(Refusal::NotTheSuccessor)
    );
    let mut other = body.clone();
    other.from = certificate(SPECIALIST);
    assert_eq!(
        owner(&mut story, taken(other)).unwrap_err(),
        Refusal::NotTheSuccessor
    );
    // One who may not ask for a consultation answers for none.
    story.world.licensed.remove(&certificate(SUCCESSOR));
    assert_eq!(
        owner(&mut story, taken(body.clone())).unwrap_err().code(),
        "not_qualified"
    );
    story.world.licensed.insert(certificate(SUCCESSOR));
    // Taken back, declined, or replaced by another offer it is no ground any more.
    let offer = story.case.hand_over().unwrap().id;
    story.dentist(decline_of(offer)).unwrap();
    assert_eq!(
        owner(&mut story, taken(body)).unwrap_err(),
        Refusal::NotTheSuccessor
    );
    let offer = story.dentist(hand_over(SUCCESSOR)).unwrap();
    assert_eq!(
        story.specialist(decline_of(offer)).unwrap_err().code(),
        "not_the_requester"
    );
    owner(&mut story, decline_of(offer)).unwrap();
    story.dentist(hand_over(SUCCESSOR)).unwrap();
    let body = take_over(&story.case, &story.world, SUCCESSOR);
    story.dentist(hand_over(ORDINARY)).unwrap();
    assert_eq!(
        owner(&mut story, taken(body)).unwrap_err(),
        Refusal::NotTheSuccessor
    );
}

/// R8: a party's signature cannot be assigned: whoever takes over has an agreement with every reader who is waited for.
#[test]
fn r8_no_reader_goes_on_without_an_agreement_with_the_new_owner() {
    let mut story = agreed(Story::delivered());
    let second = forward(
        &story.case,
        &story.world,
        ForwardKind::SecondOpinion,
        DENTIST,
        SECOND,
    );
    let second = story.dentist(Body::Forward(Box::new(second))).unwrap();
    story.dentist(hand_over(SUCCESSOR)).unwrap();
    assert_eq!(story.case.to_agree_with().len(), 2);
    let body = take_over(&story.case, &story.world, SUCCESSOR);
    let mut lacking = body.clone();
    lacking.agreements.retain(|one| one.request == second);
    assert_eq!(
        owner(&mut story, taken(lacking)).unwrap_err(),
        Refusal::NoAgreement
    );
    let mut others = body.clone();
    let id = between(DENTIST, SECOND);
    let others_one = others
        .agreements
        .iter_mut()
        .find(|one| one.request == second)
        .unwrap();
    others_one.agreement = story.world.agreements[&id].reference();
    assert_eq!(
        owner(&mut story, taken(others)).unwrap_err(),
        Refusal::OtherAgreement
    );
    let mut over = story.clone();
    let mut terms = standard(&over.world, SUCCESSOR, SPECIALIST);
    terms.valid_until = NOW.minus(1);
    let log = crate::world::signed_agreement(&over.world, terms, SUCCESSOR, SPECIALIST);
    let expired = log.countersigned().unwrap();
    let mut named = body.clone();
    for one in named.agreements.iter_mut().filter(|one| one.request != second) {
        one.agreement = expired.reference();
    }
    over.world.agreements.insert(expired.id(), expired);
    assert_eq!(
        over.by(SUCCESSOR, CLINIC, taken(named)).unwrap_err(),
        Refusal::AgreementNotInForce
    );
    let mut twice = body.clone();
    twice.agreements.push(twice.agreements[0]);
    assert_eq!(owner(&mut story, taken(twice)).unwrap_err().code(), "incomplete");
    let mut more = body.clone();
    more.agreements[0].request = EntryId::from_bytes([0; 32]);
    assert!(owner(&mut story, taken(more)).is_err());
    owner(&mut story, taken(body)).unwrap();
    // The further reader goes on for the new owner, who alone brings in others.
    let readings = story.case.readings();
    assert!(readings.iter().all(|one| one.by == certificate(SUCCESSOR)));
    let _ = further_report(&story.case, &story.world, second, SUCCESSOR, SECOND);
    let mut back = forward(
        &story.case,
        &story.world,
        ForwardKind::SecondOpinion,
        SUCCESSOR,
        SECOND,
    );
    back.to = certificate(DENTIST);
    let refused = owner(&mut story, Body::Forward(Box::new(back))).unwrap_err();
    assert_eq!(
        refused,
        Refusal::SameFacility,
        "who has answered for the patient reads for nobody after her"
    );
}

/// R5, R17: a requester who cannot sign any more is followed by a colleague of her house alone, and only when each node sees
/// for itself that her certificate is lost for good.
#[test]
fn r5_r17_alone_only_a_colleague_takes_over_and_only_from_one_who_is_lost() {
    let mut story = agreed(Story::delivered());
    story.world.agree_too(ORDINARY, SPECIALIST);
    let alone = |story: &Story, who| taken(take_over_alone(&story.case, &story.world, who));
    let body = alone(&story, SUCCESSOR);
    let refused = owner(&mut story, body.clone()).unwrap_err();
    assert_eq!(refused, Refusal::StillHolds(certificate(DENTIST)));
    let forged = forge(story.case.log(), (SUCCESSOR, CLINIC), &body, SUCCESSOR);
    let mut hospital = at(HOSPITAL, &story);
    let arrived = arrive(&mut hospital, &story.world, &forged).unwrap_err();
    assert_eq!(
        arrived,
        Refusal::StillHolds(certificate(DENTIST)),
        "a hostile one is not taken"
    );
    let before = story.world.clone();
    story.world.lost.insert(certificate(DENTIST));
    for (who, at) in [(ORDINARY, CLINIC), (SECOND, HOSPITAL)] {
        let body = alone(&story, who);
        assert_eq!(
            story.by(who, at, body).unwrap_err(),
            Refusal::NotTheSuccessor,
            "of another house"
        );
    }
    let body = alone(&story, SPECIALIST);
    assert!(story.specialist(body).is_err());
    let mut early = take_over_alone(&story.case, &story.world, SUCCESSOR);
    early.ground = Ground::Lost {
        loss: Loss::Expired,
        since: NOW.plus(86_400),
    };
    assert_eq!(owner(&mut story, taken(early)).unwrap_err().code(), "incomplete");
    let body = alone(&story, SUCCESSOR);
    owner(&mut story, body).unwrap();
    assert_eq!(story.case.requester(), Some(certificate(SUCCESSOR)));
    assert!(story.case.taken_over()[0].body.offer().is_none(), "it is marked");
    // What was taken stays, whatever the register of the moment says when it is read from the disk.
    let again = Case::replay(CASE, certificate(CLINIC), story.entries(), &before).unwrap();
    assert_eq!(again.requester(), Some(certificate(SUCCESSOR)));
    let next = alone(&story, COLLEAGUE);
    assert_eq!(
        story.by(COLLEAGUE, CLINIC, next).unwrap_err().code(),
        "still_holds",
        "she is not lost"
    );
}

/// R6: what the old owner signed before she could know of it stands; of two who take over at once one does, everywhere.
#[test]
fn r5_r6_what_crosses_it_comes_to_the_same_everywhere() {
    let mut story = agreed(Story::delivered());
    story.dentist(hand_over(SUCCESSOR)).unwrap();
    let mut elsewhere = Story {
        case: at("second clinic node", &story),
        world: story.world.clone(),
    };
    let body = take_over(&story.case, &story.world, SUCCESSOR);
    owner(&mut story, taken(body)).unwrap();
    // At her other machine the old owner asks a question, and offers it to somebody else, who takes it.
    let asked = request_id(&story.case);
    elsewhere
        .by(DENTIST, "second clinic node", query(asked, SPECIALIST))
        .unwrap();
    elsewhere
        .by(DENTIST, "second clinic node", hand_over(COLLEAGUE))
        .unwrap();
    let other = take_over(&elsewhere.case, &elsewhere.world, COLLEAGUE);
    elsewhere
        .by(COLLEAGUE, "second clinic node", taken(other))
        .unwrap();
    let (one, two) = (story.entries(), elsewhere.entries());
    for entry in two {
        arrive(&mut story.case, &story.world, &entry).unwrap();
    }
    for entry in one {
        elsewhere
            .case
            .handle(Event::Arrived(entry), &elsewhere.world, NOW)
            .unwrap();
    }
    assert_eq!(story.case.requester(), elsewhere.case.requester());
    assert_eq!(
        story.case.requester(),
        Some(certificate(SUCCESSOR)),
        "the first in the order of the log"
    );
    assert_eq!(story.case.open(), elsewhere.case.open());
    assert_eq!(story.case.parties(), elsewhere.case.parties());
    // She may hand it back, or on.
    owner(&mut story, hand_over(DENTIST)).unwrap();
    let mut back = take_over(&story.case, &story.world, DENTIST);
    back.agreements = story
        .case
        .to_agree_with()
        .into_iter()
        .map(|(request, _)| dokuei_consultation::body::Succeeding {
            request,
            agreement: story.world.agreements[&crate::world::AGREEMENT].reference(),
        })
        .collect();
    story.dentist(taken(back)).unwrap();
    assert_eq!(story.case.requester(), Some(certificate(DENTIST)));
    story.dentist(withdraw()).unwrap();
}
