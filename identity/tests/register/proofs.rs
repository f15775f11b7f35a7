//! R11: proofs by the crate hold for every entry and size, and for nothing else.

use dokuei_identity::register::{
    Hash, Proof, Tree, check_consistency, check_inclusion, consistency_proof, inclusion_proof, root_of,
};

fn entries(count: u32) -> Vec<Vec<u8>> {
    (0..count)
        .map(|number| format!("entry {number}").into_bytes())
        .collect()
}

fn tree(count: u32) -> Tree {
    let mut tree = Tree::default();
    tree.grow(&entries(count)).unwrap();
    tree
}

/// Every proof with one bit flipped, one hash less, and one more.
fn mutations(proof: &Proof) -> Vec<Proof> {
    let bytes = dokuei_identity::cbor::encode(proof);
    let flipped = (0..bytes.len() * 8).map(|bit| {
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        altered
    });
    flipped
        .filter_map(|bytes| dokuei_identity::cbor::decode(&bytes).ok())
        .collect()
}

#[test]
fn r11_inclusion_of_every_entry_in_every_size() {
    for size in 1..=33 {
        let tree = tree(size);
        let root = tree.root().unwrap();
        for (number, entry) in (0..).zip(entries(size)) {
            let proof = inclusion_proof(&tree, size.into(), number).unwrap();
            check_inclusion(&proof, size.into(), root, number, &entry).unwrap();
            assert!(check_inclusion(&proof, size.into(), root, number, b"another").is_err());
            let elsewhere = (number + 1) % u64::from(size);
            if elsewhere != number {
                assert!(check_inclusion(&proof, size.into(), root, elsewhere, &entry).is_err());
            }
            assert!(check_inclusion(&proof, size.into(), Hash::EMPTY, number, &entry).is_err());
        }
        assert!(inclusion_proof(&tree, size.into(), size.into()).is_err());
    }
}

#[test]
fn r11_consistency_of_every_pair_of_sizes() {
    let tree = tree(33);
    for size in 1..=33 {
        let root = root_of(&tree, size).unwrap();
        for earlier in 1..=size {
            let earlier_root = root_of(&tree, earlier).unwrap();
            let proof = consistency_proof(&tree, size, earlier).unwrap();
            check_consistency(&proof, size, root, earlier, earlier_root).unwrap();
            assert!(check_consistency(&proof, size, root, earlier, Hash::EMPTY).is_err());
            assert!(check_consistency(&proof, size, Hash::EMPTY, earlier, earlier_root).is_err());
        }
        assert!(consistency_proof(&tree, size, 0).is_err());
        assert!(consistency_proof(&tree, size, size + 1).is_err());
    }
}

#[test]
fn r11_a_proof_with_any_flipped_bit_proves_nothing() {
    let tree = tree(21);
    let root = tree.root().unwrap();
    let inclusion = inclusion_proof(&tree, 21, 13).unwrap();
    let consistency = consistency_proof(&tree, 21, 13).unwrap();
    let earlier = root_of(&tree, 13).unwrap();
    let entry = entries(21)[13].clone();
    let mut tried = 0;
    for altered in mutations(&inclusion).iter().chain(&mutations(&consistency)) {
        tried += 1;
        assert!(check_inclusion(altered, 21, root, 13, &entry).is_err());
        assert!(check_consistency(altered, 21, root, 13, earlier).is_err());
    }
    assert!(tried > 2000, "only {tried} were proofs at all");
}

/// Sizes from outside never make the crate's arithmetic fail.
#[test]
fn r11_absurd_sizes_are_refused() {
    let proof = inclusion_proof(&tree(21), 21, 13).unwrap();
    for size in [0, 1 << 33, 1 << 63, u64::MAX] {
        assert!(check_inclusion(&proof, size, Hash::EMPTY, 13, b"").is_err());
        assert!(check_consistency(&proof, size, Hash::EMPTY, 13, Hash::EMPTY).is_err());
        assert!(check_consistency(&proof, size, Hash::EMPTY, size, Hash::EMPTY).is_err());
        assert!(inclusion_proof(&tree(21), size, 1).is_err());
        assert!(consistency_proof(&tree(21), size, 1).is_err());
    }
}
