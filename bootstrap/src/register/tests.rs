use dokuei_identity::key::SecretKey;
use dokuei_identity::register::{Link, sign_checkpoint};

use super::*;

#[path = "../../tests/registry/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the tests of the program")]
mod registry;

use registry::{Registry, now, revoked};

fn mirror(registry: &Registry) -> (tempfile::TempDir, Mirror) {
    let dir = tempfile::tempdir().unwrap();
    let mirror = Mirror::open(
        &dir.path().join("register"),
        TrustAnchors::new(registry.anchor()),
        now(),
    )
    .unwrap();
    (dir, mirror)
}

fn reopened(dir: &tempfile::TempDir, registry: &Registry) -> Mirror {
    Mirror::open(
        &dir.path().join("register"),
        TrustAnchors::new(registry.anchor()),
        now(),
    )
    .unwrap()
}

/// R17: what was mirrored is served at once after a restart, without any source, and is what a node accepts.
#[test]
fn r17_a_mirror_serves_at_once_after_a_restart() {
    let mut registry = Registry::new();
    registry.append((0..300).map(revoked).collect());
    let (dir, mirror) = mirror(&registry);
    assert!(
        mirror.answer(&mirror.ask()).unwrap().is_none(),
        "there is nothing to say yet"
    );
    assert!(mirror.take(&registry.whole(), now()).unwrap());
    drop(mirror);
    let mirror = reopened(&dir, &registry);
    assert_eq!(mirror.size_and_time().0, 300);
    assert_eq!(
        mirror.newest().borrow().as_deref(),
        Some(registry.note().as_slice())
    );
    let ask = Ask {
        from: 290,
        checkpoint_size: 290,
        lists: None,
    };
    let answer = Answer::parse(&mirror.answer(&ask).unwrap().unwrap()).unwrap();
    assert_eq!(answer, registry.answer(&ask));
    assert_eq!(answer.entries.len(), 10);
    let size = answer.to_bytes().len();
    assert!(size < 50_000, "{size} bytes for ten entries");
}

/// A damaged copy is set aside and begun anew; nobody has to repair it.
#[test]
fn r17_a_damaged_mirror_is_begun_anew() {
    let mut registry = Registry::new();
    registry.append((0..5).map(revoked).collect());
    let (dir, mirror) = mirror(&registry);
    mirror.take(&registry.whole(), now()).unwrap();
    drop(mirror);
    let hashes = dir.path().join("register/hashes");
    let mut bytes = std::fs::read(&hashes).unwrap();
    bytes.iter_mut().for_each(|byte| *byte ^= 1);
    std::fs::write(&hashes, bytes).unwrap();
    let mirror = reopened(&dir, &registry);
    assert_eq!(mirror.size_and_time().0, 0);
    assert!(mirror.take(&registry.whole(), now()).unwrap());
}

/// R17: the files of the mirror are byte for byte those that the registry publishes.
#[test]
fn r17_the_files_are_those_of_the_registry() {
    let mut registry = Registry::new();
    registry.append((0..700).map(revoked).collect());
    let (_dir, mirror) = mirror(&registry);
    mirror.take(&registry.whole(), now()).unwrap();
    let published = tempfile::tempdir().unwrap();
    registry.publish(published.path());
    let mut compared = 0;
    let mut folders = vec![published.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .strip_prefix(published.path())
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            assert_eq!(mirror.file(&name), Some(std::fs::read(&path).unwrap()), "{name}");
            compared += 1;
        }
    }
    assert!(compared >= 8, "{compared} files were compared");
    for absent in [
        "tile/0/003",
        "tile/entries/002",
        "head",
        "../register/head",
        "crl/x.crl",
    ] {
        assert_eq!(mirror.file(absent), None, "{absent}");
    }
}

/// R17, R24: what a hostile mirror says is refused, each for its own reason, and changes nothing.
#[test]
fn r17_what_the_registry_did_not_sign_is_not_mirrored() {
    let mut registry = Registry::new();
    registry.append((0..10).map(revoked).collect());
    let (_dir, mirror) = mirror(&registry);
    mirror.take(&registry.whole(), now()).unwrap();
    registry.append((10..20).map(revoked).collect());
    let good = registry.answer(&mirror.ask());
    let another = Registry::new();
    let thief = SecretKey::generate(&mut rand::rng());
    let tampered = |change: &dyn Fn(&mut Answer)| {
        let mut answer = good.clone();
        change(&mut answer);
        mirror.take(&answer, now())
    };
    let root = good
        .parse_checkpoint()
        .unwrap()
        .verify(&[registry.key.public()], &registry.network)
        .unwrap()
        .root();
    let wrong_key = sign_checkpoint(&thief, &registry.network, 20, root, now()).unwrap();
    let wrong_root = sign_checkpoint(&registry.key, &registry.network, 20, another_root(), now()).unwrap();
    let future = sign_checkpoint(&registry.key, &registry.network, 20, root, now().plus(4000)).unwrap();
    let refused: [(&str, Result<bool>); 6] = [
        (
            "another key",
            tampered(&|answer| answer.checkpoint.clone_from(&wrong_key)),
        ),
        (
            "another root",
            tampered(&|answer| answer.checkpoint.clone_from(&wrong_root)),
        ),
        (
            "the future",
            tampered(&|answer| answer.checkpoint.clone_from(&future)),
        ),
        (
            "another registry",
            tampered(&|answer| answer.registry = another.chain.clone()),
        ),
        (
            "an altered entry",
            tampered(&|answer| answer.entries[3] = answer.entries[4].clone()),
        ),
        (
            "a missing entry",
            tampered(&|answer| drop(answer.entries.remove(0))),
        ),
    ];
    let said: Vec<_> = refused
        .iter()
        .map(|(what, refused)| {
            let error = refused.as_ref().expect_err(what);
            error.to_string()
        })
        .collect();
    assert_eq!(mirror.size_and_time().0, 10, "{said:?}");
    assert!(mirror.take(&good, now()).unwrap());
}

