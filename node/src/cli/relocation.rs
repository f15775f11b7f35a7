//! `dokuei move …`.

use serde_json::json;

use super::args::Move;
use super::error::{CliError, Outcome};
use super::{init, output, passphrase};
use crate::clock;
use crate::data_dir::DataDir;
use crate::keys;
use crate::relocation::{self, MoveError};

/// Moves a node out of this machine, or takes one up here.
///
/// # Errors
/// When the node runs, a passphrase is wrong, or a file cannot be read or written.
pub(crate) fn run(dir: &DataDir, command: &Move, as_json: bool) -> Outcome {
    match command {
        Move::Export {
            out,
            passphrase,
            move_passphrase_file,
        } => {
            let secrets = init::unlock(dir, passphrase)?;
            let phrase = passphrase::new_one(move_passphrase_file.as_deref())?;
            passphrase::may_choose(&phrase, &[])?;
            relocation::export(dir, &secrets, &phrase, keys::tuned(), out, clock::now())
                .map_err(|error| refused(&error))?;
            if as_json {
                output::json(&json!({"file": out}));
            } else {
                println!("wrote {}; this node will not run here any more", out.display());
                println!("next, on the new machine: dokuei move import FILE");
                println!(
                    "when it runs there: ask the registry operator to revoke the certificate of this one"
                );
            }
        }
        Move::Import {
            file,
            passphrase,
            move_passphrase_file,
        } => {
            let on_the_way = passphrase::of_move(move_passphrase_file.as_deref())?;
            let (phrase, _) = passphrase::of_node(passphrase, true)?;
            passphrase::may_choose(&phrase, &[])?;
            let key = relocation::import(dir, file, &on_the_way, &phrase, keys::tuned())
                .map_err(|error| refused(&error))?;
            let peer_id = dokuei_net::peer_id_of(&key.public()).to_string();
            if as_json {
                output::json(&json!({"data_dir": dir.root(), "peer_id": peer_id}));
            } else {
                println!(
                    "the node was taken up in {}; its PeerId is {peer_id}",
                    dir.root().display()
                );
                println!(
                    "next: dokuei run, and dokuei identity apply node --send, which asks the registry operator,"
                );
                println!("who issues a certificate for this machine and revokes that of the old one");
            }
        }
    }
    Ok(())
}

fn refused(error: &MoveError) -> CliError {
    let (code, next) = match error {
        MoveError::Store(_) => ("store_refused", "stop the node first"),
        MoveError::Keystore(_) => (
            "wrong_passphrase",
            "give the passphrase that was chosen for the way",
        ),
        MoveError::Occupied => ("already_initialised", "name an empty directory with --data-dir"),
        MoveError::Malformed | MoveError::Stream(_) => ("move_file_damaged", "copy the file again"),
        MoveError::File(_) => (
            "file_unusable",
            "check the name, the rights and the room on the disk",
        ),
    };
    CliError::refused(code, error.to_string(), next)
}
