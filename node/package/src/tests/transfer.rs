//! R17: ranges from any holder, in any order, checked without a key; a transfer that was cut goes on where it was.

use super::fixture::{FixedRng, Shipment, bytes, ship};
use crate::bitmap::Bitmap;
use crate::order::reading_order;
use crate::tree::{ChunkRange, Holding, MAX_SLICE, TreeError, TreeId};
use crate::verifier::{Verifier, verify_slice};
use rand_core::Rng;

/// What a receiver has on disk.
struct Disk {
    data: Vec<u8>,
    outboard: Vec<u8>,
    verifier: Verifier,
}

impl Disk {
    fn empty(shipment: &Shipment) -> Self {
        let verifier = Verifier::new(shipment.core.core().tree()).unwrap();
        Self {
            data: Vec::new(),
            outboard: Vec::new(),
            verifier,
        }
    }

    fn fetch(&mut self, shipment: &Shipment, range: ChunkRange) {
        let slice = shipment.holding().extract(range).unwrap();
        self.verifier
            .accept(range, &slice, &mut self.data, &mut self.outboard)
            .unwrap();
    }

    fn holding(&self) -> Holding<&Vec<u8>, &Vec<u8>> {
        Holding::new(self.verifier.id(), &self.data, &self.outboard)
    }
}

fn fetch_all(disk: &mut Disk, shipment: &Shipment) {
    while let Some(range) = disk.verifier.next_missing(0) {
        disk.fetch(shipment, range);
    }
}

#[test]
fn r17_slices_in_any_order_make_the_whole() {
    let shipment = ship(&[2_500_000, 700_000]);
    let chunks = shipment.core.core().tree().chunks().unwrap();
    let mut disk = Disk::empty(&shipment);
    for index in reading_order(chunks as usize) {
        let start = index as u32;
        disk.fetch(
            &shipment,
            ChunkRange {
                start,
                end: start + 1,
            },
        );
    }
    assert!(disk.verifier.is_complete());
    assert_eq!(
        (&disk.data, &disk.outboard),
        (&shipment.payload, &shipment.outboard)
    );
    let mut reader =
        crate::open::PackageReader::open(&shipment.core, shipment.key(), &disk.data, &disk.outboard).unwrap();
    reader.verify_all().unwrap();
}

#[test]
fn r17_a_cut_transfer_goes_on_from_its_bitmap() {
    let shipment = ship(&[4_000_000]);
    let mut disk = Disk::empty(&shipment);
    disk.fetch(&shipment, ChunkRange { start: 20, end: 29 });
    disk.fetch(&shipment, ChunkRange { start: 0, end: 16 });
    let stored = disk.verifier.bitmap().to_bytes();

    // The program ends here. Data that came after the bitmap was stored is simply fetched again.
    disk.fetch(&shipment, ChunkRange { start: 32, end: 48 });
    let bitmap = Bitmap::from_bytes(&stored).unwrap();
    disk.verifier = Verifier::resume(disk.verifier.id(), bitmap).unwrap();
    assert_eq!(disk.verifier.bitmap().count(), 25);
    assert_eq!(
        disk.verifier.next_missing(0),
        Some(ChunkRange { start: 16, end: 20 })
    );
    assert_eq!(
        disk.verifier.next_missing(18),
        Some(ChunkRange { start: 18, end: 20 })
    );
    assert_eq!(
        disk.verifier.next_missing(20),
        Some(ChunkRange { start: 29, end: 32 })
    );
    fetch_all(&mut disk, &shipment);
    assert_eq!(disk.data, shipment.payload);
}

/// R17: the program was killed after chunks were written and before their bitmap was: what lies there is proven again and
/// need not come again; what was damaged meanwhile, or was never there, is not taken for it.
#[test]
fn r17_what_was_written_and_not_noted_is_found_again() {
    let shipment = ship(&[4_000_000]);
    let mut disk = Disk::empty(&shipment);
    disk.data = vec![0; shipment.payload.len()];
    disk.outboard = vec![0; shipment.outboard.len()];
    disk.fetch(&shipment, ChunkRange { start: 0, end: 16 });
    let noted = disk.verifier.bitmap().clone();
    disk.fetch(&shipment, ChunkRange { start: 20, end: 29 });
    disk.fetch(&shipment, ChunkRange { start: 40, end: 41 });
    disk.data[21 * crate::chunk::CHUNK + 5] ^= 1;
    disk.verifier = Verifier::resume(disk.verifier.id(), noted).unwrap();
    assert_eq!(disk.verifier.recover(&disk.data, &disk.outboard).unwrap(), 9);
    let there: Vec<_> = (0..64)
        .filter(|chunk| disk.verifier.bitmap().contains(*chunk))
        .collect();
    let expected: Vec<_> = (0..16).chain([20]).chain(22..29).chain([40]).collect();
    assert_eq!(there, expected);
    fetch_all(&mut disk, &shipment);
    assert_eq!(disk.data, shipment.payload);
}

