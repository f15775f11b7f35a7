//! R11: the register in one file is what a peer would have answered, and is believed as little.

use dokuei_identity::register::{
    Accepted, Charge, FILE_MAGIC, FileError, FileReader, MAX_ANSWER, MemoryStore, RegisterError, Replica,
    Tree, write_file,
};
use dokuei_identity::time::Timestamp;

use crate::world::{NOW, Registry, act, empty, take};

fn registry(from: u32, entries: u32) -> Registry {
    let mut registry = Registry::new();
    registry.enter(NOW, (from..from + entries).map(act));
    registry
}

fn file(registry: &Registry, from: u64, now: Timestamp) -> Result<Vec<u8>, FileError> {
    let mirror = registry.mirror(now);
    let mut out = Vec::new();
    let size = write_file(&mut out, from, &[b"list".to_vec()], |ask| {
        Ok(mirror.answer(ask, &registry.chain, &[])?.unwrap())
    })?;
    assert_eq!(size, registry.entries.len() as u64);
    Ok(out)
}

/// What a node does with a file; how many parts it had.
fn import(
    registry: &Registry,
    node: &mut Replica<MemoryStore>,
    file: &[u8],
) -> Result<(usize, Accepted), String> {
    let mut reader = FileReader::open(file).map_err(|error| error.to_string())?;
    let mut last = None;
    let mut parts = 0;
    while let Some(part) = reader.part().map_err(|error| error.to_string())? {
        parts += 1;
        last = Some(
            take(registry, node, &part.to_bytes(), NOW.plus(9)).map_err(|error| error.code().to_owned())?,
        );
    }
    assert!(reader.part().unwrap().is_none(), "the end stays the end");
    last.map(|accepted| (parts, accepted))
        .ok_or_else(|| "no part".to_owned())
}

#[test]
fn r11_a_whole_register_goes_through_a_file_in_parts() {
    let registry = registry(0, 9_000);
    let bytes = file(&registry, 0, NOW).unwrap();
    let mut node = empty();
    let (parts, accepted) = import(&registry, &mut node, &bytes).unwrap();
    assert!(parts == 3 && accepted.complete, "{parts} parts");
    assert_eq!(node.size(), 9_000);
    // The lists come once, at the end.
    let mut reader = FileReader::open(bytes.as_slice()).unwrap();
    let lists: Vec<_> = std::iter::from_fn(|| reader.part().unwrap())
        .map(|part| part.lists.len())
        .collect();
    assert_eq!(lists, [0, 0, 1]);
}

#[test]
fn r11_only_what_is_missing_and_a_fresh_signature_alone() {
    let mut registry = registry(0, 500);
    let mut node = empty();
    import(&registry, &mut node, &file(&registry, 0, NOW).unwrap()).unwrap();
    registry.enter(NOW, (500..510).map(act));
    let bytes = file(&registry, 500, NOW.plus(1)).unwrap();
    assert!(bytes.len() < 20_000, "{} bytes", bytes.len());
    import(&registry, &mut node, &bytes).unwrap();
    assert_eq!(node.size(), 510);
    let (_, accepted) = import(&registry, &mut node, &file(&registry, 510, NOW.plus(2)).unwrap()).unwrap();
    assert!(accepted.newer && accepted.entries.is_empty());
    // Overlapping is no harm; a gap is refused, and so is what the register has not.
    registry.enter(NOW, [act(600)]);
    import(&registry, &mut node, &file(&registry, 505, NOW.plus(3)).unwrap()).unwrap();
    assert_eq!(node.size(), 511);
    let mut new = empty();
    let gap = import(&registry, &mut new, &file(&registry, 505, NOW.plus(3)).unwrap());
    assert_eq!(gap.unwrap_err(), "gap");
    assert!(matches!(
        file(&registry, 512, NOW.plus(3)),
        Err(FileError::Beyond { from: 512, size: 511 })
    ));
}

/// A file that does not go on from the node's register shows two registers, and is evidence.
#[test]
fn r11_a_file_of_another_register_is_evidence() {
    let one = registry(0, 40);
    let node = one.mirror(NOW);
    for (other, charge) in [
        (registry(0, 90), None),
        (registry(1, 90), Some(Charge::NotAPrefix)),
    ] {
        let mut tree = Tree::default();
        tree.grow(&other.entries).unwrap();
        let evidence = node.compare(&other.sign(90, NOW.plus(1)), &tree).unwrap();
        let convicts = evidence.map(|evidence| evidence.verify(&[one.key.public()], &one.network).unwrap());
        assert_eq!(convicts, charge);
    }
    let mut less = Tree::default();
    less.grow(&one.entries[..39]).unwrap();
    assert!(matches!(
        node.compare(&one.sign(40, NOW), &less),
        Err(RegisterError::NotSigned)
    ));
}

#[test]
fn r11_a_file_that_was_cut_or_altered_brings_nothing_false() {
    let registry = registry(0, 300);
    let bytes = file(&registry, 0, NOW).unwrap();
    for cut in (0..bytes.len()).step_by(97) {
        let mut node = empty();
        assert!(
            import(&registry, &mut node, &bytes[..cut]).is_err(),
            "cut at {cut}"
        );
    }
    for at in (0..bytes.len()).step_by(31) {
        let mut altered = bytes.clone();
        altered[at] ^= 4;
        let mut node = empty();
        // A revocation list is judged elsewhere; all else is signed or hashed.
        if import(&registry, &mut node, &altered).is_ok() {
            assert_eq!(node.store(), registry.mirror(NOW).store(), "byte {at}");
        }
    }
    let huge = [
        FILE_MAGIC.as_slice(),
        &u32::try_from(MAX_ANSWER + 1).unwrap().to_be_bytes(),
    ]
    .concat();
    assert!(matches!(
        FileReader::open(huge.as_slice()).unwrap().part(),
        Err(FileError::Part(_))
    ));
    assert!(matches!(
        FileReader::open(b"-----BEGIN".as_slice()),
        Err(FileError::NotOne)
    ));
}
