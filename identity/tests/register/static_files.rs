//! R11: the register in static files answers like a replica, and a false file is noticed.

use std::collections::BTreeMap;

use dokuei_identity::register::layout::{bundle_path, bundles, decode_bundle, encode_bundle, partials};
use dokuei_identity::register::{
    Ask, HashSource, StaticFiles, StaticRegister, StoreError, Tree, extend, leaf_index, new_tiles,
};

use crate::world::{NOW, Registry, act};

#[derive(Debug, Clone, Default)]
struct Files(BTreeMap<String, Vec<u8>>);

impl StaticFiles for Files {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(path).cloned())
    }
}

/// What the registry publishes when it grows from one of `sizes` to the next.
fn publish(registry: &Registry, sizes: &[usize]) -> Files {
    let mut files = Files::default();
    let mut tree = Tree::default();
    for size in sizes {
        let (old, new) = (tree.size(), *size as u64);
        let added = &registry.entries[usize::try_from(old).unwrap()..*size];
        let hashes = extend(&tree, old, added).unwrap();
        files.0.extend(new_tiles(&tree, old, &hashes, new).unwrap());
        for (number, width) in bundles(old, new) {
            let from = usize::try_from(number * 256).unwrap();
            let bundle = &registry.entries[from..from + usize::try_from(width).unwrap()];
            files.0.insert(
                bundle_path(number, width).unwrap(),
                encode_bundle(bundle).unwrap(),
            );
        }
        for (folder, keep) in partials(old, new) {
            let goes = |path: &str| {
                let width = path.strip_prefix(&format!("{folder}/"));
                width.is_some_and(|width| keep.is_none_or(|keep| !keep.contains(&width.parse().unwrap())))
            };
            files.0.retain(|path, _| !goes(path));
        }
        tree.grow(added).unwrap();
    }
    files
}

fn filled(count: u32) -> Registry {
    let mut registry = Registry::new();
    registry.enter(NOW, (0..count).map(act));
    registry
}

#[test]
fn r11_static_files_answer_like_a_replica() {
    let registry = filled(70_000);
    let sizes = [1, 3, 255, 256, 257, 600, 65_535, 65_536, 65_600, 70_000];
    let files = publish(&registry, &sizes);
    // The newest, and the one before it, whose partial files are still there.
    for size in [70_000, 65_600] {
        let checkpoint = registry.sign(size, NOW);
        let register = StaticRegister::new(files.clone(), checkpoint.clone());
        let mut mirror = crate::world::empty();
        let mut whole = registry.whole(&checkpoint);
        whole.entries.truncate(size);
        mirror.accept(&checkpoint, &whole, NOW).unwrap();
        for (from, earlier) in [
            (0, 0),
            (5, 5),
            (65_590, 65_536),
            (size as u64 - 1, 1),
            (size as u64, size as u64),
        ] {
            let ask = Ask {
                from,
                checkpoint_size: earlier,
                lists: None,
            };
            let answer = register.answer(&ask, &registry.chain, &[]).unwrap();
            assert_eq!(
                Some(answer),
                mirror.answer(&ask, &registry.chain, &[]).unwrap(),
                "{size} {from}"
            );
        }
    }
    let partial = files.0.keys().filter(|path| path.contains(".p/")).count();
    assert!(
        partial <= 8,
        "superfluous partial files go away: {:?}",
        files.0.keys()
    );
}

#[test]
fn r11_a_false_tile_is_noticed() {
    let registry = filled(700);
    let files = publish(&registry, &[300, 700]);
    let checkpoint = registry.sign(700, NOW);
    for (path, content) in files.0.iter().filter(|(path, _)| !path.contains("entries")) {
        for at in (0..content.len()).step_by(17) {
            let mut altered = files.clone();
            altered.0.get_mut(path).unwrap()[at] ^= 1;
            let register = StaticRegister::new(altered, checkpoint.clone());
            // Whatever is given is true: either the alteration is noticed, or it was in no tile that was needed.
            for number in [0, 255, 256, 511, 512, 699] {
                let Ok(hashes) = register.read_hashes(&[leaf_index(number)]) else {
                    continue;
                };
                let entry = &registry.entries[usize::try_from(number).unwrap()];
                assert_eq!(
                    hashes,
                    [dokuei_identity::register::entry_hash(entry)],
                    "{path} at {at}"
                );
            }
        }
    }
}

#[test]
fn r11_missing_and_damaged_bundles_are_refused() {
    let registry = filled(300);
    let files = publish(&registry, &[300]);
    let checkpoint = registry.sign(300, NOW);
    let path = bundle_path(1, 44).unwrap();
    let mut missing = files.clone();
    missing.0.remove(&path).unwrap();
    assert!(
        StaticRegister::new(missing, checkpoint.clone())
            .entries(256, 9)
            .is_err()
    );
    let mut cut = files;
    cut.0.get_mut(&path).unwrap().pop();
    assert!(StaticRegister::new(cut, checkpoint).entries(256, 9).is_err());
    assert!(decode_bundle(&[0xff, 0xff, 0]).is_err());
    assert!(decode_bundle(&[0]).is_err());
    assert!(decode_bundle(&[0; 2 * 257]).is_err(), "more than 256 entries");
    assert_eq!(decode_bundle(&[]), Ok(Vec::new()));
}
