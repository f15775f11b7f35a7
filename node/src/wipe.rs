//! A lost device destroys its keys: without them its database and vault are noise.

use std::fs;
use std::io;

use crate::data_dir::DataDir;

/// Removes every sealed key of the node and its practitioners, the node's first: it opens the database.
///
/// # Errors
/// Whatever the file system says; called again it goes on.
pub fn destroy_keys(dir: &DataDir) -> io::Result<()> {
    let missing_is_fine = |removed: io::Result<()>| match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    missing_is_fine(fs::remove_file(dir.node_key()))?;
    for file in fs::read_dir(dir.practitioners())? {
        let path = file?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "key" || extension == "recovery")
        {
            missing_is_fine(fs::remove_file(path))?;
        }
    }
    fs::File::open(dir.root())?.sync_all()
}
