//! Papers that are not signed records: an agreement as both have it, a form that a patient signs by hand.

use crate::DocumentError;
use crate::draw::{ACCENT, GREY, INK};
use crate::fonts::Fonts;
use crate::layout::{BODY, Layout};
use crate::paper::Block;
use crate::pdf::{About, write};
use crate::report::{japanese_time, pdf_time};

/// A paper to be read, kept, or signed by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormDocument {
    /// Its title.
    pub title: String,
    /// A line below.
    pub subtitle: String,
    /// What it says; a row without a value is a line to write on.
    pub blocks: Vec<Block>,
    /// What stands at the foot of every page.
    pub footer: String,
    /// When it was made, seconds since 1970-01-01T00:00:00Z.
    pub made_at: i64,
}

/// The form as PDF/A-2u.
///
/// # Errors
/// [`DocumentError::BadTime`] or [`DocumentError::Pdf`].
pub fn render_form(form: &FormDocument, fonts: &Fonts) -> Result<Vec<u8>, DocumentError> {
    let made_at = japanese_time(form.made_at)?;
    let mut layout = Layout::new(fonts.typesetter());
    layout.title(&form.title, 18.0, ACCENT);
    layout.title(&form.subtitle, 9.0, GREY);
    layout.gap(8.0);
    layout.rule();
    for block in &form.blocks {
        match block {
            Block::Heading(text) => layout.heading(text),
            Block::Paragraph(text) => {
                layout.paragraph(text, BODY, INK);
                layout.gap(3.0);
            }
            Block::Item(text) => layout.paragraph(&format!("□ {text}"), BODY, INK),
            // Room for a hand.
            Block::Row(label, value) if value.is_empty() => {
                layout.table(&[vec![(label.as_str(), "\n ".to_owned())]]);
            }
            Block::Row(label, value) => layout.table(&[vec![(label.as_str(), value.clone())]]),
        }
    }
    let footer = [form.footer.clone(), String::new()];
    let about = About {
        title: form.title.clone(),
        author: form.subtitle.clone(),
        id: form.footer.clone(),
        created: pdf_time(&made_at),
    };
    write(&layout.finish(&form.title, &footer), about, fonts)
}
