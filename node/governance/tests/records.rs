//! The chain of records: signed, linked, and read again; what is in force by it; what its bytes are.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands, in helpers too")]

use dokuei_governance::attestation::{self, Attestation, AttestationError, RecordId};
use dokuei_governance::checklist;
use dokuei_governance::day::Day;
use dokuei_governance::due::{self, State, What};
use dokuei_governance::duty::Duty;
use dokuei_governance::ledger::{Ledger, LedgerError};
use dokuei_governance::policy::PolicyKind;
use dokuei_governance::rules::{self, RuleError};
use dokuei_governance::statement::Statement;
use dokuei_governance::text::Text;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn statement(value: Value) -> Statement {
    serde_json::from_value(value).unwrap()
}

/// A node at which people sign.
struct House {
    key: SecretKey,
    me: Fingerprint,
    signed: Vec<Vec<u8>>,
    ledger: Ledger,
}

impl House {
    fn new() -> Self {
        Self {
            key: SecretKey::from_seed(&[7; 32]),
            me: Fingerprint::of(b"certificate"),
            signed: Vec::new(),
            ledger: Ledger::default(),
        }
    }

    /// Signs on a day, whatever the rules say.
    fn sign(&mut self, who: &str, on: &str, value: Value) -> RecordId {
        let (number, previous) = self.ledger.next();
        let attestation = Attestation {
            number,
            previous,
            at: day(on).begins().plus(3_600),
            by: Text::new(who).unwrap(),
            name: Text::new(who).unwrap(),
            statement: statement(value),
        };
        let bytes = attestation::sign(&attestation, &self.key, &self.me).unwrap();
        let record = attestation::verify(&bytes, |_| Some(self.key.public())).unwrap();
        let id = record.id;
        self.ledger.append(record).unwrap();
        self.signed.push(bytes);
        id
    }

    fn read(&self, signed: &[Vec<u8>]) -> Result<Ledger, LedgerError> {
        let key_of = |signer: &Fingerprint| (*signer == self.me).then(|| self.key.public());
        Ledger::read(signed.iter().map(Vec::as_slice), key_of)
    }

    fn may(&self, who: &str, on: &str, value: Value) -> Result<(), RuleError> {
        rules::may_state(
            &self.ledger,
            (who, &["tanaka", "ito"]),
            &statement(value),
            day(on),
        )
    }

    fn due(&self, on: &str) -> Vec<(What, State)> {
        due::all(&self.ledger, &[], day(on))
            .iter()
            .map(|one| (one.what, one.state))
            .collect()
    }
}

fn policy(kind: &str, version: u32, from: &str, until: &str) -> Value {
    json!({"record": "policy", "kind": kind, "language": "ja", "version": version, "text": "# 規程\n\n本文",
           "from": from, "until": until})
}

/// One of each kind.
fn one_of_each() -> Vec<Value> {
    let id = "11".repeat(32);
    let tanaka = json!({"id": "tanaka", "name": "田中 花子"});
    vec![
        policy("management", 1, "2026-11-30", "2027-11-29"),
        json!({"record": "acknowledgement", "policy": id}),
        json!({"record": "assignment", "person": tanaka, "role": "administrator", "duties": ["trail"], "until": null}),
        json!({"record": "pledge", "person": tanaka, "text": "誓約します。", "until": "2027-11-29"}),
        json!({"record": "training", "person": tanaka, "topic": "個人情報", "given_by": null, "on": "2026-11-01", "until": "2027-10-31"}),
        json!({"record": "inspection", "checklist": 1, "answers": [{"item": "roles", "outcome": "fits"}], "next": "2027-11-29"}),
        json!({"record": "remedy", "inspection": id, "item": "roles", "done": "済"}),
        json!({"record": "review", "from": "2025-11-30", "to": "2026-11-29", "conclusions": "良好", "next": "2027-11-29"}),
        json!({"record": "display", "name": "左", "model": "X", "width": 1536, "height": 2048, "maximum": 4000, "minimum": 12,
               "grade": "1A", "measured_with": "meter", "next": "2027-05-31"}),
        json!({"record": "display_check", "name": "左", "passed": true}),
        json!({"record": "incident", "what": "紛失", "noticed": "2026-11-30", "personal_data": true, "malice": false}),
        json!({"record": "response", "incident": id, "step": "end", "what": "発見"}),
        json!({"record": "hold", "case": "5f".repeat(16), "why": "照会"}),
        json!({"record": "release", "hold": id, "why": "回答済"}),
    ]
}

