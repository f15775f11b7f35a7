//! The whole table, every action on every object for people, machines and views that differ in one thing each.

use std::fmt::Write as _;

use dokuei_identity::certificate::{DeviceClass, DeviceOwner, LicenceKind};
use dokuei_identity::freshness::Freshness;
use dokuei_identity::policy::{Action, Data, Object, Relation, Start, TABLE, may, may_have};
use dokuei_identity::time::Timestamp;

use crate::policy_people::{Kind, Someone, Word};
use crate::world::NOW;

/// Somebody, when, and how fresh the view is.
type Row = (&'static str, Someone, Timestamp, Freshness);

fn with(mut who: Someone, change: impl FnOnce(&mut Someone)) -> Someone {
    change(&mut who);
    who
}

fn everybody() -> Vec<Row> {
    use DeviceClass::{Fixed, Portable, VirtualDesktop};
    use DeviceOwner::{Institution, Private};
    use Freshness::{Ageing, Current, Never, Stale};
    let clinic = Someone::at_the_clinic;
    let at = |class, owner| Someone::specialist().at(class, owner);
    let late = NOW.plus(366 * 86_400);
    vec![
        ("specialist, fixed machine", clinic(), NOW, Current),
        ("dentist", clinic().holding(vec![]), NOW, Current),
        (
            "physician",
            clinic().licence("JP", LicenceKind::Physician),
            NOW,
            Current,
        ),
        (
            "foreign dentist",
            clinic().licence("US", LicenceKind::Dentist),
            NOW,
            Current,
        ),
        (
            "foreign physician",
            clinic().licence("DE", LicenceKind::Physician),
            NOW,
            Current,
        ),
        (
            "provisional",
            with(clinic(), |who| who.provisional = true),
            NOW,
            Current,
        ),
        ("staff", clinic().kind(Kind::Staff), NOW, Current),
        ("node alone", clinic().kind(Kind::Machine), NOW, Current),
        ("expired", with(clinic(), |who| who.node = None), late, Current),
        (
            "suspended",
            with(clinic(), |who| who.word = Word::Suspended),
            NOW,
            Current,
        ),
        (
            "revoked",
            with(clinic(), |who| who.word = Word::Revoked),
            NOW,
            Current,
        ),
        (
            "superseded",
            with(clinic(), |who| who.word = Word::Superseded),
            NOW,
            Current,
        ),
        (
            "unlogged",
            with(clinic(), |who| who.word = Word::Unlogged),
            NOW,
            Current,
        ),
        (
            "node suspended",
            with(clinic(), |who| who.node_word = Word::Suspended),
            NOW,
            Current,
        ),
        (
            "node revoked",
            with(clinic(), |who| who.node_word = Word::Revoked),
            NOW,
            Current,
        ),
        (
            "node unlogged",
            with(clinic(), |who| who.node_word = Word::Unlogged),
            NOW,
            Current,
        ),
        ("staff, node expired", clinic().kind(Kind::Staff), late, Current),
        ("portable", at(Portable, Institution), NOW, Current),
        (
            "portable, started by nobody",
            with(at(Portable, Institution), |who| {
                who.start = Some(Start::Unattended)
            }),
            NOW,
            Current,
        ),
        ("portable, stale", at(Portable, Institution), NOW, Stale),
        ("virtual desktop", at(VirtualDesktop, Institution), NOW, Current),
        (
            "private virtual desktop",
            at(VirtualDesktop, Private),
            NOW,
            Current,
        ),
        ("private fixed", at(Fixed, Private), NOW, Current),
        ("private portable", at(Portable, Private), NOW, Current),
        ("ageing view", clinic(), NOW, Ageing),
        ("stale view", clinic(), NOW, Stale),
        ("no view", clinic(), NOW, Never),
    ]
}

/// R3, R4, R5, R20, R24: every action on every object, for everybody.
#[test]
fn r3_r4_r5_r20_r24_the_whole_table() {
    let mut text = String::from("data: register directory schedule case images report audit; . allowed\n");
    let letter = |id: &str| {
        let index = TABLE.iter().position(|row| row.rule.id == id).unwrap();
        char::from_u32(if index < 26 { 'A' as u32 } else { 'a' as u32 - 26 } + index as u32).unwrap()
    };
    for row in &TABLE {
        writeln!(text, "{} {}", letter(row.rule.id), row.rule.id).unwrap();
    }
    for (name, who, now, freshness) in everybody() {
        writeln!(text, "\n## {name}\n{:<18}own     party   local   outsider", "").unwrap();
        let subject = who.subject();
        for action in Action::ALL {
            write!(text, "{:<17}", action.name()).unwrap();
            for relation in Relation::ALL {
                text.push(' ');
                for data in Data::ALL {
                    let denial = may(&subject, action, Object::new(data, relation), now, freshness).err();
                    text.push(denial.map_or('.', |denial| letter(denial.id())));
                }
            }
            text.push('\n');
        }
    }
    insta::assert_snapshot!(text);
}

/// No row is dead: each is the answer to some question of the table above.
#[test]
fn every_rule_refuses_something() {
    let mut seen: Vec<&str> = Vec::new();
    for (_, who, now, freshness) in everybody() {
        for action in Action::ALL {
            for data in Data::ALL {
                for relation in Relation::ALL {
                    let object = Object::new(data, relation);
                    seen.extend(
                        may(&who.subject(), action, object, now, freshness)
                            .err()
                            .map(|no| no.id()),
                    );
                }
            }
        }
    }
    for row in &TABLE {
        assert!(seen.contains(&row.rule.id), "{} never refuses", row.rule.id);
    }
}

fn refusal(who: &Someone, action: Action, object: Object, freshness: Freshness) -> Option<&'static str> {
    may(&who.subject(), action, object, NOW, freshness)
        .err()
        .map(|denial| denial.id())
}

