//! The opinion that two readers sign together, on paper: what each found, what both mean, and who has signed it.

use crate::DocumentError;
use crate::content::{PatientBlock, RequestBlock, SignerBlock, StudyBlock};
use crate::draw::{ACCENT, GREY, INK};
use crate::fonts::Fonts;
use crate::layout::{BODY, Layout};
use crate::pdf::{About, write};
use crate::report::{copy, japanese_time, or_dash, pdf_time, request, section, signer, whose};

/// What both reports say of one thing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ComparedLine {
    /// Of what: a part of the report, or a tooth.
    pub of: String,
    /// What the first reader says; empty when nothing.
    pub first: String,
    /// What the second says.
    pub second: String,
    /// Whether it is the same, in words.
    pub agreement: String,
}

/// A signature under the opinion.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Signing {
    /// As what she signed it: author, or co-signer.
    pub role: String,
    /// Who, and when.
    pub signer: SignerBlock,
}

/// A reconciled opinion as it is printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OpinionDocument {
    /// How far it has come, in words.
    pub standing: String,
    /// Name of the institution that asked.
    pub requesting_institution: String,
    /// The patient.
    pub patient: PatientBlock,
    /// The study.
    pub study: StudyBlock,
    /// What was asked.
    pub request: RequestBlock,
    /// The two readers, her who wrote the opinion first: name and institution.
    pub readers: [String; 2],
    /// Ids of the entries that are their two reports, hexadecimal.
    pub reports: [String; 2],
    /// Their reports side by side; the section is left out when there is nothing.
    pub compared: Vec<ComparedLine>,
    /// What both mean.
    pub opinion: String,
    /// What both recommend; the section is left out when empty.
    pub recommendations: String,
    /// What was said against it, a line each; the section is left out when there is none.
    pub dissents: Vec<String>,
    /// Who has signed it, its author first; never none.
    pub signatures: Vec<Signing>,
    /// Id of the entry that is the opinion, hexadecimal.
    pub entry_id: String,
    /// Id of the case, hexadecimal.
    pub case_id: String,
}

/// Nothing of a patient is printed by accident.
impl std::fmt::Debug for OpinionDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpinionDocument")
            .field("entry_id", &self.entry_id)
            .finish_non_exhaustive()
    }
}

/// The opinion as PDF/A-2u.
///
/// # Errors
/// [`DocumentError::BadTime`], also when nobody has signed it, or [`DocumentError::Pdf`].
pub fn render_opinion(opinion: &OpinionDocument, fonts: &Fonts) -> Result<Vec<u8>, DocumentError> {
    let author = opinion.signatures.first().ok_or(DocumentError::BadTime)?;
    let created = pdf_time(&japanese_time(author.signer.signed_at)?);
    let mut layout = Layout::new(fonts.typesetter());
    head(&mut layout, opinion);
    request(&mut layout, &opinion.request);
    side_by_side(&mut layout, opinion);
    section(
        &mut layout,
        "統合見解 Reconciled opinion",
        &opinion.opinion,
        false,
    );
    section(
        &mut layout,
        "推奨 Recommendations",
        &opinion.recommendations,
        true,
    );
    if !opinion.dissents.is_empty() {
        layout.heading("異見 Dissent");
        for line in &opinion.dissents {
            layout.paragraph(line, BODY, INK);
        }
    }
    signatures(&mut layout, &opinion.signatures)?;
    let header = format!(
        "統合見解書　{}　ID {}",
        or_dash(&opinion.patient.name),
        or_dash(&opinion.patient.id)
    );
    let footer = [
        format!("エントリー Entry {}", opinion.entry_id),
        format!("症例 Case {}", opinion.case_id),
    ];
    let about = About {
        title: "統合見解書".to_owned(),
        author: author.signer.name.clone(),
        id: opinion.entry_id.clone(),
        created,
    };
    write(&layout.finish(&header, &footer), about, fonts)
}

fn head(layout: &mut Layout<'_>, opinion: &OpinionDocument) {
    layout.title("統合見解書", 20.0, ACCENT);
    layout.title("Reconciled Opinion of Two Readers", 9.0, GREY);
    layout.title(&opinion.standing, BODY, INK);
    layout.gap(8.0);
    layout.rule();
    let [first, second] = &opinion.readers;
    layout.table(&[
        vec![("依頼元 Requested by", or_dash(&opinion.requesting_institution))],
        vec![("読影者1 Reader 1", or_dash(first))],
        vec![("読影者2 Reader 2", or_dash(second))],
    ]);
    whose(layout, &opinion.patient, &opinion.study);
}

/// Each thing of which either speaks: what the one says beside what the other does.
fn side_by_side(layout: &mut Layout<'_>, opinion: &OpinionDocument) {
    if opinion.compared.is_empty() {
        return;
    }
    layout.heading("二つの報告書の対照 The two reports side by side");
    for line in &opinion.compared {
        let first = format!("{}　読影者1", line.of);
        let second = format!("{}　読影者2", line.agreement);
        layout.table(&[vec![
            (first.as_str(), or_dash(&line.first)),
            (second.as_str(), or_dash(&line.second)),
        ]]);
    }
    let [first, second] = &opinion.reports;
    layout.paragraph(&format!("報告書1 Report 1: {first}"), 8.0, GREY);
    layout.paragraph(&format!("報告書2 Report 2: {second}"), 8.0, GREY);
}

/// Each signature stays on one page with whose it is.
fn signatures(layout: &mut Layout<'_>, signatures: &[Signing]) -> Result<(), DocumentError> {
    layout.gap(12.0);
    layout.keep_together(150.0);
    layout.heading("署名 Signatures");
    for one in signatures {
        layout.keep_together(90.0);
        layout.paragraph(&one.role, BODY, INK);
        signer(layout, &one.signer, &japanese_time(one.signer.signed_at)?);
        layout.gap(6.0);
    }
    copy(layout);
    Ok(())
}
