//! R19: a sender who signs something that is not what it claims. The tree is good then; what is inside must hold too.

use std::io;
use std::ops::ControlFlow;

use super::fixture::{FixedRng, Shipment, images, label, ship, study};
use crate::chunk::{CHUNK, Layout, NotAuthentic};
use crate::core::Label;
use crate::manifest::{Instance, Manifest, ManifestError, Preview, PreviewKind};
use crate::open::{OpenError, PackageReader};
use crate::samples::{Sample, Samples};
use crate::schedule::derive;
use crate::seal::{Contents, Opened, SealError, Source, seal_package};
use crate::tree::{grow, hash_chunk};

/// Signs whatever the payload of `shipment` now is.
fn sign_anew(shipment: &mut Shipment, plaintext_length: u64) {
    let length = shipment.payload.len() as u64;
    let only = shipment.payload.len() <= CHUNK;
    let hash = |(index, chunk): (usize, &[u8])| hash_chunk(index as u32, chunk, only);
    let hashes: Vec<_> = shipment.payload.chunks(CHUNK).enumerate().map(hash).collect();
    let (root, outboard) = grow(&hashes, length);
    shipment.outboard = outboard;
    shipment.resign(|core| {
        core.root = root;
        core.ciphertext_length = length;
        core.plaintext_length = plaintext_length;
    });
}

/// Seals `plaintext` as if it were a package.
fn seal_raw(plaintext: &[u8]) -> Shipment {
    let mut shipment = ship(&[]);
    let (cipher, _) = derive(&shipment.cek, &shipment.core.core().context());
    let layout = Layout::of_plaintext(plaintext.len() as u64).unwrap();
    shipment.payload.clear();
    for (index, part) in plaintext.chunks(65_520).enumerate() {
        let mut chunk = part.to_vec();
        cipher.seal(index as u32, layout.is_last(index as u32), &mut chunk);
        shipment.payload.extend(chunk);
    }
    sign_anew(&mut shipment, plaintext.len() as u64);
    shipment
}

fn verify(shipment: &Shipment) -> Result<(), OpenError> {
    PackageReader::open(
        &shipment.core,
        shipment.key(),
        &shipment.payload,
        &shipment.outboard,
    )?
    .verify_all()
}

#[test]
fn r19_swapped_dropped_and_altered_chunks_do_not_authenticate() {
    let lengths = [250_000];
    let plaintext = |shipment: &Shipment| shipment.core.core().plaintext_length;
    let mut altered = ship(&lengths);
    altered.payload[70_000] ^= 1;
    let length = plaintext(&altered);
    sign_anew(&mut altered, length);
    assert!(matches!(
        verify(&altered),
        Err(OpenError::NotAuthentic(NotAuthentic { index: 1 }))
    ));

    let mut swapped = ship(&lengths);
    let (front, back) = swapped.payload.split_at_mut(2 * CHUNK);
    front[CHUNK..].swap_with_slice(&mut back[..CHUNK]);
    sign_anew(&mut swapped, length);
    assert!(matches!(verify(&swapped), Err(OpenError::NotAuthentic(_))));

    // Without its last chunk: the one before it was not sealed as the last.
    let mut dropped = ship(&lengths);
    dropped.payload.truncate(3 * CHUNK);
    sign_anew(&mut dropped, 3 * 65_520);
    assert!(verify(&dropped).is_err());
}

#[test]
fn r19_an_instance_with_another_hash_is_refused() {
    let (files, _) = study(&[70_000]);
    let instance = Instance {
        sop_instance_uid: "1.2".into(),
        series_instance_uid: "1.3".into(),
        offset: 0,
        stored: 70_000,
        length: 70_000,
        blake3: [0; 32],
        samples: None,
    };
    let plaintext = [
        Manifest::new(vec![], vec![instance]).unwrap().to_bytes(),
        files[0].clone(),
    ]
    .concat();
    let shipment = seal_raw(&plaintext);
    assert!(matches!(
        verify(&shipment),
        Err(OpenError::InstanceDiffers { index: 0 })
    ));
    // By streaming: an error instead of the end, again when it is asked again, and never complete.
    let mut reader = shipment.reader();
    let mut instance = reader.instance(0).unwrap();
    assert!(io::copy(&mut instance, &mut io::sink()).is_err());
    assert!(io::copy(&mut instance, &mut io::sink()).is_err());
    assert!(matches!(
        reader.finish(),
        Err(OpenError::NotAllRead { read: 0, all: 1 })
    ));
}

