//! The parts of a profile, one by one.

use dokuei_directory::hours::{HoursError, Span, Week, Weekday};
use dokuei_directory::interest::Interest;
use dokuei_directory::language::Language;
use dokuei_directory::modality::Modality;
use dokuei_directory::photo::{Photo, PhotoError, PhotoKind};
use dokuei_directory::region::Region;
use dokuei_directory::terms::Availability;
use dokuei_directory::text::{Text, TextError, plain};
use dokuei_identity::time::Timestamp;

use crate::people::{NOW, office_hours};

/// The frame of a PNG of this size, without sound pixels: nobody here decodes them.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x02\0\0\0\0\0\0\0\0\0\0\0IEND\xae\x42\x60\x82");
    bytes
}

/// The frame of a JPEG of this size and length.
pub(crate) fn jpeg(width: u16, height: u16, length: usize) -> Vec<u8> {
    let mut bytes = b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xFF\xC0\0\x11\x08".to_vec();
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.resize(length - 2, 0);
    bytes.extend(b"\xFF\xD9");
    bytes
}

/// R17: a photo is what it claims to be, whole and not larger than it may be shown.
#[test]
fn r17_photos_are_checked_without_being_decoded() {
    assert_eq!(Photo::new(&png(1024, 1)).unwrap().kind(), PhotoKind::Png);
    assert_eq!(Photo::new(&jpeg(1, 1024, 500)).unwrap().kind(), PhotoKind::Jpeg);
    let mut cut = png(16, 16);
    cut.pop();
    let mut without_header = png(16, 16);
    without_header[12] = b'X';
    let mut lossless = jpeg(16, 16, 500);
    lossless[21] = 0xC3;
    let mut endless = jpeg(16, 16, 500);
    endless[4] = 0xFF;
    let table = [
        (cut, PhotoError::Damaged),
        (without_header, PhotoError::Damaged),
        (lossless, PhotoError::Damaged),
        (endless, PhotoError::Damaged),
        (png(0, 16), PhotoError::Damaged),
        (jpeg(16, 0, 500), PhotoError::Damaged),
        (b"\xFF\xD8\xFF\xD9".to_vec(), PhotoError::Damaged),
        (png(1025, 16), PhotoError::Pixels),
        (jpeg(16, 1025, 500), PhotoError::Pixels),
        (b"BM".to_vec(), PhotoError::Kind),
        (jpeg(16, 16, 128 * 1024 + 1), PhotoError::TooLarge),
    ];
    for (bytes, error) in table {
        assert_eq!(Photo::new(&bytes).unwrap_err(), error);
    }
}

/// R17: nothing in a text steers the display.
#[test]
fn r17_texts_have_no_hidden_characters() {
    type Short = Text<10>;
    assert_eq!(Short::new("髙\u{E0100}橋 é").unwrap().as_str(), "髙\u{E0100}橋 é");
    assert_eq!(
        Short::new("12345678901").unwrap_err(),
        TextError::TooLong { most: 10 }
    );
    assert_eq!(Short::new(" \u{3000}").unwrap_err(), TextError::Empty);
    assert_eq!(Short::new("a\nb").unwrap_err(), TextError::Character { code: 10 });
    assert!(Text::<10, true>::new("a\nb").is_ok());
    for code in [
        0, 0x7F, 0x85, 0xAD, 0x200B, 0x200F, 0x202A, 0x202E, 0x2028, 0x2066, 0x2069, 0xFEFF, 0xE000, 0xE0041,
        0xFFFF,
    ] {
        let hostile = format!("a{}b", char::from_u32(code).unwrap());
        assert_eq!(Short::new(&hostile).unwrap_err(), TextError::Character { code });
    }
    assert_eq!(plain("田中\u{202E}\u{3000}花子\u{0}\n"), "田中 花子");
}

