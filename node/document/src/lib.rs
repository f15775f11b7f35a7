//! A report for people: A4, Japanese and Latin text, PDF/A-2u (ISO 19005-2).
//!
//! The paper is a copy. What counts is the signed entry in the case log, whose id stands on every page. The same
//! [`ReportDocument`] with the same fonts gives the same bytes: all times come in with it.
//!
//! ```no_run
//! # fn main() -> Result<(), dokuei_document::DocumentError> {
//! use dokuei_document::{Fonts, ReportDocument, render_report};
//! let fonts = Fonts::find(None)?;
//! let report = ReportDocument { findings: "下顎左側第一大臼歯の根尖部に透過像を認める。".into(), ..Default::default() };
//! let pdf = render_report(&report, &fonts)?;
//! # Ok(())
//! # }
//! ```

mod content;
mod draw;
mod fonts;
mod form;
mod layout;
mod lines;
mod opinion;
mod paper;
mod pdf;
mod report;

pub use content::{
    Illustration, PatientBlock, ReportDocument, ReportStatus, RequestBlock, SignerBlock, StudyBlock,
};
pub use fonts::Fonts;
pub use form::{FormDocument, render_form};
pub use opinion::{ComparedLine, OpinionDocument, Signing, render_opinion};
pub use paper::{Block, PaperDocument, blocks, render_paper};
pub use report::render_report;

use std::path::PathBuf;

use thiserror::Error;

/// Why there is no PDF.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// None of the usual Japanese fonts is installed.
    #[error(
        "no Japanese font was found; install one with `apt-get install fonts-ipaexfont-gothic` or name a font file"
    )]
    NoFont,
    /// The font file that was named cannot be used.
    #[error("the font {} cannot be used ({why}); name an OpenType or TrueType file with Japanese characters", path.display())]
    BadFont {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The time of signing is out of the range that a calendar has.
    #[error("the time of signing is not a date; ask the author to sign the report again")]
    BadTime,
    /// The PDF writer or its PDF/A check refused: a fault of this program.
    #[error("the report could not be written as PDF/A: {0}; please tell the developers of Dokuei")]
    Pdf(String),
}
