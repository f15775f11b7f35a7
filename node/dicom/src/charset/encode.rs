//! Names in `\ISO 2022 IR 87`, as Japanese equipment writes them (PS3.5 H.3).

use encoding_rs::ISO_2022_JP;

use crate::name::PersonName;

/// A character that JIS X 0208 doesn't have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name has a character that JIS X 0208 can't write")]
pub struct NotInJisX0208;

/// Encodes a name for a data set whose (0008,0005) is [`super::JAPANESE`]: every component ends in ASCII again, as
/// PS3.5 6.1.2.5.3 asks before each delimiter.
///
/// # Errors
/// [`NotInJisX0208`]; also for `¥`, `‾` and half-width katakana, which belong to other sets.
pub fn encode_name(name: &PersonName) -> Result<Vec<u8>, NotInJisX0208> {
    let groups = name.to_groups();
    let foreign = |c: char| matches!(c, '¥' | '‾' | '\u{ff61}'..='\u{ff9f}' | '\\') || c.is_control();
    if groups.contains(foreign) {
        return Err(NotInJisX0208);
    }
    let mut bytes = Vec::new();
    for part in groups.split_inclusive(['=', '^']) {
        let (text, delimiter) = match part.char_indices().next_back() {
            Some((at, end @ ('=' | '^'))) => (&part[..at], Some(end as u8)),
            _ => (part, None),
        };
        let (encoded, _, unmappable) = ISO_2022_JP.encode(text);
        if unmappable {
            return Err(NotInJisX0208);
        }
        bytes.extend_from_slice(&encoded);
        bytes.extend(delimiter);
    }
    Ok(bytes)
}