fn another_root() -> dokuei_identity::register::Hash {
    dokuei_identity::register::Hash::from_bytes([7; 32])
}

/// R17: a rollback changes nothing, and a second register of the registry is kept as evidence and not served.
#[test]
fn r17_a_rollback_changes_nothing_and_a_split_view_is_kept_as_evidence() {
    let mut registry = Registry::new();
    registry.append((0..10).map(revoked).collect());
    let old = registry.whole();
    registry.append((10..20).map(revoked).collect());
    let (dir, mirror) = mirror(&registry);
    mirror.take(&registry.whole(), now()).unwrap();
    assert!(mirror.take(&old, now()).unwrap());
    assert_eq!(
        mirror.newest().borrow().as_deref(),
        Some(registry.note().as_slice())
    );
    assert_eq!(mirror.hear(&old.checkpoint, now()), Heard::Nothing);
    let evidence = dir.path().join("register/evidence");
    assert!(!evidence.exists());
    let forked = sign_checkpoint(&registry.key, &registry.network, 20, another_root(), now()).unwrap();
    assert_eq!(mirror.hear(&forked, now()), Heard::News, "others shall see it");
    let mut answer = registry.whole();
    answer.checkpoint = forked;
    answer.link = None::<Link>;
    assert!(mirror.take(&answer, now()).is_err());
    let kept: Vec<_> = std::fs::read_dir(evidence).unwrap().collect();
    assert_eq!(kept.len(), 1);
    let bytes = std::fs::read(kept[0].as_ref().unwrap().path()).unwrap();
    let conviction = EvidenceFile::parse(&bytes).unwrap().verify(&registry.anchor());
    assert!(!conviction.unwrap().replaced_key);
    assert_eq!(
        mirror.newest().borrow().as_deref(),
        Some(registry.note().as_slice())
    );
}

/// R17: checkpoints of strangers are told from those of the registry.
#[test]
fn r17_a_forged_checkpoint_is_not_passed_on() {
    let mut registry = Registry::new();
    registry.append((0..3).map(revoked).collect());
    let (_dir, mirror) = mirror(&registry);
    mirror.take(&registry.whole(), now()).unwrap();
    let newer = registry.append(vec![revoked(4)]);
    assert_eq!(mirror.hear(&newer, now()), Heard::News);
    assert_eq!(mirror.hear(b"not a note", now()), Heard::Forged);
    assert_eq!(mirror.hear(&Registry::new().note(), now()), Heard::Forged);
    let thief = SecretKey::generate(&mut rand::rng());
    let stolen = sign_checkpoint(&thief, &registry.network, 9, another_root(), now()).unwrap();
    assert_eq!(
        mirror.hear(&stolen, now()),
        Heard::Stranger,
        "its sender may show why"
    );
    let mut flipped = newer;
    let last = flipped.len() - 6;
    flipped[last] ^= 2;
    assert_eq!(mirror.hear(&flipped, now()), Heard::Forged);
}

/// The registry's folder is followed incrementally, and a folder of somebody else is refused before it is read.
#[test]
fn r17_a_folder_is_followed_and_a_foreign_one_is_refused() {
    let mut registry = Registry::new();
    let (_dir, mirror) = mirror(&registry);
    let folder = tempfile::tempdir().unwrap();
    let source = source::Source::Folder(folder.path().to_owned());
    let mut last = Vec::new();
    source.feed(&mirror, &mut last, now()).unwrap();
    for round in 0..3 {
        registry.append((round * 5000..round * 5000 + 5000).map(revoked).collect());
        registry.publish(folder.path());
        source.feed(&mirror, &mut last, now()).unwrap();
        assert_eq!(mirror.size_and_time().0, registry.size());
    }
    let foreign = Registry::new();
    let elsewhere = tempfile::tempdir().unwrap();
    foreign.publish(elsewhere.path());
    let source = source::Source::Folder(elsewhere.path().to_owned());
    assert!(source.feed(&mirror, &mut Vec::new(), now()).is_err());
}
