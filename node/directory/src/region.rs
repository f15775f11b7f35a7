//! The prefectures, by the codes of JIS X 0401.

use std::fmt;
use std::str::FromStr;

use dokuei_identity::certificate::UnknownWord;
use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A prefecture; shown and read as its two-digit code (JIS X 0401), `01` to `47`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
#[cbor(transparent)]
pub struct Region(#[n(0)] u8);

impl Region {
    /// All of them, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=47).map(Self)
    }

    /// The prefecture with this code.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        if matches!(code, 1..=47) {
            Some(Self(code))
        } else {
            None
        }
    }

    /// Its code, 1 to 47.
    #[must_use]
    pub const fn code(self) -> u8 {
        self.0
    }

    fn names(self) -> (&'static str, &'static str, &'static str) {
        NAMES[usize::from(self.0) - 1]
    }

    /// Its name in Japanese, for example 東京都.
    #[must_use]
    pub fn japanese(self) -> &'static str {
        self.names().0
    }

    /// Its name in English, for example Tokyo.
    #[must_use]
    pub fn english(self) -> &'static str {
        self.names().1
    }

    /// Its name in hiragana, for example とうきょうと.
    #[must_use]
    pub fn kana(self) -> &'static str {
        self.names().2
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

/// By code (`13` or `JP-13`), or by its Japanese or English name in full; 東京 does as well as 東京都.
impl FromStr for Region {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let text = text.trim();
        let digits = text.strip_prefix("JP-").unwrap_or(text);
        let by_code = Some(digits)
            .filter(|digits| digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .and_then(Self::from_code);
        let named = |region: &Self| {
            let full = region.japanese();
            let short = full.strip_suffix(['都', '府', '県']).unwrap_or(full);
            text == full || text == short || text.eq_ignore_ascii_case(region.english())
        };
        by_code
            .or_else(|| Self::all().find(named))
            .ok_or_else(|| UnknownWord {
                given: text.chars().take(40).collect(),
                known: "01 to 47 (JIS X 0401), or the name of a prefecture",
            })
    }
}

impl<'b, C> Decode<'b, C> for Region {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
        Self::from_code(decoder.u8()?).ok_or_else(|| DecodeError::message("there is no such prefecture"))
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Japanese, English, hiragana; in the order of the codes.
const NAMES: [(&str, &str, &str); 47] = [
    ("北海道", "Hokkaido", "ほっかいどう"),
    ("青森県", "Aomori", "あおもりけん"),
    ("岩手県", "Iwate", "いわてけん"),
    ("宮城県", "Miyagi", "みやぎけん"),
    ("秋田県", "Akita", "あきたけん"),
    ("山形県", "Yamagata", "やまがたけん"),
    ("福島県", "Fukushima", "ふくしまけん"),
    ("茨城県", "Ibaraki", "いばらきけん"),
    ("栃木県", "Tochigi", "とちぎけん"),
    ("群馬県", "Gunma", "ぐんまけん"),
    ("埼玉県", "Saitama", "さいたまけん"),
    ("千葉県", "Chiba", "ちばけん"),
    ("東京都", "Tokyo", "とうきょうと"),
    ("神奈川県", "Kanagawa", "かながわけん"),
    ("新潟県", "Niigata", "にいがたけん"),
    ("富山県", "Toyama", "とやまけん"),
    ("石川県", "Ishikawa", "いしかわけん"),
    ("福井県", "Fukui", "ふくいけん"),
    ("山梨県", "Yamanashi", "やまなしけん"),
    ("長野県", "Nagano", "ながのけん"),
    ("岐阜県", "Gifu", "ぎふけん"),
    ("静岡県", "Shizuoka", "しずおかけん"),
    ("愛知県", "Aichi", "あいちけん"),
    ("三重県", "Mie", "みえけん"),
    ("滋賀県", "Shiga", "しがけん"),
    ("京都府", "Kyoto", "きょうとふ"),
    ("大阪府", "Osaka", "おおさかふ"),
    ("兵庫県", "Hyogo", "ひょうごけん"),
    ("奈良県", "Nara", "ならけん"),
    ("和歌山県", "Wakayama", "わかやまけん"),
    ("鳥取県", "Tottori", "とっとりけん"),
    ("島根県", "Shimane", "しまねけん"),
    ("岡山県", "Okayama", "おかやまけん"),
    ("広島県", "Hiroshima", "ひろしまけん"),
    ("山口県", "Yamaguchi", "やまぐちけん"),
    ("徳島県", "Tokushima", "とくしまけん"),
    ("香川県", "Kagawa", "かがわけん"),
    ("愛媛県", "Ehime", "えひめけん"),
    ("高知県", "Kochi", "こうちけん"),
    ("福岡県", "Fukuoka", "ふくおかけん"),
    ("佐賀県", "Saga", "さがけん"),
    ("長崎県", "Nagasaki", "ながさきけん"),
    ("熊本県", "Kumamoto", "くまもとけん"),
    ("大分県", "Oita", "おおいたけん"),
    ("宮崎県", "Miyazaki", "みやざきけん"),
    ("鹿児島県", "Kagoshima", "かごしまけん"),
    ("沖縄県", "Okinawa", "おきなわけん"),
];
