//! Directories and files of which a crash leaves nothing half done, readable by their owner only.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use crate::{Id16, StoreError};

/// Makes `directory` and its parents, if missing.
pub(crate) fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Makes a new file for reading and writing.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the names in `directory` durable. Elsewhere than on Unix a directory cannot be opened for that, and the
/// file systems there journal names themselves.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(directory)?.sync_all()
    } else {
        Ok(())
    }
}

/// Makes the contents of files and directories durable, all at once: a file system that keeps a journal writes it once for
/// all who wait for it at that moment.
pub(crate) fn sync_together(paths: &[&Path]) -> io::Result<()> {
    let Some((first, others)) = paths.split_first() else {
        return Ok(());
    };
    thread::scope(|scope| {
        let others = others.iter().map(|path| {
            thread::Builder::new()
                .name("sync".to_owned())
                .spawn_scoped(scope, || sync(path))
        });
        let others = others.collect::<io::Result<Vec<_>>>()?;
        let ended = |_| Err(io::Error::other("a thread that waits for the disk has ended"));
        others
            .into_iter()
            .map(|other| other.join().unwrap_or_else(ended))
            .fold(sync(first), io::Result::and)
    })
}

fn sync(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        sync_directory(path)
    } else {
        // Its contents and its length. Not on every system does a file wait that was opened for reading only.
        OpenOptions::new().write(true).open(path)?.sync_data()
    }
}

/// Makes everything that was written to the file system of `directory` durable, with its names, in one wait. Gives
/// whether this system can do so.
#[cfg(target_os = "linux")]
pub(crate) fn sync_file_system(directory: &Path) -> io::Result<bool> {
    rustix::fs::syncfs(File::open(directory)?)?;
    Ok(true)
}

/// Elsewhere each file and directory is waited for.
#[cfg(not(target_os = "linux"))]
pub(crate) fn sync_file_system(_: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Removes a file; that it is gone already is fine.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// `<directory>/ab/<id>.<extension>`: sharded, so that no directory grows large.
pub(crate) fn sharded(directory: &Path, id: &Id16, extension: &str) -> PathBuf {
    let name = hex::encode(id);
    directory.join(&name[..2]).join(format!("{name}.{extension}"))
}

/// The id in a file name of the form `<32 hex digits>.<extension>`.
pub(crate) fn id_of(path: &Path, extension: &str) -> Option<Id16> {
    let name = path
        .file_name()?
        .to_str()?
        .strip_suffix(extension)?
        .strip_suffix('.')?;
    let mut id = [0; 16];
    hex::decode_to_slice(name, &mut id).ok()?;
    Some(id)
}

/// Held while a store is open; the operating system releases it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct DirectoryLock(#[allow(dead_code)] File);

impl DirectoryLock {
    /// Takes the lock of `directory` or says that another has it.
    pub(crate) fn take(directory: &Path) -> Result<Self, StoreError> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(directory.join("dokuei.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(directory.to_owned())),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_its_id_back_and_foreign_names_none() {
        let path = sharded(Path::new("vault"), &[0xab; 16], "blob");
        assert_eq!(path, Path::new("vault/ab/abababababababababababababababab.blob"));
        assert_eq!(id_of(&path, "blob"), Some([0xab; 16]));
        for foreign in ["vault/ab/abab.blob", "vault/ab/x.blob", "vault/ab/README"] {
            assert_eq!(id_of(Path::new(foreign), "blob"), None, "{foreign}");
        }
    }

    #[test]
    fn all_are_waited_for_and_one_that_is_not_there_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let [one, other, gone] = ["one", "other", "gone"].map(|name| directory.path().join(name));
        fs::write(&one, "1").unwrap();
        fs::write(&other, "2").unwrap();
        sync_together(&[&one, &other, directory.path()]).unwrap();
        for paths in [[gone.as_path(), one.as_path()], [one.as_path(), gone.as_path()]] {
            let error = sync_together(&paths).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
        }
        sync_together(&[]).unwrap();
    }

    #[test]
    fn the_lock_is_exclusive_and_ends_with_its_holder() {
        let directory = tempfile::tempdir().unwrap();
        let held = DirectoryLock::take(directory.path()).unwrap();
        assert!(matches!(
            DirectoryLock::take(directory.path()),
            Err(StoreError::InUse(_))
        ));
        drop(held);
        assert!(DirectoryLock::take(directory.path()).is_ok());
    }
}
