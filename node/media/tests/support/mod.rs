//! A set with one payload, as a node would make it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use bao_tree::BlockSize;
use bao_tree::io::outboard::PreOrderMemOutboard;
use dokuei_identity::cbor;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::signed::{self, Kind};
use dokuei_identity::time::Timestamp;
use dokuei_media::capacity::Capacity;
use dokuei_media::check::{self, CheckError};
use dokuei_media::index::{self, Disc, FORMAT, Index, Package};
use dokuei_media::letter::{self, Letter, LogCopy};
use dokuei_media::names::{SetFolder, SetId};
use dokuei_media::plan;
use dokuei_media::source::Medium;
use dokuei_media::writing::{Payload, Set};
use dokuei_package::envelope::Envelope;
use dokuei_package::kem::KemSecretKey;
use dokuei_package::stream::{SealingWriter, StreamKey};
use minicbor::bytes::ByteVec;
use tempfile::TempDir;
use zeroize::Zeroizing;

pub(crate) struct Scene {
    pub(crate) key: SecretKey,
    pub(crate) signer: Fingerprint,
    pub(crate) stream: StreamKey,
    pub(crate) content: Letter,
    pub(crate) letter: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) index: Index,
    pub(crate) signed: Vec<u8>,
    payloads: [Payload; 1],
    folder: TempDir,
}

impl Scene {
    /// A payload of so many chunks, divided among media of this capacity.
    pub(crate) fn new(chunks: u32, capacity: Option<Capacity>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut payload = Vec::with_capacity(chunks as usize * 65_536);
        for chunk in 0..chunks {
            payload.extend_from_slice(&chunk.to_le_bytes());
            payload.resize((chunk as usize + 1) * 65_536, chunk as u8);
        }
        let tree = PreOrderMemOutboard::create(&payload, BlockSize::from_chunk_log(6));
        let payloads = [Payload {
            ciphertext: folder.path().join("payload"),
            tree: folder.path().join("tree"),
        }];
        fs::write(&payloads[0].ciphertext, &payload).unwrap();
        fs::write(&payloads[0].tree, &tree.data).unwrap();
        let package = Package {
            id: [5; 16],
            root: *tree.root.as_bytes(),
            length: payload.len() as u64,
        };
        let (key, signer) = (SecretKey::from_seed(&[7; 32]), Fingerprint::of(b"the sender"));
        let to = Fingerprint::of(b"the recipient");
        let set = SetId::of(&[3; 16], &signer, &to);
        let stream = StreamKey::from_bytes(Zeroizing::new([6; 32]));
        let log = |log: u8| LogCopy {
            log: [log; 16],
            entries: vec!["山田 太郎".as_bytes().to_vec(), vec![log; 40]],
        };
        let content = Letter {
            set: set.0,
            from: signer,
            devices: b"devices".to_vec(),
            practitioners: vec![b"practitioner".to_vec()],
            nodes: vec![b"node".to_vec()],
            agreement: log(1),
            case: log(3),
        };
        let letter = content.seal(&stream, &mut rand::rng()).unwrap();
        let device = KemSecretKey::from_seed(Zeroizing::new([1; 32])).public();
        let context = letter::context(&set, &signer, &to);
        let overhead = plan::overhead([letter.len() as u64, tree.data.len() as u64]);
        let discs = plan::divide(&[chunks], capacity, overhead).unwrap();
        let index = Index {
            format: FORMAT,
            network: Fingerprint::of(b"root"),
            set: set.0,
            written_at: Timestamp(1_795_000_000),
            node: Fingerprint::of(b"node"),
            envelopes: vec![Envelope::seal(&stream, &device, &context, &mut rand::rng()).unwrap()],
            letter: index::hash(&letter),
            packages: vec![package],
            discs: discs.into_iter().map(|parts| Disc { parts }).collect(),
        };
        let signed = index.sign(&key, &signer, b"chain".to_vec()).unwrap();
        Self {
            key,
            signer,
            stream,
            content,
            letter,
            payload,
            index,
            signed,
            payloads,
            folder,
        }
    }

    pub(crate) fn set(&self) -> Set<'_> {
        Set {
            index: &self.index,
            signed: &self.signed,
            letter: &self.letter,
            payloads: &self.payloads,
            institution: "さくら歯科クリニック",
            written_at: "2026-11-29T03:00:00Z",
        }
    }

    pub(crate) fn folder(&self) -> SetFolder {
        self.index.set_id().folder()
    }

    pub(crate) fn length(&self) -> u64 {
        self.payload.len() as u64
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Reads a medium back.
    pub(crate) fn check(&self, path: &Path, disc: usize) -> Result<(), CheckError> {
        let medium = Medium::open(path)?;
        check::disc(&medium, self.folder(), (&self.index, &self.signed), disc, |_| {})
    }

    /// The names in the folder of the set, sorted.
    pub(crate) fn files_in(&self, stick: &Path) -> Vec<String> {
        let place = stick.join("DOKUEI").join(self.folder().to_string());
        let names = fs::read_dir(place).unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The index file of an index that no writer of ours would sign.
    pub(crate) fn sign_unchecked(&self, index: &Index) -> Vec<u8> {
        let signed = signed::sign(Kind::MediaIndex, &self.key, &self.signer, cbor::encode(index));
        cbor::encode(&(ByteVec::from(Vec::new()), ByteVec::from(signed)))
    }
}

/// A letter that no writer of ours would seal.
pub(crate) fn seal_unchecked(letter: &Letter, key: &StreamKey) -> Vec<u8> {
    let purpose = [b"dokuei/media-letter/1".as_slice(), &letter.set].concat();
    let mut writer = SealingWriter::new(Vec::new(), key, &purpose, &mut rand::rng()).unwrap();
    writer.write_all(&cbor::encode(letter)).unwrap();
    writer.finish().unwrap()
}

/// Flips a bit of the byte at `offset`.
pub(crate) fn flip(path: &Path, offset: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[offset] ^= 1;
    fs::write(path, bytes).unwrap();
}