/// What is signed is kept for years: a changed snapshot means a new kind of document, never another reading of an old one.
#[test]
fn the_bytes_of_each_kind_snapshot() {
    let mut house = House::new();
    for value in one_of_each() {
        house.sign("tanaka", "2026-11-30", value);
    }
    let lines: Vec<String> = house
        .ledger
        .records()
        .iter()
        .zip(&house.signed)
        .map(|(record, bytes)| format!("{} {}", record.attestation.statement.word(), hex::encode(bytes)))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    let again = house.read(&house.signed).unwrap();
    assert_eq!(again, house.ledger);
    // What the API shows is what it takes.
    for (record, given) in again.records().iter().zip(one_of_each()) {
        let shown = serde_json::to_value(&record.attestation.statement).unwrap();
        assert_eq!(
            serde_json::from_value::<Statement>(shown).unwrap(),
            statement(given)
        );
    }
}

/// R11, R24: a record that was altered, taken out, moved, or signed by a stranger is told, and which.
#[test]
fn r11_a_chain_that_was_touched_does_not_hold() {
    let mut house = House::new();
    for value in one_of_each() {
        house.sign("tanaka", "2026-11-30", value);
    }
    let mut flipped = house.signed.clone();
    for bit in (0..flipped[4].len() * 8).step_by(7) {
        flipped[4][bit / 8] ^= 1 << (bit % 8);
        let told = house.read(&flipped);
        assert!(
            matches!(told, Err(LedgerError::Record { number: 5, .. })),
            "{bit}: {told:?}"
        );
        flipped[4][bit / 8] ^= 1 << (bit % 8);
    }
    let mut without = house.signed.clone();
    without.remove(3);
    assert_eq!(house.read(&without), Err(LedgerError::Broken { number: 4 }));
    let mut swapped = house.signed.clone();
    swapped.swap(1, 2);
    assert_eq!(house.read(&swapped), Err(LedgerError::Broken { number: 2 }));
    let unknown = Ledger::read(house.signed.iter().map(Vec::as_slice), |_| None);
    let stranger = matches!(
        unknown,
        Err(LedgerError::Record {
            number: 1,
            why: AttestationError::UnknownSigner(_)
        })
    );
    assert!(stranger, "{unknown:?}");
    let large = vec![0; attestation::MAX_ATTESTATION + 1];
    assert_eq!(
        attestation::verify(&large, |_| None),
        Err(AttestationError::TooLarge)
    );
}

/// R11: a version is in force from its first day through its last; the next takes its place when it begins.
#[test]
fn r11_a_document_is_in_force_from_day_to_day() {
    let mut house = House::new();
    house.sign(
        "tanaka",
        "2026-11-01",
        policy("security", 1, "2026-11-10", "2026-12-31"),
    );
    let version = |house: &House, on| {
        house
            .ledger
            .in_force(PolicyKind::Security, day(on))
            .map(|one| one.what.version)
    };
    assert_eq!(version(&house, "2026-11-09"), None);
    assert_eq!(version(&house, "2026-11-10"), Some(1));
    assert_eq!(version(&house, "2026-12-31"), Some(1));
    assert_eq!(version(&house, "2027-01-01"), None);
    house.sign(
        "tanaka",
        "2026-12-01",
        policy("security", 2, "2026-12-15", "2027-12-14"),
    );
    assert_eq!(version(&house, "2026-12-14"), Some(1), "the next has not begun");
    assert_eq!(version(&house, "2026-12-15"), Some(2));
    assert_eq!(
        house.may(
            "tanaka",
            "2026-12-02",
            policy("security", 2, "2026-12-15", "2027-12-14")
        ),
        Err(RuleError::Version(3))
    );
    let long = policy("security", 3, "2026-12-15", "2036-12-14");
    assert!(matches!(
        house.may("tanaka", "2026-12-02", long),
        Err(RuleError::Form(_))
    ));
}

