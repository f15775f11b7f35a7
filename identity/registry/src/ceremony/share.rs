//! One share of the root's key: what it carries, and how it is written so that people can type it.
//!
//! Six lines of sixteen letters and digits in Crockford's base32, in groups of four. Each line has a checksum of its
//! own, so that a typing error is found on its line; all of them together have one more, so that lines of different
//! shares do not pass for one. Eight bytes of each line are content, two the checksum (SHA-256 of the line's number
//! and content):
//!
//! ```text
//! version 1 | set 4 | number 1 | threshold 1 | total 1 | root 6 | share 32 | checksum 2
//! ```

use data_encoding::{Encoding, Specification};
use dokuei_identity::fingerprint::Fingerprint;
use zeroize::{Zeroize, Zeroizing};

use crate::failure::Failure;

const VERSION: u8 = 1;
const LENGTH: usize = 48;
const LINE: usize = 8;
/// How many lines a share has.
pub(crate) const LINES: usize = LENGTH / LINE;
/// Letters and digits in a line.
const LETTERS: usize = 16;

/// A share, and what tells whether it belongs to others.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RootShare {
    /// Names the splitting: shares of different ones do not go together.
    pub(crate) set: [u8; 4],
    /// Which of them it is, from 1.
    pub(crate) number: u8,
    /// How many are needed.
    pub(crate) threshold: u8,
    /// How many there are.
    pub(crate) total: u8,
    /// The beginning of the root certificate's fingerprint.
    pub(crate) root: [u8; 6],
    /// Of the 32-byte seed.
    pub(crate) secret: [u8; 32],
}

impl Drop for RootShare {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl RootShare {
    /// Six lines.
    pub(crate) fn to_lines(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.set);
        bytes.extend_from_slice(&[self.number, self.threshold, self.total]);
        bytes.extend_from_slice(&self.root);
        bytes.extend_from_slice(&self.secret);
        let check = checksum(0, &bytes);
        bytes.extend_from_slice(&check);
        let mut text = Zeroizing::new(String::with_capacity(LINES * 20));
        for (number, content) in (1..).zip(bytes.chunks(LINE)) {
            let line = Zeroizing::new([content, checksum(number, content).as_slice()].concat());
            let letters = Zeroizing::new(alphabet().encode(&line));
            for (index, letter) in letters.chars().enumerate() {
                if index > 0 && index % 4 == 0 {
                    text.push('-');
                }
                text.push(letter);
            }
            text.push('\n');
        }
        text
    }

    /// Reads what somebody typed or a camera read; `name` is what to call it in a refusal.
    pub(crate) fn parse(text: &str, name: &str) -> Result<Self, Failure> {
        let refuse = |why: &str| Failure::Share(format!("{name} cannot be used: {why}"));
        let letters: Zeroizing<String> = Zeroizing::new(
            text.chars()
                .filter(|letter| !letter.is_whitespace() && *letter != '-')
                .collect(),
        );
        if letters.chars().count() != LINES * LETTERS || !letters.is_ascii() {
            return Err(refuse(&format!(
                "it has {} letters and digits, a share has {} in {LINES} lines",
                letters.chars().count(),
                LINES * LETTERS
            )));
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH));
        for number in 1..=LINES {
            let line = letters
                .get((number - 1) * LETTERS..number * LETTERS)
                .unwrap_or_default();
            // Not the line itself: it is a part of the key, and refusals are kept in scrollbacks and logs.
            let wrong = || {
                refuse(&format!(
                    "line {number} was mistyped or is damaged; type it again"
                ))
            };
            let line = Zeroizing::new(alphabet().decode(line.as_bytes()).map_err(|_| wrong())?);
            let (content, check) = line.split_at_checked(LINE).ok_or_else(wrong)?;
            if checksum(u8::try_from(number).unwrap_or_default(), content) != check {
                return Err(wrong());
            }
            bytes.extend_from_slice(content);
        }
        let (content, check) = bytes.split_at(LENGTH - 2);
        if checksum(0, content) != check {
            return Err(refuse("its lines are not all of the same share"));
        }
        if content.first() != Some(&VERSION) {
            return Err(refuse("it was made by a newer version of this program"));
        }
        let part = |from: usize, until: usize| content.get(from..until).unwrap_or_default();
        let fixed = |()| refuse("it is not a share");
        let share = Self {
            set: part(1, 5).try_into().map_err(|_| fixed(()))?,
            number: part(5, 6).first().copied().unwrap_or_default(),
            threshold: part(6, 7).first().copied().unwrap_or_default(),
            total: part(7, 8).first().copied().unwrap_or_default(),
            root: part(8, 14).try_into().map_err(|_| fixed(()))?,
            secret: part(14, 46).try_into().map_err(|_| fixed(()))?,
        };
        Ok(share)
    }

    /// The set's name, for people.
    pub(crate) fn set_name(&self) -> String {
        hex::encode(self.set)
    }
}

