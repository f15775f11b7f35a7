//! Profiles from strangers: who signed, which is the newest, what may stand in one.

use dokuei_directory::absence::{Absence, current_or_next};
use dokuei_directory::bounded::Bounded;
use dokuei_directory::photo::Photo;
use dokuei_directory::profile::{
    About, MAX_PROFILE, Profile, ProfileError, VerifiedProfile, accept, sign, verify,
};
use dokuei_directory::roster::{Period, Turn, on_duty};
use dokuei_directory::terms::Turnaround;
use dokuei_directory::text::Text;
use dokuei_identity::cbor;
use dokuei_identity::certificate::LicenceKind::Dentist;
use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::signed::{self, Kind};
use dokuei_identity::time::Timestamp;
use minicbor::{Encode, Encoder};
use proptest::prelude::*;

use crate::parts::{jpeg, png};
use crate::people::{self, NOW, Registry, office_hours};

struct Setting {
    person: PractitionerCertificate,
    key: SecretKey,
    other: PractitionerCertificate,
    other_key: SecretKey,
}

fn setting() -> Setting {
    let mut registry = Registry::new();
    let mut certify = |name| registry.certify(&people::subject(name, "Hanako Tanaka", Dentist, &[]));
    let (person, key) = certify("田中 花子");
    let (other, other_key) = certify("鈴木 一郎");
    Setting {
        person,
        key,
        other,
        other_key,
    }
}

impl Setting {
    fn profile(&self, seq: u64) -> Profile {
        Profile {
            practitioner: self.person.fingerprint,
            seq,
            issued_at: NOW,
            about: About::default(),
            photo: None,
        }
    }

    /// Signed without looking at it, as an attacker would.
    fn signed(&self, payload: &impl Encode<()>) -> Vec<u8> {
        signed::sign(
            Kind::Profile,
            &self.key,
            &self.person.fingerprint,
            cbor::encode(payload),
        )
    }

    fn verified(&self, profile: &Profile) -> Result<VerifiedProfile, ProfileError> {
        verify(&self.signed(profile), &self.person, NOW)
    }
}

