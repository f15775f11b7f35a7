//! What is searched for and what is searched in, brought to one form.
//!
//! There are two forms. *Plain* keeps the spelling and takes away what people do not mean when they type: width and
//! compatibility forms (NFKC), case, accents, the two kana, old forms of kanji. *Sound* is for kana and Latin letters
//! only and takes away the school of romanisation as well: し, shi and si are one, and so are おおの, Ōno, Ohno, Oono and
//! Ono. It is coarser than any reader of Japanese would like, which is why a match by sound counts less than one by
//! spelling.

use unicode_normalization::UnicodeNormalization;
use wana_kana::ConvertJapanese;

use crate::text::is_deceptive;
use crate::variants;

/// The script of a character, as far as searching cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    Kana,
    Latin,
    Other,
}

pub(crate) fn script(c: char) -> Script {
    match c {
        'ぁ'..='ゖ' | 'ァ'..='ヶ' | 'ー' => Script::Kana,
        c if c.is_ascii_alphanumeric() => Script::Latin,
        _ => Script::Other,
    }
}

/// The words of a text in plain form.
pub(crate) fn words(text: &str) -> Vec<String> {
    plain(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The plain form.
fn plain(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd() {
        match c {
            // Accents, variation selectors, apostrophes within names, and what nobody sees.
            '\u{300}'..='\u{36F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => {}
            '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | 'ʻ' => {}
            c if is_deceptive(c) && !c.is_whitespace() => {}
            // 佐々木 is 佐佐木, みすゞ is みすず: the mark of voicing follows by itself.
            '々' | 'ゝ' | 'ヽ' => folded.extend(folded.chars().next_back()),
            'ァ'..='ヶ' => folded.extend(char::from_u32(u32::from(c) - 0x60)),
            'ø' | 'Ø' => folded.push('o'),
            'ł' | 'Ł' => folded.push('l'),
            'đ' | 'Đ' => folded.push('d'),
            'ı' => folded.push('i'),
            'ß' => folded.push_str("ss"),
            'æ' | 'Æ' => folded.push_str("ae"),
            'œ' | 'Œ' => folded.push_str("oe"),
            c => folded.extend(c.to_lowercase()),
        }
    }
    // Kana with marks of voicing are composed again.
    folded.nfc().map(variants::usual).collect()
}

/// Pieces of a plain word that are of one script.
pub(crate) fn runs(word: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in word.char_indices() {
        let script = script(c);
        if last.is_some_and(|last| last != script) {
            runs.push(&word[start..at]);
            start = at;
        }
        last = Some(script);
    }
    runs.push(&word[start..]);
    runs
}

/// The sound of a plain word, in all ways in which it may be meant; none when it has a kanji.
pub(crate) fn sounds(word: &str) -> Vec<String> {
    if word.chars().any(|c| script(c) == Script::Other) {
        return Vec::new();
    }
    let romaji = if word.is_ascii() {
        word.to_owned()
    } else {
        // A long vowel sounds like a short one below; ゑ, ゐ and を are え, い and お in names.
        let kana = word.chars().filter(|&c| c != 'ー').map(|c| match c {
            'ゑ' => 'え',
            'ゐ' => 'い',
            'を' => 'お',
            c => c,
        });
        kana.collect::<String>().as_str().to_romaji()
    };
    let sound = shorten(&spell(&romaji));
    let mut all = vec![sound];
    // "Ohishi" is 大石 for some, おひし for others.
    if let Some(other) = without_h(&all[0]) {
        all.push(other);
    }
    all.retain(|sound| !sound.is_empty());
    all
}

/// Further sounds that the beginning of a word may have while it is still being typed.
pub(crate) fn unfinished(word: &str) -> Vec<String> {
    let mut more = Vec::new();
    for sound in sounds(word) {
        if let Some(start) = sound
            .strip_suffix('y')
            .filter(|start| start.ends_with(['s', 't', 'z']))
        {
            more.push(start.to_owned());
        }
        if let Some(start) = sound.strip_suffix('m') {
            more.push(format!("{start}n"));
        }
        if let Some(start) = sound.strip_suffix('k').filter(|_| word.ends_with('c')) {
            more.push(format!("{start}t"));
        }
    }
    more
}

/// One spelling for each syllable, in the order in which they have to be replaced.
const SPELLINGS: [(&str, &str); 29] = [
    ("cch", "tty"),
    ("ch", "ty"),
    ("sh", "sy"),
    ("ts", "t"),
    ("dz", "z"),
    ("j", "zy"),
    ("du", "zu"),
    ("di", "zi"),
    ("dy", "zy"),
    ("yy", "y"),
    ("syi", "si"),
    ("tyi", "ti"),
    ("zyi", "zi"),
    ("f", "h"),
    ("l", "r"),
    ("v", "b"),
    ("q", "k"),
    ("c", "k"),
    ("kk", "k"),
    ("wo", "o"),
    ("we", "e"),
    ("wi", "i"),
    ("ye", "e"),
    ("mb", "nb"),
    ("mp", "np"),
    ("mm", "nm"),
    ("nn", "n"),
    ("tt", "t"),
    ("ss", "s"),
];

fn spell(romaji: &str) -> String {
    let mut text: String = romaji.chars().filter(char::is_ascii_alphanumeric).collect();
    for (one, other) in SPELLINGS {
        if text.contains(one) {
            text = text.replace(one, other);
        }
    }
    text
}

/// Long vowels short: oo, ou, oh before a consonant; uu, uh; aa, ii, ee.
fn shorten(spelled: &str) -> String {
    let mut short = String::with_capacity(spelled.len());
    let mut letters = spelled.chars().peekable();
    while let Some(c) = letters.next() {
        let last = short.chars().next_back();
        let lengthens = match (last, c) {
            (Some(last), c) if last == c && is_vowel(c) => true,
            (Some('o'), 'u') => true,
            (Some('o' | 'u'), 'h') => letters.peek().is_none_or(|&next| !is_vowel(next) && next != 'y'),
            _ => false,
        };
        if !lengthens {
            short.push(c);
        }
    }
    short
}

/// The same with each `oh` before a vowel as a long o; nothing when there is none.
fn without_h(sound: &str) -> Option<String> {
    let letters: Vec<char> = sound.chars().collect();
    let is_length = |at: usize| {
        letters[at] == 'h'
            && at == 1
            && letters[0] == 'o'
            && letters.get(at + 1).is_some_and(|&next| is_vowel(next))
    };
    let kept: String = (0..letters.len())
        .filter(|&at| !is_length(at))
        .map(|at| letters[at])
        .collect();
    (kept != sound).then_some(kept)
}

const fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'i' | 'u' | 'e' | 'o')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(word: &str) -> String {
        let words = words(word);
        assert_eq!(words.len(), 1, "{word} is not one word: {words:?}");
        sounds(&words[0]).remove(0)
    }

    #[test]
    fn schools_of_romanisation_are_one() {
        let same = [
            &[
                "おおの",
                "オオノ",
                "ｵｵﾉ",
                "Ohno",
                "Oono",
                "Ono",
                "Ōno",
                "ÔNO",
                "Ｏｈｎｏ",
                "Ouno",
            ][..],
            &["しみず", "Shimizu", "Simizu", "シミズ"],
            &["つちや", "Tsuchiya", "Tutiya"],
            &["ふじもと", "Fujimoto", "Huzimoto"],
            &["じょう", "Jō", "Jyou", "Zyou", "Joh"],
            &["けんいち", "Ken'ichi", "Kenichi", "Ken’iti", "Kennichi"],
            &["なんば", "Namba", "Nanba"],
            &["ほんま", "Homma", "Honma"],
            &["はっとり", "Hattori"],
            &["はっちょう", "Hatchō", "Hacchou"],
            &["ゆうき", "Yuuki", "Yuki", "Yūki", "Yuhki"],
            &["いのうえ", "Inoue", "Inouye"],
            &["かおる", "かをる", "Kaoru", "Kaworu"],
            &["みすず", "みすゞ", "Misuzu"],
            &["しんじょう", "Shinjo", "Sinzyô"],
        ];
        for spellings in same {
            for spelling in spellings {
                assert_eq!(sound(spelling), sound(spellings[0]), "{spelling}");
            }
        }
    }

    #[test]
    fn different_names_stay_different() {
        for (one, other) in [
            ("おはら", "おらは"),
            ("Tanaka", "Takana"),
            ("さかい", "さがい"),
            ("かとう", "さとう"),
            ("はやし", "ばやし"),
        ] {
            assert_ne!(sound(one), sound(other));
        }
    }

    #[test]
    fn an_h_that_may_be_length_is_both() {
        assert_eq!(sounds("ohishi"), ["ohisi", "oisi"]);
        assert_eq!(sounds("おおいし"), ["oisi"]);
        assert_eq!(sounds("おはら"), ["ohara", "oara"]);
    }

    #[test]
    fn the_plain_form_takes_away_what_is_not_meant() {
        assert_eq!(words("田中　花子"), ["田中", "花子"]);
        assert_eq!(words("ﾀﾅｶ･ﾊﾅｺ"), ["たなか", "はなこ"]);
        assert_eq!(words("佐々木"), ["佐佐木"]);
        assert_eq!(words("髙\u{E0100}橋"), ["高橋"]);
        assert_eq!(words("Müller-Łukasz, RENÉE"), ["muller", "lukasz", "renee"]);
        assert_eq!(words("が\u{202E}ぎ"), ["がぎ"]);
        assert_eq!(words("コーンビームＣＴ"), ["こーんびーむct"]);
        assert_eq!(words(" ,;。 "), [""; 0]);
    }

    #[test]
    fn runs_are_of_one_script() {
        assert_eq!(runs("田中はなこdds"), ["田中", "はなこ", "dds"]);
        assert_eq!(runs("田中"), ["田中"]);
    }

    #[test]
    fn what_is_still_being_typed_is_found() {
        assert!(unfinished("sh").contains(&"s".to_owned()));
        assert!(unfinished("shim").contains(&"sin".to_owned()));
        assert!(unfinished("mac").contains(&"mat".to_owned()));
        assert!(unfinished("mach").contains(&"mat".to_owned()));
        assert!(unfinished("tanaka").is_empty());
    }
}
