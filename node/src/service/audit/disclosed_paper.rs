//! What was disclosed of a patient as a paper that she is given: Japanese first.

use dokuei_document::{Block, Fonts, FormDocument, render_form};
use serde_json::Value;

use super::Whose;
use crate::clock;
use crate::service::Node;
use crate::service::error::ServiceError;
use crate::service::session::Session;

/// What is written where nothing is known: an empty row of a paper is a line to write on.
const NOTHING: &str = "—";

impl Node {
    /// What [`Node::disclosures`] tells, as PDF/A.
    ///
    /// # Errors
    /// As [`Node::disclosures`]; and when no Japanese font is installed.
    pub fn disclosures_pdf(&self, session: &Session, whose: &Whose) -> Result<Vec<u8>, ServiceError> {
        let fonts = Fonts::find(self.config().document.font.as_deref())?;
        let told = self.disclosures(session, whose)?;
        let made_at = i64::try_from(self.now().0).unwrap_or(i64::MAX);
        Ok(render_form(&paper(&told, made_at), &fonts)?)
    }
}

/// The paper; `made_at` in seconds since 1970-01-01T00:00:00Z.
fn paper(told: &Value, made_at: i64) -> FormDocument {
    let institution = text(told, "/institution");
    let mut blocks = vec![
        row(
            "患者 Patient",
            &join(&[&text(told, "/patient/name"), &text(told, "/patient/id")]),
        ),
        row(
            "生年月日 Date of birth",
            &born(&text(told, "/patient/birth_date")),
        ),
        row("施設 Institution", &institution),
        row("作成者 Made by", &text(told, "/made_by")),
        row("作成日時 Made at", &in_japan(&text(told, "/made_at"))),
    ];
    blocks.push(Block::Heading(
        "1. 提供先 To whom it was given, and why".to_owned(),
    ));
    let consultations = list(told, "/consultations");
    if consultations.is_empty() {
        blocks.push(Block::Paragraph(
            "提供の記録はありません。 Nothing was given to anybody.".to_owned(),
        ));
    }
    consultations
        .iter()
        .for_each(|one| consultation(one, &mut blocks));
    blocks.push(Block::Heading(
        "2. 閲覧・送付 Who looked at it or sent it on".to_owned(),
    ));
    let looked = list(told, "/disclosures");
    if looked.is_empty() {
        blocks.push(Block::Paragraph(
            "閲覧の記録はありません。 Nobody looked at it.".to_owned(),
        ));
    }
    blocks.extend(looked.iter().map(disclosure));
    blocks.push(Block::Paragraph(format!(
        "この記録は、改ざんを検出できる監査証跡から作成しました（{}件目まで、{}）。 Made of the audit trail, in which an alteration is \
         found; its last row and its hash.",
        told.pointer("/audit_head/seq").and_then(Value::as_u64).unwrap_or_default(),
        text(told, "/audit_head/hash"),
    )));
    FormDocument {
        title: "個人情報の開示・閲覧の記録".to_owned(),
        subtitle: "Record of disclosures (個人情報の保護に関する法律 第33条)".to_owned(),
        blocks,
        footer: institution,
        made_at,
    }
}

fn consultation(one: &Value, blocks: &mut Vec<Block>) {
    let of = |at: &str| text(one, at);
    let people = |at: &str, first: &str, second: &str| {
        let named = list(one, at)
            .iter()
            .map(|who| join(&[&text(who, first), &text(who, second)]));
        named.collect::<Vec<_>>().join("、")
    };
    let received = list(one, "/received")
        .iter()
        .map(|got| join(&[&in_japan(&text(got, "/at")), &text(got, "/institution")]));
    let received = received.collect::<Vec<_>>().join("、");
    blocks.extend([
        row(
            "依頼 Requested",
            &join(&[
                &in_japan(&of("/requested_at")),
                &of("/by/institution"),
                &of("/by/name"),
            ]),
        ),
        row("提供先 Given to", &people("/with", "/institution", "/name_ja")),
        row("受領 Received", &received),
        row("目的 Purpose", &of("/why")),
        row("必要性 Justification", &of("/justification")),
        row(
            "同意 Consent",
            &join(&[
                &of("/consent/scope"),
                &of("/consent/explained_by"),
                &in_japan(&of("/consent/explained_at")),
            ]),
        ),
    ]);
    if one["pseudonym"].is_string() {
        blocks.push(row("仮名 Under a pseudonym", &of("/pseudonym")));
    }
    blocks.push(row("症例 Case", &of("/case_id")));
    blocks.push(Block::Paragraph(" ".to_owned()));
}

/// One act: when, by whom, what.
fn disclosure(one: &Value) -> Block {
    let name = text(one, "/name");
    let who = if name.is_empty() { text(one, "/who") } else { name };
    let done = match text(one, "/outcome").as_str() {
        "success" => String::new(),
        other => format!("（{other}）"),
    };
    let what = format!("{} {}{done}", text(one, "/what_ja"), text(one, "/what_en"));
    row(&in_japan(&text(one, "/at")), &format!("{who}：{what}"))
}

fn row(label: &str, value: &str) -> Block {
    let value = if value.is_empty() { NOTHING } else { value };
    Block::Row(label.to_owned(), value.to_owned())
}

fn text(of: &Value, at: &str) -> String {
    of.pointer(at)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn list<'a>(of: &'a Value, at: &str) -> &'a [Value] {
    of.pointer(at)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn join(parts: &[&str]) -> String {
    let said = parts.iter().filter(|part| !part.is_empty());
    said.copied().collect::<Vec<_>>().join(" ")
}

/// A date as DICOM writes it, for people.
fn born(date: &str) -> String {
    match (date.get(..4), date.get(4..6), date.get(6..8)) {
        (Some(year), Some(month), Some(day)) => format!("{year}年{month}月{day}日"),
        _ => date.to_owned(),
    }
}

/// A time as the API writes it, by the clock of Japan, which has one time zone.
fn in_japan(at: &str) -> String {
    const AHEAD: u64 = 9 * 3_600;
    clock::parse(at).map_or_else(String::new, |at| {
        let there = clock::rfc3339(at.plus(AHEAD));
        let day = there.get(..10).unwrap_or_default();
        let time = there.get(11..16).unwrap_or_default();
        format!("{day} {time}")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_those_of_japan_and_nothing_is_left_to_write_on() {
        assert_eq!(in_japan("2026-11-24T15:17:29Z"), "2026-11-25 00:17");
        assert_eq!(
            (in_japan(""), born("19800401"), born("1980")),
            (String::new(), "1980年04月01日".to_owned(), "1980".to_owned())
        );
        let told = json!({"consultations": [{}], "disclosures": [{"who": "tanaka", "outcome": "refused"}]});
        let blocks = paper(&told, 0).blocks;
        assert!(
            blocks
                .iter()
                .all(|one| !matches!(one, Block::Row(_, value) if value.is_empty()))
        );
        assert!(
            blocks
                .iter()
                .any(|one| matches!(one, Block::Row(_, value) if value.contains("（refused）")))
        );
    }
}