/// Two bytes.
fn checksum(line: u8, content: &[u8]) -> [u8; 2] {
    let message = Zeroizing::new([&[line], content].concat());
    let hash = Fingerprint::of(&message);
    [hash.as_bytes()[0], hash.as_bytes()[1]]
}

/// Crockford's base32: no I, L, O or U; what looks like another letter is read as it.
fn alphabet() -> Encoding {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    specification
        .translate
        .from
        .push_str("abcdefghjkmnpqrstvwxyzOoIiLl");
    specification
        .translate
        .to
        .push_str("ABCDEFGHJKMNPQRSTVWXYZ001111");
    specification
        .encoding()
        .expect("the alphabet above is one that the crate accepts")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share() -> RootShare {
        RootShare {
            set: [1, 2, 3, 4],
            number: 2,
            threshold: 3,
            total: 5,
            root: [9; 6],
            secret: core::array::from_fn(|index| index as u8 * 7),
        }
    }

    /// R19: a share survives being typed, also by somebody who takes O for 0 and l for 1.
    #[test]
    fn r19_a_share_survives_being_typed() {
        let text = share().to_lines();
        assert_eq!(text.lines().count(), LINES);
        assert!(text.lines().all(|line| line.len() == 19), "{}", *text);
        assert!(RootShare::parse(&text, "it").unwrap() == share());
        let sloppy = text
            .to_lowercase()
            .replace('-', " ")
            .replace('0', "o")
            .replace('1', "l");
        assert!(RootShare::parse(&sloppy, "it").unwrap() == share());
    }

    /// R19: any single wrong letter is found, and its line is named.
    #[test]
    fn r19_a_typing_error_is_found_on_its_line() {
        let text = share().to_lines();
        for (index, letter) in text.char_indices().filter(|(_, letter)| letter.is_alphanumeric()) {
            let other = if letter == '7' { '8' } else { '7' };
            let mut wrong = text.to_string();
            wrong.replace_range(index..=index, &other.to_string());
            let line = text[..index].lines().count().max(1) + usize::from(text[..index].ends_with('\n'));
            let refused = RootShare::parse(&wrong, "share 2").err().unwrap().to_string();
            assert!(refused.contains(&format!("line {line} ")), "{index}: {refused}");
            let typed = wrong.lines().nth(line - 1).unwrap().replace('-', "");
            assert!(!refused.contains(&typed), "a part of the key is told: {refused}");
        }
        let cut = &text[..60];
        assert!(RootShare::parse(cut, "it").is_err());
    }

    /// R19: lines of two shares do not make one.
    #[test]
    fn r19_lines_of_different_shares_do_not_pass_for_one() {
        let mut other = share();
        other.secret = [5; 32];
        let (one, other) = (share().to_lines(), other.to_lines());
        let mixed: String = one.lines().take(3).chain(other.lines().skip(3)).collect();
        let refused = RootShare::parse(&mixed, "it").err().unwrap().to_string();
        assert!(refused.contains("same share"), "{refused}");
    }
}
