//! Who may be offered, and in which order.

use dokuei_directory::absence::Absence;
use dokuei_directory::bounded::Bounded;
use dokuei_directory::index::Index;
use dokuei_directory::modality::Modality;
use dokuei_directory::profile::About;
use dokuei_directory::query::{Order, Query, Scope};
use dokuei_directory::terms::{Availability, Turnaround};
use dokuei_identity::certificate::LicenceKind::{Dentist, Physician};
use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::certificate::QualificationCode::{DiagnosticRadiology, Equivalent, OralRadiology};
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;

use crate::people::{self, DAY, NOW, Registry};

struct Setting {
    index: Index,
    people: Vec<(PractitionerCertificate, SecretKey)>,
}

/// An ordinary dentist, a specialist for 10 days, one of equal ability, a diagnostic radiologist, a foreign observer.
fn setting() -> Setting {
    let mut registry = Registry::new();
    let mut foreign = people::subject("アン スミス", "Ann Smith", Dentist, &[]);
    foreign.licence.jurisdiction = "GB".to_owned();
    let subjects = [
        people::subject("青木 恵", "Megumi Aoki", Dentist, &[]),
        people::subject("井上 修", "Osamu Inoue", Dentist, &[(OralRadiology, 10)]),
        people::subject("上田 葵", "Aoi Ueda", Dentist, &[(Equivalent, 100)]),
        people::subject("遠藤 亮", "Ryo Endo", Physician, &[(DiagnosticRadiology, 100)]),
        foreign,
    ];
    let people: Vec<_> = subjects.iter().map(|subject| registry.certify(subject)).collect();
    let index = Index::build(people.iter().map(|(certificate, _)| (certificate, None)));
    Setting { index, people }
}

impl Setting {
    fn says(&mut self, person: usize, about: About) {
        let (certificate, key) = &self.people[person];
        let profile = people::profile(certificate, key, about);
        self.index.insert(certificate, Some(&profile));
    }

    fn found(&self, query: &Query, now: Timestamp) -> Vec<&str> {
        let page = self.index.search(query, now);
        let names = page.hits.iter().map(|hit| hit.certificate.name.latin.as_str());
        names.collect()
    }
}

/// R3: who asks for a reader is offered the qualified and nobody else, and an expired qualification is none.
#[test]
fn r3_only_qualified_readers_are_offered() {
    let setting = setting();
    let readers = Query::readers("");
    assert_eq!(
        setting.found(&readers, NOW),
        ["Osamu Inoue", "Aoi Ueda", "Ryo Endo"]
    );
    let last = NOW.plus(10 * DAY);
    assert_eq!(setting.found(&readers, last).len(), 3);
    assert_eq!(setting.found(&readers, last.plus(1)), ["Aoi Ueda", "Ryo Endo"]);
    assert_eq!(setting.found(&readers, NOW.plus(101 * DAY)), [""; 0]);
    assert_eq!(setting.found(&Query::readers("aoki"), NOW), [""; 0]);
    assert_eq!(setting.found(&Query::text("aoki"), NOW), ["Megumi Aoki"]);
}

/// R3: a filter for a qualification finds those who hold it now.
#[test]
fn r3_a_qualification_is_looked_at_as_of_now() {
    let setting = setting();
    let holding = |code| Query {
        qualification: Some(code),
        ..Query::default()
    };
    assert_eq!(setting.found(&holding(OralRadiology), NOW), ["Osamu Inoue"]);
    assert_eq!(
        setting.found(&holding(OralRadiology), NOW.plus(11 * DAY)),
        [""; 0]
    );
    assert_eq!(setting.found(&holding(Equivalent), NOW), ["Aoi Ueda"]);
    assert_eq!(setting.found(&holding(DiagnosticRadiology), NOW), ["Ryo Endo"]);
    let hit = setting.index.get(&setting.people[1].0.fingerprint, NOW).unwrap();
    assert_eq!(hit.reads_by, [OralRadiology]);
    let later = setting
        .index
        .get(&setting.people[1].0.fingerprint, NOW.plus(11 * DAY))
        .unwrap();
    assert_eq!(later.reads_by, []);
}

