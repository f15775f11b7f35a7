//! The list of qualified specialists that a board publishes, imported from CSV.

use std::path::Path;

use dokuei_identity::application::{ClaimedQualification, PractitionerClaims};
use dokuei_identity::certificate::QualificationCode;
use dokuei_identity::fingerprint::Fingerprint;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::files;
use crate::operators::Actor;
use crate::operators::log::{Draft, Outcome};
use crate::registry::Registry;
use crate::registry::layout::Layout;

/// The most rows.
const MOST: usize = 100_000;
/// The largest file, bytes.
pub(super) const LARGEST: usize = 32 << 20;
/// The most rows in one answer.
const PAGE: usize = 500;

pub(super) const HELP: &str = "\
CSV, UTF-8, with a heading line; the columns, in any order:
  licence_number  the registration number of the licence (歯科医籍・医籍登録番号)
  board           oral-radiology (日本歯科放射線学会) or diagnostic-radiology (日本医学放射線学会)
  board_number    the specialist's number with that board; may be empty
  name            the Japanese name, as the board publishes it
  valid_to        the last day of the qualification, YYYY-MM-DD; may be empty
An import takes the place of the earlier list.";

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Specialist {
    pub(super) licence_number: String,
    pub(super) board: QualificationCode,
    #[serde(default)]
    pub(super) board_number: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) valid_to: String,
}

/// What the list says about a claim.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    NoList,
    Listed,
    Expired(String),
    /// The licence number is listed, for somebody of this name.
    AnotherName(String),
    /// Listed with another number of the board.
    AnotherNumber(String),
    NotListed,
    /// Equivalent ability, which no board lists.
    OnNoList,
}

impl Verdict {
    /// The stable word.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::NoList => "no-list",
            Self::Listed => "listed",
            Self::Expired(_) => "listed-until",
            Self::AnotherName(_) => "listed-under-another-name",
            Self::AnotherNumber(_) => "listed-with-another-number",
            Self::NotListed => "not-listed",
            Self::OnNoList => "equivalence-claimed",
        }
    }
}

/// Reads a file and lets it take the place of the earlier list; gives the number of rows.
pub(super) fn import(registry: &mut Registry, actor: &Actor, path: &Path) -> Result<usize, Failure> {
    let content = files::read_large(path, LARGEST as u64)?;
    take(registry, actor, &content)
}

/// Lets this CSV take the place of the earlier list; gives the number of rows.
pub(super) fn take(registry: &mut Registry, actor: &Actor, content: &[u8]) -> Result<usize, Failure> {
    let rows = read(content)?;
    let text = serde_json::to_vec(&rows)
        .map_err(|error| Failure::Damaged(format!("the list cannot be written: {error}")))?;
    files::write(&registry.layout().specialists(), &text, true)?;
    let draft = Draft {
        act: "specialists_import",
        about: Some(Fingerprint::of(content).to_string()),
        detail: json!({"rows": rows.len()}),
        outcome: Outcome::Done,
        journal: registry.register().lines.len() as u64,
    };
    registry.note(actor, vec![draft])?;
    Ok(rows.len())
}

/// Which rows are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Filter {
    /// Part of the name, or the beginning of a number.
    q: Option<String>,
    offset: usize,
    limit: Option<usize>,
}

/// `{imported_at, total, offset, items}`; `imported_at` is null when there is no list.
pub(super) fn search(layout: &Layout, filter: &Filter) -> Result<Value, Failure> {
    let list = load(layout)?.unwrap_or_default();
    let text = filter.q.as_deref().unwrap_or_default();
    let fits = |row: &&Specialist| {
        plain(&row.name).contains(&plain(text))
            || row.licence_number.starts_with(text)
            || row.board_number.starts_with(text)
    };
    let found: Vec<_> = list.iter().filter(fits).collect();
    let limit = filter.limit.unwrap_or(50).clamp(1, PAGE);
    let items: Vec<_> = found.iter().skip(filter.offset).take(limit).collect();
    Ok(json!({
        "imported_at": imported_at(layout), "total": found.len(), "offset": filter.offset, "items": items,
    }))
}

fn imported_at(layout: &Layout) -> Option<u64> {
    let written = std::fs::metadata(layout.specialists()).ok()?.modified().ok()?;
    let since = written.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(since.as_secs())
}

