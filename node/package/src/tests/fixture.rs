//! A study, sealed with fixed seeds by one practitioner for another.

use std::convert::Infallible;
use std::io::Cursor;
use std::ops::ControlFlow;

use dokuei_consultation::id::{CaseId, EntryId, PackageId};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;
use rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::core::{Core, Label, Purpose, VerifiedCore};
use crate::encoding::Encoding;
use crate::kem::KemSecretKey;
use crate::open::PackageReader;
use crate::samples::{Sample, Samples};
use crate::schedule::{Cek, PackageKey};
use crate::seal::{Contents, Opened, Picture, Source, seal_package};
use crate::tree::Holding;

/// SHA-256 of a counter: the same bytes on every machine and with every version of the crates.
pub(crate) struct FixedRng(pub(crate) u64);

impl TryRng for FixedRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.try_next_u64()? as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for part in bytes.chunks_mut(32) {
            self.0 += 1;
            part.copy_from_slice(&Sha256::digest(self.0.to_be_bytes())[..part.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for FixedRng {}

/// Bytes that are different for every seed.
pub(crate) fn bytes(seed: usize, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let mut state = seed as u64 ^ 0x9e37_79b9_7f4a_7c15;
    for byte in &mut bytes {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        *byte = (state >> 56) as u8;
    }
    bytes
}

pub(crate) fn sender() -> (SecretKey, Fingerprint) {
    (
        SecretKey::from_seed(&[7; 32]),
        Fingerprint::of(b"certificate of the sender"),
    )
}

pub(crate) fn recipient() -> (KemSecretKey, Fingerprint) {
    (
        KemSecretKey::from_seed(Zeroizing::new([9; 32])),
        Fingerprint::of(b"certificate of the recipient"),
    )
}

pub(crate) fn label() -> Label {
    Label {
        package: PackageId::from_bytes([1; 16]),
        case: CaseId::from_bytes([2; 16]),
        request: EntryId::from_bytes([3; 32]),
        sender: sender().1,
        purpose: Purpose::Consultation,
        expires_at: Timestamp(1_800_000_000),
    }
}

/// Instances of the given lengths, and how they are named.
pub(crate) fn study(lengths: &[usize]) -> (Vec<Vec<u8>>, Vec<Source>) {
    let files: Vec<Vec<u8>> = lengths
        .iter()
        .enumerate()
        .map(|(seed, length)| bytes(seed, *length))
        .collect();
    let name = |(index, file): (usize, &Vec<u8>)| Source {
        sop_instance_uid: format!("1.2.392.1.{}", index + 1),
        series_instance_uid: "1.2.392.2.1".into(),
        length: file.len() as u64,
        blake3: *blake3::hash(file).as_bytes(),
        samples: None,
    };
    let sources = files.iter().enumerate().map(name).collect();
    (files, sources)
}

/// A sealed package and all that was known when it was sealed.
pub(crate) struct Shipment {
    pub(crate) files: Vec<Vec<u8>>,
    pub(crate) core: VerifiedCore,
    pub(crate) cek: Cek,
    pub(crate) payload: Vec<u8>,
    pub(crate) outboard: Vec<u8>,
}

pub(crate) fn ship(lengths: &[usize]) -> Shipment {
    let (files, sources) = study(lengths);
    ship_study(files, &sources, &[], Encoding::default())
}

/// Slices of 100 columns and the given rows, smooth and a little noisy, each with something before and after it.
pub(crate) fn images(rows: &[usize]) -> (Vec<Vec<u8>>, Vec<Source>) {
    let (mut files, mut sources) = study(&vec![0; rows.len()]);
    for ((index, file), source) in files.iter_mut().enumerate().zip(&mut sources) {
        let noise = bytes(index, rows[index] * 100);
        file.extend(bytes(index, 1000 + index));
        for (at, noise) in noise.iter().enumerate() {
            let value = 1000 + at % 100 + at / 100 + usize::from(noise % 32);
            file.extend((value as u16).to_le_bytes());
        }
        file.extend([0; 3]);
        source.length = file.len() as u64;
        source.blake3 = *blake3::hash(file).as_bytes();
        source.samples = Some(Samples {
            at: 1000 + index as u64,
            length: noise.len() as u64 * 2,
            row: 200,
            sample: Sample::Unsigned16,
        });
    }
    (files, sources)
}

pub(crate) fn ship_study(
    files: Vec<Vec<u8>>,
    sources: &[Source],
    previews: &[Picture],
    encoding: Encoding,
) -> Shipment {
    let mut payload = Cursor::new(Vec::new());
    let contents = Contents {
        previews,
        instances: sources,
        encoding,
    };
    let open = |index: usize, _: &Source| Ok(Opened::File(files[index].as_slice()));
    let go_on = |_| ControlFlow::Continue(());
    let sealed = seal_package(&label(), &contents, open, &mut payload, &mut FixedRng(0), go_on).unwrap();
    let core = sealed.core.sign(&sender().0);
    Shipment {
        files,
        core,
        cek: sealed.cek,
        payload: payload.into_inner(),
        outboard: sealed.outboard,
    }
}

impl Shipment {
    pub(crate) fn key(&self) -> PackageKey {
        PackageKey::derive(&self.cek, self.core.core()).unwrap()
    }

    pub(crate) fn holding(&self) -> Holding<&Vec<u8>, &Vec<u8>> {
        Holding::new(self.core.core().tree(), &self.payload, &self.outboard)
    }

    pub(crate) fn reader(&self) -> PackageReader<&Vec<u8>, &Vec<u8>> {
        PackageReader::open(&self.core, self.key(), &self.payload, &self.outboard).unwrap()
    }

    /// The same, as a sender would have signed it who wanted `change`.
    pub(crate) fn resign(&mut self, change: impl FnOnce(&mut Core)) {
        let mut core = self.core.core().clone();
        change(&mut core);
        self.core = core.sign(&sender().0);
    }
}