/// R3: no words of her own make an ordinary dentist a reader.
#[test]
fn r3_a_profile_does_not_qualify() {
    let mut setting = setting();
    let boast = About {
        modalities: Modality::ALL.to_vec().try_into().unwrap(),
        other_interests: vec!["歯科放射線専門医".parse().unwrap()].try_into().unwrap(),
        availability: Some(Availability {
            accepting: true,
            until: None,
        }),
        ..About::default()
    };
    setting.says(0, boast);
    assert!(
        !setting
            .found(&Query::readers("専門医"), NOW)
            .contains(&"Megumi Aoki")
    );
    let reads = |code| Query {
        modalities: vec![code],
        scope: Scope::Readers,
        ..Query::default()
    };
    assert_eq!(setting.found(&reads(Modality::Ct), NOW), [""; 0]);
}

/// R2: nobody is there whose certificate has ended or who was taken out.
#[test]
fn r2_who_is_no_longer_in_force_is_not_there() {
    let mut setting = setting();
    assert_eq!(setting.found(&Query::default(), NOW).len(), 5);
    assert_eq!(setting.found(&Query::default(), NOW.plus(366 * DAY)).len(), 0);
    assert_eq!(setting.found(&Query::default(), NOW.minus(1)).len(), 0);
    for (gone, (certificate, _)) in setting.people.iter().enumerate() {
        assert!(setting.index.remove(&certificate.fingerprint));
        assert!(!setting.index.remove(&certificate.fingerprint));
        assert!(setting.index.get(&certificate.fingerprint, NOW).is_none());
        let left = &setting.people[gone + 1..];
        assert_eq!(setting.index.len(), left.len());
        for (certificate, _) in left {
            let hit = setting.index.get(&certificate.fingerprint, NOW).unwrap();
            assert_eq!(hit.certificate, certificate);
        }
    }
    assert!(setting.index.is_empty());
}

/// R2: region, modality, language, institution, acceptance and turnaround each narrow the list.
#[test]
fn r2_each_filter_narrows() {
    let mut setting = setting();
    let about = |accepting, usual, region: &str, language: &str, modality| About {
        regions: vec![region.parse().unwrap()].try_into().unwrap(),
        languages: vec![language.parse().unwrap()].try_into().unwrap(),
        modalities: vec![modality].try_into().unwrap(),
        turnaround: Some(Turnaround { usual, urgent: None }),
        availability: Some(accepting),
        ..About::default()
    };
    let yes = Availability {
        accepting: true,
        until: None,
    };
    let away = Availability {
        accepting: false,
        until: Some(NOW.plus(7 * DAY)),
    };
    let on_leave = Absence {
        from: NOW.plus(20 * DAY),
        until: NOW.plus(22 * DAY),
        deputies: Bounded::default(),
    };
    let inoue_says = About {
        absences: Some(Bounded::new(vec![on_leave]).unwrap()),
        ..about(yes, 48, "東京都", "ja", Modality::ConeBeamCt)
    };
    setting.says(1, inoue_says);
    setting.says(2, about(away, 24, "Osaka", "en-GB", Modality::ConeBeamCt));
    setting.says(3, about(yes, 12, "13", "en", Modality::Mr));
    let (inoue, ueda, endo) = ("Osamu Inoue", "Aoi Ueda", "Ryo Endo");
    let base = Query::default();
    let table: Vec<(Query, Vec<&str>)> = vec![
        (
            Query {
                region: "13".parse().ok(),
                ..base.clone()
            },
            vec![inoue, endo],
        ),
        (
            Query {
                region: "27".parse().ok(),
                ..base.clone()
            },
            vec![ueda],
        ),
        (
            Query {
                language: "en".parse().ok(),
                ..base.clone()
            },
            vec![endo, ueda],
        ),
        (
            Query {
                language: "en-GB".parse().ok(),
                ..base.clone()
            },
            vec![ueda],
        ),
        (
            Query {
                language: "zh".parse().ok(),
                ..base.clone()
            },
            vec![],
        ),
        (
            Query {
                modalities: Modality::of_dicom("CT").to_vec(),
                ..base.clone()
            },
            vec![inoue, ueda],
        ),
        (
            Query {
                modalities: vec![Modality::Mr, Modality::Pet],
                ..base.clone()
            },
            vec![endo],
        ),
        (
            Query {
                accepting: Some(true),
                ..base.clone()
            },
            vec![inoue, endo],
        ),
        (
            Query {
                turnaround: Some(24),
                ..base.clone()
            },
            vec![endo, ueda],
        ),
        (
            Query {
                turnaround: Some(24),
                accepting: Some(true),
                ..base.clone()
            },
            vec![endo],
        ),
        (
            Query {
                order: Order::Turnaround,
                scope: Scope::Readers,
                ..base.clone()
            },
            vec![endo, ueda, inoue],
        ),
    ];
    for (query, expected) in &table {
        assert_eq!(setting.found(query, NOW), *expected, "{query:?}");
    }
    let back = NOW.plus(7 * DAY + 1);
    let accepting = &table[7].0;
    assert_eq!(setting.found(accepting, back), [inoue, ueda, endo]);
    let on_leave = NOW.plus(21 * DAY);
    assert_eq!(
        setting.found(accepting, on_leave),
        [ueda, endo],
        "who is away accepts nothing"
    );
    assert_eq!(setting.found(accepting, NOW.plus(22 * DAY)), [inoue, ueda, endo]);
}

