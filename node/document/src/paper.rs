//! Papers of the house: rules, pledges, inspections; whatever is headings, running text, lists and rows.

use crate::DocumentError;
use crate::draw::{ACCENT, GREY, INK};
use crate::fonts::Fonts;
use crate::layout::{BODY, Layout};
use crate::pdf::{About, write};
use crate::report::{japanese_time, pdf_time};

/// A part of a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// Running text.
    Paragraph(String),
    /// An item of a list.
    Item(String),
    /// A label and a value.
    Row(String, String),
}

/// A paper.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaperDocument {
    /// Its title.
    pub title: String,
    /// A line below: version, house, days.
    pub subtitle: String,
    /// What it says.
    pub blocks: Vec<Block>,
    /// Who signed.
    pub signer: String,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub signed_at: i64,
    /// Id of the signed record, hexadecimal.
    pub record_id: String,
}

/// Parts of a text in which `# ` is its title, `## ` begins a heading, and `- ` an item.
#[must_use]
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        blocks.push(if let Some(heading) = line.strip_prefix("## ") {
            Block::Heading(heading.to_owned())
        } else if let Some(item) = line.strip_prefix("- ") {
            Block::Item(item.to_owned())
        } else if line.starts_with("# ") {
            // It stands above already.
            continue;
        } else {
            Block::Paragraph(line.to_owned())
        });
    }
    blocks
}

/// The paper as PDF/A-2u.
///
/// # Errors
/// [`DocumentError::BadTime`] or [`DocumentError::Pdf`].
pub fn render_paper(paper: &PaperDocument, fonts: &Fonts) -> Result<Vec<u8>, DocumentError> {
    let signed_at = japanese_time(paper.signed_at)?;
    let mut layout = Layout::new(fonts.typesetter());
    layout.title(&paper.title, 18.0, ACCENT);
    layout.title(&paper.subtitle, 9.0, GREY);
    layout.gap(8.0);
    layout.rule();
    layout.gap(8.0);
    for block in &paper.blocks {
        match block {
            Block::Heading(text) => layout.heading(text),
            Block::Paragraph(text) => {
                layout.paragraph(text, BODY, INK);
                layout.gap(3.0);
            }
            Block::Item(text) => layout.paragraph(&format!("・{text}"), BODY, INK),
            Block::Row(label, value) => layout.table(&[vec![(label.as_str(), value.clone())]]),
        }
    }
    layout.gap(12.0);
    layout.keep_together(110.0);
    layout.heading("署名 Signature");
    layout.table(&[
        vec![("署名者 Signed by", paper.signer.clone())],
        vec![(
            "署名日時 Signed at",
            signed_at.strftime("%Y年%-m月%-d日 %H:%M:%S (UTC+9)").to_string(),
        )],
    ]);
    layout.gap(6.0);
    layout.paragraph(
        "本書は署名済み電子記録の写しです。署名者本人の申告であり、内容を本システムが検証したものではありません。 \
         A copy of a signed record. It is what its signer states; the system has not verified the content.",
        8.0,
        GREY,
    );
    let footer = [format!("記録 Record {}", paper.record_id), String::new()];
    let about = About {
        title: paper.title.clone(),
        author: paper.signer.clone(),
        id: paper.record_id.clone(),
        created: pdf_time(&signed_at),
    };
    write(&layout.finish(&paper.title, &footer), about, fonts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_divided_by_the_beginnings_of_its_lines() {
        let parts = blocks("# Title\n\nText.\n\n## One\n\n- a\n- b\n");
        assert_eq!(
            parts,
            [
                Block::Paragraph("Text.".into()),
                Block::Heading("One".into()),
                Block::Item("a".into()),
                Block::Item("b".into()),
            ]
        );
    }
}
