//! R11: whatever the batches, and whatever somebody makes of an answer.

use dokuei_identity::register::{Tree, root_of};
use proptest::prelude::*;

use crate::world::{NOW, Registry, act, empty, take};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A replica that took entries in any batches is the tree that is built at once.
    #[test]
    fn r11_batches_make_no_difference(batches in prop::collection::vec(0..40_u32, 1..12)) {
        let mut registry = Registry::new();
        let mut node = empty();
        let mut count = 0;
        for (second, batch) in (0..).zip(batches) {
            registry.enter(NOW, (count..count + batch).map(act));
            count += batch;
            registry.update(&mut node, NOW.plus(second));
            let mut tree = Tree::default();
            tree.grow(&registry.entries).unwrap();
            prop_assert_eq!(node.checkpoint().unwrap().root(), tree.root().unwrap());
            prop_assert_eq!(root_of(node.store(), node.size()).unwrap(), tree.root().unwrap());
            let mirror = registry.mirror(NOW.plus(second));
            prop_assert_eq!(node.store(), mirror.store());
            prop_assert_eq!(node.standings(), mirror.standings());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// An answer with random bytes changed, cut or inserted never makes a replica another than the registry signed.
    #[test]
    fn r11_a_mutated_answer_never_changes_the_replica(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..5),
    ) {
        let (registry, before, after, honest) = scene();
        let mut bytes = honest.clone();
        for (index, byte, how) in changes {
            let at = index.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, byte),
            }
        }
        let mut node = before.clone();
        let outcome = take(registry, &mut node, &bytes, NOW.plus(1));
        let expected = if outcome.is_ok_and(|accepted| accepted.newer) { after } else { before };
        prop_assert_eq!(node.store(), expected.store());
    }
}

type Node = dokuei_identity::register::Replica<dokuei_identity::register::MemoryStore>;

/// A node that lacks ten entries, what it becomes, and the answer; made once.
fn scene() -> &'static (Registry, Node, Node, Vec<u8>) {
    static SCENE: std::sync::OnceLock<(Registry, Node, Node, Vec<u8>)> = std::sync::OnceLock::new();
    SCENE.get_or_init(|| {
        let mut registry = Registry::new();
        registry.enter(NOW, (0..20).map(act));
        let mut before = empty();
        registry.update(&mut before, NOW);
        registry.enter(NOW, (20..30).map(act));
        let (_, answer) = registry.answer(&before.ask(None), NOW.plus(1));
        let mut after = before.clone();
        take(&registry, &mut after, &answer.to_bytes(), NOW.plus(1)).unwrap();
        (registry, before, after, answer.to_bytes())
    })
}
