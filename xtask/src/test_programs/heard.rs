//! What a test program said of its tests.

use std::collections::BTreeSet;

/// How a test program ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// Whether it says that all is well.
    pub(super) succeeded: bool,
    /// The tests that failed, by name.
    failed: BTreeSet<String>,
    /// Whether it came to an end with its tests and counted the failures.
    counted: bool,
}

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
        heard
    }

    /// Whether the failed tests are known, all of them.
    pub(super) fn is_told(&self) -> bool {
        self.succeeded || (self.counted && !self.failed.is_empty())
    }

    /// The failed tests.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.failed.iter().map(String::as_str)
    }

    fn hear(&mut self, line: &str) {
        if let Some(name) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.strip_suffix(" ... FAILED"))
        {
            // libtest writes `NAME - should panic` for tests that must panic.
            let name = name.strip_suffix(" - should panic").unwrap_or(name);
            self.failed.insert(name.to_owned());
        } else if line.starts_with("test result: FAILED.") {
            self.counted = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_tests_are_known_by_name() {
        let said = "test a::holds ... ok\ntest a::fails ... FAILED\ntest b - should panic ... FAILED\n\
                    test result: FAILED. 1 passed; 2 failed; 0 ignored\n";
        let heard = Heard::new(false, said);
        assert_eq!(heard.names().collect::<Vec<_>>(), ["a::fails", "b"]);
        assert!(heard.is_told());
        // It was killed before it had counted.
        assert!(!Heard::new(false, "test a::fails ... FAILED\n").is_told());
        assert!(!Heard::new(false, "test result: FAILED. 0 passed\n").is_told());
        assert!(Heard::new(true, "").is_told());
    }
}
