//! `docs/guideline.md`: which test shows which clause of the guideline. Written from the tests' own names and words, so
//! that it cannot claim what no test does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context, Result};

use super::Finding;
use super::clauses::CLAUSES;
use crate::project;

const DOCUMENT: &str = "docs/guideline.md";

/// Clauses that no test shows yet. It may only shrink.
const NOT_YET: [u8; 0] = [];

/// One test that says which clauses it shows.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    file: String,
    test: String,
}

/// Compares the document with the tests; with `UPDATE=1` in the environment it is written anew.
///
/// # Errors
/// When the document can be neither read nor written.
pub(super) fn check(sources: &[(String, String)]) -> Result<Vec<Finding>> {
    let mut shown: BTreeMap<u8, BTreeSet<Shown>> = BTreeMap::new();
    for (file, source) in sources {
        for (numbers, test) in tests(source) {
            for number in numbers {
                let (file, test) = (file.clone(), test.clone());
                shown.entry(number).or_default().insert(Shown { file, test });
            }
        }
    }
    let mut findings = Vec::new();
    for clause in &CLAUSES {
        match (shown.contains_key(&clause.number), NOT_YET.contains(&clause.number)) {
            (false, false) => findings.push(format!("no test shows R{} ({})", clause.number, clause.demand)),
            (true, true) => findings.push(format!(
                "R{} is shown by a test now: take it from the list of those that are not, in xtask/src/check/guideline.rs",
                clause.number
            )),
            _ => {}
        }
    }
    let strange = shown
        .keys()
        .filter(|number| CLAUSES.iter().all(|clause| clause.number != **number));
    findings
        .extend(strange.map(|number| format!("a test names R{number}, which the guideline does not have")));

    let path = project::root().join(DOCUMENT);
    let written = write(&shown);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &written).with_context(|| format!("cannot write {DOCUMENT}"))?;
    } else if std::fs::read_to_string(&path).unwrap_or_default() != written {
        findings.push(format!(
            "{DOCUMENT} is not what the tests say; run: UPDATE=1 cargo xtask check"
        ));
    }
    Ok(findings)
}

/// The tests of a Rust source that name clauses: by `r17_` at the beginning of the name, or by `R3, R17:` at the beginning
/// of the comment.
fn tests(source: &str) -> Vec<(BTreeSet<u8>, String)> {
    let (mut found, mut comment, mut is_test) = (Vec::new(), String::new(), false);
    for line in source.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("///") {
            comment.push_str(words.trim());
            comment.push(' ');
        } else if line.starts_with("#[") {
            is_test |= line.contains("test]") || line.contains("test(");
        } else {
            if is_test && let Some(name) = function(line) {
                let mut numbers = leading(&comment.to_lowercase());
                numbers.extend(leading(&name.replace('_', " ")));
                if !numbers.is_empty() {
                    found.push((numbers, name.to_owned()));
                }
            }
            // An attribute may go over several lines; a function or an empty line ends what came before it.
            if line.is_empty() || line.contains("fn ") {
                comment.clear();
                is_test = false;
            }
        }
    }
    found
}

fn function(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
    rest.split_once('(').map(|(name, _)| name)
}

/// The numbers at the beginning: `r3 r4 a refusal …`, `r3, r17: a refusal …`.
fn leading(words: &str) -> BTreeSet<u8> {
    let numbers = words.split([' ', ',', ':']).filter(|word| !word.is_empty());
    numbers
        .map_while(|word| word.strip_prefix('r')?.parse().ok())
        .collect()
}

fn write(shown: &BTreeMap<u8, BTreeSet<Shown>>) -> String {
    let mut text = String::from(
        "# The guideline, clause by clause, and the tests that show it\n\n\
         The guideline for remote image diagnosis in dentistry, as numbered demands, and every test that names one. Tests start\n\
         the real programs wherever a clause is about what a user sees. This file is written from the tests by\n\
         `UPDATE=1 cargo xtask check`; CI fails when it is not what they say.\n\n\
         | | Clause | Demand | Tests |\n|---|---|---|---|\n",
    );
    for clause in &CLAUSES {
        let tests = shown.get(&clause.number).map_or(0, BTreeSet::len);
        let number = clause.number;
        let tests = if tests == 0 {
            "none yet".to_owned()
        } else {
            tests.to_string()
        };
        let _ = writeln!(
            text,
            "| [R{number}](#r{number}) | {} | {} | {tests} |",
            clause.place, clause.demand
        );
    }
    for clause in &CLAUSES {
        let _ = write!(
            text,
            "\n## R{}\n\n{}: {}.\n",
            clause.number, clause.place, clause.demand
        );
        let Some(tests) = shown.get(&clause.number) else {
            text.push_str("\nNo test shows it yet.\n");
            continue;
        };
        let mut file = "";
        for test in tests {
            if test.file != file {
                file = &test.file;
                let _ = write!(text, "\n`{file}`\n");
            }
            let _ = writeln!(text, "- {}", words(&test.test));
        }
    }
    text
}

/// The name of a test as words, without the numbers before it.
fn words(name: &str) -> String {
    let is_number = |word: &&str| {
        word.strip_prefix('r')
            .is_some_and(|digits| digits.parse::<u8>().is_ok())
    };
    name.split('_')
        .skip_while(is_number)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_names_and_from_the_words_before_them() {
        let source = "/// R3, R17: what comes\n/// is judged.\n#[tokio::test(flavor = \"multi_thread\")]\nasync fn r4_a_stranger_is_refused() {\n}\n\n\
                      /// R9 is not shown by a helper.\nfn r9_help() {}\n\n#[test]\nfn nothing_named() {}\n";
        let found = tests(source);
        assert_eq!(
            found,
            [(BTreeSet::from([3, 4, 17]), "r4_a_stranger_is_refused".to_owned())]
        );
        assert_eq!(words("r3_r4_a_stranger_is_refused"), "a stranger is refused");
    }

    #[test]
    fn every_clause_has_its_number_once() {
        let numbers: Vec<u8> = CLAUSES.iter().map(|clause| clause.number).collect();
        assert_eq!(numbers, (1..=25).collect::<Vec<_>>());
    }
}
