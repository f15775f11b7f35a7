//! People who do not exist but might: names, institutions and profiles as a directory of Japan has them. The same
//! number gives the same person in every run.

use dokuei_directory::bounded::Bounded;
use dokuei_directory::hours::{Span, Week, Weekday};
use dokuei_directory::interest::Interest;
use dokuei_directory::modality::Modality;
use dokuei_directory::profile::{self, About, Introduction, Profile, VerifiedProfile};
use dokuei_directory::region::Region;
use dokuei_directory::terms::{Availability, Turnaround};
use dokuei_identity::certificate::{
    Licence, LicenceKind, PersonName, PractitionerCertificate, Qualification, QualificationCode, Validity,
};
use dokuei_identity::chain::{TrustAnchor, verify_practitioner};
use dokuei_identity::day::Day;
use dokuei_identity::issue::{CertificateAuthority, PractitionerSubject};
use dokuei_identity::key::SecretKey;
use dokuei_identity::request;
use dokuei_identity::time::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// 2026-11-24T00:00:00Z, a Tuesday.
pub const NOW: Timestamp = Timestamp(1_795_478_400);
/// A day, seconds.
pub const DAY: u64 = 86_400;

/// The registry, which issues and verifies.
pub struct Registry {
    issuing: CertificateAuthority,
    anchor: TrustAnchor,
    rng: StdRng,
    issued: u64,
}

impl Registry {
    pub fn new() -> Self {
        let mut rng = StdRng::seed_from_u64(1);
        let validity = Validity::days_from(NOW.minus(DAY), 3650);
        let root = CertificateAuthority::create_root("Test Root", validity, &mut rng).unwrap();
        let validity = Validity::days_from(NOW.minus(DAY), 1826);
        let issuing = root.create_issuing("Test Issuing", validity, &mut rng).unwrap();
        let anchor = TrustAnchor::from_der(root.certificate()).unwrap();
        Self {
            issuing,
            anchor,
            rng,
            issued: 0,
        }
    }

    /// A verified certificate and its key.
    pub fn certify(&mut self, subject: &PractitionerSubject) -> (PractitionerCertificate, SecretKey) {
        self.issued += 1;
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&self.issued.to_be_bytes());
        let key = SecretKey::from_seed(&seed);
        let request = request::read(&request::make(&key, "test").unwrap()).unwrap();
        let validity = Validity::days_from(NOW, 365);
        let issued = self
            .issuing
            .issue_practitioner(&request, subject, validity, &mut self.rng)
            .unwrap();
        let chain = self.issuing.chain(&issued);
        let certificate = verify_practitioner(&chain, &self.anchor, NOW, None).unwrap();
        (certificate, key)
    }
}

/// Somebody with this name and these qualifications.
pub fn subject(
    japanese: &str,
    latin: &str,
    kind: LicenceKind,
    held: &[(QualificationCode, u64)],
) -> PractitionerSubject {
    let qualifications = held.iter().map(|&(code, days)| Qualification {
        code,
        body: code.usual_body().to_owned(),
        valid_to: NOW.plus(days * DAY),
        ground: (code == QualificationCode::Equivalent).then(|| "大学病院での10年の読影経験".to_owned()),
    });
    PractitionerSubject {
        name: PersonName {
            japanese: japanese.to_owned(),
            latin: latin.to_owned(),
        },
        licence: Licence {
            jurisdiction: "JP".to_owned(),
            kind,
            number: "123456".to_owned(),
            registered_on: Some(Day(1_000_000_000)),
        },
        qualifications: qualifications.collect(),
        institution: None,
    }
}

/// The signed and verified profile in which somebody says this.
pub fn profile(certificate: &PractitionerCertificate, key: &SecretKey, about: About) -> VerifiedProfile {
    let profile = Profile {
        practitioner: certificate.fingerprint,
        seq: 1,
        issued_at: NOW,
        about,
        photo: None,
    };
    profile::verify(&profile::sign(&profile, key).unwrap(), certificate, NOW).unwrap()
}

