//! Moving a node to another machine: all that it keeps, in one file under a passphrase.
//!
//! The file is magic8 ‖ u32 length ‖ sealed keys ‖ sealed stream. The keys are those of the stream and of the database;
//! the stream holds one file after another and is written and read in chunks, however large the vault is. The node's
//! own key does not travel: the new machine makes one and asks for a certificate, and its people rotate the keys that
//! studies are sealed to. Until the old certificate is revoked there are two machines that others would admit.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use dokuei_identity::cbor;
use dokuei_identity::chain::Chain;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::keystore::{self, KdfParams, KeystoreError};
use dokuei_identity::time::Timestamp;
use dokuei_package::stream::{OpeningReader, SealingWriter, StreamError, StreamKey};
use dokuei_store::{Store, StoreError};
use minicbor::{Decode, Encode};
use serde_json::json;
use thiserror::Error;
use walkdir::WalkDir;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::clock;
use crate::data_dir::{DataDir, write_durably};
use crate::keys::NodeSecrets;
use crate::service::storage_key;

const MAGIC: &[u8; 8] = b"DOKUEIM1";
const KEYS_PURPOSE: &str = "move-keys";
const STREAM_PURPOSE: &[u8] = b"move";
/// The most bytes of the sealed keys and of a path.
const MAX_SMALL: u64 = 8 * 1024;
/// What belongs to the old machine and stays there.
const STAYS: &[&str] = &[
    "node.key",
    "node.pub",
    "node.pem",
    "api.token",
    "api.json",
    "session.token",
    "dokuei.lock",
    "moved-out.json",
    "moved-in.json",
];

/// Why a node could not be moved.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MoveError {
    /// A file cannot be read or written.
    #[error("a file cannot be read or written: {0}")]
    File(#[from] io::Error),
    /// The store cannot be opened, for example because the node runs.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys cannot be sealed or opened.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// The stream was altered or cut off.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// Not a file of ours, or damaged.
    #[error("this is not the file of a moved node, or it is damaged")]
    Malformed,
    /// There is a node already.
    #[error("there is a node in this directory already")]
    Occupied,
}

#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
struct Keys {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    stream: [u8; 32],
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    storage: [u8; 32],
    /// Certificates of the nodes that this one was, hexadecimal.
    #[n(2)]
    left: Vec<String>,
}

/// Writes all that a node keeps to `out`, under `passphrase`. The node must not run, and is marked as moved: it will not
/// run here any more. When this fails the mark is taken away again.
///
/// # Errors
/// [`MoveError`].
pub fn export(
    dir: &DataDir,
    secrets: &NodeSecrets,
    passphrase: &str,
    params: KdfParams,
    out: &Path,
    now: Timestamp,
) -> Result<(), MoveError> {
    // Held until the end: nobody writes meanwhile.
    let _store = Store::open(dir.root(), &storage_key(secrets))?;
    let mark = json!({"moved_at": clock::rfc3339(now)});
    write_durably(&dir.moved_out(), mark.to_string().as_bytes())?;
    let written = write_all(dir, secrets, passphrase, params, out);
    if written.is_err() {
        fs::remove_file(dir.moved_out())?;
        // What was begun is of no use.
        let _ = fs::remove_file(out);
    }
    written
}

