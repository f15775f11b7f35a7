//! Text whose character set is missing or wrong: read as what it can only be, or not at all.

use encoding_rs::{EUC_JP, SHIFT_JIS};

use super::CharsetNote;

/// Bytes that are valid UTF-8 with a character of three bytes or more: kana and kanji. No text of a single-byte
/// set looks so by chance, while two-byte sequences do (`Ã¤` in Latin-1).
pub(super) fn is_surely_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().any(|character| character.len_utf8() >= 3))
}

/// Reads `bytes` as UTF-8, Shift_JIS or EUC-JP when exactly one of them makes Japanese text.
pub(super) fn repair(bytes: &[u8]) -> Option<(String, CharsetNote)> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let real = !text.contains('\u{1b}') && !text.is_ascii();
        return real.then(|| (text.to_owned(), CharsetNote::ReadAsUtf8));
    }
    let read = |encoding: &'static encoding_rs::Encoding| {
        encoding
            .decode_without_bom_handling_and_without_replacement(bytes)
            .map(|text| text.into_owned())
    };
    // A name in half-width katakana alone is a likely reading too (the bytes of IR 13), unlike one that mixes it
    // with kanji: so EUC-JP looks when it is read as Shift_JIS.
    let shift_jis =
        read(SHIFT_JIS).filter(|text| text.chars().all(is_japanese) || text.chars().all(is_half_width));
    let euc_jp = read(EUC_JP).filter(|text| text.chars().all(is_japanese));
    match (shift_jis, euc_jp) {
        (Some(text), None) => Some((text, CharsetNote::ReadAsShiftJis)),
        (None, Some(text)) => Some((text, CharsetNote::ReadAsEucJp)),
        // Both or neither: a guess could show another patient's name.
        _ => None,
    }
}

/// ASCII and half-width katakana.
fn is_half_width(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{ff61}'..='\u{ff9f}')
}

/// Characters that Japanese names and sentences are made of, half-width katakana apart.
fn is_japanese(character: char) -> bool {
    matches!(character,
        ' '..='~' | '\n' | '\r' | '\t' | '\u{c}'
        | '\u{3000}'..='\u{30ff}' // punctuation, hiragana, katakana
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' // kanji
        | '\u{ff01}'..='\u{ff5e}') // full-width forms
}
