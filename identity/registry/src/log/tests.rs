//! R11, R17: the register in files, and what is left of it when the registry is killed at any moment.

use std::fs;
use std::path::{Path, PathBuf};

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::{Chain, TrustAnchor};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::key::SecretKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{Act, Entry, MemoryStore, Replica, Standing};
use dokuei_identity::revocation::RevocationReason;
use dokuei_identity::time::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::{CHECKPOINT, Log, NEXT, SIGN_EVERY};
use crate::failure::Failure;

const NOW: Timestamp = Timestamp(1_795_478_400);

struct World {
    dir: tempfile::TempDir,
    anchor: TrustAnchor,
    network: NetworkName,
    key: SecretKey,
    chain: Chain,
}

impl World {
    fn new() -> Self {
        let mut rng = StdRng::seed_from_u64(1);
        let validity = Validity::days_from(NOW.minus(300), 1000);
        let root = CertificateAuthority::create_root("Root", validity, &mut rng).unwrap();
        let issuing = root.create_issuing("Issuing", validity, &mut rng).unwrap();
        let key = SecretKey::from_seed(&[5; 32]);
        let year = Validity::days_from(NOW.minus(300), 365);
        let issued = issuing
            .issue_registry(&key.public(), "Registry", year, &mut rng)
            .unwrap();
        let anchor = TrustAnchor::from_der(root.certificate()).unwrap();
        Self {
            dir: tempfile::tempdir().unwrap(),
            network: NetworkName::of(&anchor),
            anchor,
            key,
            chain: issuing.chain(&issued),
        }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("register")
    }

    fn create(&self) -> Log {
        Log::create(
            &self.path(),
            self.network,
            (self.key.clone(), vec![]),
            &self.chain,
            NOW,
        )
        .unwrap()
    }

    fn open(&self) -> Result<Log, Failure> {
        Log::open(&self.path(), self.network, (self.key.clone(), vec![]))
    }

    /// What a node makes of the register as it lies there.
    fn follow(&self, log: &Log, node: &mut Replica<MemoryStore>, now: Timestamp) {
        loop {
            let answer = log.register().answer(&node.ask(None), &self.chain, &[]).unwrap();
            let signed = node
                .verify(&answer, &self.anchor, None, &self.network, now)
                .unwrap();
            if node.accept(&signed.checkpoint, &answer, now).unwrap().complete {
                return;
            }
        }
    }
}

fn record(log: &mut Log, acts: Vec<Act>, now: Timestamp) -> Result<(), Failure> {
    let entries: Vec<Entry> = acts.into_iter().map(|act| Entry { at: now, act }).collect();
    log.append(&entries, now)
}

fn node() -> Replica<MemoryStore> {
    Replica::open(MemoryStore::default()).unwrap()
}

fn acts(numbers: std::ops::Range<u32>) -> Vec<Act> {
    let act = |number: u32| Act::Revoked {
        fingerprint: Fingerprint::of(&number.to_be_bytes()),
        reason: RevocationReason::KeyCompromise,
    };
    numbers.map(act).collect()
}

/// Every file with its content.
fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn r17_what_the_registry_enters_reaches_a_node_step_by_step() {
    let world = World::new();
    let mut log = world.create();
    let mut node = node();
    let mut count = 0;
    for (step, number) in [1, 2, 250, 3, 0, 300, 700, 1].into_iter().enumerate() {
        let now = NOW.plus(step as u64);
        record(&mut log, acts(count..count + number), now).unwrap();
        count += number;
        world.follow(&log, &mut node, now);
        assert_eq!(node.size(), u64::from(count));
    }
    let revoked = node.standing(&Fingerprint::of(&0_u32.to_be_bytes()));
    assert!(matches!(revoked, Some(Standing::Revoked { .. })));
    drop(log);
    let log = world.open().unwrap();
    assert_eq!(&log.standings, node.standings());
    assert_eq!(log.head().size(), u64::from(count));
}

#[test]
fn r11_signing_again_keeps_the_register_and_moves_its_time() {
    let world = World::new();
    let mut log = world.create();
    record(&mut log, acts(0..3), NOW).unwrap();
    let root = log.head().root();
    assert!(!log.sign_if_due(NOW.plus(SIGN_EVERY - 1)).unwrap());
    assert!(log.sign_if_due(NOW.plus(SIGN_EVERY)).unwrap());
    assert_eq!(
        (log.head().root(), log.head().time()),
        (root, NOW.plus(SIGN_EVERY))
    );
    // A clock that was put back does not take time back.
    log.sign(NOW).unwrap();
    assert_eq!(log.head().time(), NOW.plus(SIGN_EVERY));
    record(&mut log, acts(3..4), NOW).unwrap();
    let mut node = node();
    world.follow(&log, &mut node, NOW.plus(SIGN_EVERY));
    assert_eq!(node.size(), 4);
}

#[test]
fn r11_one_program_at_a_time() {
    let world = World::new();
    let log = world.create();
    assert!(matches!(world.open(), Err(Failure::Busy(_))));
    drop(log);
    world.open().unwrap();
}