/// Everything that can be said, once.
fn full(practitioner: Fingerprint) -> Profile {
    let about = About {
        kana: "たなか　ハナコ".parse().ok(),
        regions: vec!["東京".parse().unwrap(), "JP-27".parse().unwrap()]
            .try_into()
            .unwrap(),
        modalities: vec!["cone-beam-ct".parse().unwrap(), "mr".parse().unwrap()]
            .try_into()
            .unwrap(),
        interests: vec!["temporomandibular".parse().unwrap()].try_into().unwrap(),
        other_interests: vec!["スポーツ歯科".parse().unwrap()].try_into().unwrap(),
        languages: vec!["ja".parse().unwrap(), "EN-gb".parse().unwrap()]
            .try_into()
            .unwrap(),
        hours: office_hours(),
        turnaround: Some(Turnaround {
            usual: 48,
            urgent: Some(6),
        }),
        availability: serde_json::from_str(r#"{"accepting":false,"until":1796083200}"#).ok(),
        urgent_phone: "+81 3-1234-5678".parse().ok(),
        introduction: serde_json::from_str(r#"{"japanese":"よろしく\nお願いします。","english":"Hello."}"#)
            .unwrap(),
        absences: None,
        roster: None,
    };
    Profile {
        practitioner,
        seq: 3,
        issued_at: NOW,
        about,
        photo: Photo::new(&png(64, 64)).ok(),
    }
}

/// R2: what was signed is what is read, byte for byte the same in every version.
#[test]
fn r2_a_full_profile_is_read_as_it_was_written() {
    let setting = setting();
    let profile = full(setting.person.fingerprint);
    let bytes = sign(&profile, &setting.key).unwrap();
    let verified = verify(&bytes, &setting.person, NOW).unwrap();
    assert_eq!(verified.profile(), &profile);
    assert_eq!(verified.bytes(), bytes);
    let fixed = full(Fingerprint::of(b"certificate"));
    insta::assert_snapshot!(hex::encode(cbor::encode(&fixed)));
    insta::assert_snapshot!(serde_json::to_string_pretty(&fixed.about).unwrap());
    let again: About = serde_json::from_str(&serde_json::to_string(&fixed.about).unwrap()).unwrap();
    assert_eq!(again, fixed.about);
}

/// R17: nobody speaks for somebody else.
#[test]
fn r17_a_profile_by_another_hand_is_refused() {
    let setting = setting();
    let profile = setting.profile(1);
    let by_other = sign(&profile, &setting.other_key).unwrap();
    assert!(matches!(
        verify(&by_other, &setting.person, NOW),
        Err(ProfileError::Signature(_))
    ));
    // Signed by herself, shown as another's.
    let own = sign(&profile, &setting.key).unwrap();
    assert_eq!(
        verify(&own, &setting.other, NOW),
        Err(ProfileError::AnotherPractitioner)
    );
    // The envelope names her, the payload another.
    let mut inner = setting.profile(1);
    inner.practitioner = setting.other.fingerprint;
    assert_eq!(setting.verified(&inner), Err(ProfileError::AnotherPractitioner));
    // Her signature over something else.
    let bytes = signed::sign(
        Kind::DeviceList,
        &setting.key,
        &setting.person.fingerprint,
        cbor::encode(&profile),
    );
    assert!(matches!(
        verify(&bytes, &setting.person, NOW),
        Err(ProfileError::Signature(_))
    ));
    for byte in 0..own.len() {
        let mut altered = own.clone();
        altered[byte] ^= 1;
        assert!(
            verify(&altered, &setting.person, NOW).is_err(),
            "byte {byte} was altered unnoticed"
        );
    }
}

/// R17: profiles only go forward, and two of one number are refused.
#[test]
fn r17_an_old_profile_does_not_come_back() {
    let setting = setting();
    let numbered = |seq| setting.verified(&setting.profile(seq)).unwrap();
    let known = numbered(2);
    assert!(accept(None, numbered(1)).is_ok());
    assert!(accept(Some(&known), numbered(2)).is_ok());
    assert_eq!(accept(Some(&known), numbered(3)).unwrap().profile().seq, 3);
    let lower = accept(Some(&known), numbered(1));
    assert_eq!(lower, Err(ProfileError::RolledBack { known: 2, got: 1 }));
    let mut other = setting.profile(2);
    other.about.urgent_phone = "03-1234-5678".parse().ok();
    let other = setting.verified(&other).unwrap();
    assert_eq!(
        accept(Some(&known), other),
        Err(ProfileError::Equivocation { seq: 2 })
    );
    let mut anothers = setting.profile(3);
    anothers.practitioner = setting.other.fingerprint;
    let bytes = sign(&anothers, &setting.other_key).unwrap();
    let anothers = verify(&bytes, &setting.other, NOW).unwrap();
    assert_eq!(
        accept(Some(&known), anothers),
        Err(ProfileError::AnotherPractitioner)
    );
}

/// R17: a profile that makes no sense is refused by its author's node, and by everybody else's if it was signed anyhow.
#[test]
fn r17_a_profile_out_of_form_is_refused_on_both_sides() {
    let setting = setting();
    let altered: [fn(&mut Profile); 9] = [
        |profile| profile.seq = 0,
        |profile| profile.about.kana = "田中".parse().ok(),
        |profile| profile.about.kana = "Tanaka".parse().ok(),
        |profile| profile.about.urgent_phone = "call me".parse().ok(),
        |profile| profile.about.urgent_phone = "03+1234567".parse().ok(),
        |profile| {
            profile.about.turnaround = Some(Turnaround {
                usual: 0,
                urgent: None,
            });
        },
        |profile| {
            profile.about.turnaround = Some(Turnaround {
                usual: 24,
                urgent: Some(25),
            });
        },
        |profile| profile.about.regions = vec!["13".parse().unwrap(); 2].try_into().unwrap(),
        |profile| profile.about.languages = vec!["ja".parse().unwrap(); 2].try_into().unwrap(),
    ];
    for (number, alter) in altered.into_iter().enumerate() {
        let mut profile = setting.profile(1);
        alter(&mut profile);
        assert!(
            matches!(sign(&profile, &setting.key), Err(ProfileError::Form(_))),
            "{number}"
        );
        assert!(
            matches!(setting.verified(&profile), Err(ProfileError::Form(_))),
            "{number}"
        );
    }
    let mut early = setting.profile(1);
    early.issued_at = NOW.plus(301);
    assert_eq!(setting.verified(&early), Err(ProfileError::FromTheFuture));
}

/// R17: what is too large is refused before it is read.
#[test]
fn r17_an_oversized_profile_is_refused() {
    let setting = setting();
    let refused = verify(&vec![0; MAX_PROFILE + 1], &setting.person, NOW);
    assert_eq!(refused, Err(ProfileError::TooLarge));
    let longest = Profile {
        photo: Photo::new(&jpeg(1000, 1000, 128 * 1024)).ok(),
        ..full(setting.person.fingerprint)
    };
    assert!(longest.photo.is_some());
    assert!(setting.verified(&longest).is_ok());
}

/// Encodes as a profile whose `about` has this in its place number `at`, and nothing else.
struct Forged<'a> {
    practitioner: Fingerprint,
    at: u64,
    value: &'a [u8],
    photo: &'a [u8],
}

impl Encode<()> for Forged<'_> {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut Encoder<W>,
        context: &mut (),
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let empty = cbor::encode(&About::default());
        // About is an array of eleven: its head is one byte, and of what follows each place is a whole value.
        let mut places = vec![];
        let mut decoder = minicbor::Decoder::new(&empty);
        let _ = decoder.array();
        for _ in 0..11 {
            let start = decoder.position();
            let _ = decoder.skip();
            places.push(&empty[start..decoder.position()]);
        }
        if let Some(place) = usize::try_from(self.at).ok().and_then(|at| places.get_mut(at)) {
            *place = self.value;
        }
        encoder
            .array(if self.photo.is_empty() { 4 } else { 5 })?
            .encode_with(self.practitioner, context)?
            .u64(1)?
            .u64(NOW.0)?;
        let writer = encoder.writer_mut();
        writer
            .write_all(&[0x8B])
            .map_err(minicbor::encode::Error::write)?;
        for place in places {
            writer.write_all(place).map_err(minicbor::encode::Error::write)?;
        }
        writer
            .write_all(self.photo)
            .map_err(minicbor::encode::Error::write)
    }
}