/// R22: until an administrator is named everybody has every duty; then only by role.
#[test]
fn r22_duties_follow_the_roles() {
    let mut house = House::new();
    let assign = |id: &str, role: &str, until: Value| json!({"record": "assignment", "person": {"id": id, "name": id}, "role": role, "duties": [], "until": until});
    house
        .may(
            "ito",
            "2026-11-30",
            policy("security", 1, "2026-11-30", "2027-11-29"),
        )
        .unwrap();
    house.sign(
        "tanaka",
        "2026-11-30",
        assign("tanaka", "administrator", Value::Null),
    );
    let refused = house.may(
        "ito",
        "2026-11-30",
        policy("security", 1, "2026-11-30", "2027-11-29"),
    );
    assert!(matches!(refused, Err(RuleError::NotYourDuty(_))), "{refused:?}");
    let limited = house.may(
        "tanaka",
        "2026-11-30",
        assign("tanaka", "administrator", json!("2027-01-01")),
    );
    assert_eq!(limited, Err(RuleError::LastAdministrator));
    // Anybody begins an incident; ending it is a duty.
    let incident = json!({"record": "incident", "what": "a", "noticed": "2026-11-30", "personal_data": false, "malice": false});
    house.may("ito", "2026-11-30", incident.clone()).unwrap();
    let id = house.sign("ito", "2026-11-30", incident);
    let end = json!({"record": "response", "incident": id, "step": "end", "what": "b"});
    assert!(matches!(
        house.may("ito", "2026-11-30", end.clone()),
        Err(RuleError::NotYourDuty(_))
    ));
    house.may("tanaka", "2026-11-30", end).unwrap();
}

/// R22: nobody is locked out of her own node: an administrator is somebody who signs in there, one is always named without
/// a last day, and nobody has every duty again because days ran out.
#[test]
fn r22_a_node_always_has_an_administrator_who_can_sign_in() {
    let mut house = House::new();
    let assign = |id: &str, role: &str, until: Value| json!({"record": "assignment", "person": {"id": id, "name": id}, "role": role, "duties": [], "until": until});
    let typo = house.may(
        "tanaka",
        "2026-11-30",
        assign("tanake", "administrator", Value::Null),
    );
    assert!(matches!(typo, Err(RuleError::Form(_))), "{typo:?}");
    let brief = assign("tanaka", "administrator", json!("2026-12-31"));
    assert_eq!(
        house.may("tanaka", "2026-11-30", brief.clone()),
        Err(RuleError::LastAdministrator)
    );
    house
        .may("tanaka", "2026-11-30", assign("ito", "practitioner", Value::Null))
        .unwrap();
    // By a program that let it pass.
    house.sign("tanaka", "2026-11-30", brief);
    assert!(!house.ledger.has("ito", Duty::Policies, day("2027-01-01")));
    let mut house = House::new();
    house.sign(
        "tanaka",
        "2026-11-30",
        assign("tanaka", "administrator", Value::Null),
    );
    house.sign(
        "tanaka",
        "2026-11-30",
        assign("tanake", "administrator", Value::Null),
    );
    assert_eq!(
        house.may("tanaka", "2026-11-30", assign("tanaka", "left", Value::Null)),
        Err(RuleError::LastAdministrator),
        "nobody signs in as the other"
    );
    house
        .may(
            "tanaka",
            "2026-11-30",
            assign("ito", "administrator", json!("2026-12-31")),
        )
        .unwrap();
}

