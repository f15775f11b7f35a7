//! Media as they are written and as somebody else may have made them: folders and images, read back in place.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where it stands, in helpers too"
)]

mod support;

use std::fs;
use std::os::unix::fs::{FileExt as _, symlink};
use std::path::Path;
use std::process::Command;

use dokuei_media::capacity::Capacity;
use dokuei_media::check::CheckError;
use dokuei_media::index::{IndexError, UnverifiedIndex};
use dokuei_media::letter::{Letter, LetterError};
use dokuei_media::names::{INDEX, LETTER, SetId};
use dokuei_media::source::{Medium, SourceError};
use dokuei_media::writing::{WriteError, folder, image};
use dokuei_package::stream::StreamKey;
use support::{Scene, flip};

/// One medium, however large.
const NONE: Option<Capacity> = None;

#[test]
fn r14_a_folder_is_written_checked_and_written_again_without_copying_what_is_there() {
    let scene = Scene::new(40, NONE);
    let set = scene.set();
    let stick = scene.beside("stick");
    let first = folder::write(&set, 0, &stick, |_| {}).unwrap();
    assert_eq!(first.kept, 0);
    scene.check(&stick, 0).unwrap();
    let names = scene.files_in(&stick);
    assert_eq!(names, [INDEX, LETTER, "P0000001.DKM", "T0000000.DKM"]);
    assert!(stick.join("DOKUEI/README.TXT").is_file());
    let again = folder::write(&set, 0, &stick, |_| {}).unwrap();
    assert_eq!(again.kept, scene.length());
}

#[test]
fn r14_a_write_that_was_interrupted_goes_on_and_until_then_there_is_no_index() {
    let scene = Scene::new(1024 + 30, NONE);
    let set = scene.set();
    let stick = scene.beside("stick");
    // The program ends in the middle of the second part, of which a MiB is written.
    let mut written = 0;
    let pulled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        folder::write(&set, 0, &stick, |bytes| {
            written += bytes;
            assert!(written < 1024 * 65_536 + (1 << 20), "ended");
        })
    }));
    assert!(pulled.is_err());
    let medium = Medium::open(&stick).unwrap();
    assert_eq!(
        medium.index(scene.folder()).unwrap(),
        None,
        "what is not whole has no index"
    );
    let resumed = folder::write(&set, 0, &stick, |_| {}).unwrap();
    assert_eq!(resumed.kept, 1024 * 65_536);
    scene.check(&stick, 0).unwrap();
    assert!(!scene.files_in(&stick).contains(&"WRITING.TMP".to_owned()));
}