fn text(text: &str) -> Vec<u8> {
    cbor::encode(&text.to_owned())
}

fn list<T: Encode<()> + Clone>(items: &[T]) -> Vec<u8> {
    cbor::encode(&items.to_vec())
}

/// R17: characters that turn, hide or control text are refused, and so is what is too long, unknown or no image.
#[test]
fn r17_hostile_parts_are_refused() {
    let setting = setting();
    // A missing photo is not written at all.
    let none = [];
    let refuse = |at, value: &[u8], photo: &[u8]| {
        let forged = Forged {
            practitioner: setting.person.fingerprint,
            at,
            value,
            photo,
        };
        verify(&setting.signed(&forged), &setting.person, NOW)
    };
    assert!(refuse(0, &text("たなか はなこ"), &none).is_ok());
    assert!(refuse(8, &text("x"), &none).is_err());
    let long = "あ".repeat(65);
    let names = [
        "たなか\u{202E}はなこ",
        "たなか\u{7}",
        "たな\nか",
        "\u{200B}た",
        "た\u{2066}な",
        " ",
        long.as_str(),
        "",
    ];
    for name in names {
        let refused = refuse(0, &text(name), &none);
        assert!(
            matches!(refused, Err(ProfileError::Payload(_))),
            "{name:?}: {refused:?}"
        );
    }
    let longest = "あ".repeat(1000);
    let introduction = |text: &str| list(&[text.to_owned()]);
    assert!(refuse(10, &introduction(&longest), &none).is_ok());
    for hostile in [
        format!("{longest}あ"),
        "\u{202E}gro".to_owned(),
        "a\r\nb".to_owned(),
        "\u{E0041}".to_owned(),
    ] {
        assert!(matches!(
            refuse(10, &introduction(&hostile), &none),
            Err(ProfileError::Payload(_))
        ));
    }
    let parts: [(u64, Vec<u8>); 11] = [
        (1, list(&[0_u8])),
        (1, list(&[48_u8])),
        (2, list(&[200_u8])),
        (3, list(&[200_u8])),
        (4, list(&vec!["x".to_owned(); 9])),
        (5, list(&["JA".to_owned()])),
        (5, list(&["en_US".to_owned()])),
        (6, list(&[(1_u8, 600_u16, 540_u16)])),
        (6, list(&[(8_u8, 540_u16, 600_u16)])),
        // An array that is said to have 2^40 items.
        (2, vec![0x9B, 0, 0, 1, 0, 0, 0, 0, 0]),
        // An array without a length.
        (2, vec![0x9F, 0xFF]),
    ];
    for (at, value) in parts {
        let refused = refuse(at, &value, &none);
        assert!(
            matches!(refused, Err(ProfileError::Payload(_))),
            "{at} {}: {refused:?}",
            hex::encode(&value)
        );
    }
    let photo = |bytes: &[u8]| cbor::encode(&minicbor::bytes::ByteVec::from(bytes.to_vec()));
    assert!(refuse(99, &none, &photo(&png(16, 16))).is_ok());
    for bytes in [
        &b"GIF89a"[..],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"",
        &png(4000, 16),
        &jpeg(10, 10, 128 * 1024 + 1),
    ] {
        assert!(matches!(
            refuse(99, &none, &photo(bytes)),
            Err(ProfileError::Payload(_))
        ));
    }
}

