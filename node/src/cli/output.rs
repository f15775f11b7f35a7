//! How results are shown: one JSON document for scripts, aligned columns for people.

use serde_json::{Value, json};

use super::error::CliError;

/// Prints a document as JSON.
pub(crate) fn json(value: &Value) {
    println!("{value:#}");
}

/// Prints a failure: a problem document with `--json`, else a sentence on standard error.
pub(crate) fn failure(error: &CliError, as_json: bool) {
    if as_json {
        let mut told = json!({"code": error.code, "message": error.message, "next": error.next});
        if let Some(asked) = &error.second_factor {
            told["second_factor"] = json!(asked);
        }
        println!("{:#}", json!({"error": told}));
    } else {
        eprintln!("dokuei: {error}");
    }
}

/// Prints rows under headings, each column as wide as its widest cell (full-width characters count twice).
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = headings.iter().map(|heading| width(heading)).collect();
    for row in rows {
        for (column, cell) in row.iter().enumerate().take(widths.len()) {
            widths[column] = widths[column].max(width(cell));
        }
    }
    line(
        &headings
            .iter()
            .map(|heading| (*heading).to_owned())
            .collect::<Vec<_>>(),
        &widths,
    );
    for row in rows {
        line(row, &widths);
    }
}

fn line(cells: &[String], widths: &[usize]) {
    let padded: Vec<String> = cells
        .iter()
        .zip(widths)
        .map(|(cell, wanted)| format!("{cell}{}", " ".repeat(wanted.saturating_sub(width(cell)))))
        .collect();
    println!("{}", padded.join("  ").trim_end());
}

/// Columns on a terminal: East Asian wide characters take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xff00..=0xff60) { 2 } else { 1 }).sum()
}

/// A text field of a JSON document, or "".
#[must_use]
pub(crate) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn a_kanji_takes_two_columns() {
        assert_eq!(width("山田 taro"), 9);
    }
}
