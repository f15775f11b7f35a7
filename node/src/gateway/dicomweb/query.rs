//! A search as its URI writes it (PS3.18 8.3.4, 10.6.1; matching: PS3.4 C.2.2.2).

use dokuei_dicom::json::tag_of;
use dokuei_directory::names;
use dokuei_store::{Field, Level, Test};

use super::bad_query;
use crate::gateway::problem::Problem;

/// How many are listed when nothing is said.
const USUAL: u32 = 1_000;
/// How many are listed at most.
pub(super) const MOST: u32 = 5_000;
/// Longest value, and most values of a list.
const MAX_VALUE: usize = 256;
const MAX_VALUES: usize = 1_000;

/// A search.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    /// What must hold.
    pub(super) tests: Vec<(Field, Test)>,
    /// Attributes beyond the usual ones that are to be told; `None`: all.
    pub(super) include: Option<Vec<u32>>,
    /// How many at most.
    pub(super) limit: u32,
    /// How many are left out before them.
    pub(super) offset: u32,
}

/// How the values of an attribute are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// UI: one of a list.
    Uid,
    /// CS, LO, SH: with wildcards.
    Text,
    /// CS that is one of a list.
    List,
    /// PN.
    Name,
    /// DA, with so many digits; TM, with at most so many.
    Date,
    Time,
    /// IS.
    Number,
}

/// The attributes that can be asked for.
const FIELDS: [(u32, Field, Kind); 22] = [
    (0x0020_000d, Field::StudyInstanceUid, Kind::Uid),
    (0x0010_0010, Field::PatientName, Kind::Name),
    (0x0010_0020, Field::PatientId, Kind::Text),
    (0x0010_0021, Field::IssuerOfPatientId, Kind::Text),
    (0x0010_0030, Field::PatientBirthDate, Kind::Date),
    (0x0010_0040, Field::PatientSex, Kind::Text),
    (0x0008_0020, Field::StudyDate, Kind::Date),
    (0x0008_0030, Field::StudyTime, Kind::Time),
    (0x0008_0050, Field::AccessionNumber, Kind::Text),
    (0x0020_0010, Field::StudyId, Kind::Text),
    (0x0008_1030, Field::StudyDescription, Kind::Text),
    (0x0008_0090, Field::ReferringPhysicianName, Kind::Text),
    (0x0008_0080, Field::InstitutionName, Kind::Text),
    (0x0008_0061, Field::ModalitiesInStudy, Kind::List),
    (0x0020_000e, Field::SeriesInstanceUid, Kind::Uid),
    (0x0008_0060, Field::Modality, Kind::List),
    (0x0020_0011, Field::SeriesNumber, Kind::Number),
    (0x0008_103e, Field::SeriesDescription, Kind::Text),
    (0x0018_0015, Field::BodyPartExamined, Kind::Text),
    (0x0008_0018, Field::SopInstanceUid, Kind::Uid),
    (0x0008_0016, Field::SopClassUid, Kind::Uid),
    (0x0020_0013, Field::InstanceNumber, Kind::Number),
];

impl Asked {
    /// Reads the parameters of a URI. One that is not understood is refused: without it more would be found than was
    /// asked for.
    pub(super) fn read(pairs: &[(String, String)], level: Level) -> Result<Self, Problem> {
        let mut asked = Self {
            tests: Vec::new(),
            include: Some(Vec::new()),
            limit: USUAL,
            offset: 0,
        };
        let fuzzy = pairs
            .iter()
            .any(|(name, value)| name == "fuzzymatching" && value == "true");
        let count = |name: &str, value: &str| {
            let count = value.parse::<u32>();
            count.map_err(|_| bad_query(&format!("{name} is a number")))
        };
        for (name, value) in pairs {
            match name.as_str() {
                "limit" => asked.limit = count(name, value)?.min(MOST),
                "offset" => asked.offset = count(name, value)?,
                "includefield" => asked.include(value),
                "fuzzymatching" | "accept" | "charset" | "emptyvaluematching" | "multiplevaluematching" => {}
                _ => {
                    let test = test(name, value, level, fuzzy)?;
                    asked.tests.extend(test);
                }
            }
        }
        Ok(asked)
    }