/// R17: the form's editor is told what is wrong by the same rules.
#[test]
fn r17_a_form_is_held_to_the_same_rules() {
    for form in [
        r#"{"kana":"たな\u202eか"}"#,
        r#"{"regions":["99"]}"#,
        r#"{"modalities":["x-ray-vision"]}"#,
        r#"{"languages":["english"]}"#,
        r#"{"hours":[{"day":"monday","from":600,"until":540}]}"#,
        r#"{"qualifications":["oral-radiology"]}"#,
    ] {
        assert!(serde_json::from_str::<About>(form).is_err(), "{form}");
    }
    assert_eq!(serde_json::from_str::<About>("{}").unwrap(), About::default());
    assert!(Bounded::<u8, 2>::new(vec![1, 2, 3]).is_err());
    assert!(Text::<3>::new("abcd").is_err());
}

proptest! {
    /// R17: no bytes make the reader of profiles fail.
    #[test]
    fn r17_any_bytes_are_refused_calmly(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(cbor::decode::<Profile>(&bytes).is_err());
        let _ = Photo::new(&bytes);
    }
}

/// R2, R5: who is away says so under her own signature, and who stands in; what makes no sense is not signed.
#[test]
fn r2_an_absence_is_part_of_the_signed_profile() {
    let setting = setting();
    let absent = |absences: Vec<Absence>| {
        let mut profile = setting.profile(1);
        profile.about.absences = Some(Bounded::new(absences).unwrap());
        profile
    };
    let days = |from: u64, until: u64, deputies: &[Fingerprint]| Absence {
        from: NOW.plus(from * 86_400),
        until: NOW.plus(until * 86_400),
        deputies: Bounded::new(deputies.to_vec()).unwrap(),
    };
    let deputy = setting.other.fingerprint;
    let profile = absent(vec![days(1, 3, &[deputy]), days(10, 12, &[])]);
    let bytes = sign(&profile, &setting.key).unwrap();
    let told = verify(&bytes, &setting.person, NOW)
        .unwrap()
        .profile()
        .about
        .clone();
    assert_eq!(told, profile.about);
    let fixed = absent(vec![days(1, 3, &[Fingerprint::of(b"deputy")])]);
    insta::assert_snapshot!(hex::encode(cbor::encode(&fixed.about)));
    let away = |day: u64| told.is_away(NOW.plus(day * 86_400));
    assert_eq!(
        [0, 1, 2, 3, 10, 12].map(away),
        [false, true, true, false, true, false]
    );
    let next = |day: u64| current_or_next(told.absences.as_deref().unwrap(), NOW.plus(day * 86_400));
    assert_eq!(next(2).map(|one| one.from), Some(NOW.plus(86_400)));
    assert_eq!(next(3).map(|one| one.from), Some(NOW.plus(10 * 86_400)));
    assert_eq!(next(12), None);

    let me = setting.person.fingerprint;
    let senseless = [
        vec![],
        vec![days(3, 3, &[])],
        vec![days(0, 401, &[])],
        vec![days(10, 12, &[]), days(1, 3, &[])],
        vec![days(1, 5, &[]), days(4, 6, &[])],
        vec![days(1, 3, &[deputy, deputy])],
        vec![days(1, 3, &[me])],
    ];
    for absences in senseless {
        let profile = absent(absences);
        assert!(matches!(sign(&profile, &setting.key), Err(ProfileError::Form(_))));
        let bytes = setting.signed(&profile);
        assert!(matches!(
            verify(&bytes, &setting.person, NOW),
            Err(ProfileError::Form(_))
        ));
    }
}