/// A person by chance: every third a specialist, nine in ten with a profile.
pub fn anybody(
    registry: &mut Registry,
    rng: &mut StdRng,
    number: u64,
) -> (PractitionerCertificate, Option<VerifiedProfile>) {
    let (family, given) = (pick(rng, &FAMILY), pick(rng, &GIVEN));
    let latin = format!("{} {}", given.2, family.2);
    let (kind, code) = match rng.random_range(0..20) {
        0 | 1 => (LicenceKind::Physician, QualificationCode::DiagnosticRadiology),
        2 => (LicenceKind::Dentist, QualificationCode::Equivalent),
        _ => (LicenceKind::Dentist, QualificationCode::OralRadiology),
    };
    let held = [(code, rng.random_range(1..1500))];
    let specialist = rng.random_range(0..3) == 0;
    let held = if specialist { &held[..] } else { &[] };
    let mut subject = subject(&format!("{} {}", family.0, given.0), &latin, kind, held);
    subject.licence.number = (100_000 + number).to_string();
    subject.institution = Some(institution(rng));
    let (certificate, key) = registry.certify(&subject);
    let told = (rng.random_range(0..10) > 0).then(|| {
        let kana = format!("{} {}", family.1, given.1);
        profile(&certificate, &key, about(rng, &kana))
    });
    (certificate, told)
}

fn institution(rng: &mut StdRng) -> String {
    let region = some_region(rng);
    let town = region.japanese().trim_end_matches(['都', '府', '県']);
    match rng.random_range(0..4) {
        0 => format!("{town}大学歯学部附属病院"),
        1 => format!("{town}{}", pick(rng, &KINDS)),
        2 => format!("{}{}", pick(rng, &FAMILY).0, pick(rng, &KINDS)),
        _ => format!("{}{}", pick(rng, &PLACES), pick(rng, &KINDS)),
    }
}

fn about(rng: &mut StdRng, kana: &str) -> About {
    let usual = pick(rng, &[24, 48, 72, 96, 168]);
    let mut languages = vec!["ja".parse().unwrap()];
    if rng.random_range(0..2) == 0 {
        languages.push(
            pick(rng, &["en", "en-GB", "zh-Hans", "ko", "vi", "pt-BR"])
                .parse()
                .unwrap(),
        );
    }
    let interests = some(rng, &Interest::ALL);
    let fields: Vec<_> = interests.iter().map(|interest| interest.japanese()).collect();
    let fields_en: Vec<_> = interests.iter().map(|interest| interest.english()).collect();
    let japanese = format!(
        "{}年にわたり大学病院で画像診断に携わってきました。{}を中心に、年間約{}件を読影しています。\n救急の所見はお電話でも\
         お伝えします。どうぞお気軽にご相談ください。",
        rng.random_range(5..35),
        fields.join("、"),
        rng.random_range(1..30) * 100,
    );
    let english = format!(
        "I have read images at university hospitals for many years, about {} cases a year, with a special interest in \
         {}. Urgent findings are reported by telephone.",
        rng.random_range(1..30) * 100,
        fields_en.join(", "),
    );
    About {
        kana: Some(kana.parse().unwrap()),
        regions: Bounded::new(vec![some_region(rng)]).unwrap(),
        modalities: Bounded::new(some(rng, &Modality::ALL)).unwrap(),
        interests: Bounded::new(interests).unwrap(),
        other_interests: Bounded::default(),
        languages: Bounded::new(languages).unwrap(),
        hours: office_hours(),
        turnaround: Some(Turnaround {
            usual,
            urgent: (rng.random_range(0..2) == 0).then_some(usual / 8),
        }),
        availability: Some(Availability {
            accepting: rng.random_range(0..4) > 0,
            until: None,
        }),
        urgent_phone: Some("03-1234-5678".parse().unwrap()),
        introduction: Introduction {
            japanese: Some(japanese.parse().unwrap()),
            english: Some(english.parse().unwrap()),
        },
        absences: None,
        roster: None,
    }
}