    fn include(&mut self, value: &str) {
        for name in value.split(',').map(str::trim).take(MAX_VALUES) {
            match (name, &mut self.include) {
                ("all", include) => *include = None,
                (name, Some(include)) => include.extend(tag_of(name)),
                (_, None) => {}
            }
        }
    }

    /// Whether an attribute beyond the usual ones is to be told.
    pub(super) fn includes(&self, tag: u32) -> bool {
        self.include.as_ref().is_none_or(|tags| tags.contains(&tag))
    }
}

fn test(name: &str, value: &str, level: Level, fuzzy: bool) -> Result<Option<(Field, Test)>, Problem> {
    let not_understood = || bad_query(&format!("the parameter {name} is not understood"));
    if value.len() > MAX_VALUE * 16 {
        return Err(bad_query(&format!("the value of {name} is too long")));
    }
    let tag = tag_of(name).ok_or_else(not_understood)?;
    let (_, field, kind) = FIELDS.iter().find(|(known, ..)| *known == tag).ok_or_else(|| {
        bad_query(&format!(
            "{name} is not among the attributes that can be searched for"
        ))
    })?;
    if field.level() > level {
        return Err(bad_query(&format!(
            "{name} is not of what is listed here, nor of what that is part of"
        )));
    }
    let value = value.trim();
    // Universal matching (PS3.4 C.2.2.2.3).
    if value.is_empty() || value.chars().all(|c| c == '*') {
        return Ok(None);
    }
    let test = match kind {
        Kind::Uid | Kind::List => {
            let values: Vec<String> = value
                .split([',', '\\'])
                .map(|one| one.trim().to_owned())
                .take(MAX_VALUES)
                .collect();
            match values.as_slice() {
                [one] if *kind == Kind::List => text(one),
                _ => Test::AnyOf(values),
            }
        }
        Kind::Text => text(value),
        Kind::Name if fuzzy => Test::Words(names::lookups(value)),
        Kind::Name => Test::Like(value.to_owned()),
        Kind::Date => range(value, |date| date.len() == 8 && digits(date)).ok_or_else(|| {
            bad_query(&format!(
                "{name} is a day as YYYYMMDD, or a range of days divided by a hyphen"
            ))
        })?,
        Kind::Time => range(value, is_time).ok_or_else(|| {
            bad_query(&format!(
                "{name} is a time as HHMMSS, or a range divided by a hyphen"
            ))
        })?,
        Kind::Number => {
            let number = value.parse::<i64>();
            let number = number.map_err(|_| bad_query(&format!("{name} is a number")))?;
            Test::AnyOf(vec![number.to_string()])
        }
    };
    Ok(Some((*field, test)))
}

