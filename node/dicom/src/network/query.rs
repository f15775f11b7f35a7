//! What an archive is asked for (C-FIND, PS3.4 C.4.1) and what it finds: identifiers of the Study Root model.
//!
//! Names are asked for and read in Japanese: the identifier says in which character set it is, and so does each answer.

use std::fmt;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};

use super::small::{Writer, read};
use crate::charset::{CharacterSet, JAPANESE, encode_name};
use crate::name::PersonName;
use crate::uid::Uid;

/// How identifiers are encoded: what every archive knows.
pub(super) const SYNTAX: &str = uids::IMPLICIT_VR_LITTLE_ENDIAN;
/// The largest answer that is read, bytes.
pub(super) const MAX_ANSWER: u64 = 64 * 1024;
/// The longest value that is asked for (VR LO), characters.
const MAX_VALUE: usize = 64;
const UTF8: &str = "ISO_IR 192";

/// What studies are looked for. What is empty says nothing; `*` stands for any text and `?` for any character in names,
/// IDs and accession numbers.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StudyQuery {
    /// (0010,0010), in any script.
    pub patient_name: String,
    /// (0010,0020).
    pub patient_id: String,
    /// (0008,0050).
    pub accession_number: String,
    /// (0008,0020): a day as `20260131`, or days as `20260101-20260131`, either of which may be left out.
    pub study_date: String,
    /// (0008,0061).
    pub modality: String,
}

/// Patients are not told of in logs.
impl fmt::Debug for StudyQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StudyQuery").finish_non_exhaustive()
    }
}

/// A value that cannot be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadQuery {
    /// A patient's name.
    #[error("a name has at most 64 characters and no backslash")]
    Name,
    /// An ID or an accession number.
    #[error("an ID has at most 64 characters of ASCII and no backslash")]
    Id,
    /// A date.
    #[error("write a day as 20260131, or days as 20260101-20260131, 20260101- or -20260131")]
    Date,
    /// A modality.
    #[error("a modality is up to 16 capital letters and digits, as CT")]
    Modality,
    /// Nothing.
    #[error("say at least a name, an ID, a date or a modality: an archive is not listed whole")]
    Nothing,
}

/// In which character set a name is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// As Japanese equipment writes names (ISO 2022 IR 87).
    Iso2022,
    /// UTF-8.
    Utf8,
}

impl StudyQuery {
    /// Whether it can be asked.
    ///
    /// # Errors
    /// [`BadQuery`].
    pub fn check(&self) -> Result<(), BadQuery> {
        let plain = |text: &str| !text.contains(|c: char| c == '\\' || c.is_control());
        let fits = |text: &str| text.chars().count() <= MAX_VALUE && plain(text);
        if !fits(&self.patient_name) {
            return Err(BadQuery::Name);
        }
        if ![&self.patient_id, &self.accession_number]
            .iter()
            .all(|id| fits(id) && id.is_ascii())
        {
            return Err(BadQuery::Id);
        }
        if !self.study_date.is_empty() && !is_days(&self.study_date) {
            return Err(BadQuery::Date);
        }
        let code = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        if self.modality.len() > 16 || !self.modality.bytes().all(code) {
            return Err(BadQuery::Modality);
        }
        if *self == Self::default() {
            return Err(BadQuery::Nothing);
        }
        Ok(())
    }

    /// How it may be asked, the likeliest way first: archives compare names letter by letter, many of them large and small
    /// ones as different, and both kana as well.
    #[must_use]
    pub fn ways(&self) -> Vec<(Self, Text)> {
        let typed = &self.patient_name;
        let mut names = vec![typed.clone()];
        if typed.is_ascii() {
            let capitals = typed.split(' ').map(|word| {
                let (first, rest) = word.split_at(word.len().min(1));
                format!("{}{}", first.to_uppercase(), rest.to_lowercase())
            });
            names.extend([typed.to_uppercase(), capitals.collect::<Vec<_>>().join(" ")]);
        } else {
            names.extend([katakana(typed), hiragana(typed)]);
        }
        let mut ways: Vec<(Self, Text)> = Vec::new();
        for patient_name in names {
            let query = Self {
                patient_name,
                ..self.clone()
            };
            for text in query.texts() {
                let way = (query.clone(), *text);
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
        }
        ways
    }

    /// The character sets in which it may be asked, the likeliest first. A name in ASCII is the same in all.
    fn texts(&self) -> &'static [Text] {
        if self.patient_name.is_ascii() {
            &[Text::Utf8]
        } else if self.name(Text::Iso2022).is_some() {
            &[Text::Iso2022, Text::Utf8]
        } else {
            &[Text::Utf8]
        }
    }