#[test]
fn a_bitmap_of_another_package_is_not_taken() {
    let (small, large) = (ship(&[10]), ship(&[1_000_000]));
    let bitmap = Verifier::new(small.core.core().tree()).unwrap().bitmap().clone();
    assert!(Verifier::resume(large.core.core().tree(), bitmap).is_none());
    assert!(Verifier::new(TreeId::new([0; 32], 15)).is_none());
}

#[test]
fn r19_forged_slices_are_refused_and_nothing_is_written() {
    let shipment = ship(&[2_000_000]);
    let range = ChunkRange { start: 3, end: 7 };
    let slice = shipment.holding().extract(range).unwrap();
    let mut disk = Disk::empty(&shipment);
    let mut refuse = |range, slice: &[u8]| {
        let outcome = disk
            .verifier
            .accept(range, slice, &mut disk.data, &mut disk.outboard);
        assert!(matches!(outcome, Err(TreeError::Forged { .. })));
        assert!(disk.data.is_empty() && disk.outboard.is_empty() && disk.verifier.bitmap().count() == 0);
    };
    for at in (0..slice.len())
        .step_by(3_331)
        .chain([0, 31, 32, 63, slice.len() - 1])
    {
        let mut altered = slice.clone();
        altered[at] ^= 1;
        refuse(range, &altered);
    }
    refuse(range, &slice[..slice.len() - 1]);
    refuse(range, &[slice.as_slice(), &[0]].concat());
    refuse(range, &[]);
    refuse(range, &vec![0; MAX_SLICE + 1]);
    // True bytes of another place, or of another package.
    refuse(ChunkRange { start: 4, end: 8 }, &slice);
    refuse(ChunkRange { start: 3, end: 6 }, &slice);
    refuse(range, &ship(&[2_000_001]).holding().extract(range).unwrap());
}

#[test]
fn r17_arbitrary_bytes_are_refused() {
    let id = ship(&[2_000_000]).core.core().tree();
    let mut rng = FixedRng(0);
    for seed in 0..200 {
        let length = rng.next_u32() as usize % 70_000;
        let start = rng.next_u32() % 30;
        let range = ChunkRange {
            start,
            end: start + 1,
        };
        assert!(verify_slice(id, range, &bytes(seed, length)).is_err());
    }
}

#[test]
fn a_range_that_is_no_slice_is_refused_on_both_sides() {
    let shipment = ship(&[2_000_000]);
    let chunks = shipment.core.core().tree().chunks().unwrap();
    let ranges = [
        (0, 0),
        (5, 4),
        (0, 17),
        (chunks - 1, chunks + 1),
        (chunks, chunks + 1),
        (u32::MAX, 0),
    ];
    for (start, end) in ranges {
        let range = ChunkRange { start, end };
        assert!(matches!(
            shipment.holding().extract(range),
            Err(TreeError::NotASlice { .. })
        ));
        let outcome = verify_slice(shipment.core.core().tree(), range, &[]);
        assert!(matches!(outcome, Err(TreeError::NotASlice { .. })));
    }
}

#[test]
fn slices_stay_within_their_bound() {
    let shipment = ship(&[5_000_000]);
    let chunks = shipment.core.core().tree().chunks().unwrap();
    for start in 0..chunks {
        let slice = shipment
            .holding()
            .extract(ChunkRange {
                start,
                end: chunks.min(start + 16),
            })
            .unwrap();
        assert!(slice.len() <= MAX_SLICE);
    }
}

#[test]
fn r17_a_receiver_serves_what_it_has_and_nothing_else() {
    let shipment = ship(&[3_000_000]);
    let mut first = Disk::empty(&shipment);
    first.fetch(&shipment, ChunkRange { start: 16, end: 32 });
    let mut second = Disk::empty(&shipment);
    let range = ChunkRange { start: 18, end: 22 };
    let slice = first.holding().extract(range).unwrap();
    second
        .verifier
        .accept(range, &slice, &mut second.data, &mut second.outboard)
        .unwrap();
    for range in [ChunkRange { start: 0, end: 1 }, ChunkRange { start: 30, end: 34 }] {
        assert!(matches!(
            first.holding().extract(range),
            Err(TreeError::NotHeld { .. })
        ));
    }
}

#[test]
fn r19_damage_to_the_holders_disk_is_found_before_it_is_sent() {
    let mut shipment = ship(&[300_000]);
    shipment.payload[100_000] ^= 1;
    let range = ChunkRange { start: 1, end: 2 };
    assert!(matches!(
        shipment.holding().extract(range),
        Err(TreeError::NotHeld { start: 1, end: 2 })
    ));
    assert!(
        shipment
            .holding()
            .extract(ChunkRange { start: 2, end: 3 })
            .is_ok()
    );
}

#[test]
fn a_package_of_one_chunk_needs_no_outboard() {
    let shipment = ship(&[100]);
    let mut disk = Disk::empty(&shipment);
    fetch_all(&mut disk, &shipment);
    assert_eq!((disk.data, disk.outboard.len()), (shipment.payload, 0));
}
