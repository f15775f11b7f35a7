//! PS3.5 Annexes H, I and J give bytes and meaning; the rest are slips seen in the field.

use super::*;

/// PS3.5 H.3.1, (0008,0005) `\ISO 2022 IR 87`.
const H_3_1: &[u8] = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B";
/// PS3.5 H.3.2, (0008,0005) `ISO 2022 IR 13\ISO 2022 IR 87`.
const H_3_2: &[u8] =
    b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J";
/// PS3.5 I.2, (0008,0005) `\ISO 2022 IR 149`.
const I_2: &[u8] =
    b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf";
/// PS3.5 J.1, (0008,0005) `ISO_IR 192`.
const J_1: &[u8] = b"Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1";

fn name(set: &str, bytes: &[u8]) -> (String, Vec<CharsetNote>) {
    let Decoded { value, notes } = CharacterSet::from_value(set).name(bytes);
    (value.to_groups(), notes)
}

#[test]
fn r1_the_names_of_ps3_5_annex_h_read_in_all_three_groups() {
    let none = Vec::new();
    let h31 = "Yamada^Tarou=山田^太郎=やまだ^たろう".to_owned();
    assert_eq!(name(r"\ISO 2022 IR 87", H_3_1), (h31.clone(), none.clone()));
    assert_eq!(
        name(r"ISO 2022 IR 6\ISO 2022 IR 87", H_3_1),
        (h31.clone(), none.clone())
    );
    assert_eq!(
        name(r"\ISO 2022 IR 87\ISO 2022 IR 159 ", H_3_1),
        (h31, none.clone())
    );
    let h32 = "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう".to_owned();
    assert_eq!(name(r"ISO 2022 IR 13\ISO 2022 IR 87", H_3_2), (h32, none.clone()));
    assert_eq!(
        name(r"\ISO 2022 IR 149", I_2),
        ("Hong^Gildong=洪^吉洞=홍^길동".into(), none.clone())
    );
    assert_eq!(name("ISO_IR 192", J_1), ("Wang^XiaoDong=王^小東".into(), none));
}

