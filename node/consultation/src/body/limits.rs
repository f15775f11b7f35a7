//! Limits of fields. Lengths count characters (Unicode scalar values), as a form on a screen does.

use std::fmt;

use thiserror::Error;

/// The longest name of a person or institution, characters.
pub const MAX_NAME: usize = 256;
/// The longest one-line text (region, reason), characters.
pub const MAX_LINE: usize = 1_000;
/// The longest text (question, findings), characters.
pub const MAX_TEXT: usize = 20_000;
/// The longest list in a body.
pub const MAX_LIST: usize = 256;

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// It must be said and is not.
    Missing,
    /// It is longer than the limit.
    TooLong {
        /// The limit, characters or items.
        limit: usize,
    },
    /// It is not of the required form.
    Form,
}

/// A body that may not be signed, or is not accepted, because of one field. Never shows the field's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub struct Incomplete {
    /// The field, by the name it has in JSON.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            Problem::Missing => write!(f, "{} is missing", self.field),
            Problem::TooLong { limit } => write!(f, "{} is longer than {limit}", self.field),
            Problem::Form => write!(f, "{} is not of the required form", self.field),
        }
    }
}

const fn problem(field: &'static str, problem: Problem) -> Result<(), Incomplete> {
    Err(Incomplete { field, problem })
}

/// A text that may be empty.
pub(super) fn optional(field: &'static str, text: &str, limit: usize) -> Result<(), Incomplete> {
    // Four bytes a character at most: counting is never asked to walk a text that is too long anyway.
    if text.len() > limit * 4 || text.chars().count() > limit {
        return problem(field, Problem::TooLong { limit });
    }
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.chars().any(control) {
        problem(field, Problem::Form)
    } else {
        Ok(())
    }
}

/// A text that must say something.
pub(super) fn required(field: &'static str, text: &str, limit: usize) -> Result<(), Incomplete> {
    if text.trim().is_empty() {
        return problem(field, Problem::Missing);
    }
    optional(field, text, limit)
}

/// A list with something in it.
pub(super) fn some(field: &'static str, length: usize, limit: usize) -> Result<(), Incomplete> {
    if length == 0 {
        return problem(field, Problem::Missing);
    }
    if length > limit {
        problem(field, Problem::TooLong { limit })
    } else {
        Ok(())
    }
}

/// A condition on the form of a field.
pub(super) fn form(field: &'static str, good: bool) -> Result<(), Incomplete> {
    if good {
        Ok(())
    } else {
        problem(field, Problem::Form)
    }
}

/// A DICOM unique identifier (PS3.5 §9): at most 64 characters, digits and dots.
pub(super) fn uid(field: &'static str, text: &str) -> Result<(), Incomplete> {
    if text.is_empty() {
        return problem(field, Problem::Missing);
    }
    let component = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    form(field, text.len() <= 64 && text.split('.').all(component))
}

/// A DICOM date (PS3.5 §6.2, DA): eight digits.
pub(super) fn date(field: &'static str, text: &str) -> Result<(), Incomplete> {
    form(
        field,
        text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()),
    )
}