/// Monday to Friday, nine to half past five with an hour for lunch.
pub fn office_hours() -> Week {
    let days = &Weekday::ALL[..5];
    let spans = days
        .iter()
        .flat_map(|&day| [(540, 720), (780, 1050)].map(|(from, until)| Span { day, from, until }));
    Week::new(spans.collect()).unwrap()
}

fn some_region(rng: &mut StdRng) -> Region {
    Region::from_code(rng.random_range(1..=47)).unwrap()
}

fn pick<T: Copy>(rng: &mut StdRng, all: &[T]) -> T {
    all[rng.random_range(0..all.len())]
}

fn some<T: Copy>(rng: &mut StdRng, all: &[T]) -> Vec<T> {
    let first = rng.random_range(0..all.len());
    all[first..].iter().take(4).copied().collect()
}

const KINDS: [&str; 5] = [
    "歯科医院",
    "デンタルクリニック",
    "総合病院歯科口腔外科",
    "歯科クリニック",
    "矯正歯科",
];
const PLACES: [&str; 8] = [
    "みなと",
    "さくら",
    "ひまわり",
    "駅前",
    "中央",
    "みどりの",
    "あおば",
    "スマイル",
];

/// Kanji, kana, Latin.
#[rustfmt::skip]
const FAMILY: [(&str, &str, &str); 90] = [
    ("佐藤", "さとう", "Sato"),
    ("鈴木", "すずき", "Suzuki"),
    ("高橋", "たかはし", "Takahashi"),
    ("田中", "たなか", "Tanaka"),
    ("伊藤", "いとう", "Ito"),
    ("渡辺", "わたなべ", "Watanabe"),
    ("山本", "やまもと", "Yamamoto"),
    ("中村", "なかむら", "Nakamura"),
    ("小林", "こばやし", "Kobayashi"),
    ("加藤", "かとう", "Kato"),
    ("吉田", "よしだ", "Yoshida"),
    ("山田", "やまだ", "Yamada"),
    ("佐々木", "ささき", "Sasaki"),
    ("山口", "やまぐち", "Yamaguchi"),
    ("松本", "まつもと", "Matsumoto"),
    ("井上", "いのうえ", "Inoue"),
    ("木村", "きむら", "Kimura"),
    ("林", "はやし", "Hayashi"),
    ("斎藤", "さいとう", "Saito"),
    ("清水", "しみず", "Shimizu"),
    ("山崎", "やまざき", "Yamazaki"),
    ("森", "もり", "Mori"),
    ("池田", "いけだ", "Ikeda"),
    ("橋本", "はしもと", "Hashimoto"),
    ("阿部", "あべ", "Abe"),
    ("石川", "いしかわ", "Ishikawa"),
    ("山下", "やました", "Yamashita"),
    ("中島", "なかじま", "Nakajima"),
    ("石井", "いしい", "Ishii"),
    ("小川", "おがわ", "Ogawa"),
    ("前田", "まえだ", "Maeda"),
    ("岡田", "おかだ", "Okada"),
    ("長谷川", "はせがわ", "Hasegawa"),
    ("藤田", "ふじた", "Fujita"),
    ("後藤", "ごとう", "Goto"),
    ("近藤", "こんどう", "Kondo"),
    ("村上", "むらかみ", "Murakami"),
    ("遠藤", "えんどう", "Endo"),
    ("青木", "あおき", "Aoki"),
    ("坂本", "さかもと", "Sakamoto"),
    ("福田", "ふくだ", "Fukuda"),
    ("太田", "おおた", "Ota"),
    ("西村", "にしむら", "Nishimura"),
    ("藤井", "ふじい", "Fujii"),
    ("岡本", "おかもと", "Okamoto"),
    ("金子", "かねこ", "Kaneko"),
    ("藤原", "ふじわら", "Fujiwara"),
    ("三浦", "みうら", "Miura"),
    ("中野", "なかの", "Nakano"),
    ("原田", "はらだ", "Harada"),
    ("松田", "まつだ", "Matsuda"),
    ("竹内", "たけうち", "Takeuchi"),
    ("小野", "おの", "Ono"),
    ("大野", "おおの", "Ohno"),
    ("田村", "たむら", "Tamura"),
    ("中山", "なかやま", "Nakayama"),
    ("和田", "わだ", "Wada"),
    ("石田", "いしだ", "Ishida"),
    ("森田", "もりた", "Morita"),
    ("上田", "うえだ", "Ueda"),
    ("原", "はら", "Hara"),
    ("内田", "うちだ", "Uchida"),
    ("柴田", "しばた", "Shibata"),
    ("酒井", "さかい", "Sakai"),
    ("宮崎", "みやざき", "Miyazaki"),
    ("横山", "よこやま", "Yokoyama"),
    ("髙木", "たかぎ", "Takagi"),
    ("安藤", "あんどう", "Ando"),
    ("宮本", "みやもと", "Miyamoto"),
    ("大塚", "おおつか", "Otsuka"),
    ("小島", "こじま", "Kojima"),
    ("谷口", "たにぐち", "Taniguchi"),
    ("今井", "いまい", "Imai"),
    ("工藤", "くどう", "Kudo"),
    ("丸山", "まるやま", "Maruyama"),
    ("増田", "ますだ", "Masuda"),
    ("杉山", "すぎやま", "Sugiyama"),
    ("村田", "むらた", "Murata"),
    ("大石", "おおいし", "Ohishi"),
    ("新井", "あらい", "Arai"),
    ("渡邊", "わたなべ", "Watanabe"),
    ("服部", "はっとり", "Hattori"),
    ("難波", "なんば", "Namba"),
    ("本間", "ほんま", "Homma"),
    ("東海林", "しょうじ", "Shoji"),
    ("長友", "ながとも", "Nagatomo"),
    ("五十嵐", "いがらし", "Igarashi"),
    ("喜屋武", "きゃん", "Kyan"),
    ("比嘉", "ひが", "Higa"),
    ("金城", "きんじょう", "Kinjo"),
];