fn text(value: &str) -> Test {
    if value.contains(['*', '?']) {
        Test::Like(value.to_owned())
    } else {
        Test::AnyOf(vec![value.to_owned()])
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_time(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    matches!(whole.len(), 2 | 4 | 6) && digits(whole) && !fraction.is_empty() && digits(fraction)
}

/// One value, or a range that may be open at one end (PS3.4 C.2.2.2.5). What is as exact as the range says is in it.
fn range(value: &str, is_one: impl Fn(&str) -> bool) -> Option<Test> {
    let end = |text: &str| match text.trim() {
        "" => Some(None),
        text => is_one(text).then(|| Some(text.to_owned())),
    };
    let (from, to) = match value.split_once('-') {
        Some((from, to)) => (end(from)?, end(to)?),
        None => (end(value)?, end(value)?),
    };
    if from.is_none() && to.is_none() {
        return None;
    }
    // 0930 as the end means until the last moment of that minute.
    let to = to.map(|to| {
        if to.len() < 8 || to.contains('.') {
            format!("{to}~")
        } else {
            to
        }
    });
    Some(Test::Between(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)], level: Level) -> Result<Asked, Problem> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Asked::read(&pairs.iter().map(owned).collect::<Vec<_>>(), level)
    }

    fn one(name: &str, value: &str) -> Option<Test> {
        let mut asked = read(&[(name, value)], Level::Instance).unwrap();
        asked.tests.pop().map(|(_, test)| test)
    }

    fn between(from: &str, to: &str) -> Option<Test> {
        let end = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Some(Test::Between(end(from), end(to)))
    }

    #[test]
    fn an_attribute_is_named_by_tag_or_keyword() {
        let any_of = Some(Test::AnyOf(vec!["A-1".to_owned()]));
        assert_eq!(one("AccessionNumber", "A-1"), any_of);
        assert_eq!(one("00080050", "A-1"), any_of);
        assert_eq!(one("00100020", "A?"), Some(Test::Like("A?".to_owned())));
        assert_eq!(one("PatientID", ""), None);
        assert_eq!(one("PatientID", "*"), None);
    }

    #[test]
    fn lists_ranges_and_numbers_are_what_the_standard_says() {
        let uids = Some(Test::AnyOf(vec!["1.2".to_owned(), "1.3".to_owned()]));
        assert_eq!(one("StudyInstanceUID", "1.2,1.3"), uids);
        assert_eq!(one("StudyInstanceUID", r"1.2\1.3"), uids);
        assert_eq!(
            one("StudyDate", "20260101-20261231"),
            between("20260101", "20261231")
        );
        assert_eq!(one("StudyDate", "20260101-"), between("20260101", ""));
        assert_eq!(one("StudyDate", "-20260101"), between("", "20260101"));
        assert_eq!(one("StudyDate", "20260101"), between("20260101", "20260101"));
        assert_eq!(one("StudyTime", "09-1030"), between("09", "1030~"));
        assert_eq!(one("SeriesNumber", "03"), Some(Test::AnyOf(vec!["3".to_owned()])));
        for (name, value) in [
            ("StudyDate", "2026"),
            ("StudyDate", "-"),
            ("StudyTime", "9:30"),
            ("SeriesNumber", "x"),
            ("limit", "many"),
            ("PixelData", "1"),
            ("Nonsense", "1"),
        ] {
            assert!(read(&[(name, value)], Level::Instance).is_err(), "{name} {value}");
        }
    }

    #[test]
    fn a_name_is_compared_as_it_is_written_or_as_it_is_meant() {
        assert_eq!(
            one("PatientName", "YAMADA*"),
            Some(Test::Like("YAMADA*".to_owned()))
        );
        let asked = read(
            &[("PatientName", "やまだ"), ("fuzzymatching", "true")],
            Level::Study,
        )
        .unwrap();
        assert!(matches!(&asked.tests[..], [(Field::PatientName, Test::Words(words))] if words.len() == 1));
    }

    #[test]
    fn what_is_of_a_deeper_level_is_refused() {
        assert!(read(&[("Modality", "CT")], Level::Study).is_err());
        assert!(read(&[("ModalitiesInStudy", "CT")], Level::Study).is_ok());
        assert!(read(&[("Modality", "CT")], Level::Series).is_ok());
    }

    #[test]
    fn pages_and_further_attributes_are_read() {
        let asked = read(
            &[
                ("limit", "10"),
                ("offset", "20"),
                ("includefield", "00081030,InstitutionName"),
            ],
            Level::Study,
        )
        .unwrap();
        assert_eq!((asked.limit, asked.offset), (10, 20));
        assert!(asked.includes(0x0008_1030) && asked.includes(0x0008_0080) && !asked.includes(0x0018_0015));
        assert!(
            read(&[("includefield", "all")], Level::Study)
                .unwrap()
                .includes(1)
        );
        assert_eq!(
            read(&[("limit", "4000000000")], Level::Study).unwrap().limit,
            MOST
        );
    }
}