/// R2: the 47 prefectures have their codes, and are known by every usual name.
#[test]
fn r2_regions_by_code_and_name() {
    assert_eq!(Region::all().count(), 47);
    for (text, code) in [
        ("1", 1),
        ("01", 1),
        ("JP-13", 13),
        ("東京", 13),
        ("東京都", 13),
        ("tokyo", 13),
        ("京都", 26),
        ("北海道", 1),
        ("Okinawa", 47),
    ] {
        assert_eq!(text.parse::<Region>().unwrap().code(), code, "{text}");
    }
    for text in ["0", "48", "", "013", "東", "-1", "+1"] {
        assert!(text.parse::<Region>().is_err(), "{text}");
    }
    for region in Region::all() {
        assert_eq!(region.japanese().parse(), Ok(region));
        assert_eq!(region.english().parse(), Ok(region));
        assert_eq!(region.to_string().parse(), Ok(region));
    }
}

#[test]
fn r2_words_of_modalities_and_interests_are_stable() {
    for modality in Modality::ALL {
        assert_eq!(modality.as_str().parse(), Ok(modality));
        assert_eq!(serde_json::to_value(modality).unwrap(), modality.as_str());
    }
    for interest in Interest::ALL {
        assert_eq!(interest.as_str().parse(), Ok(interest));
        assert_eq!(serde_json::to_value(interest).unwrap(), interest.as_str());
    }
    assert_eq!(Modality::of_dicom("PX"), [Modality::Panoramic]);
    assert!(Modality::of_dicom("ECG").is_empty());
}

#[test]
fn r2_languages_are_tags() {
    for (given, tag) in [
        ("JA", "ja"),
        ("en-gb", "en-GB"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("jsl", "jsl"),
    ] {
        assert_eq!(given.parse::<Language>().unwrap().as_str(), tag);
    }
    for given in [
        "",
        "j",
        "japanese",
        "ja-",
        "ja-JP-x",
        "ja_JP",
        "日本",
        "en-GB-oed-x",
    ] {
        assert!(given.parse::<Language>().is_err(), "{given}");
    }
    let answers = |spoken: &str, range: &str| {
        spoken
            .parse::<Language>()
            .unwrap()
            .answers(&range.parse().unwrap())
    };
    assert!(answers("en-GB", "en") && answers("en", "en"));
    assert!(!answers("en", "en-GB") && !answers("enm", "en"));
}

#[test]
fn r2_hours_are_told_in_japanese_time() {
    let week = office_hours();
    // 09:00 on a Tuesday in Tokyo.
    assert!(week.contains(NOW));
    assert!(!week.contains(NOW.minus(1)));
    let hour = |hours: u64| NOW.plus(hours * 3600);
    assert!(!week.contains(hour(3)) && week.contains(hour(4)) && !week.contains(hour(9)));
    // The same hour on Friday and on Saturday.
    assert!(week.contains(hour(3 * 24)) && !week.contains(hour(4 * 24)));
    assert!(!Week::default().contains(NOW));
}

#[test]
fn r2_a_week_is_in_order() {
    let span = |day, from, until| Span { day, from, until };
    let (monday, tuesday) = (Weekday::Monday, Weekday::Tuesday);
    let week = |spans: &[Span]| Week::new(spans.to_vec()).map(drop);
    assert_eq!(
        week(&[span(monday, 0, 720), span(monday, 720, 1440), span(tuesday, 0, 1)]),
        Ok(())
    );
    assert_eq!(
        week(&[span(monday, 0, 720), span(monday, 719, 1440)]),
        Err(HoursError::Order)
    );
    assert_eq!(
        week(&[span(tuesday, 0, 1), span(monday, 0, 1)]),
        Err(HoursError::Order)
    );
    assert_eq!(week(&[span(monday, 5, 5)]), Err(HoursError::Span));
    assert_eq!(week(&[span(monday, 0, 1441)]), Err(HoursError::Span));
    let many: Vec<_> = (0..29).map(|minute| span(monday, minute, minute + 1)).collect();
    assert_eq!(week(&many), Err(HoursError::TooMany));
}

#[test]
fn r2_availability_turns_at_its_time() {
    let until = Some(NOW);
    for accepting in [true, false] {
        let told = Availability { accepting, until };
        assert_eq!(told.accepting_at(NOW), accepting);
        assert_eq!(told.accepting_at(NOW.plus(1)), !accepting);
        let always = Availability {
            accepting,
            until: None,
        };
        assert_eq!(always.accepting_at(Timestamp(u64::MAX)), accepting);
    }
}
