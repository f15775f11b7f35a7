//! A row of the audit trail with what is known of it.

use serde::Serialize;

/// Who keeps the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The institution, e.g. 山田歯科医院.
    pub institution: String,
    /// What tells this node from every other: the fingerprint of its certificate, else its key.
    pub id: String,
    /// The name of its machine, as syslog shows it.
    pub host: String,
    /// The number of its process, as programs of the system show it.
    pub process: u32,
}

/// Somebody who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// What the trail calls her: a sign-in name, `operator`, a peer.
    pub id: String,
    /// Her name, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether she is a person and not a program or another node.
    pub person: bool,
}

/// Whose data it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Patient {
    /// The Patient ID of the institution.
    pub id: String,
    /// The name, as it is shown.
    pub name: String,
    /// Whose number it is: ids of different institutions may be the same.
    pub issuer: String,
    /// Date of birth as DICOM writes it; empty when it is not known.
    pub birth_date: String,
}

/// Instances of one SOP class in a study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SopClass {
    /// SOP Class UID.
    pub uid: String,
    /// How many instances.
    pub instances: u64,
}

/// Which images it was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Study {
    /// Study Instance UID.
    pub uid: String,
    /// What it consists of, as far as it is still here.
    pub classes: Vec<SopClass>,
}

/// A row of the trail, with what is known of it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audited {
    /// Its number.
    pub seq: u64,
    /// When, seconds since the Unix epoch.
    pub at: i64,
    /// By whom.
    pub actor: Person,
    /// What, as a stable word.
    pub action: String,
    /// On what, as the row has it.
    pub object: String,
    /// How it ended, as the row has it.
    pub outcome: String,
    /// The hash of the row, hexadecimal.
    pub hash: String,
    /// Whose data it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Patient>,
    /// Which images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub study: Option<Study>,
    /// Which consultation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
}

impl Audited {
    /// When it was, as RFC 3339 in UTC.
    #[must_use]
    pub fn time(&self) -> String {
        jiff::Timestamp::from_second(self.at).map_or_else(|_| String::new(), |at| at.to_string())
    }
}

/// Text as XML and syslog may carry it: without what is no character there (XML 1.0 §2.2), and on one line.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|one| match one {
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => ' ',
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            other => other,
        })
        .collect()
}
