//! Moving a node to another machine.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use dokuei_identity::fingerprint::Fingerprint;

use crate::data_dir::DataDir;

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