#[test]
fn something_hidden_in_the_padding_is_refused() {
    let plaintext = [
        Manifest::new(vec![], vec![]).unwrap().to_bytes(),
        vec![0; 100_000],
        vec![1],
    ]
    .concat();
    assert!(matches!(verify(&seal_raw(&plaintext)), Err(OpenError::Padding)));
    assert!(verify(&seal_raw(&plaintext[..plaintext.len() - 1])).is_ok());
}

/// Padmé hardly ever gives such a length, so it is sealed by hand.
#[test]
fn a_plaintext_that_fills_its_chunks_exactly_is_opened() {
    for chunks in [1, 2, 16, 17] {
        let mut plaintext = Manifest::new(vec![], vec![]).unwrap().to_bytes();
        plaintext.resize(chunks * 65_520, 0);
        let shipment = seal_raw(&plaintext);
        assert_eq!(shipment.payload.len(), chunks * CHUNK);
        verify(&shipment).unwrap();
    }
}

#[test]
fn r17_a_hostile_manifest_is_refused() {
    let instance = |uid: &str, offset, length| Instance {
        sop_instance_uid: uid.into(),
        series_instance_uid: "1.3".into(),
        offset,
        stored: length,
        length,
        blake3: [0; 32],
        samples: None,
    };
    let cases: [(&str, Vec<Instance>); 6] = [
        ("gap", vec![instance("1.2", 1, 1)]),
        ("overlap", vec![instance("1.2", 0, 2), instance("1.4", 1, 1)]),
        (
            "overflow",
            vec![instance("1.2", 0, u64::MAX), instance("1.4", u64::MAX, 1)],
        ),
        ("twice", vec![instance("1.2", 0, 0), instance("1.2", 0, 0)]),
        ("path", vec![instance("../1", 0, 0)]),
        ("long", vec![instance(&"1".repeat(65), 0, 0)]),
    ];
    for (name, instances) in cases {
        assert!(Manifest::new(vec![], instances).is_err(), "{name}");
    }
    // Longer than the package, and pages that never end or are too long.
    let beyond = Manifest::new(vec![], vec![instance("1.2", 0, 1_000_000)])
        .unwrap()
        .to_bytes();
    assert!(matches!(verify(&seal_raw(&beyond)), Err(OpenError::Length)));
    let start = |pages: &[u8]| {
        let whole = Manifest::new(vec![], vec![]).unwrap().to_bytes();
        // Magic, version, length and head; the pages follow.
        let head = 8 + u32::from_be_bytes([whole[4], whole[5], whole[6], whole[7]]) as usize;
        [&whole[..head], pages].concat()
    };
    let endless = start(&[[0, 0, 0, 3, 0x82, 0xf5, 0x80].as_slice(); 4].concat());
    assert!(matches!(
        verify(&seal_raw(&endless)),
        Err(OpenError::Manifest(ManifestError::TooLarge))
    ));
    let long = start(&[0xff; 64]);
    assert!(matches!(
        verify(&seal_raw(&long)),
        Err(OpenError::Manifest(ManifestError::TooLarge))
    ));
    assert!(matches!(
        verify(&seal_raw(&start(&[0, 0]))),
        Err(OpenError::Manifest(ManifestError::Io(_)))
    ));
    assert!(matches!(
        verify(&seal_raw(&[0xff; 64])),
        Err(OpenError::Manifest(ManifestError::NotAManifest))
    ));
    let newer = verify(&seal_raw(b"DKM\x04 whatever")).unwrap_err().to_string();
    assert!(newer.contains("format 4") && newer.contains("update"), "{newer}");
}