    /// The value that is asked for. People write a part of a name, with a space between family and given name; an
    /// archive compares the whole value, which has its components and groups divided by `^` and `=`.
    fn name(&self, text: Text) -> Option<Vec<u8>> {
        let words: Vec<&str> = self
            .patient_name
            .split(|c: char| c.is_whitespace())
            .filter(|word| !word.is_empty())
            .collect();
        let wanted = match words.join("*") {
            none if none.is_empty() => none,
            own if own.contains(['*', '?']) && words.len() == 1 => own,
            part => format!("*{part}*"),
        };
        match text {
            Text::Utf8 => Some(wanted.into_bytes()),
            Text::Iso2022 => encode_name(&PersonName::alphabetic(wanted)).ok(),
        }
    }

    /// The identifier; everything of a study that is shown is asked for.
    pub(super) fn encode(&self, text: Text) -> Vec<u8> {
        let name = self.name(text).unwrap_or_default();
        let mut data = Writer::new(SYNTAX);
        if !name.is_ascii() || name.contains(&0x1b) {
            let set = match text {
                Text::Iso2022 => JAPANESE,
                Text::Utf8 => UTF8,
            };
            data.text(tags::SPECIFIC_CHARACTER_SET, b"CS", set.as_bytes());
        }
        data.text(tags::STUDY_DATE, b"DA", self.study_date.as_bytes());
        data.text(tags::STUDY_TIME, b"TM", b"");
        data.text(tags::ACCESSION_NUMBER, b"SH", self.accession_number.as_bytes());
        data.text(tags::QUERY_RETRIEVE_LEVEL, b"CS", b"STUDY");
        data.text(tags::MODALITIES_IN_STUDY, b"CS", self.modality.as_bytes());
        data.text(tags::STUDY_DESCRIPTION, b"LO", b"");
        data.text(tags::PATIENT_NAME, b"PN", &name);
        data.text(tags::PATIENT_ID, b"LO", self.patient_id.as_bytes());
        data.text(tags::PATIENT_BIRTH_DATE, b"DA", b"");
        data.text(tags::PATIENT_SEX, b"CS", b"");
        data.text(tags::STUDY_INSTANCE_UID, b"UI", b"");
        data.text(tags::STUDY_ID, b"SH", b"");
        data.text(tags::NUMBER_OF_STUDY_RELATED_INSTANCES, b"IS", b"");
        data.bytes
    }
}

/// Hiragana and katakana lie in Unicode in the same order, 96 apart.
const KANA: u32 = 0x60;

fn katakana(text: &str) -> String {
    let shift = |c: char| match c {
        'ぁ'..='ゖ' => char::from_u32(c as u32 + KANA).unwrap_or(c),
        other => other,
    };
    text.chars().map(shift).collect()
}

fn hiragana(text: &str) -> String {
    let shift = |c: char| match c {
        'ァ'..='ヶ' => char::from_u32(c as u32 - KANA).unwrap_or(c),
        other => other,
    };
    text.chars().map(shift).collect()
}

/// Whether this is a day, or a range of days (PS3.4 C.2.2.2.5).
fn is_days(text: &str) -> bool {
    let day = |text: &str| text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('-') {
        None => day(text),
        Some(("", "")) => false,
        Some((from, to)) => (from.is_empty() || day(from)) && (to.is_empty() || day(to)),
    }
}

/// A study that an archive has, as it tells of it.
#[derive(Clone, PartialEq, Eq)]
pub struct FoundStudy {
    /// (0020,000D).
    pub study_instance_uid: Uid,
    /// (0010,0010).
    pub patient_name: PersonName,
    /// (0010,0020).
    pub patient_id: String,
    /// (0010,0030).
    pub birth_date: String,
    /// (0010,0040).
    pub sex: String,
    /// (0008,0020).
    pub study_date: String,
    /// (0008,0030).
    pub study_time: String,
    /// (0008,0050).
    pub accession_number: String,
    /// (0008,1030).
    pub description: String,
    /// (0008,0061); empty when it is not told.
    pub modalities: Vec<String>,
    /// (0020,1208); `None` when it is not told.
    pub instances: Option<u64>,
}

