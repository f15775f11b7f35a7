//! Records as a table (CSV, RFC 4180 with a byte order mark, as spreadsheets in Japan want it).

use std::fmt::Write as _;

use crate::checklist;
use crate::day::Day;
use crate::ledger::Ledger;
use crate::statement::Statement;

/// All records, a line each: what, who, about whom or what, from when until when, and what was stated.
#[must_use]
pub fn records(ledger: &Ledger) -> String {
    let mut table = line(&["番号", "日", "記録", "署名者", "対象", "期限", "内容", "ID"]);
    for record in ledger.records() {
        let one = &record.attestation;
        let (about, until, what) = summary(&one.statement);
        table.push_str(&line(&[
            &one.number.to_string(),
            &Day::at(one.at).to_string(),
            one.statement.word(),
            &format!("{} ({})", one.name, one.by),
            &about,
            &until.map_or_else(String::new, |day| day.to_string()),
            &what,
            &record.id.to_string(),
        ]));
    }
    format!("\u{feff}{table}")
}

/// Every answer of every self-inspection, with its remedy.
#[must_use]
pub fn inspections(ledger: &Ledger) -> String {
    let mut table = line(&[
        "点検日",
        "点検者",
        "区分",
        "項目",
        "結果",
        "所見",
        "改善策",
        "期限",
        "改善済み",
    ]);
    for inspection in ledger.inspections() {
        let one = &inspection.record.attestation;
        for answer in inspection.what.answers.iter() {
            let item = checklist::ITEMS
                .iter()
                .find(|item| item.word == answer.item.as_str());
            let remedied = ledger.remedied(&inspection.record.id, answer.item.as_str());
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            table.push_str(&line(&[
                &Day::at(one.at).to_string(),
                one.name.as_str(),
                item.map_or("", |item| area(item.area)),
                item.map_or(answer.item.as_str(), |item| item.ja),
                match answer.outcome {
                    crate::inspection::Outcome::Fits => "適合",
                    crate::inspection::Outcome::Finding => "要改善",
                    crate::inspection::Outcome::NotApplicable => "該当なし",
                },
                &text(answer.note.as_ref().map(|note| note.as_str())),
                &text(answer.remedy.as_ref().map(|remedy| remedy.as_str())),
                &answer.due.map_or_else(String::new, |day| day.to_string()),
                &remedied.map_or_else(String::new, |record| Day::at(record.attestation.at).to_string()),
            ]));
        }
    }
    format!("\u{feff}{table}")
}

/// A kind of measures in Japanese.
#[must_use]
pub const fn area(area: checklist::Area) -> &'static str {
    match area {
        checklist::Area::Organisational => "組織的安全管理措置",
        checklist::Area::Physical => "物理的安全管理措置",
        checklist::Area::Technical => "技術的安全管理措置",
        checklist::Area::Human => "人的安全管理措置",
    }
}

/// About whom or what a statement is, until when it holds, and what it says in a line.
#[must_use]
pub fn summary(statement: &Statement) -> (String, Option<Day>, String) {
    match statement {
        Statement::Policy(one) => (
            one.kind.title().1.to_owned(),
            Some(one.until),
            format!("第{}版", one.version),
        ),
        Statement::Acknowledgement(one) => (one.policy.to_string(), None, String::new()),
        Statement::Assignment(one) => (
            one.person.name.to_string(),
            one.until,
            format!("{:?} {:?}", one.role, &*one.duties),
        ),
        Statement::Pledge(one) => (
            one.person.name.to_string(),
            Some(one.until),
            if one.on_paper { "書面" } else { "電子署名" }.to_owned(),
        ),
        Statement::Training(one) => (
            one.person.name.to_string(),
            Some(one.until),
            format!("{}（{}）", one.topic, one.on),
        ),
        Statement::Inspection(one) => {
            let findings = one
                .answers
                .iter()
                .filter(|answer| answer.outcome == crate::inspection::Outcome::Finding);
            (
                String::new(),
                Some(one.next),
                format!("要改善 {} 件", findings.count()),
            )
        }
        Statement::Remedy(one) => (one.item.to_string(), None, one.done.to_string()),
        Statement::Review(one) => (
            format!("{} – {}", one.from, one.to),
            Some(one.next),
            one.conclusions.to_string(),
        ),
        Statement::Display(one) => (one.name.to_string(), Some(one.next), one.model.to_string()),
        Statement::DisplayCheck(one) => (
            one.name.to_string(),
            None,
            if one.passed { "良" } else { "不良" }.to_owned(),
        ),
        Statement::Incident(one) => (one.noticed.to_string(), None, one.what.to_string()),
        Statement::Hold(one) => (one.case.to_string(), None, one.why.to_string()),
        Statement::Release(one) => (one.hold.to_string(), None, one.why.to_string()),
        Statement::Response(one) => (format!("{:?}", one.step), None, one.what.to_string()),
    }
}

fn line(cells: &[&str]) -> String {
    let mut line = String::new();
    for (index, cell) in cells.iter().enumerate() {
        // A cell that a spreadsheet would take for a formula is text.
        let guard = if cell.starts_with(['=', '+', '-', '@', '\t']) {
            "'"
        } else {
            ""
        };
        let comma = if index == 0 { "" } else { "," };
        // Writing to a String does not fail.
        let _ = write!(line, "{comma}\"{guard}{}\"", cell.replace('"', "\"\""));
    }
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_a_cell_is_text_whatever_it_holds() {
        assert_eq!(
            line(&["a\"b", "=1+1", "x,y\nz"]),
            "\"a\"\"b\",\"'=1+1\",\"x,y\nz\"\r\n"
        );
    }
}
