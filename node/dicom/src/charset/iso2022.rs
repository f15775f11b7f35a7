//! ISO 2022 as DICOM uses it (PS3.5 6.1.2.5): two halves of the byte, each with a set that escapes change.

use encoding_rs::Encoding;

use super::term::Term;

/// Where the first set comes back by itself (PS3.5 6.1.2.5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiters {
    /// Only at control characters (LT, ST, UT).
    None,
    /// Also at `\`.
    Values,
    /// Also at `\`, `=` and `^`.
    Names,
}

/// What decoding gave.
pub(super) struct Read {
    pub(super) text: String,
    /// Some bytes have no meaning in the sets that are active: they are U+FFFD in `text`.
    pub(super) bad: bool,
    /// An escape sequence of a set that isn't declared was followed.
    pub(super) undeclared: bool,
}

/// Escape sequences (PS3.3 tables C.12-3 and C.12-4) and the set each designates; true: into the upper half (G1).
const ESCAPES: [(&[u8], Term, bool); 19] = [
    (b"(B", Term::Ascii, false),
    (b"(J", Term::JisX0201, false),
    (b")I", Term::JisX0201, true),
    (b"$B", Term::JisX0208, false),
    (b"$@", Term::JisX0208, false),
    (b"$(D", Term::JisX0212, false),
    (b"$)C", Term::KsX1001, true),
    (b"$)A", Term::Gb2312, true),
    (b"-A", Term::Latin1, true),
    (b"-B", Term::Table(encoding_rs::ISO_8859_2), true),
    (b"-C", Term::Table(encoding_rs::ISO_8859_3), true),
    (b"-D", Term::Table(encoding_rs::ISO_8859_4), true),
    (b"-F", Term::Table(encoding_rs::ISO_8859_7), true),
    (b"-G", Term::Table(encoding_rs::ISO_8859_6), true),
    (b"-H", Term::Table(encoding_rs::ISO_8859_8), true),
    (b"-L", Term::Table(encoding_rs::ISO_8859_5), true),
    (b"-M", Term::Table(encoding_rs::WINDOWS_1254), true),
    (b"-T", Term::Table(encoding_rs::WINDOWS_874), true),
    (b"-b", Term::Table(encoding_rs::ISO_8859_15), true),
];

const ESC: u8 = 0x1b;

/// Decodes a text of a whole encoding; the fallback replaces what is wrong.
pub(super) fn decode_whole(encoding: &'static Encoding, bytes: &[u8]) -> Read {
    let (text, bad) = encoding.decode_without_bom_handling(bytes);
    Read {
        text: text.into_owned(),
        bad,
        undeclared: false,
    }
}

/// Decodes a text with escape sequences, starting in `first`.
pub(super) fn decode(first: Term, others: &[Term], bytes: &[u8], delimiters: Delimiters) -> Read {
    let mut decoder = Decoder {
        first,
        lower: first,
        upper: first,
        delimiters,
        read: Read {
            text: String::with_capacity(bytes.len()),
            bad: false,
            undeclared: false,
        },
    };
    let mut rest = bytes;
    while !rest.is_empty() {
        let used = decoder.step(rest, others);
        rest = &rest[used..];
    }
    decoder.read
}

struct Decoder {
    first: Term,
    /// G0: bytes 0x21 to 0x7E.
    lower: Term,
    /// G1: bytes 0xA0 to 0xFF.
    upper: Term,
    delimiters: Delimiters,
    read: Read,
}

impl Decoder {
    /// Takes one character or escape sequence from the start of `rest`; returns the bytes used (at least 1).
    fn step(&mut self, rest: &[u8], others: &[Term]) -> usize {
        match rest[0] {
            ESC => self.escape(&rest[1..], others),
            control @ (0..=0x1f | 0x7f) => {
                self.reset();
                self.read.text.push(char::from(control));
                1
            }
            0x20..=0x7e => self.lower_half(rest),
            _ => self.upper_half(rest),
        }
    }

    fn escape(&mut self, rest: &[u8], others: &[Term]) -> usize {
        let Some((sequence, term, upper)) = ESCAPES.iter().find(|(sequence, ..)| rest.starts_with(sequence))
        else {
            return self.bad(1);
        };
        let default = *term == Term::Ascii;
        self.read.undeclared |= !default && *term != self.first && !others.contains(term);
        *(if *upper { &mut self.upper } else { &mut self.lower }) = *term;
        1 + sequence.len()
    }

    fn lower_half(&mut self, rest: &[u8]) -> usize {
        let byte = rest[0];
        if matches!(self.lower, Term::JisX0208 | Term::JisX0212) && byte != b' ' {
            return match rest.get(1) {
                Some(second @ 0x21..=0x7e) if self.lower == Term::JisX0208 => {
                    self.multi_byte(encoding_rs::EUC_JP, &[byte | 0x80, second | 0x80], 2)
                }
                // EUC-JP reaches JIS X 0212 through its single shift 3.
                Some(second @ 0x21..=0x7e) => {
                    self.multi_byte(encoding_rs::EUC_JP, &[0x8f, byte | 0x80, second | 0x80], 2)
                }
                _ => self.bad(1),
            };
        }
        let delimiter = match self.delimiters {
            Delimiters::None => false,
            Delimiters::Values => byte == b'\\',
            Delimiters::Names => matches!(byte, b'\\' | b'=' | b'^'),
        };
        let character = match byte {
            // JIS X 0201 romaji differs from ASCII in two places; as a delimiter the yen sign stays `\`.
            b'\\' if self.lower == Term::JisX0201 && !delimiter => '¥',
            b'~' if self.lower == Term::JisX0201 => '‾',
            _ => char::from(byte),
        };
        self.read.text.push(character);
        if delimiter {
            self.reset();
        }
        1
    }

    fn upper_half(&mut self, rest: &[u8]) -> usize {
        let byte = rest[0];
        match (self.upper, byte) {
            (Term::JisX0201, 0xa1..=0xdf) => self.push(char::from_u32(0xff61 + u32::from(byte - 0xa1))),
            (Term::Latin1, 0xa0..) => self.push(Some(char::from(byte))),
            (Term::Table(table), 0xa0..) => self.multi_byte(table, &[byte], 1),
            (Term::KsX1001 | Term::Gb2312, 0xa1..=0xfe) => {
                let encoding = if self.upper == Term::KsX1001 {
                    encoding_rs::EUC_KR
                } else {
                    encoding_rs::GBK
                };
                match rest.get(1) {
                    Some(second @ 0xa1..=0xfe) => self.multi_byte(encoding, &[byte, *second], 2),
                    _ => self.bad(1),
                }
            }
            _ => self.bad(1),
        }
    }

    fn push(&mut self, character: Option<char>) -> usize {
        match character {
            Some(character) => self.read.text.push(character),
            None => return self.bad(1),
        }
        1
    }

    fn multi_byte(&mut self, encoding: &'static Encoding, bytes: &[u8], used: usize) -> usize {
        match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => self.read.text.push_str(&text),
            None => return self.bad(used),
        }
        used
    }

    fn bad(&mut self, used: usize) -> usize {
        self.read.bad = true;
        self.read.text.push(char::REPLACEMENT_CHARACTER);
        used
    }

    fn reset(&mut self) {
        (self.lower, self.upper) = (self.first, self.first);
    }
}
