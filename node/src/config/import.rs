//! `[import]`: what the node takes in by itself.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A setting of `[import]` that cannot be.
#[derive(Debug, Error)]
pub(crate) enum ImportError {
    /// A folder must be found from anywhere.
    #[error("watch names {0}, which is no absolute path")]
    Relative(PathBuf),
    /// No time would pass.
    #[error("{0} must be from 1 to 86400")]
    Seconds(&'static str),
}

/// What the node takes in by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Import {
    /// Folders into which devices write, with all below them; nothing in them is changed or removed.
    pub watch: Vec<PathBuf>,
    /// A file is taken when it has not changed for so many seconds.
    pub settle_seconds: u64,
    /// Seconds from look to look.
    pub every_seconds: u64,
}

impl Default for Import {
    fn default() -> Self {
        Self {
            watch: Vec::new(),
            settle_seconds: 10,
            every_seconds: 5,
        }
    }
}

impl Import {
    pub(super) fn check(&self) -> Result<(), ImportError> {
        if let Some(folder) = self.watch.iter().find(|folder| !folder.is_absolute()) {
            return Err(ImportError::Relative(folder.clone()));
        }
        for (name, value) in [
            ("settle_seconds", self.settle_seconds),
            ("every_seconds", self.every_seconds),
        ] {
            if !(1..=86_400).contains(&value) {
                return Err(ImportError::Seconds(name));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r13_a_watched_folder_is_a_matter_of_one_line_and_must_be_absolute() {
        let import: Import = toml::from_str("watch=['/srv/cbct']").unwrap();
        import.check().unwrap();
        for (text, word) in [
            ("watch=['cbct']", "absolute"),
            ("every_seconds=0", "every_seconds"),
        ] {
            let import: Import = toml::from_str(text).unwrap();
            let error = import.check().unwrap_err().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
