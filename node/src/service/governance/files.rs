//! The records as files: a paper for people, tables for spreadsheets.

use dokuei_document::{Block, Fonts, PaperDocument, blocks, render_paper};
use dokuei_governance::attestation::{Attested, RecordId};
use dokuei_governance::checklist;
use dokuei_governance::inspection::{Inspection, Outcome};
use dokuei_governance::statement::Statement;
use dokuei_governance::table;
use serde::Deserialize;

use super::super::Node;
use super::super::error::ServiceError;
use super::super::session::Session;

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaperFormat {
    /// Every record, a line each.
    Records,
    /// Every answer of every self-inspection.
    Inspections,
}

impl Node {
    /// A table of the records, CSV.
    ///
    /// # Errors
    /// [`ServiceError::DamagedRecords`].
    pub fn records_table(&self, session: &Session, which: PaperFormat) -> Result<String, ServiceError> {
        let ledger = self.ledger()?;
        let text = match which {
            PaperFormat::Records => table::records(&ledger),
            PaperFormat::Inspections => table::inspections(&ledger),
        };
        self.audit(&session.id, "governance_export", "records", "success")?;
        Ok(text)
    }

    /// A record as a paper, PDF/A.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`], or no Japanese font is installed.
    pub fn record_paper(&self, id: &str) -> Result<Vec<u8>, ServiceError> {
        let id: RecordId = id.parse().map_err(|error| ServiceError::field("record", error))?;
        let ledger = self.ledger()?;
        let record = ledger.find(&id).ok_or(ServiceError::Unknown("record"))?;
        let fonts = Fonts::find(self.config().document.font.as_deref())?;
        Ok(render_paper(&paper(record), &fonts)?)
    }
}

fn paper(record: &Attested) -> PaperDocument {
    let one = &record.attestation;
    let (title, subtitle, blocks) = match &one.statement {
        Statement::Policy(policy) => (
            policy.kind.title().1.to_owned(),
            format!("第{}版　{} – {}", policy.version, policy.from, policy.until),
            blocks(policy.text.as_str()),
        ),
        Statement::Pledge(pledge) => (
            "守秘誓約書".to_owned(),
            format!("{}　{} まで", pledge.person.name, pledge.until),
            blocks(pledge.text.as_str()),
        ),
        Statement::Inspection(inspection) => (
            "自己点検 記録".to_owned(),
            format!(
                "チェックリスト第{}版　次回 {}",
                inspection.checklist, inspection.next
            ),
            answers(inspection),
        ),
        other => {
            let (about, until, what) = table::summary(other);
            let mut rows = vec![Block::Row("記録 Record".to_owned(), other.word().to_owned())];
            rows.push(Block::Row("対象 About".to_owned(), about));
            rows.push(Block::Row("内容 Content".to_owned(), what));
            rows.extend(until.map(|day| Block::Row("期限 Until".to_owned(), day.to_string())));
            ("運用の記録".to_owned(), other.word().to_owned(), rows)
        }
    };
    PaperDocument {
        title,
        subtitle,
        blocks,
        signer: format!("{} ({})", one.name, one.by),
        signed_at: i64::try_from(one.at.0).unwrap_or(i64::MAX),
        record_id: record.id.to_string(),
    }
}

/// The answers of an inspection by the kinds of measures.
fn answers(inspection: &Inspection) -> Vec<Block> {
    let mut parts = Vec::new();
    let mut area = None;
    for item in checklist::ITEMS {
        if area.replace(item.area) != Some(item.area) {
            parts.push(Block::Heading(table::area(item.area).to_owned()));
        }
        let Some(answer) = inspection
            .answers
            .iter()
            .find(|one| one.item.as_str() == item.word)
        else {
            continue;
        };
        let outcome = match answer.outcome {
            Outcome::Fits => "適合",
            Outcome::Finding => "要改善",
            Outcome::NotApplicable => "該当なし",
        };
        let mut lines = vec![item.ja.replace('`', "")];
        lines.extend(answer.note.as_ref().map(|note| format!("所見：{note}")));
        lines.extend(answer.remedy.as_ref().map(|remedy| format!("改善策：{remedy}")));
        lines.extend(answer.due.map(|due| format!("期限：{due}")));
        parts.push(Block::Row(outcome.to_owned(), lines.join("\n")));
    }
    parts
}
