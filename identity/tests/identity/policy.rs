//! What a certificate by itself entitles to, and the form of the rules.

use dokuei_identity::certificate::{
    DeviceClass, DeviceOwner, LicenceKind, PractitionerCertificate, Qualification, QualificationCode,
};
use dokuei_identity::policy::{self, Action, TABLE, entitled, may_be_node};

use crate::policy_people::{Someone, qualification};
use crate::world::NOW;

fn certificate(jurisdiction: &str, kind: LicenceKind, held: Vec<Qualification>) -> PractitionerCertificate {
    Someone::specialist()
        .licence(jurisdiction, kind)
        .holding(held)
        .practitioner
}

/// R3, R4: who requests, accepts and signs, row by row, with the rule that refuses.
#[test]
fn r3_r4_the_table() {
    use LicenceKind::{Dentist, Physician};
    use QualificationCode::{DiagnosticRadiology, Equivalent, OralRadiology};
    let later = NOW.plus(1);
    let held = |code, ground, to| vec![qualification(code, ground, to)];
    let dental = Some("reading-qualification-dentist");
    let medical = Some("reading-qualification-physician");
    // licence, profession, qualifications; rule that refuses: to request, to read
    let table = [
        ("JP", Dentist, vec![], None, dental),
        ("JP", Physician, vec![], None, medical),
        ("JP", Dentist, held(OralRadiology, false, later), None, None),
        ("JP", Dentist, held(OralRadiology, false, NOW), None, None),
        (
            "JP",
            Dentist,
            held(OralRadiology, false, NOW.minus(1)),
            None,
            dental,
        ),
        ("JP", Dentist, held(Equivalent, true, later), None, None),
        ("JP", Dentist, held(Equivalent, false, later), None, dental),
        (
            "JP",
            Dentist,
            held(DiagnosticRadiology, false, later),
            None,
            dental,
        ),
        (
            "JP",
            Physician,
            held(DiagnosticRadiology, false, later),
            None,
            None,
        ),
        ("JP", Physician, held(OralRadiology, false, later), None, medical),
        ("JP", Physician, held(Equivalent, true, later), None, medical),
        (
            "US",
            Dentist,
            held(OralRadiology, false, later),
            Some("japanese-dental-licence"),
            Some("japanese-dental-licence"),
        ),
        (
            "DE",
            Physician,
            held(DiagnosticRadiology, false, later),
            Some("japanese-medical-licence"),
            Some("japanese-medical-licence"),
        ),
    ];
    for (row, (jurisdiction, kind, held, request, read)) in table.into_iter().enumerate() {
        let certificate = certificate(jurisdiction, kind, held);
        let rule = |action| {
            entitled(&certificate, action, NOW)
                .err()
                .map(|denial| denial.id())
        };
        assert_eq!(rule(Action::Observe), None, "row {row}");
        for action in [Action::Agree, Action::Request] {
            assert_eq!(rule(action), request, "row {row}, {action:?}");
        }
        for action in [Action::Consult, Action::SignFinal] {
            assert_eq!(rule(action), read, "row {row}, {action:?}");
        }
    }
}

/// R4: the refusal of a foreign licence cites the article.
#[test]
fn r4_the_refusal_cites_the_article() {
    let dentist = certificate("US", LicenceKind::Dentist, vec![]);
    let denial = entitled(&dentist, Action::SignFinal, NOW).unwrap_err();
    assert!(denial.clause().contains("歯科医師法17条"));
    assert!(denial.to_string().contains("Article 17"));
    let physician = certificate("US", LicenceKind::Physician, vec![]);
    assert!(
        entitled(&physician, Action::Consult, NOW)
            .unwrap_err()
            .clause()
            .starts_with("医師法17条")
    );
}

/// R20: whose device may be a node.
#[test]
fn r20_the_table_of_devices() {
    use DeviceClass::{Fixed, Portable, VirtualDesktop};
    for class in [Fixed, Portable, VirtualDesktop] {
        assert!(may_be_node(class, DeviceOwner::Institution).is_ok());
        let private = may_be_node(class, DeviceOwner::Private);
        assert_eq!(private.is_ok(), class == VirtualDesktop);
    }
}

#[test]
fn every_rule_has_its_own_name_a_clause_and_two_sentences() {
    for (index, rule) in TABLE.iter().map(|row| row.rule).enumerate() {
        assert!(TABLE[..index].iter().all(|earlier| earlier.rule.id != rule.id));
        assert!(rule.japanese.ends_with('。') && rule.english.ends_with('.') && !rule.clause.is_empty());
    }
    assert_eq!(TABLE[0].rule, policy::CERTIFICATE_IN_FORCE);
}