fn read(content: &[u8]) -> Result<Vec<Specialist>, Failure> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(content);
    let mut rows = Vec::new();
    for row in reader.deserialize::<Specialist>() {
        let row = row.map_err(|error| Failure::Usage(format!("the list was not imported: {error}")))?;
        let refused = |why: &str| {
            Failure::Usage(format!(
                "the list was not imported: line {}: {why}",
                rows.len() + 2
            ))
        };
        if row.licence_number.is_empty() || row.name.is_empty() {
            return Err(refused("licence_number or name is empty"));
        }
        if !row.valid_to.is_empty() && row.valid_to.parse::<jiff::civil::Date>().is_err() {
            return Err(refused("valid_to is not a day as 2027-03-31"));
        }
        if rows.len() >= MOST {
            return Err(refused("there are more than 100,000 rows"));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// The list as it was imported; `None` when there was none.
pub(super) fn load(layout: &Layout) -> Result<Option<Vec<Specialist>>, Failure> {
    let path = layout.specialists();
    if !path.exists() {
        return Ok(None);
    }
    serde_json::from_slice(&files::read_large(&path, LARGEST as u64 * 2)?)
        .map(Some)
        .map_err(|error| Failure::Damaged(format!("{} is damaged: {error}; import it again", path.display())))
}

/// What the list says about one qualification of an applicant; `today` is YYYY-MM-DD.
pub(super) fn judge(
    list: Option<&[Specialist]>,
    claims: &PractitionerClaims,
    claimed: &ClaimedQualification,
    today: &str,
) -> Verdict {
    if claimed.code == QualificationCode::Equivalent {
        return Verdict::OnNoList;
    }
    let claim = (claimed.code, claimed.number.as_deref());
    look_up(list, &claims.licence.number, &claims.name.japanese, claim, today)
}

/// Looks a claim up; `today` is YYYY-MM-DD.
fn look_up(
    list: Option<&[Specialist]>,
    licence_number: &str,
    name: &str,
    (board, board_number): (QualificationCode, Option<&str>),
    today: &str,
) -> Verdict {
    let Some(list) = list else {
        return Verdict::NoList;
    };
    let of_licence: Vec<_> = list
        .iter()
        .filter(|row| row.board == board && digits(&row.licence_number) == digits(licence_number))
        .collect();
    let Some(first) = of_licence.first() else {
        return Verdict::NotListed;
    };
    let Some(row) = of_licence.iter().find(|row| plain(&row.name) == plain(name)) else {
        return Verdict::AnotherName(first.name.clone());
    };
    if !row.valid_to.is_empty() && row.valid_to.as_str() < today {
        return Verdict::Expired(row.valid_to.clone());
    }
    let other = |given: &str| !row.board_number.is_empty() && digits(given) != digits(&row.board_number);
    if board_number.is_some_and(other) {
        return Verdict::AnotherNumber(row.board_number.clone());
    }
    Verdict::Listed
}

/// A number without the words and leading zeros around it: 第77号 is 77. Without any digit, the text itself.
fn digits(text: &str) -> String {
    let digits: String = text
        .chars()
        .filter_map(|letter| half_width(letter).to_digit(10))
        .filter_map(|digit| char::from_digit(digit, 10))
        .collect();
    if digits.is_empty() {
        return plain(text);
    }
    digits.trim_start_matches('0').to_owned()
}

fn half_width(letter: char) -> char {
    match letter {
        '０'..='９' => char::from_u32(letter as u32 - '０' as u32 + '0' as u32).unwrap_or(letter),
        _ => letter,
    }
}

/// A name without spaces: boards write them or not.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\u{feff}name,licence_number,board,board_number,valid_to\n\
        田中 花子,123456,oral-radiology,第77号,2027-03-31\n\
        佐藤 次郎,00222,oral-radiology,,\n\
        鈴木 三郎,333,diagnostic-radiology,5,2020-01-01\n";

    /// R3: the list knows by licence number and board, and tells another name and a past date apart.
    #[test]
    fn r3_claims_are_looked_up() {
        let list = read(LIST.as_bytes()).unwrap();
        let oral = |number| (QualificationCode::OralRadiology, number);
        let ask = |licence: &str, name: &str, claim| look_up(Some(&list), licence, name, claim, "2026-11-24");
        assert_eq!(ask("１２３４５６", "田中花子", oral(Some("77"))), Verdict::Listed);
        assert_eq!(ask("222", "佐藤　次郎", oral(Some("9"))), Verdict::Listed);
        assert_eq!(
            ask("123456", "田中 花子", oral(Some("78"))),
            Verdict::AnotherNumber("第77号".to_owned())
        );
        assert_eq!(
            ask("123456", "山田 花子", oral(None)),
            Verdict::AnotherName("田中 花子".to_owned())
        );
        assert_eq!(ask("999", "田中 花子", oral(None)), Verdict::NotListed);
        let diagnostic = (QualificationCode::DiagnosticRadiology, None);
        assert_eq!(ask("123456", "田中 花子", diagnostic), Verdict::NotListed);
        assert_eq!(
            ask("333", "鈴木 三郎", diagnostic),
            Verdict::Expired("2020-01-01".to_owned())
        );
        assert_eq!(look_up(None, "1", "x", diagnostic, "2026-11-24"), Verdict::NoList);
    }

    #[test]
    fn a_list_with_a_bad_row_is_not_taken() {
        for row in [
            "田中,1,dentistry,,",
            ",1,oral-radiology,,",
            "田中,1,oral-radiology,,31.3.2027",
        ] {
            let text = format!("name,licence_number,board,board_number,valid_to\n{row}\n");
            assert!(read(text.as_bytes()).is_err(), "{row}");
        }
    }
}