fn write_all(
    dir: &DataDir,
    secrets: &NodeSecrets,
    passphrase: &str,
    params: KdfParams,
    out: &Path,
) -> Result<(), MoveError> {
    let mut rng = rand::rng();
    let stream = StreamKey::generate(&mut rng);
    let mut left: Vec<String> = left_behind(dir)?.iter().map(ToString::to_string).collect();
    if let Ok(chain) = fs::read_to_string(dir.node_chain()) {
        left.extend(
            Chain::from_pem(&chain)
                .ok()
                .map(|chain| chain.fingerprint().to_string()),
        );
    }
    let keys = Zeroizing::new(cbor::encode(&Keys {
        stream: *stream.as_bytes(),
        storage: *secrets.storage,
        left,
    }));
    let sealed = keystore::seal(&keys, passphrase, params, KEYS_PURPOSE, &mut rng)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(out)?;
    file.write_all(MAGIC)?;
    file.write_all(
        &u32::try_from(sealed.len())
            .map_err(io::Error::other)?
            .to_be_bytes(),
    )?;
    file.write_all(&sealed)?;
    let mut writer = SealingWriter::new(BufWriter::new(file), &stream, STREAM_PURPOSE, &mut rng)?;
    for entry in WalkDir::new(dir.root()).sort_by_file_name() {
        let entry = entry.map_err(io::Error::other)?;
        let path = entry.path().strip_prefix(dir.root()).map_err(io::Error::other)?;
        let name = path.to_str().ok_or(MoveError::Malformed)?;
        if !entry.file_type().is_file() || STAYS.contains(&name) || name.ends_with(".new") {
            continue;
        }
        let source = File::open(entry.path())?;
        let length = source.metadata()?.len();
        writer.write_all(&u32::try_from(name.len()).map_err(io::Error::other)?.to_be_bytes())?;
        writer.write_all(name.as_bytes())?;
        writer.write_all(&length.to_be_bytes())?;
        if io::copy(&mut source.take(length), &mut writer)? != length {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
    writer.write_all(&0_u32.to_be_bytes())?;
    let file = writer
        .finish()?
        .into_inner()
        .map_err(|error| error.into_error())?;
    Ok(file.sync_all()?)
}

/// Takes a moved node up in a directory without one. It gets a new node key, sealed by `node_passphrase`: a certificate
/// is to be asked for. The key comes last; until then importing can be done again.
///
/// # Errors
/// [`MoveError`].
pub fn import(
    dir: &DataDir,
    file: &Path,
    passphrase: &str,
    node_passphrase: &str,
    params: KdfParams,
) -> Result<SecretKey, MoveError> {
    if dir.node_key().exists() {
        return Err(MoveError::Occupied);
    }
    let mut source = File::open(file)?;
    let mut head = [0; 12];
    source.read_exact(&mut head).map_err(|_| MoveError::Malformed)?;
    let length = u64::from(u32::from_be_bytes([head[8], head[9], head[10], head[11]]));
    if &head[..8] != MAGIC || length > MAX_SMALL {
        return Err(MoveError::Malformed);
    }
    let mut sealed = Vec::new();
    Read::by_ref(&mut source).take(length).read_to_end(&mut sealed)?;
    let keys = keystore::open(&sealed, passphrase, KEYS_PURPOSE)?;
    let keys: Keys = cbor::decode(&keys).map_err(|_| MoveError::Malformed)?;
    dir.create()?;
    let stream = StreamKey::from_bytes(Zeroizing::new(keys.stream));
    let from = After::of(source, 12 + length)?;
    let mut reader = BufReader::new(OpeningReader::open(from, &stream, STREAM_PURPOSE)?);
    while read_file(dir, &mut reader)? {}
    write_durably(
        &dir.moved_in(),
        &serde_json::to_vec(&keys.left).map_err(io::Error::other)?,
    )?;
    let mut rng = rand::rng();
    let secrets = NodeSecrets {
        node: SecretKey::generate(&mut rng),
        storage: Zeroizing::new(keys.storage),
    };
    let public = hex::encode(secrets.node.public().as_bytes());
    write_durably(&dir.node_public_key(), public.as_bytes())?;
    write_durably(&dir.node_key(), &secrets.seal(node_passphrase, params, &mut rng)?)?;
    Ok(secrets.node)
}

/// One file of the stream; whether there was one.
fn read_file(dir: &DataDir, reader: &mut impl Read) -> Result<bool, MoveError> {
    let mut four = [0; 4];
    reader.read_exact(&mut four)?;
    let length = u64::from(u32::from_be_bytes(four));
    if length == 0 {
        return Ok(false);
    }
    if length > MAX_SMALL {
        return Err(MoveError::Malformed);
    }
    let mut name = String::new();
    Read::by_ref(reader).take(length).read_to_string(&mut name)?;
    let path = Path::new(&name);
    // A name out of the directory, or of a file that belongs to a machine, was not written by us.
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    if !inside || STAYS.contains(&name.as_str()) {
        return Err(MoveError::Malformed);
    }
    let mut eight = [0; 8];
    reader.read_exact(&mut eight)?;
    let length = u64::from_be_bytes(eight);
    let target: PathBuf = dir.root().join(path);
    if let Some(folder) = target.parent() {
        use std::os::unix::fs::DirBuilderExt;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&target)?;
    if io::copy(&mut Read::by_ref(reader).take(length), &mut file)? != length {
        return Err(MoveError::Malformed);
    }
    file.sync_all()?;
    Ok(true)
}

/// A file from some position on, as if it began there.
struct After {
    file: File,
    start: u64,
}

impl After {
    fn of(mut file: File, start: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(start))?;
        Ok(Self { file, start })
    }
}

impl Read for After {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for After {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => SeekFrom::Start(at.saturating_add(self.start)),
            other => other,
        };
        let at = self.file.seek(to)?;
        at.checked_sub(self.start)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))
    }
}