#[test]
fn r17_something_hidden_behind_the_manifest_is_refused() {
    let whole = Manifest::new(vec![], vec![]).unwrap().to_bytes();
    assert_eq!(whole.last(), Some(&0), "there is room");
    let mut written = whole.clone();
    *written.last_mut().unwrap() = 1;
    assert!(matches!(
        verify(&seal_raw(&written)),
        Err(OpenError::Manifest(ManifestError::Hidden))
    ));
    assert!(verify(&seal_raw(&whole)).is_ok());
}

#[test]
fn r17_samples_that_do_not_fit_their_file_are_refused() {
    let samples = |at, length, row| Samples {
        at,
        length,
        row,
        sample: Sample::Unsigned16,
    };
    let cases = [
        samples(50, 100, 10),
        samples(u64::MAX, 10, 10),
        samples(0, 100, 0),
        samples(0, 100, 25),
        samples(0, 90, 20),
        samples(0, 0, 10),
        samples(0, 100, 65_535 * 6 + 2),
    ];
    for samples in cases {
        let instance = Instance {
            sop_instance_uid: "1.2".into(),
            series_instance_uid: "1.3".into(),
            offset: 0,
            stored: 10,
            length: 149,
            blake3: [0; 32],
            samples: Some(samples),
        };
        assert!(Manifest::new(vec![], vec![instance]).is_err(), "{samples:?}");
    }
}

/// A lie about an encoded instance: never more than a block is decoded, and the file is never taken for good.
#[test]
fn r24_an_instance_that_is_not_encoded_as_listed_is_refused() {
    let file = vec![0; 3_000_000];
    let zeros = zstd::bulk::compress(&[0; 1 << 20], 1).unwrap();
    let good = |body: &[u8]| [&(body.len() as u32).to_be_bytes(), body].concat();
    let bomb = zstd::bulk::compress(&vec![0; 16 << 20], 1).unwrap();
    for stored in [good(&bomb), good(&zeros), good(&[]), vec![0xff; 40], vec![0, 0]] {
        let instance = Instance {
            sop_instance_uid: "1.2".into(),
            series_instance_uid: "1.3".into(),
            offset: 0,
            stored: stored.len() as u64,
            length: file.len() as u64,
            blake3: *blake3::hash(&file).as_bytes(),
            samples: Some(Samples {
                at: 0,
                length: 3_000_000,
                row: 1000,
                sample: Sample::Unsigned16,
            }),
        };
        let plaintext = [Manifest::new(vec![], vec![instance]).unwrap().to_bytes(), stored].concat();
        let shipment = seal_raw(&plaintext);
        assert!(matches!(verify(&shipment), Err(OpenError::Encoding { index: 0 })));
        let mut reader = shipment.reader();
        assert!(io::copy(&mut reader.instance(0).unwrap(), &mut io::sink()).is_err());
        assert!(matches!(reader.finish(), Err(OpenError::NotAllRead { .. })));
    }
}

