//! `docs/policy.md` is written from the table; this test says when it is not the table's any more.

use std::fmt::Write as _;
use std::path::Path;

use dokuei_identity::certificate::{DeviceClass, DeviceOwner, LicenceKind};
use dokuei_identity::freshness::Freshness;
use dokuei_identity::policy::{Action, Actions, Data, Object, Relation, TABLE, may};

use crate::policy_people::{Kind, Someone};
use crate::world::NOW;

const PREFACE: &str = "\
# Who may do what

<!-- Written from the table in identity/src/policy/. Do not edit: change the table, then run
     UPDATE=1 cargo test -p dokuei-identity --test identity policy_document -->

`dokuei_identity::policy::may(subject, action, object, now, freshness)` decides. The rows are asked from the top; the
first that is about the action and whose condition is met refuses, with its sentence and clause. Where no row refuses,
the action is allowed. What was signed in the past is judged by `may_have` at the time it took effect: how fresh the
signer's view of the register was then is nothing that others can know, so the last rows do not apply to it.

The bounds of freshness are settings of the node: a view up to 24 hours old is *current*, up to 72 hours *ageing*,
older *stale*. Reading on a node what is already there is blocked by no age.

";

fn actions(actions: Actions) -> String {
    let names = |these: &[Action]| {
        let names: Vec<_> = these
            .iter()
            .map(|action| format!("`{}`", action.name()))
            .collect();
        names.join(", ")
    };
    match actions {
        Actions::All => "all".to_owned(),
        Actions::Only(these) => names(these),
        Actions::Except(these) => format!("all except {}", names(these)),
    }
}

/// `✓`, or the rule that refuses.
fn cell(who: &Someone, action: Action, object: Object, freshness: Freshness) -> String {
    may(&who.subject(), action, object, NOW, freshness)
        .map_or_else(|denial| denial.id().to_owned(), |()| "✓".to_owned())
}

fn matrix(text: &mut String, title: &str, columns: &[&str], rows: Vec<(String, Vec<String>)>) {
    writeln!(text, "\n## {title}\n\n| | {} |", columns.join(" | ")).unwrap();
    writeln!(text, "|---|{}", "---|".repeat(columns.len())).unwrap();
    for (name, cells) in rows {
        writeln!(text, "| {name} | {} |", cells.join(" | ")).unwrap();
    }
}

fn people() -> [(&'static str, Someone); 6] {
    let clinic = Someone::at_the_clinic;
    [
        ("specialist", clinic()),
        ("dentist", clinic().holding(vec![])),
        (
            "foreign-only dentist",
            clinic().licence("US", LicenceKind::Dentist),
        ),
        (
            "foreign-only physician",
            clinic().licence("US", LicenceKind::Physician),
        ),
        ("staff", clinic().kind(Kind::Staff)),
        ("node by itself", clinic().kind(Kind::Machine)),
    ]
}

fn document() -> String {
    let mut text = PREFACE.to_owned();
    text.push_str("## Rules\n\n| | rule | for | actions | refuses | clause | 日本語 | English |\n|---|---|---|---|---|---|---|---|\n");
    for (index, row) in TABLE.iter().enumerate() {
        let rule = row.rule;
        writeln!(
            text,
            "| {} | `{}` | {} | {} | {} | {} | {} | {} |",
            index + 1,
            rule.id,
            rule.requirements,
            actions(row.actions),
            row.condition.english(),
            rule.clause,
            rule.japanese,
            rule.english
        )
        .unwrap();
    }
    text.push_str("\n## Actions\n\n| action | 日本語 | English |\n|---|---|---|\n");
    for action in Action::ALL {
        writeln!(
            text,
            "| `{}` | {} | {} |",
            action.name(),
            action.japanese(),
            action.english()
        )
        .unwrap();
    }
    let own = |data| Object::new(data, Relation::Own);
    let rows = Action::ALL.map(|action| {
        let cells = people().map(|(_, who)| cell(&who, action, Object::OWN_CASE, Freshness::Current));
        (format!("`{}`", action.name()), cells.to_vec())
    });
    let columns = people().map(|(name, _)| name);
    matrix(
        &mut text,
        "People and actions, in a case of their own",
        &columns,
        rows.to_vec(),
    );
    let rows = Data::ALL.map(|data| {
        let cells = people().map(|(_, who)| {
            let seen = [Action::Observe, Action::View]
                .map(|action| cell(&who, action, own(data), Freshness::Current));
            format!("{} / {}", seen[0], seen[1])
        });
        (format!("{data:?}").to_lowercase(), cells.to_vec())
    });
    matrix(
        &mut text,
        "People and classes of data: `observe` / `view`",
        &columns,
        rows.to_vec(),
    );
    let machines = [
        ("fixed", DeviceClass::Fixed, DeviceOwner::Institution),
        ("portable", DeviceClass::Portable, DeviceOwner::Institution),
        (
            "virtual desktop",
            DeviceClass::VirtualDesktop,
            DeviceOwner::Institution,
        ),
        (
            "private virtual desktop",
            DeviceClass::VirtualDesktop,
            DeviceOwner::Private,
        ),
        ("other private", DeviceClass::Portable, DeviceOwner::Private),
    ];
    let shown = [
        Action::View,
        Action::ViewOffline,
        Action::ExportMedia,
        Action::ExportPlain,
        Action::Print,
        Action::Send,
    ];
    let rows = shown.map(|action| {
        let cells = machines.map(|(_, class, owner)| {
            cell(
                &Someone::specialist().at(class, owner),
                action,
                Object::OWN_CASE,
                Freshness::Current,
            )
        });
        (format!("`{}`", action.name()), cells.to_vec())
    });
    matrix(
        &mut text,
        "Machines",
        &machines.map(|(name, ..)| name),
        rows.to_vec(),
    );
    let rows = Action::ALL.map(|action| {
        let cells = Freshness::ALL
            .map(|freshness| cell(&Someone::at_the_clinic(), action, Object::OWN_CASE, freshness));
        (format!("`{}`", action.name()), cells.to_vec())
    });
    matrix(
        &mut text,
        "Age of the view of the register",
        &["current", "ageing", "stale", "never"],
        rows.to_vec(),
    );
    text
}

/// R24: the committed document is the one that the table gives.
#[test]
fn r24_the_document_is_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/policy.md");
    let written = document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == written,
        "docs/policy.md is not what the table says; run: UPDATE=1 cargo test -p dokuei-identity --test identity policy_document"
    );
}