/// Patients are not told of in logs.
impl fmt::Debug for FoundStudy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoundStudy")
            .field("study_instance_uid", &self.study_instance_uid)
            .finish_non_exhaustive()
    }
}

impl FoundStudy {
    /// Reads an answer; `None` when it names no study.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let data = read(bytes, SYNTAX)?;
        let set = CharacterSet::from_value(&ascii(data.bytes(tags::SPECIFIC_CHARACTER_SET)));
        let values = |tag: Tag| set.values(data.bytes(tag)).value;
        let text = |tag: Tag| values(tag).into_iter().next().unwrap_or_default();
        let instances = ascii(data.bytes(tags::NUMBER_OF_STUDY_RELATED_INSTANCES));
        let modalities = values(tags::MODALITIES_IN_STUDY).into_iter();
        Some(Self {
            study_instance_uid: data.uid(tags::STUDY_INSTANCE_UID)?,
            patient_name: set.name(data.bytes(tags::PATIENT_NAME)).value,
            patient_id: text(tags::PATIENT_ID),
            birth_date: text(tags::PATIENT_BIRTH_DATE),
            sex: text(tags::PATIENT_SEX),
            study_date: text(tags::STUDY_DATE),
            study_time: text(tags::STUDY_TIME),
            accession_number: text(tags::ACCESSION_NUMBER),
            description: text(tags::STUDY_DESCRIPTION),
            modalities: modalities.filter(|one| !one.is_empty()).collect(),
            instances: instances.parse().ok(),
        })
    }
}

/// An instance that an archive has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundInstance {
    /// (0008,0018).
    pub sop_instance_uid: Uid,
    /// (0008,0016); `None` when it is not told.
    pub sop_class_uid: Option<Uid>,
}

impl FoundInstance {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let data = read(bytes, SYNTAX)?;
        Some(Self {
            sop_instance_uid: data.uid(tags::SOP_INSTANCE_UID)?,
            sop_class_uid: data.uid(tags::SOP_CLASS_UID),
        })
    }
}

/// The series of a study are asked for.
pub(super) fn series_of(study: &Uid) -> Vec<u8> {
    let mut data = Writer::new(SYNTAX);
    data.text(tags::QUERY_RETRIEVE_LEVEL, b"CS", b"SERIES");
    data.uid(tags::STUDY_INSTANCE_UID, study);
    data.text(tags::SERIES_INSTANCE_UID, b"UI", b"");
    data.bytes
}

/// The instances of a series are asked for.
pub(super) fn instances_of(study: &Uid, series: &Uid) -> Vec<u8> {
    let mut data = Writer::new(SYNTAX);
    data.text(tags::SOP_CLASS_UID, b"UI", b"");
    data.text(tags::SOP_INSTANCE_UID, b"UI", b"");
    data.text(tags::QUERY_RETRIEVE_LEVEL, b"CS", b"IMAGE");
    data.uid(tags::STUDY_INSTANCE_UID, study);
    data.uid(tags::SERIES_INSTANCE_UID, series);
    data.bytes
}

/// A whole study is asked for, by C-GET or C-MOVE.
pub(super) fn whole(study: &Uid) -> Vec<u8> {
    let mut data = Writer::new(SYNTAX);
    data.text(tags::QUERY_RETRIEVE_LEVEL, b"CS", b"STUDY");
    data.uid(tags::STUDY_INSTANCE_UID, study);
    data.bytes
}

pub(super) fn series_uid(bytes: &[u8]) -> Option<Uid> {
    read(bytes, SYNTAX)?.uid(tags::SERIES_INSTANCE_UID)
}

