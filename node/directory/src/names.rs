//! Names as keys of an index that somebody else keeps: what a name is found by, and what a search text looks for.
//!
//! The keys are those of the directory's own search ([`crate::index`]): a name that is written in kanji, kana and Latin
//! letters is found by any of them, in either kana, in old and new forms of kanji, in every school of romanisation, and
//! by the beginning of a word. A reading is found where the name has one; nobody guesses how kanji are read.

use std::collections::BTreeSet;

use crate::fold::{self, Script};
use crate::query::{MAX_TEXT, MAX_WORDS};

/// Begins a key by spelling.
const SPELLING: char = 'p';
/// Begins a key by sound.
const SOUND: char = 's';

/// Every key of a name. `groups` write the same name differently (PS3.5 6.2.1.2); what divides family and given name
/// does not matter.
#[must_use]
pub fn keys(groups: &[&str]) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for group in groups {
        let short: String = group.chars().take(MAX_TEXT).collect();
        let words = fold::words(&short);
        words.iter().for_each(|word| add(&mut keys, word));
        if words.len() > 1 {
            // 山田太郎 and yamadatarou, as many write them.
            add(&mut keys, &words.concat());
        }
    }
    keys
}

fn add(keys: &mut BTreeSet<String>, word: &str) {
    let runs = fold::runs(word);
    for piece in std::iter::once(word).chain(runs.iter().copied().filter(|_| runs.len() > 1)) {
        keys.insert(format!("{SPELLING}{piece}"));
        keys.extend(fold::sounds(piece).iter().map(|sound| format!("{SOUND}{sound}")));
    }
}

/// What a search text looks for: of every element, one of the keys must begin so. Empty when the text has no letters.
#[must_use]
pub fn lookups(text: &str) -> Vec<Vec<String>> {
    let short: String = text.chars().take(MAX_TEXT).collect();
    let words = fold::words(&short);
    let pieces = words.iter().take(MAX_WORDS).flat_map(|word| fold::runs(word));
    pieces.map(ways).collect()
}

fn ways(piece: &str) -> Vec<String> {
    let mut ways = vec![format!("{SPELLING}{piece}")];
    // One kana or letter sounds like the beginning of half of all names.
    let enough = piece.chars().count() > 1 || piece.chars().all(|c| fold::script(c) == Script::Kana);
    if enough {
        let sounds = fold::sounds(piece).into_iter().chain(fold::unfinished(piece));
        let sounds: BTreeSet<String> = sounds.collect();
        ways.extend(sounds.iter().map(|sound| format!("{SOUND}{sound}")));
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As whoever keeps the index looks.
    fn found(groups: &[&str], text: &str) -> bool {
        let keys = keys(groups);
        let lookups = lookups(text);
        let begins = |way: &String| keys.iter().any(|key| key.starts_with(way.as_str()));
        !lookups.is_empty() && lookups.iter().all(|ways| ways.iter().any(begins))
    }

    #[test]
    fn a_japanese_name_is_found_however_it_is_typed() {
        let name = ["Yamada^Tarou", "山田^太郎", "やまだ^たろう"];
        for text in [
            "山田",
            "太郎",
            "山田太郎",
            "山田　太郎",
            "やまだ",
            "ヤマダ",
            "ﾔﾏﾀﾞ ﾀﾛｳ",
            "yamada",
            "YAMADA TARO",
            "tarō",
            "Taroh",
            "yamad",
            "山田たろう",
            "ＹＡＭＡＤＡ",
        ] {
            assert!(found(&name, text), "{text}");
        }
        for text in ["鈴木", "yamamoto", "さとう", "太郎冠者", "", "  ", "^"] {
            assert!(!found(&name, text), "{text}");
        }
    }

    #[test]
    fn a_name_of_one_group_is_found_by_what_it_has() {
        // ISO_IR 13: half-width katakana in the place of Latin letters.
        let half = ["ﾔﾏﾀﾞ^ﾀﾛｳ"];
        assert!(found(&half, "やまだ") && found(&half, "yamada") && found(&half, "taro"));
        assert!(!found(&half, "山田"), "how kanji are read is not guessed");
        assert!(found(&["", "渡邊^髙子"], "渡辺高子"));
        assert!(found(&["Ohno^Jun'ichi"], "おおの じゅんいち"));
        assert!(found(&["Müller^Jürgen"], "muller"));
    }
}
