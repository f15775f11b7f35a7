//! What is left of a node that was revoked: nothing that opens anything.

use std::fs;
use std::io;

use dokuei_identity::time::Timestamp;
use serde_json::json;

use crate::clock;
use crate::data_dir::{DataDir, destroy_secret, write_durably};

/// Destroys every key in a data directory: the node's, which opens the database and the vault, then those of the people
/// who work here with the copies for their recovery kits. Only then is the directory marked: a crash on the way leaves
/// it to be wiped again, never a mark without the deed.
///
/// # Errors
/// Whatever the file system says.
pub fn destroy_keys(dir: &DataDir, reason: &str, now: Timestamp) -> io::Result<()> {
    destroy_secret(&dir.node_key())?;
    for file in fs::read_dir(dir.practitioners())? {
        let path = file?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // Also what a crash left of one that was being written.
        if [".key", ".recovery", ".new"]
            .iter()
            .any(|kind| name.ends_with(kind))
        {
            destroy_secret(&path)?;
        }
    }
    for token in [dir.session_token(), dir.api_token()] {
        destroy_secret(&token)?;
    }
    let mark = json!({"wiped_at": clock::rfc3339(now), "reason": reason});
    write_durably(&dir.wiped(), mark.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_no_key_is_left_and_the_directory_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let dir = DataDir::at(directory.path().to_owned());
        dir.create().unwrap();
        let people = dir.practitioners();
        for path in [
            dir.node_key(),
            people.join("tanaka.key"),
            people.join("tanaka.recovery"),
            people.join(".sato.key.17.new"),
        ] {
            write_durably(&path, b"secret").unwrap();
        }
        write_durably(&people.join("tanaka.pem"), b"public").unwrap();
        // A second name shows that the bytes themselves are gone.
        let hidden = directory.path().join("hidden");
        fs::hard_link(people.join("tanaka.key"), &hidden).unwrap();

        for _ in 0..2 {
            destroy_keys(&dir, "revoked", Timestamp(1_795_000_000)).unwrap();
            assert!(!dir.node_key().exists());
            let left: Vec<_> = fs::read_dir(&people)
                .unwrap()
                .map(|file| file.unwrap().file_name())
                .collect();
            assert_eq!(left, ["tanaka.pem"]);
            assert_eq!(fs::read(&hidden).unwrap(), [0; 6]);
            assert!(fs::read_to_string(dir.wiped()).unwrap().contains("revoked"));
        }
    }
}
