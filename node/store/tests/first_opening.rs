//! The first moments of a process: many threads open databases before any has been opened. Alone in its program, because
//! only the first opening of a process shows it.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

use std::sync::Barrier;

use dokuei_store::{Store, StoreKey};

/// R19: each gets its own database, encrypted under its own key.
#[test]
fn r19_many_threads_open_the_first_databases_of_a_process() {
    const THREADS: u8 = 16;
    let together = Barrier::new(usize::from(THREADS));
    let open = |number| {
        let directory = tempfile::tempdir().unwrap();
        together.wait();
        Store::create(directory.path(), &StoreKey::from_bytes([number; 32])).map(drop)
    };
    let open = &open;
    std::thread::scope(|threads| {
        let begun: Vec<_> = (0..THREADS)
            .map(|number| threads.spawn(move || open(number)))
            .collect();
        for one in begun {
            one.join().unwrap().unwrap();
        }
    });
}