fn ascii(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .trim_matches([' ', '\0'])
        .to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(name: &str) -> StudyQuery {
        StudyQuery {
            patient_name: name.to_owned(),
            ..StudyQuery::default()
        }
    }

    /// R13: a part of a name is looked for wherever it stands in the three groups, in the script of the clinic.
    #[test]
    fn r13_a_part_of_a_japanese_name_is_asked_for_in_iso_2022() {
        let query = named("山田　太郎");
        assert_eq!(query.texts(), [Text::Iso2022, Text::Utf8]);
        let data = query.encode(Text::Iso2022);
        let data = read(&data, SYNTAX).unwrap();
        assert_eq!(ascii(data.bytes(tags::SPECIFIC_CHARACTER_SET)), JAPANESE);
        let asked = data.bytes(tags::PATIENT_NAME);
        assert_eq!(asked, b"*\x1b$B;3ED\x1b(B*\x1b$BB@O:\x1b(B* ");
        let data = query.encode(Text::Utf8);
        let data = read(&data, SYNTAX).unwrap();
        assert_eq!(data.bytes(tags::PATIENT_NAME), "*山田*太郎* ".as_bytes());
        assert_eq!(named("Yamada").texts().len(), 1);
        for (written, asked) in [
            ("Yamada", "*Yamada*"),
            ("YAMADA*", "YAMADA*"),
            ("Y?MADA^T*", "Y?MADA^T*"),
            ("", ""),
            ("  ", ""),
        ] {
            assert_eq!(named(written).name(Text::Utf8).unwrap(), asked.as_bytes());
        }
        // Half-width katakana is of another set.
        assert_eq!(named("ﾔﾏﾀﾞ").texts(), [Text::Utf8]);
    }

    /// R13: nobody needs to know how the archive writes a name.
    #[test]
    fn r13_other_letters_and_the_other_kana_are_tried_too() {
        let names = |typed: &str| -> Vec<String> {
            let ways = named(typed).ways();
            ways.into_iter().map(|(query, _)| query.patient_name).collect()
        };
        assert_eq!(
            names("yamada taro"),
            ["yamada taro", "YAMADA TARO", "Yamada Taro"]
        );
        assert_eq!(names("YAMADA"), ["YAMADA", "Yamada"]);
        assert_eq!(names(""), [""]);
        assert_eq!(names("やまだ"), ["やまだ", "やまだ", "ヤマダ", "ヤマダ"]);
        assert_eq!(names("ヤマダ"), ["ヤマダ", "ヤマダ", "やまだ", "やまだ"]);
        assert_eq!(names("山田").len(), 2);
    }

    #[test]
    fn what_cannot_be_asked_is_told_in_words() {
        assert_eq!(StudyQuery::default().check(), Err(BadQuery::Nothing));
        assert_eq!(named("a\\b").check(), Err(BadQuery::Name));
        assert_eq!(named(&"山".repeat(65)).check(), Err(BadQuery::Name));
        for (date, right) in [
            ("20260131", true),
            ("20260101-20260131", true),
            ("-20260131", true),
            ("20260101-", true),
            ("-", false),
            ("2026-01-31", false),
            ("today", false),
        ] {
            let query = StudyQuery {
                study_date: date.to_owned(),
                ..StudyQuery::default()
            };
            assert_eq!(query.check().is_ok(), right, "{date}");
        }
        for (modality, right) in [("CT", true), ("ct", false), ("C T", false)] {
            let query = StudyQuery {
                modality: modality.to_owned(),
                ..StudyQuery::default()
            };
            assert_eq!(query.check().is_ok(), right, "{modality}");
        }
    }

    fn answer() -> Vec<u8> {
        let mut data = Writer::new(SYNTAX);
        data.text(tags::SPECIFIC_CHARACTER_SET, b"CS", JAPANESE.as_bytes());
        data.text(tags::MODALITIES_IN_STUDY, b"CS", br"CT\SR");
        let name = encode_name(&PersonName::from_groups("YAMADA^TARO=山田^太郎=やまだ^たろう")).unwrap();
        data.text(tags::PATIENT_NAME, b"PN", &name);
        data.text(tags::PATIENT_ID, b"LO", b"1234");
        data.uid(tags::STUDY_INSTANCE_UID, &"1.2.3".parse().unwrap());
        data.text(tags::NUMBER_OF_STUDY_RELATED_INSTANCES, b"IS", b"600");
        data.bytes
    }

    #[test]
    fn r13_an_answer_is_read_in_its_own_character_set() {
        let found = FoundStudy::parse(&answer()).unwrap();
        assert_eq!(found.patient_name.readable(), "山田 太郎");
        assert_eq!(found.patient_name.phonetic, "やまだ^たろう");
        assert_eq!(found.modalities, ["CT", "SR"]);
        assert_eq!((found.patient_id.as_str(), found.instances), ("1234", Some(600)));
        assert!(!format!("{found:?}").contains("1234"));
    }

    proptest! {
        /// R24: whatever an archive answers, it is read or not.
        #[test]
        fn r24_no_answer_of_an_archive_stops_the_thread(
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        ) {
            let mut bytes = answer();
            for (at, to) in flips {
                let at = at.index(bytes.len());
                bytes[at] = to;
            }
            let _ = FoundStudy::parse(&bytes);
            let _ = FoundInstance::parse(&bytes);
            let _ = series_uid(&bytes);
        }
    }
}
