//! What one types, and who has to come first.

use dokuei_directory::bounded::Bounded;
use dokuei_directory::index::Index;
use dokuei_directory::interest::Interest;
use dokuei_directory::modality::Modality;
use dokuei_directory::profile::{About, Introduction};
use dokuei_directory::query::Query;
use dokuei_identity::certificate::LicenceKind::Dentist;
use dokuei_identity::certificate::QualificationCode::OralRadiology;

use crate::people::{self, NOW, Registry};

/// Japanese name, Latin name, kana (or none: no profile), institution.
const PEOPLE: [(&str, &str, &str, &str); 15] = [
    ("田中 花子", "Hanako Tanaka", "たなか はなこ", "みなと歯科"),
    ("田中 一郎", "Ichiro Tanaka", "", "港区デンタルクリニック"),
    (
        "大野 健一",
        "Ken'ichi Ohno",
        "おおの けんいち",
        "東京医科大学病院",
    ),
    ("小野 由美", "Yumi Ono", "おの ゆみ", "札幌歯科医院"),
    ("清水 翔太", "Shota Shimizu", "しみず しょうた", "名古屋大学病院"),
    ("髙橋 さくら", "Sakura Takahashi", "タカハシ サクラ", "さくら歯科"),
    (
        "渡邉 純一",
        "Jun-ichi Watanabe",
        "わたなべ じゅんいち",
        "福岡歯科大学",
    ),
    ("渡辺 修", "Osamu Watanabe", "", "大阪歯科大学"),
    ("佐々木 誠", "Makoto Sasaki", "ささき まこと", "仙台総合病院"),
    ("大石 陽子", "Yoko Ohishi", "", "静岡クリニック"),
    ("難波 徹", "Toru Namba", "なんば とおる", "岡山大学病院"),
    (
        "マリア ミュラー",
        "Maria Müller",
        "まりあ みゅらー",
        "横浜インターナショナル歯科",
    ),
    ("花田 中", "Ataru Hanada", "はなだ あたる", "長崎医院"),
    ("土屋 潤", "Jun Tsuchiya", "つちや じゅん", "甲府歯科"),
    ("森 葵", "Aoi Mori", "もり あおい", "青森歯科"),
];

fn index() -> Index {
    let mut registry = Registry::new();
    let mut index = Index::default();
    for (place, (japanese, latin, kana, institution)) in PEOPLE.into_iter().enumerate() {
        let mut subject = people::subject(japanese, latin, Dentist, &[(OralRadiology, 365)]);
        subject.institution = Some(institution.to_owned());
        subject.licence.number = (700_100 + place).to_string();
        let (certificate, key) = registry.certify(&subject);
        let about = match kana {
            "" => None,
            "もり あおい" => Some(About {
                kana: kana.parse().ok(),
                regions: vec!["青森".parse().unwrap()].try_into().unwrap(),
                modalities: vec![Modality::ConeBeamCt].try_into().unwrap(),
                interests: vec![Interest::Temporomandibular].try_into().unwrap(),
                languages: vec!["en".parse().unwrap()].try_into().unwrap(),
                other_interests: Bounded::new(vec!["スポーツ歯科".parse().unwrap()]).unwrap(),
                introduction: Introduction {
                    japanese: "嚢胞の鑑別が得意です。\n田中先生に学びました。".parse().ok(),
                    english: "Sinus lifts and façades of bone.".parse().ok(),
                },
                ..About::default()
            }),
            kana => Some(About {
                kana: kana.parse().ok(),
                ..About::default()
            }),
        };
        let profile = about.map(|about| people::profile(&certificate, &key, about));
        index.insert(&certificate, profile.as_ref());
    }
    index
}

fn found(index: &Index, text: &str) -> Vec<String> {
    let page = index.search(&Query::text(text), NOW);
    let names = page.hits.iter().map(|hit| hit.certificate.name.japanese.clone());
    names.collect()
}