/// R11: a chain is read as far as it holds, and a record that another person signed than it names does not hold.
#[test]
fn r11_what_still_holds_of_a_chain_is_read() {
    let mut house = House::new();
    let incident = json!({"record": "incident", "what": "a", "noticed": "2026-11-30", "personal_data": false, "malice": false});
    house.sign("tanaka", "2026-11-30", incident.clone());
    let id = house.sign("ito", "2026-11-30", incident);
    let key_of = |_: &Fingerprint| Some(house.key.public());
    let signed = house.signed.iter().map(Vec::as_slice);
    let (held, broken) = Ledger::read_as_far(signed, key_of, |record| {
        record.attestation.by.as_str() == "tanaka"
    });
    assert_eq!(broken, Some(LedgerError::Stranger { number: 2 }));
    assert_eq!(held.open_incidents().count(), 1, "the incident before it is open");
    assert!(held.find(&id).is_none());
}

/// R17: what anybody may sign is bounded, and nothing is signed twice that is said by once.
#[test]
fn r17_records_are_bounded() {
    let mut house = House::new();
    let id = house.sign(
        "tanaka",
        "2026-11-30",
        policy("security", 1, "2026-11-30", "2027-11-29"),
    );
    let read = json!({"record": "acknowledgement", "policy": id});
    house.may("ito", "2026-11-30", read.clone()).unwrap();
    house.sign("ito", "2026-11-30", read.clone());
    assert!(matches!(
        house.may("ito", "2026-11-30", read.clone()),
        Err(RuleError::Form(_))
    ));
    for _ in 1..rules::A_DAY {
        house.sign("ito", "2026-11-30", read.clone());
    }
    let pledge = json!({"record": "pledge", "person": {"id": "ito", "name": "ito"}, "text": "誓約", "until": "2027-11-29"});
    assert_eq!(
        house.may("ito", "2026-11-30", pledge.clone()),
        Err(RuleError::TooMany(rules::A_DAY))
    );
    house.may("ito", "2026-12-01", pledge).unwrap();
    let incident = json!({"record": "incident", "what": "a", "noticed": "2026-11-30", "personal_data": false, "malice": false});
    house.may("ito", "2026-11-30", incident.clone()).unwrap();
    // Of what concerns no personal data nothing is reported to the commission.
    let id = house.sign("tanaka", "2026-11-30", incident);
    let report = json!({"record": "response", "incident": id, "step": "first_report", "what": "b"});
    assert!(matches!(
        house.may("tanaka", "2026-11-30", report),
        Err(RuleError::Form(_))
    ));
}

/// R11 (個人情報保護法26条): the first report is late after five days, the final one after 30, or 60 where malice is possible;
/// a drill has no limits.
#[test]
fn r11_the_limits_for_reporting_a_leak_run_from_the_day_it_was_noticed() {
    let incident = |malice: bool, drill: bool| json!({"record": "incident", "what": "a", "noticed": "2026-11-01", "personal_data": true, "malice": malice, "drill": drill});
    let mut house = House::new();
    house.sign("tanaka", "2026-11-01", incident(false, false));
    let state = |house: &House, on: &str, what| {
        house
            .due(on)
            .into_iter()
            .find(|one| one.0 == what)
            .map(|one| one.1)
    };
    assert_eq!(
        state(&house, "2026-11-06", What::FirstReport),
        Some(State::Missing)
    );
    assert_eq!(
        state(&house, "2026-11-07", What::FirstReport),
        Some(State::Overdue)
    );
    assert_eq!(
        state(&house, "2026-12-01", What::FinalReport),
        Some(State::Missing)
    );
    assert_eq!(
        state(&house, "2026-12-02", What::FinalReport),
        Some(State::Overdue)
    );
    let mut house = House::new();
    house.sign("tanaka", "2026-11-01", incident(true, false));
    assert_eq!(
        state(&house, "2026-12-31", What::FinalReport),
        Some(State::Missing)
    );
    assert_eq!(
        state(&house, "2027-01-01", What::FinalReport),
        Some(State::Overdue)
    );
    let mut house = House::new();
    house.sign("tanaka", "2026-11-01", incident(true, true));
    assert_eq!(state(&house, "2027-01-01", What::FinalReport), None);
    assert_eq!(
        state(&house, "2027-01-01", What::Incident),
        Some(State::Missing),
        "a drill freezes as well"
    );
}