/// R2: who has the fewest cases can come first, and the number stays when she says something new.
#[test]
fn r2_load_orders_and_stays() {
    let mut setting = setting();
    for (person, load) in [(1, 5), (2, 0), (3, 2)] {
        let fingerprint = setting.people[person].0.fingerprint;
        setting.index.set_load(&fingerprint, load);
    }
    setting.says(1, About::default());
    let query = Query {
        order: Order::Load,
        ..Query::readers("")
    };
    assert_eq!(
        setting.found(&query, NOW),
        ["Aoi Ueda", "Ryo Endo", "Osamu Inoue"]
    );
    let page = setting.index.search(&query, NOW);
    assert_eq!(page.hits[2].load, 5);
}

/// R2: the caller can leave people out, and the total knows it.
#[test]
fn r2_only_whom_the_caller_offers() {
    let setting = setting();
    let reachable = setting.people[2].0.fingerprint;
    let page = setting
        .index
        .search_among(&Query::default(), NOW, |one| *one == reachable);
    assert_eq!((page.total, page.hits.len()), (1, 1));
    assert_eq!(page.hits[0].certificate.fingerprint, reachable);
}

/// R2: pages follow each other without gap or overlap, and each tells how many there are in all.
#[test]
fn r2_pages_fit_together() {
    let setting = setting();
    let whole: Vec<_> = setting.found(&Query::default(), NOW);
    let mut pages = Vec::new();
    for offset in (0..6).step_by(2) {
        let query = Query {
            offset,
            limit: 2,
            ..Query::default()
        };
        assert_eq!(setting.index.search(&query, NOW).total, 5);
        pages.extend(setting.found(&query, NOW));
    }
    assert_eq!(pages, whole);
    for (offset, limit) in [(5, 2), (usize::MAX, usize::MAX), (0, 0)] {
        let query = Query {
            offset,
            limit,
            ..Query::default()
        };
        let page = setting.index.search(&query, NOW);
        assert_eq!((page.total, page.hits.len()), (5, 0));
    }
}

/// R17: somebody else's profile changes nothing in one's entry.
#[test]
fn r17_a_profile_stays_with_its_owner() {
    let mut setting = setting();
    let (other, key) = &setting.people[1];
    let profile = people::profile(other, key, About::default());
    setting.index.insert(&setting.people[2].0, Some(&profile));
    let hit = setting.index.get(&setting.people[2].0.fingerprint, NOW).unwrap();
    assert_eq!((hit.about, hit.seq), (None, 0));
}