/// Kanji, kana, Latin.
#[rustfmt::skip]
const GIVEN: [(&str, &str, &str); 40] = [
    ("花子", "はなこ", "Hanako"),
    ("太郎", "たろう", "Taro"),
    ("翔太", "しょうた", "Shota"),
    ("美咲", "みさき", "Misaki"),
    ("健一", "けんいち", "Kenichi"),
    ("陽子", "ようこ", "Yoko"),
    ("直樹", "なおき", "Naoki"),
    ("由美", "ゆみ", "Yumi"),
    ("大輔", "だいすけ", "Daisuke"),
    ("恵子", "けいこ", "Keiko"),
    ("誠", "まこと", "Makoto"),
    ("さくら", "さくら", "Sakura"),
    ("純一", "じゅんいち", "Junichi"),
    ("智子", "ともこ", "Tomoko"),
    ("浩", "ひろし", "Hiroshi"),
    ("久美子", "くみこ", "Kumiko"),
    ("洋平", "ようへい", "Yohei"),
    ("真由美", "まゆみ", "Mayumi"),
    ("修", "おさむ", "Osamu"),
    ("千尋", "ちひろ", "Chihiro"),
    ("龍之介", "りゅうのすけ", "Ryunosuke"),
    ("麻衣", "まい", "Mai"),
    ("徹", "とおる", "Toru"),
    ("裕子", "ゆうこ", "Yuko"),
    ("信一郎", "しんいちろう", "Shinichiro"),
    ("桃子", "ももこ", "Momoko"),
    ("潤", "じゅん", "Jun"),
    ("優", "ゆう", "Yu"),
    ("敏夫", "としお", "Toshio"),
    ("礼子", "れいこ", "Reiko"),
    ("拓也", "たくや", "Takuya"),
    ("葵", "あおい", "Aoi"),
    ("俊介", "しゅんすけ", "Shunsuke"),
    ("文子", "ふみこ", "Fumiko"),
    ("亮", "りょう", "Ryo"),
    ("幸子", "さちこ", "Sachiko"),
    ("隆", "たかし", "Takashi"),
    ("紀子", "のりこ", "Noriko"),
    ("勇気", "ゆうき", "Yuki"),
    ("まゆ", "まゆ", "Mayu"),
];