/// R5, R24: staff take studies in and schedule; they neither read nor sign, nor see a case.
#[test]
fn r5_r24_staff_upload_and_schedule_and_never_read() {
    let staff = Someone::at_the_clinic().kind(Kind::Staff);
    let images = Object::new(Data::Images, Relation::Local);
    let on = |action, object| refusal(&staff, action, object, Freshness::Current);
    assert_eq!(on(Action::Import, images), None);
    assert_eq!(
        on(Action::Schedule, Object::new(Data::Schedule, Relation::Local)),
        None
    );
    for action in [
        Action::View,
        Action::Compose,
        Action::SignFinal,
        Action::CoSign,
        Action::Grant,
        Action::Send,
    ] {
        assert_eq!(on(action, images), Some("staff-not-medical"), "{action:?}");
    }
    assert_eq!(
        on(Action::Observe, Object::PARTY_CASE),
        Some("staff-confidential")
    );
    assert_eq!(
        on(Action::Observe, Object::new(Data::Audit, Relation::Local)),
        Some("staff-confidential")
    );
}

/// R5: a node by itself signs nothing, whatever its certificate.
#[test]
fn r5_a_node_alone_signs_nothing() {
    let node = Someone::at_the_clinic().kind(Kind::Machine);
    assert_eq!(
        refusal(&node, Action::Admit, Object::REGISTER, Freshness::Current),
        None
    );
    for action in [
        Action::SignPreliminary,
        Action::SignFinal,
        Action::Request,
        Action::Grant,
        Action::View,
    ] {
        let rule = refusal(&node, action, Object::OWN_CASE, Freshness::Current);
        assert_eq!(rule, Some("responsible-practitioner"), "{action:?}");
    }
}

/// R17, R19: what is here is read on a view of any age; what is new waits for a current one.
#[test]
fn r17_r19_reading_is_never_blocked_by_age() {
    let who = Someone::at_the_clinic();
    for freshness in Freshness::ALL {
        for action in [
            Action::Observe,
            Action::View,
            Action::Compose,
            Action::Print,
            Action::FollowRegister,
        ] {
            assert_eq!(
                refusal(&who, action, Object::PARTY_CASE, freshness),
                None,
                "{action:?} {freshness:?}"
            );
        }
        let on = |action| refusal(&who, action, Object::OWN_CASE, freshness);
        let (new, running) = match freshness {
            Freshness::Current => (None, None),
            Freshness::Ageing => (Some("register-view-ageing"), None),
            Freshness::Stale | Freshness::Never => (Some("register-view-stale"), Some("register-view-stale")),
        };
        for action in [Action::Grant, Action::Send, Action::Request, Action::Agree] {
            assert_eq!(on(action), new, "{action:?} {freshness:?}");
        }
        for action in [
            Action::FinishTransfer,
            Action::Admit,
            Action::SignFinal,
            Action::Consult,
        ] {
            assert_eq!(on(action), running, "{action:?} {freshness:?}");
        }
    }
}

/// R3, R6: what was signed before a revocation is judged by the time it took effect; from that time it counts.
#[test]
fn r6_a_revocation_counts_from_its_time_for_what_was_signed() {
    let revoked = with(Someone::specialist(), |who| {
        (who.word, who.since) = (Word::Revoked, NOW.plus(10))
    });
    let sign = |at| may_have(&revoked.subject(), Action::SignFinal, Object::PARTY_CASE, at);
    assert!(sign(NOW.plus(9)).is_ok());
    assert_eq!(sign(NOW.plus(10)).unwrap_err().id(), "certificate-revoked");
    // For what is about to be done, clocks do not matter.
    let rule = refusal(
        &revoked,
        Action::SignFinal,
        Object::PARTY_CASE,
        Freshness::Current,
    );
    assert_eq!(rule, Some("certificate-revoked"));
}

/// R20: what a private, a portable and a virtual machine are not for.
#[test]
fn r20_machines() {
    use DeviceClass::{Fixed, Portable, VirtualDesktop};
    use DeviceOwner::{Institution, Private};
    let on = |class, owner, action, freshness| {
        refusal(
            &Someone::specialist().at(class, owner),
            action,
            Object::OWN_CASE,
            freshness,
        )
    };
    let current = Freshness::Current;
    for action in Action::ALL {
        assert_eq!(on(Fixed, Institution, action, current), None, "{action:?}");
        assert_eq!(
            on(Fixed, Private, action, current),
            Some("no-private-device"),
            "{action:?}"
        );
        assert_eq!(
            on(Portable, Private, action, current),
            Some("no-private-device"),
            "{action:?}"
        );
    }
    for action in [Action::ExportMedia, Action::ExportPlain, Action::ViewOffline] {
        assert_eq!(
            on(VirtualDesktop, Institution, action, current),
            Some("virtual-desktop-keeps")
        );
    }
    assert_eq!(on(VirtualDesktop, Private, Action::View, current), None);
    assert_eq!(
        on(VirtualDesktop, Private, Action::Print, current),
        Some("private-no-print")
    );
    assert_eq!(
        on(Portable, Institution, Action::ViewOffline, Freshness::Ageing),
        None
    );
    assert_eq!(
        on(Portable, Institution, Action::ViewOffline, Freshness::Stale),
        Some("portable-cache")
    );
    assert_eq!(
        on(Portable, Institution, Action::ExportPlain, current),
        Some("portable-no-plain-export")
    );
}
