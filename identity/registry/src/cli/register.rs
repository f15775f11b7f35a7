//! `register …`: the published register as a file, its key, and evidence against it.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use dokuei_identity::chain::{Chain, TrustAnchors, verify_registry};
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::layout::{CHECKPOINT, REGISTRY};
use dokuei_identity::register::{
    Charge, Checkpoint, EvidenceFile, FileError, MAX_EVIDENCE_FILE, StaticRegister, VerifiedCheckpoint,
    write_file,
};
use dokuei_identity::revocation::MAX_LIST;
use serde_json::{Value, json};

use super::Desk;
use super::root::{Source, say};
use crate::failure::Failure;
use crate::files;
use crate::log::Folder;
use crate::registry::now;

/// `register`.
#[derive(Debug, Subcommand)]
pub(crate) enum RegisterCommand {
    /// Write the published register into one file, for nodes that no network brings it to (`dokuei register import`).
    /// Needs no passphrase.
    Export {
        /// Only what comes after so many entries; `dokuei register show` says how many a node has.
        #[arg(long, default_value_t = 0, value_name = "SIZE")]
        from: u64,
        /// The published folder, or a mirror's copy of it; that of the data directory without it.
        #[arg(long, value_name = "DIR", requires = "root")]
        register_dir: Option<PathBuf>,
        /// The network's root, as `root` prints it; that of the data directory without it.
        #[arg(long, value_name = "ROOT.pem")]
        root: Option<PathBuf>,
        /// Where to write it.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Let a new key sign the register from now on, because the old one was lost, stolen, or is old. The root signs the
    /// change, so that every node believes it.
    Rekey {
        #[command(flatten)]
        source: Source,
        /// The old key was lost or stolen.
        #[arg(long)]
        compromised: bool,
    },
    /// Judge evidence that a node kept of two registers (`dokuei register evidence`). Needs no registry and no
    /// passphrase.
    Evidence {
        /// The network's root, as `root` prints it; that of the data directory without it.
        #[arg(long, value_name = "ROOT.pem")]
        root: Option<PathBuf>,
        /// The file.
        file: PathBuf,
    },
}

pub(super) fn run(desk: &Desk, typed: RegisterCommand) -> Result<(), Failure> {
    match typed {
        RegisterCommand::Export {
            from,
            register_dir,
            root,
            out,
        } => {
            let dir = register_dir.unwrap_or_else(|| desk.layout.published());
            export(desk, &dir, &anchors(desk, root.as_deref())?, from, &out)
        }
        RegisterCommand::Rekey { source, compromised } => {
            let root = source.open(desk)?;
            let (mut registry, actor) = desk.open()?;
            let key = registry.change_register_key(&actor, &root, compromised)?;
            say(
                desk,
                &json!({"key": hex::encode(key.as_bytes()), "compromised": compromised}),
                "The register is signed with a new key from now on; the old one is destroyed. Nodes follow by themselves.",
            )
        }
        RegisterCommand::Evidence { root, file } => judge(desk, &anchors(desk, root.as_deref())?, &file),
    }
}

fn anchors(desk: &Desk, root: Option<&Path>) -> Result<TrustAnchors, Failure> {
    match root {
        Some(path) => Ok(TrustAnchors::from_pem(&files::read_text(path)?)?),
        None => desk.layout.anchors(&desk.layout.read_register()?),
    }
}

fn export(desk: &Desk, dir: &Path, anchors: &TrustAnchors, from: u64, out: &Path) -> Result<(), Failure> {
    let folder = Folder::new(dir.to_owned());
    let missing = || Failure::NoRegistry(dir.display().to_string());
    let pem = folder.load(REGISTRY)?.ok_or_else(missing)?;
    let pem = String::from_utf8(pem).map_err(|_| Failure::Damaged(format!("{REGISTRY} is not a text")))?;
    let chain = Chain::from_pem(&pem)?;
    let signer = verify_registry(&chain, anchors, now(), None)?;
    let note = folder.load(CHECKPOINT)?.ok_or_else(missing)?;
    let damaged = |error: &dyn std::fmt::Display| {
        Failure::Damaged(format!(
            "the register in {} cannot be exported: {error}",
            dir.display()
        ))
    };
    let checkpoint = Checkpoint::parse(&note)
        .and_then(|note| note.verify(&[signer.key], &NetworkName::of(anchors.first())))
        .map_err(|error| damaged(&error))?;
    let lists = lists(&folder)?;
    let at = checkpoint.time();
    let register = StaticRegister::new(folder, checkpoint);
    // Beside its place until it is whole: half a file must not look like one.
    let beside = files::with_suffix(out, ".new");
    let failed = |source| Failure::storage("written", &beside, source);
    let mut file = BufWriter::new(File::create(&beside).map_err(failed)?);
    let size = write_file(&mut file, from, &lists, |ask| register.answer(ask, &chain, &[]));
    let size = size.map_err(|error| match error {
        FileError::Beyond { .. } => Failure::Usage(error.to_string()),
        error => damaged(&error),
    })?;
    file.flush()
        .and_then(|()| file.get_ref().sync_all())
        .map_err(failed)?;
    std::fs::rename(&beside, out).map_err(|source| Failure::storage("written", out, source))?;
    files::sync_parent(out)?;
    say(
        desk,
        &json!({"file": out, "from": from, "entries": size, "signed_at": at}),
        &format!(
            "Entries {from} to {size} of the register are in {}.\nNext: carry the file to a node, and there: dokuei \
             register import FILE",
            out.display()
        ),
    )
}

/// The newest revocation list of each issuing authority, as many as an answer may carry.
fn lists(folder: &Folder) -> Result<Vec<Vec<u8>>, Failure> {
    let mut lists = Vec::new();
    let mut left = MAX_LIST;
    for name in folder.names("crl") {
        if let Some(list) = folder.load(&format!("crl/{name}"))?
            && name.ends_with(".crl")
            && list.len() <= left
        {
            left -= list.len();
            lists.push(list);
        }
    }
    Ok(lists)
}

fn judge(desk: &Desk, anchors: &TrustAnchors, file: &Path) -> Result<(), Failure> {
    let bytes = files::read_large(file, MAX_EVIDENCE_FILE as u64)?;
    let verified = EvidenceFile::parse(&bytes).and_then(|file| file.verify(anchors));
    let conviction = verified.map_err(|error| Failure::NoEvidence(error.to_string()))?;
    let shown = [&conviction.smaller, &conviction.larger];
    let checkpoints: Vec<Value> = shown
        .iter()
        .zip(&conviction.signers)
        .map(|(checkpoint, signer)| {
            json!({
                "size": checkpoint.size(),
                "root": checkpoint.root().to_string(),
                "signed_at": checkpoint.time(),
                "certificate": signer.fingerprint,
            })
        })
        .collect();
    let object = json!({
        "convicts": true,
        "charge": conviction.charge.code(),
        "replaced_key": conviction.replaced_key,
        "checkpoints": checkpoints,
    });
    let whose = if conviction.replaced_key {
        "One of the two was signed with a key that the root had already replaced: whoever has that key did this, not the \
         registry."
    } else {
        "Both were signed with the registry's own key: it showed two registers, or its key is in other hands. Change the \
         key (`register rekey --compromised`), find out who was shown what, and tell every participant."
    };
    say(
        desk,
        &object,
        &format!(
            "The evidence holds: {}.\n{}\n{}\n{whose}",
            sentence(conviction.charge),
            line(&conviction.smaller),
            line(&conviction.larger)
        ),
    )
}

fn line(checkpoint: &VerifiedCheckpoint) -> String {
    let at = i64::try_from(checkpoint.time().0)
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    format!(
        "  {} entries  root {}  signed {}",
        checkpoint.size(),
        checkpoint.root(),
        at.map_or_else(|| "at no time".to_owned(), |at| at.to_string())
    )
}

const fn sentence(charge: Charge) -> &'static str {
    match charge {
        Charge::TwoRoots => "two registers of the same size have different contents",
        Charge::NotAPrefix => "the larger register does not begin with the smaller one",
        Charge::SizeFell => "the register was smaller later, so entries were taken back",
        _ => "the two registers contradict each other",
    }
}