/// R2: whose turn it is follows from the signed roster: a holiday prevails over the usual week.
#[test]
fn r2_a_roster_tells_whose_turn_it_is() {
    let setting = setting();
    let (weekdays, holidays) = (Fingerprint::of(b"weekdays"), Fingerprint::of(b"holidays"));
    let period = |from: u64, until: u64| Period {
        from: Timestamp(from),
        until: Timestamp(until),
    };
    // 2026-12-28 to 2027-01-04, midnight in Japan.
    let (new_year, after) = (1_798_383_600, 1_798_988_400);
    let roster = vec![
        Turn {
            who: weekdays,
            hours: office_hours(),
            special: Bounded::default(),
        },
        Turn {
            who: holidays,
            hours: serde_json::from_str(r#"[{"day":"saturday","from":540,"until":720}]"#).unwrap(),
            special: Bounded::new(vec![period(new_year, after)]).unwrap(),
        },
    ];
    // Friday the 25th at ten, Saturday at ten, Saturday at noon, Monday the 28th at ten, in Japan.
    let hour = |days: u64, hours: u64| Timestamp(new_year - 3 * 86_400 + days * 86_400 + hours * 3_600);
    assert_eq!(on_duty(&roster, hour(0, 10)), [weekdays]);
    assert_eq!(on_duty(&roster, hour(1, 10)), [holidays]);
    assert_eq!(on_duty(&roster, hour(1, 12)), []);
    assert_eq!(on_duty(&roster, hour(3, 10)), [holidays]);
    assert_eq!(on_duty(&roster, Timestamp(after + 10 * 3_600)), [weekdays]);

    let with = |roster: Vec<Turn>| {
        let mut profile = setting.profile(1);
        profile.about.roster = Some(Bounded::new(roster).unwrap());
        profile
    };
    let profile = with(roster.clone());
    insta::assert_snapshot!(hex::encode(cbor::encode(&profile.about)));
    let bytes = sign(&profile, &setting.key).unwrap();
    assert_eq!(verify(&bytes, &setting.person, NOW).unwrap().profile(), &profile);
    let idle = Turn {
        who: weekdays,
        hours: serde_json::from_str("[]").unwrap(),
        special: Bounded::default(),
    };
    let backwards = Turn {
        special: Bounded::new(vec![period(2, 1)]).unwrap(),
        ..idle.clone()
    };
    for senseless in [
        vec![],
        vec![idle],
        vec![backwards],
        vec![roster[0].clone(), roster[0].clone()],
    ] {
        assert!(matches!(
            sign(&with(senseless), &setting.key),
            Err(ProfileError::Form(_))
        ));
    }
}

/// A profile without absences is encoded as it always was: programs that do not know them take it.
#[test]
fn a_profile_without_absences_is_encoded_as_ever() {
    let about = cbor::encode(&About::default());
    assert_eq!(about.first(), Some(&0x8b), "an array of eleven, as before");
}
