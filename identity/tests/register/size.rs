//! R11: what a node with a large register fetches and reads.

use std::cell::Cell;

use dokuei_identity::register::{
    Batch, Hash, HashSource, HashStore, Head, HeldList, MemoryStore, Replica, StoreError, key_id,
};
use dokuei_identity::revocation::{self, RevocationList, RevocationReason, Revoked};
use dokuei_identity::serial::Serial;

use crate::world::{NOW, Registry, issued};

/// Counts the hashes that are read.
#[derive(Default)]
struct Counting(MemoryStore, Cell<usize>);

impl HashSource for Counting {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, StoreError> {
        self.1.set(self.1.get() + indexes.len());
        self.0.read_hashes(indexes)
    }
}

impl HashStore for Counting {
    fn head(&self) -> Result<Head, StoreError> {
        self.0.head()
    }

    fn read_entries(&self, from: u64, count: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.0.read_entries(from, count)
    }

    fn append(&mut self, batch: &Batch<'_>) -> Result<(), StoreError> {
        self.0.append(batch)
    }

    fn clear(&mut self) -> Result<(), StoreError> {
        self.0.clear()
    }
}

/// Issued certificates that differ in their serial numbers; who holds a register does not verify them one by one.
fn many(registry: &mut Registry, count: u32) {
    let template = registry.practitioner(0);
    let serial = x509_serial(&template.end);
    for number in 0..count {
        let mut chain = template.clone();
        chain.end[serial + 8..serial + 12].copy_from_slice(&number.to_be_bytes());
        registry.enter(NOW, [issued(chain)]);
    }
}

/// Where the 16 bytes of the serial number begin.
fn x509_serial(der: &[u8]) -> usize {
    der.windows(2).position(|pair| pair == [0x02, 0x10]).unwrap() + 2
}

fn list(registry: &Registry, revoked: u32) -> RevocationList {
    let entry = |number: u32| Revoked {
        serial: Serial::from_bytes(&[&[0x40; 12], number.to_be_bytes().as_slice()].concat()).unwrap(),
        since: NOW,
        reason: RevocationReason::KeyCompromise,
    };
    let revoked: Vec<Revoked> = (0..revoked).map(entry).collect();
    let pem = revocation::make(&registry.issuing, 8, NOW, NOW.plus(86_400), &revoked).unwrap();
    RevocationList::verify_pem(&pem, &registry.chain, &registry.anchor, NOW).unwrap()
}

/// R11: a node with 100,000 entries that misses 10 new certificates fetches less than 50 KB and reads few hashes.
#[test]
fn r11_ten_missed_entries_of_a_hundred_thousand_cost_less_than_50_kb() {
    let mut registry = Registry::new();
    many(&mut registry, 100_000);
    let mut node = Replica::open(Counting::default()).unwrap();
    let checkpoint = registry.sign(100_000, NOW);
    node.accept(&checkpoint, &registry.whole(&checkpoint), NOW)
        .unwrap();
    assert_eq!(node.standings().practitioners(NOW).count(), 100_000);

    for number in 1..=10 {
        let chain = registry.practitioner(number);
        registry.enter(NOW.plus(60), [issued(chain)]);
    }
    let mirror = registry.mirror(NOW.plus(60));
    let held = HeldList {
        issuer: key_id(&registry.issuing.key().public()),
        number: 7,
    };
    let ask = node.ask(Some(vec![held]));
    let bare = mirror
        .answer(&node.ask(None), &registry.chain, &[])
        .unwrap()
        .unwrap()
        .to_bytes();
    let answer = mirror
        .answer(&ask, &registry.chain, &[list(&registry, 500)])
        .unwrap()
        .unwrap();
    let fetched = answer.to_bytes().len() + ask.to_bytes().len();
    let entry = registry.entries.last().unwrap().len();
    println!(
        "ten entries of {entry} bytes: {} bytes, with a list of 500: {fetched} bytes",
        bare.len()
    );
    assert!(
        entry > 1_000,
        "a certificate of realistic size, not {entry} bytes"
    );
    assert!(fetched < 50_000, "{fetched} bytes");

    node.store().1.set(0);
    let verified = node
        .verify(&answer, &registry.anchor, None, &registry.network, NOW.plus(60))
        .unwrap();
    let accepted = node.accept(&verified.checkpoint, &answer, NOW.plus(60)).unwrap();
    assert_eq!((accepted.entries.len(), accepted.complete), (10, true));
    let read = node.store().1.get();
    println!("{read} hashes were read");
    assert!(
        read <= 2 * 17 + 10,
        "log2 of 100,000 is 17, but {read} hashes were read"
    );

    let began = cpu_milliseconds();
    let again = Replica::open(node.into_store()).unwrap();
    if let (Some(began), Some(ended)) = (began, cpu_milliseconds()) {
        println!("opened and folded in {} ms of this processor", ended - began);
    }
    assert_eq!(again.size(), 100_010);
}

/// The time this thread has had a processor, which other programs do not lengthen; where the system tells.
fn cpu_milliseconds() -> Option<u64> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = statistics.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1_000_000)
}