/// R21, R22, R25: a new house lacks everything, and each is told once; what ends soon is told before.
#[test]
fn r21_what_is_due_is_told_before_it_is_overdue() {
    let mut house = House::new();
    let all = house.due("2026-11-30");
    for what in [What::Policy, What::Administrator, What::Inspection, What::Review] {
        assert!(all.contains(&(what, State::Missing)), "{what:?}");
    }
    let answers: Vec<Value> = checklist::ITEMS
        .iter()
        .map(|item| json!({"item": item.word, "outcome": "fits"}))
        .collect();
    let inspection = json!({"record": "inspection", "checklist": checklist::EDITION, "answers": answers, "next": "2027-11-30"});
    house.may("tanaka", "2026-11-30", inspection.clone()).unwrap();
    house.sign("tanaka", "2026-11-30", inspection);
    let state = |on: &str| {
        house
            .due(on)
            .into_iter()
            .find(|one| one.0 == What::Inspection)
            .map(|one| one.1)
    };
    assert_eq!(state("2027-10-30"), None);
    assert_eq!(state("2027-10-31"), Some(State::Soon));
    assert_eq!(state("2027-11-30"), Some(State::Soon));
    assert_eq!(state("2027-12-01"), Some(State::Overdue));
    for one in due::all(
        &house.ledger,
        &[due::Member {
            id: "ito",
            name: "伊藤",
        }],
        day("2027-12-01"),
    ) {
        assert!(
            one.sentence().len() > 10 && one.clause().starts_with('R'),
            "{one:?}"
        );
    }
    assert_eq!(Day::at(Timestamp(0)).to_string(), "1970-01-01");
}

/// R24: a case is held once, by whoever may take evidence; the hold is released by a second person where there is one, and once.
#[test]
fn r24_a_hold_is_released_by_a_second_person() {
    let mut house = House::new();
    let case = "5f".repeat(16);
    let hold = json!({"record": "hold", "case": case, "why": "裁判所の照会"});
    house.may("tanaka", "2026-11-30", hold.clone()).unwrap();
    let id = house.sign("tanaka", "2026-11-30", hold.clone());
    assert!(house.ledger.is_held(&case) && !house.ledger.is_held(&"60".repeat(16)));
    assert!(
        matches!(house.may("ito", "2026-12-01", hold), Err(RuleError::Form(_))),
        "held already"
    );

    let release = json!({"record": "release", "hold": id, "why": "終結"});
    assert!(matches!(
        house.may("tanaka", "2026-12-01", release.clone()),
        Err(RuleError::Form(_))
    ));
    house.may("ito", "2026-12-01", release.clone()).unwrap();
    let stranger = json!({"record": "release", "hold": "11".repeat(32), "why": "終結"});
    assert!(matches!(
        house.may("ito", "2026-12-01", stranger),
        Err(RuleError::UnknownRecord(_))
    ));

    // Where she alone has the duty she releases it herself; whoever has not the duty does not.
    let person = json!({"id": "tanaka", "name": "田中 花子"});
    let alone = json!({"record": "assignment", "person": person, "role": "administrator", "duties": [], "until": null});
    house.sign("tanaka", "2026-12-01", alone);
    house.may("tanaka", "2026-12-01", release.clone()).unwrap();
    assert_eq!(
        house.may("ito", "2026-12-01", release.clone()),
        Err(RuleError::NotYourDuty(Duty::Privacy))
    );
    house.sign("tanaka", "2026-12-01", release.clone());
    assert!(!house.ledger.is_held(&case));
    assert!(
        matches!(
            house.may("tanaka", "2026-12-01", release),
            Err(RuleError::Form(_))
        ),
        "released already"
    );
}