#[test]
fn r1_half_width_katakana_supplementary_kanji_and_latin_letters() {
    assert_eq!(
        name("ISO_IR 13", b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3"),
        ("ﾔﾏﾀﾞ^ﾀﾛｳ".into(), vec![])
    );
    assert_eq!(
        name("ISO_IR 100", b"Buc^J\xe9r\xf4me"),
        ("Buc^Jérôme".into(), vec![])
    );
    // 鷗 is JIS X 0212 row 75 cell 60: 0x6B5C, whose second byte is a backslash.
    let set = CharacterSet::from_value(r"\ISO 2022 IR 87\ISO 2022 IR 159");
    let read = set.values(b"\x1b$(D\x6b\x5c\x1b(B\\x");
    assert_eq!(read.value.len(), 2, "{read:?}");
    assert_eq!((read.value[1].as_str(), read.notes.as_slice()), ("x", &[][..]));
    assert!(!read.value[0].contains(['\\', '\u{fffd}']));
    let latin =
        CharacterSet::from_value(r"ISO 2022 IR 100\ISO 2022 IR 144").values(b"Luk\xe9\\\x1b-L\xbb\xee\xda");
    assert_eq!(latin.value, ["Luké", "Люк"]);
}

#[test]
fn r1_a_delimiter_byte_inside_a_kanji_does_not_split_a_value() {
    // 構 is 0x393D (a `=`), 表 0x493D, 票 0x493C, 十 0x3D3D, 能 0x473D; ― is 0x213D, ／ 0x213F, ＼ 0x2140, 〜 0x2141.
    let set = CharacterSet::from_value(r"\ISO 2022 IR 87");
    let name = set.name(b"A=\x1b$B9=I=\x1b(B^\x1b$B==\x1b(B").value;
    assert_eq!(
        (name.ideographic.as_str(), name.phonetic.as_str()),
        ("構表^十", "")
    );
    // 0x5C and 0x5E as second bytes: the row of 0x30, 亜 to 院.
    let read = set.values(b"\x1b$B0\x5c0\x5e\x1b(B\\B");
    assert_eq!(read.value.len(), 2, "{read:?}");
    assert_eq!(read.value[0], encoding_rs::EUC_JP.decode(b"\xb0\xdc\xb0\xde").0);
    assert_eq!(read.value[1], "B");
}

#[test]
fn the_first_set_comes_back_at_delimiters_and_line_ends() {
    let set = CharacterSet::from_value(r"ISO 2022 IR 100\ISO 2022 IR 144");
    assert_eq!(set.name(b"\x1b-L\xbb^J\xe9").value.to_groups(), "Л^Jé");
    assert_eq!(set.text(b"\x1b-L\xbb\r\nJ\xe9").value, "Л\r\nJé");
    let yen = CharacterSet::from_value("ISO_IR 13");
    assert_eq!(
        (yen.text(b"\\100~").value, yen.values(b"1\\2").value.len()),
        ("¥100‾".into(), 2)
    );
}

#[test]
fn r24_a_wrong_or_missing_set_is_repaired_only_when_there_is_one_reading() {
    use CharsetNote::*;
    let japanese = "Yamada^Taro=山田^太郎=やまだ^たろう";
    let (sjis, ..) = encoding_rs::SHIFT_JIS.encode(japanese);
    let (euc, ..) = encoding_rs::EUC_JP.encode(japanese);
    for wrong in ["", "ISO_IR 100", "ISO_IR 13", r"\ISO 2022 IR 87"] {
        assert_eq!(
            name(wrong, japanese.as_bytes()),
            (japanese.into(), vec![ReadAsUtf8]),
            "{wrong:?}"
        );
        assert_eq!(
            name(wrong, &sjis),
            (japanese.into(), vec![ReadAsShiftJis]),
            "{wrong:?}"
        );
    }
    assert_eq!(name("", &euc), (japanese.into(), vec![ReadAsEucJp]));
    assert_eq!(name("ISO_IR 192", &sjis), (japanese.into(), vec![ReadAsShiftJis]));
    assert_eq!(
        name("", H_3_1),
        (
            "Yamada^Tarou=山田^太郎=やまだ^たろう".into(),
            vec![UndeclaredEscape]
        )
    );
    assert_eq!(name("KANJI", japanese.as_bytes()).1, [UnknownTerm, ReadAsUtf8]);
    assert_eq!(name("KANJI", b"YAMADA^TARO"), ("YAMADA^TARO".into(), vec![]));
    // Half-width katakana without a declared set is EUC-JP kanji just as well.
    assert_eq!(name("", b"\xb1\xb2"), ("\u{fffd}\u{fffd}".into(), vec![Replaced]));
    // Latin-1 that happens to be UTF-8 stays what it is declared to be.
    assert_eq!(name("ISO_IR 100", b"\xc3\xa4"), ("Ã¤".into(), vec![]));
}

#[test]
fn r1_what_is_encoded_for_japanese_equipment_is_annex_h_byte_for_byte() {
    let name = PersonName::from_groups("Yamada^Tarou=山田^太郎=やまだ^たろう");
    assert_eq!(encode_name(&name).as_deref(), Ok(H_3_1));
    for unwritable in ["🦷", "é", "ﾔﾏﾀﾞ", "¥"] {
        assert_eq!(
            encode_name(&PersonName::alphabetic(unwritable)),
            Err(NotInJisX0208),
            "{unwritable}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn r24_no_bytes_make_decoding_panic(
        set in r"(\\|ISO 2022 IR (13|87|159|149|58|6)|ISO_IR (100|192|13)|GB18030|x){0,4}",
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64),
    ) {
        let set = CharacterSet::from_value(&set);
        let _ = (set.text(&bytes), set.values(&bytes), set.name(&bytes));
    }
}