/// Killed between any two files of an append, and within any file: the register opens at the old size, or at the new
/// one when it was signed already; a node that followed before goes on following; and what comes next is entered.
#[test]
fn r11_killed_at_any_moment() {
    for (first, second) in [(3, 4), (250, 10), (256, 1), (511, 600)] {
        let world = World::new();
        let mut log = world.create();
        record(&mut log, acts(0..first), NOW).unwrap();
        let mut followed = node();
        world.follow(&log, &mut followed, NOW);
        let before = files(&world.path());
        record(&mut log, acts(first..first + second), NOW.plus(1)).unwrap();
        let old = u64::from(first);
        let new = u64::from(first + second);
        drop(log);
        let after = files(&world.path());
        let written: Vec<_> = after
            .iter()
            .filter(|file| !before.contains(file) && !file.0.ends_with(CHECKPOINT))
            .collect();
        let signed = fs::read(world.path().join(CHECKPOINT)).unwrap();
        // Steps: each file half written beside its place, in its place; then the checkpoint likewise.
        for step in 0..=2 * written.len() + 3 {
            fs::remove_dir_all(world.path()).unwrap();
            for (path, content) in &before {
                put(path, content);
            }
            for (number, (path, content)) in written.iter().enumerate() {
                match step.cmp(&(2 * number)) {
                    std::cmp::Ordering::Less => {}
                    std::cmp::Ordering::Equal => put(&beside(path), &content[..content.len() / 2]),
                    std::cmp::Ordering::Greater => put(path, content),
                }
            }
            let next = world.path().join(NEXT);
            match step.checked_sub(2 * written.len()) {
                None | Some(0) => {}
                Some(1) => put(&next, &signed[..signed.len() / 2]),
                Some(2) => put(&next, &signed),
                Some(_) => put(&world.path().join(CHECKPOINT), &signed),
            }
            let mut log = world.open().unwrap();
            let expected = if step >= 2 * written.len() + 2 { new } else { old };
            assert_eq!(log.head().size(), expected, "{first}+{second}, step {step}");
            assert!(!next.exists());
            let mut follower = followed.clone();
            world.follow(&log, &mut follower, NOW.plus(1));
            record(&mut log, acts(9_000..9_005), NOW.plus(2)).unwrap();
            world.follow(&log, &mut follower, NOW.plus(2));
            assert_eq!(follower.size(), expected + 5);
            let mut fresh = node();
            world.follow(&log, &mut fresh, NOW.plus(2));
            assert_eq!(fresh.store(), follower.store());
        }
    }
}

/// Power lost after the rename: whoever saw the new checkpoint never sees another of its size, though the rename
/// itself was lost.
#[test]
fn r11_a_signed_checkpoint_is_never_taken_back() {
    let world = World::new();
    let mut log = world.create();
    record(&mut log, acts(0..3), NOW).unwrap();
    let old = fs::read(world.path().join(CHECKPOINT)).unwrap();
    record(&mut log, acts(3..5), NOW.plus(1)).unwrap();
    let mut saw = node();
    world.follow(&log, &mut saw, NOW.plus(1));
    drop(log);
    fs::rename(world.path().join(CHECKPOINT), world.path().join(NEXT)).unwrap();
    fs::write(world.path().join(CHECKPOINT), old).unwrap();
    let mut log = world.open().unwrap();
    record(&mut log, acts(5..6), NOW.plus(2)).unwrap();
    world.follow(&log, &mut saw, NOW.plus(2));
    assert_eq!(saw.size(), 6);
}

#[test]
fn r11_a_lost_tile_is_made_again_and_a_lost_entry_is_not() {
    let world = World::new();
    let mut log = world.create();
    record(&mut log, acts(0..300), NOW).unwrap();
    drop(log);
    fs::remove_file(world.path().join("tile/0/000")).unwrap();
    fs::write(world.path().join("tile/0/001.p/44"), [7; 44 * 32]).unwrap();
    let log = world.open().unwrap();
    world.follow(&log, &mut node(), NOW);
    drop(log);
    let bundle = world.path().join("tile/entries/000");
    let mut content = fs::read(&bundle).unwrap();
    *content.last_mut().unwrap() ^= 1;
    fs::write(&bundle, content).unwrap();
    assert!(matches!(world.open(), Err(Failure::Damaged(_))));
}

#[test]
fn r11_another_key_or_network_does_not_open_it() {
    let world = World::new();
    drop(world.create());
    let stranger = SecretKey::from_seed(&[6; 32]);
    assert!(matches!(
        Log::open(&world.path(), world.network, (stranger, vec![])),
        Err(Failure::Damaged(_))
    ));
}

/// What lies there is what `c2sp.org/tlog-tiles` says, and superfluous partial files are gone.
#[test]
fn r11_the_folder_is_that_of_a_static_register() {
    let world = World::new();
    let mut log = world.create();
    for step in 0..6 {
        record(&mut log, acts(step * 60..(step + 1) * 60), NOW.plus(step.into())).unwrap();
    }
    log.put_list(&[0xab; 20], b"list").unwrap();
    drop(log);
    let names: Vec<String> = files(&world.path())
        .into_iter()
        .map(|(path, _)| path.strip_prefix(world.path()).unwrap().display().to_string())
        .collect();
    let expected = [
        ".lock",
        "checkpoint",
        "crl/abababababababababababababababababababab.crl",
        "registry.pem",
        "tile/0/000",
        "tile/0/001.p/104",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/104",
        "tile/entries/001.p/44",
    ];
    assert_eq!(names, expected);
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

fn put(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}