/// The certificates of nodes that the one in this directory took the place of.
///
/// # Errors
/// Whatever the file system says, or that the file is damaged.
pub fn left_behind(dir: &DataDir) -> io::Result<BTreeSet<Fingerprint>> {
    match fs::read(dir.moved_in()) {
        Ok(bytes) => serde_json::from_slice::<Vec<String>>(&bytes)
            .map_err(io::Error::other)?
            .iter()
            .map(|text| {
                text.parse()
                    .map_err(|_| io::Error::other("moved-in.json is damaged"))
            })
            .collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(folder: &Path) -> (DataDir, NodeSecrets) {
        let dir = DataDir::at(folder.join("old"));
        dir.create().unwrap();
        let mut rng = rand::rng();
        let secrets = NodeSecrets::generate(&mut rng);
        Store::create(dir.root(), &storage_key(&secrets)).unwrap();
        let sealed = secrets.seal("old machine 1", KdfParams::LEAST, &mut rng).unwrap();
        write_durably(&dir.node_key(), &sealed).unwrap();
        write_durably(&dir.practitioners().join("tanaka.key"), b"sealed").unwrap();
        fs::write(dir.root().join("vault/blob"), vec![7; 300_000]).unwrap();
        (dir, secrets)
    }

    #[test]
    fn r20_a_node_moves_with_all_it_keeps_but_its_own_key() {
        let folder = tempfile::tempdir().unwrap();
        let (old, secrets) = node(folder.path());
        let out = folder.path().join("moved.dokuei");
        let now = Timestamp(1_795_000_000);
        export(&old, &secrets, "on the way 1", KdfParams::LEAST, &out, now).unwrap();
        assert!(old.moved_out().exists());

        let new = DataDir::at(folder.path().join("new"));
        let wrong = import(&new, &out, "not the one 1", "new machine 1", KdfParams::LEAST);
        assert!(matches!(wrong, Err(MoveError::Keystore(_))));
        let key = import(&new, &out, "on the way 1", "new machine 1", KdfParams::LEAST).unwrap();
        assert_ne!(key.public(), secrets.node.public());
        let opened = NodeSecrets::open(&fs::read(new.node_key()).unwrap(), "new machine 1").unwrap();
        assert_eq!(opened.node.public(), key.public());
        Store::open(new.root(), &storage_key(&opened)).unwrap();
        assert_eq!(
            fs::read(new.practitioners().join("tanaka.key")).unwrap(),
            b"sealed"
        );
        assert_eq!(fs::read(new.root().join("vault/blob")).unwrap(), vec![7; 300_000]);
        assert!(!new.moved_out().exists());
        let again = import(&new, &out, "on the way 1", "new machine 1", KdfParams::LEAST);
        assert!(matches!(again, Err(MoveError::Occupied)));
    }

    #[test]
    fn r19_a_file_that_was_altered_or_cut_off_makes_no_node() {
        let folder = tempfile::tempdir().unwrap();
        let (old, secrets) = node(folder.path());
        let out = folder.path().join("moved.dokuei");
        export(
            &old,
            &secrets,
            "on the way 1",
            KdfParams::LEAST,
            &out,
            Timestamp(1),
        )
        .unwrap();
        let whole = fs::read(&out).unwrap();
        for (name, bytes) in [
            ("cut", whole[..whole.len() - 100_000].to_vec()),
            ("turned", {
                let mut turned = whole.clone();
                let at = turned.len() - 1000;
                turned[at] ^= 1;
                turned
            }),
            ("empty", Vec::new()),
        ] {
            let file = folder.path().join(name);
            fs::write(&file, bytes).unwrap();
            let new = DataDir::at(folder.path().join(format!("new-{name}")));
            assert!(import(&new, &file, "on the way 1", "new machine 1", KdfParams::LEAST).is_err());
            assert!(!new.node_key().exists(), "{name}");
        }
    }

    #[test]
    fn r20_a_failed_move_leaves_the_node_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (old, secrets) = node(folder.path());
        let out = folder.path().join("no/such/folder/file");
        assert!(
            export(
                &old,
                &secrets,
                "on the way 1",
                KdfParams::LEAST,
                &out,
                Timestamp(1)
            )
            .is_err()
        );
        assert!(!old.moved_out().exists());
        let _running = Store::open(old.root(), &storage_key(&secrets)).unwrap();
        let out = folder.path().join("moved.dokuei");
        let refused = export(
            &old,
            &secrets,
            "on the way 1",
            KdfParams::LEAST,
            &out,
            Timestamp(1),
        );
        assert!(matches!(refused, Err(MoveError::Store(StoreError::InUse(_)))));
    }
}
