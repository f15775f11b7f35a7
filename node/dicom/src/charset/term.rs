//! The defined terms of (0008,0005) (PS3.3 C.12.1.1.2) and what stands behind them.

use encoding_rs::Encoding;

/// A defined term: a character repertoire that is active at the start or that an escape sequence designates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// ISO 646 (IR 6), the default.
    Ascii,
    /// IR 13: romaji below, half-width katakana above 0xA0.
    JisX0201,
    /// IR 100: the one table that is the first 256 code points of Unicode.
    Latin1,
    /// Another single-byte set: ASCII below, a table above 0xA0.
    Table(&'static Encoding),
    /// IR 87, kanji.
    JisX0208,
    /// IR 159, supplementary kanji.
    JisX0212,
    /// IR 149, Korean.
    KsX1001,
    /// IR 58, simplified Chinese.
    Gb2312,
    /// A whole multi-byte encoding without escape sequences: IR 192, GB18030, GBK.
    Whole(&'static Encoding),
}

impl Term {
    /// A term as written, forgiving the usual slips (`ISO-IR 100`, `ISO_IR_100`, lower case). An empty value is IR 6.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text
            .trim_matches([' ', '\0'])
            .to_ascii_uppercase()
            .replace(['_', '-'], " ");
        let number = text
            .strip_prefix("ISO 2022 IR ")
            .or_else(|| text.strip_prefix("ISO IR "));
        match number.unwrap_or(&text) {
            "" | "6" => Some(Self::Ascii),
            "13" => Some(Self::JisX0201),
            "58" => Some(Self::Gb2312),
            "87" => Some(Self::JisX0208),
            "100" => Some(Self::Latin1),
            "101" => Some(Self::Table(encoding_rs::ISO_8859_2)),
            "109" => Some(Self::Table(encoding_rs::ISO_8859_3)),
            "110" => Some(Self::Table(encoding_rs::ISO_8859_4)),
            "126" => Some(Self::Table(encoding_rs::ISO_8859_7)),
            "127" => Some(Self::Table(encoding_rs::ISO_8859_6)),
            "138" => Some(Self::Table(encoding_rs::ISO_8859_8)),
            "144" => Some(Self::Table(encoding_rs::ISO_8859_5)),
            "148" => Some(Self::Table(encoding_rs::WINDOWS_1254)),
            "149" => Some(Self::KsX1001),
            "159" => Some(Self::JisX0212),
            "166" => Some(Self::Table(encoding_rs::WINDOWS_874)),
            "192" => Some(Self::Whole(encoding_rs::UTF_8)),
            "203" => Some(Self::Table(encoding_rs::ISO_8859_15)),
            "GB18030" => Some(Self::Whole(encoding_rs::GB18030)),
            "GBK" => Some(Self::Whole(encoding_rs::GBK)),
            _ => None,
        }
    }

    /// The encoding of a term that takes no escape sequences.
    pub(super) fn whole_encoding(self) -> Option<&'static Encoding> {
        match self {
            Self::Whole(encoding) => Some(encoding),
            _ => None,
        }
    }
}