/// As the kernel shows a disc without Joliet.
#[test]
fn r14_a_medium_of_which_a_system_shows_the_names_in_lower_case_is_read() {
    let scene = Scene::new(3, NONE);
    let (stick, shown) = (scene.beside("stick"), scene.beside("shown"));
    folder::write(&scene.set(), 0, &stick, |_| {}).unwrap();
    for file in walk(&stick) {
        let name = file
            .strip_prefix(&stick)
            .unwrap()
            .to_str()
            .unwrap()
            .to_lowercase();
        let place = shown.join(name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(&file, place).unwrap();
    }
    assert_eq!(Medium::open(&shown).unwrap().sets().unwrap(), [scene.folder()]);
    scene.check(&shown, 0).unwrap();
}

#[test]
fn r14_a_study_spans_discs_of_which_none_is_too_full_and_each_is_checked_alone() {
    let capacity = Capacity(5_000_000);
    let scene = Scene::new(150, Some(capacity));
    let set = scene.set();
    let discs = scene.index.discs.len();
    assert!(discs > 2, "{discs}");
    for disc in 0..discs {
        let stick = scene.beside(&format!("DISC{}", disc + 1));
        folder::write(&set, disc, &stick, |_| {}).unwrap();
        scene.check(&stick, disc).unwrap();
        let bytes: u64 = walk(&stick)
            .iter()
            .map(|path| path.metadata().unwrap().len())
            .sum();
        assert!(bytes < capacity.0, "{bytes}");
        let other = scene.check(&stick, (disc + 1) % discs).unwrap_err();
        assert!(matches!(other, CheckError::Differs(_)), "{other}");
    }
    // Divided otherwise, what belongs to another disc goes away.
    let whole = Scene::new(150, NONE);
    let stick = scene.beside("DISC2");
    let before = scene.files_in(&stick);
    folder::write(&whole.set(), 0, &stick, |_| {}).unwrap();
    assert_ne!(scene.files_in(&stick), before);
    whole.check(&stick, 0).unwrap();
}

#[test]
fn r14_whatever_is_altered_on_a_medium_is_found_by_the_check() {
    let scene = Scene::new(40, NONE);
    let set = scene.set();
    for (name, offset) in [
        (INDEX, 300),
        (LETTER, 100),
        ("P0000001.DKM", 1_000_000),
        ("T0000000.DKM", 70),
    ] {
        let stick = scene.beside(name);
        folder::write(&set, 0, &stick, |_| {}).unwrap();
        flip(
            &stick.join("DOKUEI").join(scene.folder().to_string()).join(name),
            offset,
        );
        let found = scene.check(&stick, 0).unwrap_err();
        assert!(matches!(found, CheckError::Differs(_)), "{name}: {found}");
        // What lies there altered is not taken for what belongs there.
        folder::write(&set, 0, &stick, |_| {}).unwrap();
        scene.check(&stick, 0).unwrap();
    }
}

#[test]
fn r14_links_and_pipes_on_a_stick_are_neither_written_through_nor_read() {
    let scene = Scene::new(3, NONE);
    let set = scene.set();
    let elsewhere = scene.beside("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    fs::write(elsewhere.join("precious"), "kept").unwrap();
    // The folder, the set's folder.
    let stick = scene.beside("linked");
    fs::create_dir_all(&stick).unwrap();
    symlink(&elsewhere, stick.join("DOKUEI")).unwrap();
    let refused = folder::write(&set, 0, &stick, |_| {}).unwrap_err();
    assert!(matches!(refused, WriteError::NotPlain(_)), "{refused}");
    assert!(matches!(Medium::open(&stick), Err(SourceError::NotPlain(_))));
    fs::remove_file(stick.join("DOKUEI")).unwrap();
    fs::create_dir_all(stick.join("DOKUEI")).unwrap();
    let place = stick.join("DOKUEI").join(scene.folder().to_string());
    symlink(&elsewhere, &place).unwrap();
    assert!(matches!(
        folder::write(&set, 0, &stick, |_| {}),
        Err(WriteError::NotPlain(_))
    ));
    let medium = Medium::open(&stick).unwrap();
    assert!(matches!(
        medium.index(scene.folder()),
        Err(SourceError::NotPlain(_))
    ));
    fs::remove_file(&place).unwrap();
    // Files: a link in the place of each is replaced, not followed.
    fs::create_dir_all(&place).unwrap();
    for name in [INDEX, LETTER, "P0000001.DKM", "WRITING.TMP"] {
        symlink(elsewhere.join("precious"), place.join(name)).unwrap();
    }
    for name in [INDEX, LETTER, "P0000001.DKM"] {
        assert!(
            matches!(medium.file(scene.folder(), name), Err(SourceError::NotPlain(_))),
            "{name}"
        );
    }
    folder::write(&set, 0, &stick, |_| {}).unwrap();
    scene.check(&stick, 0).unwrap();
    assert_eq!(fs::read_to_string(elsewhere.join("precious")).unwrap(), "kept");
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 1);
    // A pipe does not make the reader wait.
    fs::remove_file(place.join(LETTER)).unwrap();
    let made = Command::new("mkfifo").arg(place.join(LETTER)).status().unwrap();
    assert!(made.success());
    assert!(matches!(
        medium.file(scene.folder(), LETTER),
        Err(SourceError::NotPlain(_))
    ));
    // A folder in the place of a file.
    fs::remove_file(place.join(LETTER)).unwrap();
    fs::create_dir(place.join(LETTER)).unwrap();
    assert!(matches!(
        medium.file(scene.folder(), LETTER),
        Err(SourceError::NotPlain(_))
    ));
    assert!(matches!(
        folder::write(&set, 0, &stick, |_| {}),
        Err(WriteError::NotPlain(_))
    ));
}

#[test]
fn r14_a_file_of_any_length_is_looked_at_before_it_is_taken() {
    let scene = Scene::new(3, NONE);
    let stick = scene.beside("stick");
    folder::write(&scene.set(), 0, &stick, |_| {}).unwrap();
    let index = stick.join("DOKUEI").join(scene.folder().to_string()).join(INDEX);
    // A hole of 1 TiB.
    fs::File::options()
        .write(true)
        .open(&index)
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let refused = Medium::open(&stick).unwrap().index(scene.folder()).unwrap_err();
    assert!(matches!(refused, SourceError::TooLong(_)), "{refused}");
    // More folders than are looked at.
    for number in 0..200 {
        fs::create_dir(stick.join("DOKUEI").join(format!("{number:08X}"))).unwrap();
    }
    assert!(matches!(
        Medium::open(&stick).unwrap().sets(),
        Err(SourceError::TooMany)
    ));
}

#[test]
fn r14_an_iso_image_is_read_in_place_and_by_other_peoples_programs() {
    let scene = Scene::new(150, Some(Capacity(6_000_000)));
    let set = scene.set();
    let of = scene.index.discs.len();
    assert!(of > 1);
    for disc in 0..of {
        let path = image::image_path(&scene.beside("study.iso"), disc, of);
        let stage = scene.beside(&format!("stage{disc}"));
        fs::create_dir(&stage).unwrap();
        let part = image::write(&set, disc, &path, &stage, |_| {}).unwrap();
        scene.check(&part, disc).unwrap();
        image::finish(&part, &path).unwrap();
        scene.check(&path, disc).unwrap();
        assert!(path.metadata().unwrap().len() <= 6_000_000);
        // isoinfo reads the same bytes.
        for part in &scene.index.discs[disc].parts {
            let name = format!("/DOKUEI/{}/{};1", scene.folder(), part.name());
            let read = Command::new("isoinfo")
                .arg("-i")
                .arg(&path)
                .args(["-x", &name])
                .output()
                .unwrap();
            let from = usize::try_from(part.offset()).unwrap();
            let to = from + usize::try_from(part.length(scene.length())).unwrap();
            assert!(read.stdout == scene.payload[from..to], "{name}");
        }
    }
    // Written again: an image of the same consultation is replaced, anything else is not.
    let path = image::image_path(&scene.beside("study.iso"), 0, of);
    let stage = scene.beside("stage");
    fs::create_dir(&stage).unwrap();
    image::write(&set, 0, &path, &stage, |_| {}).unwrap();
    let other = scene.beside("thesis.iso");
    fs::write(&other, "not ours").unwrap();
    let refused = image::write(&set, 0, &other, &stage, |_| {}).unwrap_err();
    assert!(matches!(refused, WriteError::Occupied(_)), "{refused}");
    assert_eq!(fs::read_to_string(&other).unwrap(), "not ours");
}

#[test]
fn r14_an_image_that_is_cut_off_or_garbled_is_refused_and_never_read_beyond_its_end() {
    let scene = Scene::new(20, NONE);
    let path = scene.beside("study.iso");
    let stage = scene.beside("stage");
    fs::create_dir(&stage).unwrap();
    let part = image::write(&scene.set(), 0, &path, &stage, |_| {}).unwrap();
    let whole = fs::read(part).unwrap();
    let cut = scene.beside("cut.iso");
    for length in [
        0,
        17,
        32_768,
        40_000,
        104_000,
        110_000,
        600_000,
        whole.len() - 400_000,
    ] {
        fs::write(&cut, &whole[..length]).unwrap();
        assert!(scene.check(&cut, 0).is_err(), "{length}");
    }
    // Every byte of the descriptors and folders, garbled one at a time: an error or the truth, never more.
    fs::write(&cut, &whole).unwrap();
    let image = fs::File::options().write(true).open(&cut).unwrap();
    let folders = 51 * 2048..54 * 2048;
    for at in (16 * 2048..16 * 2048 + 200).chain(folders).step_by(11) {
        image.write_all_at(&[!whole[at]], at as u64).unwrap();
        let _ = scene.check(&cut, 0);
        image.write_all_at(&[whole[at]], at as u64).unwrap();
    }
    scene.check(&cut, 0).unwrap();
    fs::write(&cut, vec![0xff; 200_000]).unwrap();
    assert!(matches!(Medium::open(&cut), Err(SourceError::Image(_))));
}

#[test]
fn r14_an_index_is_what_its_signer_wrote_or_is_refused() {
    let scene = Scene::new(200, Some(Capacity(6_000_000)));
    let parsed = UnverifiedIndex::parse(&scene.signed).unwrap();
    assert_eq!(parsed.chain(), b"chain");
    assert_eq!(parsed.signer(), scene.signer);
    assert_eq!(parsed.verify(&scene.key.public()).unwrap(), scene.index);
    for at in (0..scene.signed.len()).step_by(7) {
        let mut altered = scene.signed.clone();
        altered[at] ^= 1;
        let outcome = UnverifiedIndex::parse(&altered);
        // The chain is public and proves itself.
        let verified = outcome.and_then(|index| {
            let chain = index.chain().to_vec();
            index.verify(&scene.key.public()).map(|index| (index, chain))
        });
        if let Ok((index, chain)) = verified {
            assert_eq!(index, scene.index, "byte {at}");
            assert_ne!(chain, b"chain", "byte {at}");
        }
    }
    for length in 0..scene.signed.len() {
        assert!(UnverifiedIndex::parse(&scene.signed[..length]).is_err());
    }
}

#[test]
fn r14_an_index_that_contradicts_itself_is_neither_signed_nor_read() {
    let good = Scene::new(200, Some(Capacity(6_000_000)));
    let refused = |change: fn(&mut dokuei_media::index::Index)| {
        let mut index = good.index.clone();
        change(&mut index);
        let unsigned = index.sign(&good.key, &good.signer, Vec::new()).unwrap_err();
        let read = UnverifiedIndex::parse(&good.sign_unchecked(&index)).unwrap_err();
        assert_eq!(unsigned, read);
        read
    };
    for change in [
        (|index| index.discs[0].parts[0].start += 1) as fn(&mut dokuei_media::index::Index),
        |index| index.discs[0].parts[0].end += 1,
        |index| index.discs[0].parts[0].end = u32::MAX,
        |index| index.discs[1].parts[0] = index.discs[0].parts[0],
        |index| index.discs[0].parts[0].package = 7,
        |index| {
            index.discs[0].parts.pop();
        },
        |index| index.packages[0].length += 65_536,
        |index| index.packages[0].length = u64::MAX,
        |index| index.packages.clear(),
        |index| index.discs.clear(),
        |index| index.envelopes.clear(),
    ] {
        assert!(matches!(refused(change), IndexError::Contradiction(_)));
    }
    assert_eq!(refused(|index| index.format = 2), IndexError::Format(2));
    // Lists longer than are read.
    let many = |index: &mut dokuei_media::index::Index| {
        let envelope = index.envelopes[0].clone();
        index.envelopes = vec![envelope; 65];
    };
    assert!(matches!(refused(many), IndexError::Contradiction(_)));
    let empty = |index: &mut dokuei_media::index::Index| {
        let disc = dokuei_media::index::Disc { parts: Vec::new() };
        index.discs.resize(1000, disc);
    };
    assert!(matches!(refused(empty), IndexError::Contradiction(_)));
}

#[test]
fn r24_a_letter_opens_with_its_key_for_its_set_and_its_sender_only() {
    let scene = Scene::new(1, NONE);
    let open = |sealed: &[u8]| Letter::open(sealed, &scene.stream, &scene.index.set_id(), &scene.signer);
    assert_eq!(open(&scene.letter).unwrap(), scene.content);
    let other = StreamKey::generate(&mut rand::rng());
    let set = scene.index.set_id();
    assert!(Letter::open(&scene.letter, &other, &set, &scene.signer).is_err());
    assert!(Letter::open(&scene.letter, &scene.stream, &SetId([9; 16]), &scene.signer).is_err());
    let somebody = dokuei_identity::fingerprint::Fingerprint::from_bytes([9; 32]);
    let misplaced = Letter::open(&scene.letter, &scene.stream, &set, &somebody);
    assert!(matches!(misplaced, Err(LetterError::Misplaced)));
    for at in (0..scene.letter.len()).step_by(5) {
        let mut altered = scene.letter.clone();
        altered[at] ^= 1;
        assert!(open(&altered).is_err(), "byte {at}");
        assert!(open(&scene.letter[..at]).is_err(), "cut at {at}");
    }
    // What is in it stands nowhere in the clear.
    let name = "山田".as_bytes();
    assert!(!scene.letter.windows(name.len()).any(|window| window == name));
}

#[test]
fn r14_a_letter_of_a_million_empty_entries_takes_no_memory() {
    let scene = Scene::new(1, NONE);
    let mut content = scene.content.clone();
    content.case.entries = vec![Vec::new(); 1_000_000];
    assert!(matches!(
        content.seal(&scene.stream, &mut rand::rng()),
        Err(LetterError::TooLong)
    ));
    let sealed = support::seal_unchecked(&content, &scene.stream);
    let refused = Letter::open(&sealed, &scene.stream, &scene.index.set_id(), &scene.signer);
    assert!(matches!(refused, Err(LetterError::Malformed(_))));
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}