/// R24: an instance that is taken as it lies in the package has the blocks that the list says, and nothing behind them.
#[test]
fn r24_an_instance_that_is_taken_as_it_lies_has_the_blocks_of_its_list() {
    let good = [&16_u32.to_be_bytes()[..], &[1; 16], &4_u32.to_be_bytes(), &[2; 4]].concat();
    let cases = [
        (good.clone(), true),
        ([good.as_slice(), &[0]].concat(), false),
        (good[..good.len() - 1].to_vec(), false),
        ([&17_u32.to_be_bytes()[..], &good[4..]].concat(), false),
        (good[..20].to_vec(), false),
    ];
    for (stored, is_good) in cases {
        let instance = Instance {
            sop_instance_uid: "1.2".into(),
            series_instance_uid: "1.3".into(),
            offset: 0,
            stored: stored.len() as u64,
            length: 20,
            blake3: [0; 32],
            samples: Some(Samples {
                at: 0,
                length: 16,
                row: 16,
                sample: Sample::Unsigned16,
            }),
        };
        let plaintext = [Manifest::new(vec![], vec![instance]).unwrap().to_bytes(), stored].concat();
        let shipment = seal_raw(&plaintext);
        let mut reader = shipment.reader();
        let mut taken = reader.stored(0).unwrap().unwrap();
        let end = loop {
            match taken.next_block() {
                Ok(Some(_)) => {}
                Ok(None) => break true,
                Err(OpenError::Encoding { index: 0 }) => break false,
                Err(other) => panic!("{other}"),
            }
        };
        assert_eq!((end, reader.finish().is_ok()), (is_good, is_good));
    }
}

#[test]
fn r17_previews_that_are_too_many_too_long_or_others_are_refused() {
    let preview = |length, blake3| Preview {
        kind: PreviewKind::AxialMip,
        series_instance_uid: "1.3".into(),
        length,
        blake3,
    };
    assert!(Manifest::new(vec![preview(1, [0; 32]); 33], vec![]).is_err());
    assert!(Manifest::new(vec![preview((1 << 20) + 1, [0; 32])], vec![]).is_err());
    let manifest = Manifest::new(vec![preview(9, [0; 32])], vec![]).unwrap();
    let plaintext = [manifest.to_bytes(), vec![7; 9]].concat();
    assert!(matches!(
        verify(&seal_raw(&plaintext)),
        Err(OpenError::PreviewDiffers { index: 0 })
    ));
}

fn seal(sources: &[Source], files: &[Vec<u8>]) -> Result<(), SealError> {
    let open = |index: usize, _: &Source| Ok(Opened::File(files[index].as_slice()));
    let go_on = |_| ControlFlow::Continue(());
    let contents = Contents {
        instances: sources,
        ..Contents::default()
    };
    let payload = io::Cursor::new(Vec::new());
    seal_package(&label(), &contents, open, payload, &mut FixedRng(0), go_on).map(|_| ())
}

#[test]
fn r19_a_file_that_changed_since_its_import_is_not_sealed() {
    let (files, sources) = study(&[10, 70_000]);
    let (pictures, listed) = images(&[10, 349]);
    for change in [
        |f: &mut Vec<u8>| f[69_999] ^= 1,
        |f: &mut Vec<u8>| f.push(0),
        |f: &mut Vec<u8>| f.truncate(9),
    ] {
        let mut changed = files.clone();
        change(&mut changed[1]);
        assert!(matches!(
            seal(&sources, &changed),
            Err(SealError::Changed { index: 1 })
        ));
        let mut changed = pictures.clone();
        change(&mut changed[1]);
        assert!(matches!(
            seal(&listed, &changed),
            Err(SealError::Changed { index: 1 })
        ));
    }
    assert!(seal(&sources, &files).is_ok() && seal(&listed, &pictures).is_ok());
}

#[test]
fn sealing_can_be_stopped_and_tells_how_far_it_is() {
    let (files, sources) = study(&[3_000_000]);
    let label: Label = label();
    let mut seen = Vec::new();
    let open = |index: usize, _: &Source| Ok(Opened::File(files[index].as_slice()));
    let contents = Contents {
        instances: &sources,
        ..Contents::default()
    };
    let payload = io::Cursor::new(Vec::new());
    let outcome = seal_package(&label, &contents, open, payload, &mut FixedRng(0), |now| {
        seen.push((now.done, now.total));
        if seen.len() == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(matches!(outcome, Err(SealError::Stopped)));
    assert!(
        seen[0].0 > 65_536 && seen[0].0 < seen[1].0 && seen[1].0 < 3_000_000,
        "{seen:?}"
    );
    assert!(seen.iter().all(|(_, total)| *total == 3_000_000));
}
