//! What a test program said of its tests.

use std::collections::BTreeMap;

use crate::failures;

/// How a test program ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// Whether it says that all is well.
    pub(super) succeeded: bool,
    /// What the tests that failed said, by their names.
    failed: BTreeMap<String, String>,
    /// How many tests the program itself counted as failed; none before it came to its end.
    counted: Option<usize>,
    /// How many held, by the program's own count.
    held: usize,
}

/// What rustdoc and libtest write behind the name of a test that is run in a way of its own.
const MODES: [&str; 3] = [" - should panic", " - compile fail", " - compile"];

impl Heard {
    /// From the program's exit and what it wrote to its standard output.
    pub(super) fn new(succeeded: bool, said: &str) -> Self {
        let mut heard = Self {
            succeeded,
            ..Self::default()
        };
        for line in said.lines() {
            heard.hear(line);
        }
        for (name, words) in failures::of_libtest(said) {
            if let Some(known) = heard.failed.get_mut(name) {
                *known = words;
            }
        }
        heard
    }

    /// Whether the failed tests are known, all of them.
    pub(super) fn is_told(&self) -> bool {
        self.succeeded || (!self.failed.is_empty() && self.counted == Some(self.failed.len()))
    }

    /// Whether all is well, and `wanted` tests were really run.
    pub(super) fn held(&self, wanted: usize) -> bool {
        self.succeeded && self.held >= wanted
    }

    /// The failed tests.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.failed.keys().map(String::as_str)
    }

    /// The failed tests with what they said.
    pub(super) fn failed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.failed
            .iter()
            .map(|(name, said)| (name.as_str(), said.as_str()))
    }

    fn hear(&mut self, line: &str) {
        if let Some(name) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.strip_suffix(" ... FAILED"))
        {
            let mode = MODES.iter().find_map(|mode| name.strip_suffix(mode));
            self.failed.insert(mode.unwrap_or(name).to_owned(), String::new());
        } else if let Some((result, counts)) = line
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split_once(". "))
        {
            self.held += count(counts, "passed");
            if result == "FAILED" {
                *self.counted.get_or_insert(0) += count(counts, "failed");
            }
        }
    }
}

/// The number before `word` in `1 passed; 2 failed; …`.
fn count(counts: &str, word: &str) -> usize {
    let found = counts
        .split("; ")
        .find_map(|part| part.strip_suffix(word)?.trim().parse().ok());
    found.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_tests_are_known_by_name() {
        let said = "test a::holds ... ok\ntest a::fails ... FAILED\ntest b - should panic ... FAILED\n\
                    test src/x.rs - f (line 3) - compile ... FAILED\n\
                    test result: FAILED. 1 passed; 3 failed; 0 ignored\n";
        let heard = Heard::new(false, said);
        assert_eq!(
            heard.names().collect::<Vec<_>>(),
            ["a::fails", "b", "src/x.rs - f (line 3)"]
        );
        assert!(heard.is_told());
        // It was killed before it had counted.
        assert!(!Heard::new(false, "test a::fails ... FAILED\n").is_told());
        // One of two names was lost among what something else wrote.
        let torn = "test a::fails ... FAILED\ntest result: FAILED. 0 passed; 2 failed\n";
        assert!(!Heard::new(false, torn).is_told());
        assert!(Heard::new(true, "").is_told());
    }

    #[test]
    fn a_run_of_no_test_is_no_success() {
        assert!(Heard::new(true, "test result: ok. 2 passed; 0 failed; 0 ignored").held(2));
        assert!(!Heard::new(true, "test result: ok. 0 passed; 0 failed; 0 ignored").held(1));
    }
}