/// R2: a reader is found by whatever one types, the best match first. The text after the names means that nobody else
/// may come.
#[test]
fn r2_searches_give_the_expected_first_hits() {
    let index = index();
    let table: &[(&str, &[&str])] = &[
        // Kanji: with, without and with a wide space, either order, part of it.
        ("田中花子", &["田中 花子", "."]),
        ("田中　花子", &["田中 花子", "."]),
        ("花子 田中", &["田中 花子", "."]),
        ("花子田中", &["田中 花子", "."]),
        ("花子", &["田中 花子", "."]),
        ("中花子", &["."]),
        ("花田", &["花田 中", "."]),
        ("石", &["大石 陽子", "."]),
        // Kana: both, half width, without a profile by the Latin name, half typed.
        ("たなか", &["田中 花子", "田中 一郎", "."]),
        ("タナカ ハナコ", &["田中 花子", "."]),
        ("ﾀﾅｶﾊﾅｺ", &["田中 花子", "."]),
        ("たなかいちろう", &["田中 一郎", "."]),
        ("わたなべ", &["渡邉 純一", "渡辺 修", "."]),
        ("さくら", &["髙橋 さくら", "."]),
        ("たかは", &["髙橋 さくら", "."]),
        ("田中はなこ", &["田中 花子", "."]),
        ("たなか花子", &["田中 花子", "."]),
        // Romaji of every school.
        ("tanaka hanako", &["田中 花子", "."]),
        ("Hanako Tanaka", &["田中 花子", "."]),
        ("TANAKA, Hanako", &["田中 花子", "."]),
        ("tanakahanako", &["田中 花子", "."]),
        ("Ｔａｎａｋａ", &["田中 一郎", "田中 花子", "."]),
        ("ohno", &["大野 健一", "小野 由美", "."]),
        ("ono", &["小野 由美", "大野 健一", "."]),
        ("oono", &["大野 健一", "小野 由美", "."]),
        ("Ōno", &["小野 由美", "大野 健一", "."]),
        ("おおの", &["大野 健一", "小野 由美", "."]),
        ("おの", &["小野 由美", "大野 健一", "."]),
        ("大野", &["大野 健一", "."]),
        ("shimizu", &["清水 翔太", "."]),
        ("simizu syouta", &["清水 翔太", "."]),
        ("Shimizu Shōta", &["清水 翔太", "."]),
        ("shim", &["清水 翔太", "."]),
        ("tsuchiya", &["土屋 潤", "."]),
        ("tutiya", &["土屋 潤", "."]),
        ("kenichi", &["大野 健一", "."]),
        ("ken'iti", &["大野 健一", "."]),
        ("junichi", &["渡邉 純一", "."]),
        ("jun", &["土屋 潤", "渡邉 純一", "."]),
        ("nanba", &["難波 徹", "."]),
        ("Namba Tōru", &["難波 徹", "."]),
        ("oishi", &["大石 陽子", "."]),
        ("おおいし ようこ", &["大石 陽子", "."]),
        ("muller", &["マリア ミュラー", "."]),
        ("MÜLLER maria", &["マリア ミュラー", "."]),
        ("ミュラー", &["マリア ミュラー", "."]),
        // Forms of kanji.
        ("高橋", &["髙橋 さくら", "."]),
        ("渡辺", &["渡辺 修", "渡邉 純一", "."]),
        ("渡邊純一", &["渡邉 純一", "."]),
        ("佐佐木", &["佐々木 誠", "."]),
        // Institution, region, field, modality, language, introduction, licence.
        ("みなと歯科", &["田中 花子", "."]),
        ("minato", &["田中 花子", "."]),
        ("田中 みなと", &["田中 花子", "."]),
        ("大学病院 清水", &["清水 翔太", "."]),
        ("あおもり", &["森 葵", "."]),
        ("aomori", &["森 葵", "."]),
        ("顎関節", &["森 葵", "."]),
        ("TMJ", &["森 葵", "."]),
        ("コーンビーム", &["森 葵", "."]),
        ("cone beam", &["森 葵", "."]),
        ("ｃｏｎｅ－ｂｅａｍ　ＣＴ", &["森 葵", "."]),
        ("スポーツ", &["森 葵", "."]),
        ("嚢胞", &["森 葵", "."]),
        ("facade", &["森 葵", "."]),
        ("english", &["森 葵", "."]),
        ("田中", &["田中 一郎", "田中 花子", "森 葵", "."]),
        ("700108", &["佐々木 誠", "."]),
        // Nothing.
        ("鈴木", &["."]),
        ("tanaka suzuki", &["."]),
        ("tan aka zzz", &["."]),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in table {
        let names = found(&index, text);
        let only = expected.last() == Some(&".");
        let expected = &expected[..expected.len() - usize::from(only)];
        let first = &names[..names.len().min(expected.len())];
        if first != expected || (only && names.len() > expected.len()) {
            wrong.push(format!("{text}: {names:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// R2: a fingerprint that somebody was told finds its owner, from its first eight digits on.
#[test]
fn r2_a_fingerprint_finds_its_owner() {
    let index = index();
    let page = index.search(&Query::text("namba"), NOW);
    let fingerprint = page.hits[0].certificate.fingerprint.to_string();
    for text in [&fingerprint[..], &fingerprint[..8], &fingerprint.to_uppercase()] {
        assert_eq!(found(&index, text), ["難波 徹"], "{text}");
    }
    assert_eq!(found(&index, &fingerprint[..7]), [""; 0]);
    assert_eq!(found(&index, &format!("{fingerprint}0")), [""; 0]);
}

/// R2: without a text everybody comes, in the order of the kana.
#[test]
fn r2_without_a_text_the_list_is_in_the_order_of_the_kana() {
    let index = index();
    let names = found(&index, " 、");
    assert_eq!(names.len(), PEOPLE.len());
    let of = |name: &str| names.iter().position(|found| found == name).unwrap();
    assert!(of("佐々木 誠") < of("清水 翔太"));
    assert!(of("清水 翔太") < of("髙橋 さくら"));
    assert!(of("髙橋 さくら") < of("田中 一郎") && of("田中 一郎") < of("土屋 潤"));
    assert!(of("田中 一郎") < of("田中 花子") && of("渡邉 純一") > of("森 葵"));
}

/// R17: what a stranger types is bounded, and no text makes the search fail.
#[test]
fn r17_a_hostile_text_is_only_a_text() {
    let index = index();
    for text in [
        "a".repeat(1 << 20),
        "田中 ".repeat(100_000),
        "\u{1}\u{1}\u{1}田\u{1}".to_owned(),
        "\u{202E}田中".to_owned(),
    ] {
        let _ = index.search(&Query::text(text), NOW);
    }
    assert_eq!(found(&index, "\u{202E}田中花子\u{200B}"), ["田中 花子"]);
    assert_eq!(
        found(&index, &format!("田中花子 {}", "田中 ".repeat(100))),
        ["田中 花子"]
    );
}
