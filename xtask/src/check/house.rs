//! The house rules that no lint knows: file length, words of unfinished work, tests that name what they show.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::Finding;
use crate::project;

/// The most lines of a source file.
const LONGEST: usize = 600;
/// Requirements that this version shows by a whole-system test.
const SHOWN: [&str; 9] = ["R1", "R3", "R4", "R6", "R7", "R8", "R15", "R16", "R19"];

/// Looks through the tracked sources.
pub(super) fn check(sources: &[(String, String)]) -> Vec<Finding> {
    let (mut findings, mut named) = (Vec::new(), BTreeSet::new());
    for (place, source) in sources {
        findings.extend(length(place, source));
        findings.extend(unfinished(place, source));
        if place.starts_with("tests/tests/") && !place.ends_with("/main.rs") {
            let before = named.len();
            named.extend(requirements(source));
            if before == named.len() && requirements(source).is_empty() {
                findings.push(format!("{place} names no requirement (R-number) that it shows"));
            }
        }
    }
    let missing = SHOWN.iter().filter(|number| !named.contains(**number));
    findings.extend(missing.map(|number| format!("no test in tests/tests names {number}")));
    findings
}

/// The tracked sources by their path.
///
/// # Errors
/// When git or a file fails.
pub(super) fn sources() -> Result<Vec<(String, String)>> {
    let mut list = std::process::Command::new("git");
    list.current_dir(project::root()).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
        "--",
    ]);
    let said = dokuei_tests::process::output(list.args(["*.rs", "*.ts", "*.tsx"]))?;
    let names = String::from_utf8_lossy(&said).into_owned();
    let mut sources = Vec::new();
    for name in names.split('\0').filter(|name| !name.is_empty()) {
        let path: PathBuf = project::root().join(name);
        if path.is_file() {
            let source = std::fs::read_to_string(&path).with_context(|| format!("cannot read {name}"))?;
            sources.push((name.to_owned(), source));
        }
    }
    Ok(sources)
}

fn length(place: &str, source: &str) -> Option<Finding> {
    // Made from the API's description, to be read by a compiler.
    if place.ends_with("/generated.ts") {
        return None;
    }
    let lines = source.lines().count();
    (lines > LONGEST).then(|| format!("{place} has {lines} lines, more than {LONGEST}: is it one idea?"))
}

fn unfinished(place: &str, source: &str) -> Vec<Finding> {
    // Put together, so that this file does not find itself.
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("unimple", "mented!"),
        concat!("to", "do!"),
    ];
    let lines = source.lines().enumerate();
    let found = lines.filter(|(_, line)| words.iter().any(|word| has_word(line, word)));
    found
        .map(|(number, _)| format!("{place}:{} marks unfinished work", number + 1))
        .collect()
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let part = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !part(before) && !part(after)
    })
}

/// The R-numbers in a test source: `R6` in words or `r6_` in a test's name.
fn requirements(source: &str) -> BTreeSet<String> {
    let words = source.split(|character: char| !character.is_ascii_alphanumeric());
    let numbered = words.filter(|word| {
        let digits = word.strip_prefix(['R', 'r']).unwrap_or_default();
        !digits.is_empty() && digits.len() <= 2 && digits.chars().all(|character| character.is_ascii_digit())
    });
    numbered.map(str::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_and_unfinished_work_are_found() {
        assert!(length("a.rs", &"x\n".repeat(601)).is_some());
        assert!(length("a.rs", &"x\n".repeat(600)).is_none());
        let marked = concat!("// TO", "DO later\nlet methodology = 1;\n");
        assert_eq!(unfinished("a.rs", marked), ["a.rs:1 marks unfinished work"]);
    }

    #[test]
    fn requirements_are_read_from_words_and_names() {
        let found = requirements("/// R16: x\nfn r6_a_flipped_byte_is_found() { let r2d2 = RSA; }");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["R16", "R6"]);
    }
}
