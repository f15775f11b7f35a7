//! Letters that are not what they look like: a name is read by people, and must be the name that they read.

/// Whether a letter moves, hides or reorders others instead of showing itself: control characters (they steer a
/// terminal), line and paragraph separators, and of the format characters (Unicode category Cf) those that have no place
/// in Japanese or Latin text, first of all the bidirectional ones (UTR #36 §3.2). Variation selectors are none of these:
/// a name may be written with a variant of a kanji.
#[must_use]
pub fn misleads(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0001}'
                | '\u{e0020}'..='\u{e007f}'
        )
}

/// The same for a text of several lines, which may have line feeds, carriage returns and tabs.
#[must_use]
pub fn misleads_in_lines(letter: char) -> bool {
    !matches!(letter, '\n' | '\r' | '\t') && misleads(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_they_are_written_are_not_misleading() {
        for name in [
            "田中 花子",
            "葛\u{e0100}城",
            "Hanako O'Tanaka-Müller",
            "髙﨑",
            "ｶﾅ・々〆",
        ] {
            assert!(!name.chars().any(misleads), "{name}");
        }
    }

    #[test]
    fn what_steers_hides_or_reorders_is() {
        for letter in [
            '\u{1b}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{2028}',
        ] {
            assert!(
                misleads(letter) && misleads_in_lines(letter),
                "{}",
                letter.escape_unicode()
            );
        }
        assert!(misleads('\n') && !misleads_in_lines('\n'));
    }
}
