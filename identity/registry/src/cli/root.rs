//! `root …` and `authority …`: ceremonies and rollover.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use dokuei_identity::chain::{Chain, TrustAnchor, TrustAnchors};
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::network::NetworkName;
use dokuei_identity::request;
use serde_json::json;

use super::Desk;
use crate::ceremony::make::{self, IssuingKey};
use crate::ceremony::{recover, split};
use crate::failure::Failure;
use crate::files;
use crate::registry::keys::{self, ROOT_PURPOSE};

/// `root` with a command.
#[derive(Debug, Subcommand)]
pub(crate) enum Ceremony {
    /// Make a root away from the registry's computer: root.pem and the sealed root.key.
    Create {
        /// The registry's name. The root that follows another must be made with the same name.
        #[arg(long)]
        name: String,
        /// Where to put them.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Write the root's key once more, sealed under another passphrase, for a safe.
    Export {
        #[command(flatten)]
        source: Source,
        /// The other passphrase; the terminal is asked without it.
        #[arg(long, value_name = "FILE")]
        export_passphrase_file: Option<PathBuf>,
        /// Where to write it.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Split the root's key: one page to print for each person who keeps a share.
    Split {
        #[command(flatten)]
        source: Source,
        /// How many shares are made, 2 to 16.
        #[arg(long, default_value_t = 5)]
        shares: u8,
        /// How many of them give the key back.
        #[arg(long, default_value_t = 3)]
        threshold: u8,
        /// Where to put the pages; keep them only until they are printed.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Recover the root's key from its shares.
    Recover {
        /// The root's certificate; that of the data directory without it.
        #[arg(long, value_name = "FILE")]
        cert: Option<PathBuf>,
        /// Where to write the key, sealed under the passphrase.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Pages or texts with shares; without any they are typed, with a blank line after each.
        #[arg(value_name = "SHARE")]
        shares: Vec<PathBuf>,
    },
    /// Make an issuing authority under the root, for `init --from` or `authority rotate --from`.
    Authority {
        #[command(flatten)]
        source: Source,
        /// The registry's request (`authority request`, or the console): its key was made there, and only the certificate
        /// goes back.
        #[arg(long, value_name = "FILE")]
        request: Option<PathBuf>,
        /// Which one of this registry's it is, for its name.
        #[arg(long, default_value_t = 1)]
        number: usize,
        /// Where to put it.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Let the old root certify the one that follows it: cross.pem beside the new root.pem.
    Cross {
        #[command(flatten)]
        source: Source,
        /// The folder of the new root (`root create`).
        #[arg(long, value_name = "DIR")]
        successor: PathBuf,
    },
    /// Announce the root that follows this one; nodes then believe both.
    Rotate {
        #[command(flatten)]
        source: Source,
        /// The folder of the new root with cross.pem (`root create`, then `root cross`), so that neither key comes
        /// here. Without it the new root is made here, and the old key is needed.
        #[arg(long, value_name = "DIR")]
        successor: Option<PathBuf>,
    },
}

/// `authority`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuthorityCommand {
    /// Ask for the certificate of the next issuing authority: its key is made here and stays here, and the root certifies
    /// it wherever the root is (`root authority --request`).
    Request {
        /// Where to write the request; standard output without it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// A new issuing authority issues from now on; the one before it signs revocation lists until its last
    /// certificate is over.
    Rotate {
        #[command(flatten)]
        source: Source,
        /// A folder that `root authority` made, with an issuing key of its own or for the request that was made here;
        /// without it the root's key is needed here.
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
    },
}

/// Where the root is.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// The root's sealed key. Without it that of the root in force, where it lies in the data directory: root.key, and
    /// after `root rotate` root-2/root.key.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The root's certificate; without it that of the root in force, the newest that was announced.
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// The passphrase of the key, when it is not the usual one.
    #[arg(long, value_name = "FILE")]
    key_passphrase_file: Option<PathBuf>,
}

impl Source {
    pub(super) fn open(&self, desk: &Desk) -> Result<CertificateAuthority, Failure> {
        let certificate = certificate(desk, self.cert.as_ref())?;
        let key = match &self.key {
            Some(key) => key.clone(),
            // At a ceremony there may be a root and no registry.
            None if !desk.layout.root().exists() => desk.layout.root_key(),
            None => desk.layout.key_of_root(&announced(desk)?, &certificate),
        };
        let passphrase = desk.passphrase_from(self.key_passphrase_file.as_ref())?;
        make::open_root(&key, &certificate, &passphrase)
    }
}

fn certificate(desk: &Desk, given: Option<&PathBuf>) -> Result<TrustAnchor, Failure> {
    match given {
        Some(path) => Ok(TrustAnchor::from_pem(&files::read_text(path)?)?),
        None => {
            let anchors = announced(desk)?;
            Ok(anchors.all().last().unwrap_or(anchors.first()).clone())
        }
    }
}

/// The roots that this registry announced, the one in force last.
fn announced(desk: &Desk) -> Result<TrustAnchors, Failure> {
    desk.layout.anchors(&desk.layout.read_register()?)
}

pub(super) fn run(desk: &Desk, ceremony: Ceremony) -> Result<(), Failure> {
    match ceremony {
        Ceremony::Create { name, out } => create(desk, &name, &out),
        Ceremony::Export {
            source,
            export_passphrase_file,
            out,
        } => {
            let root = source.open(desk)?;
            let passphrase = files::new_passphrase(export_passphrase_file.as_ref(), &[])?;
            keys::seal(&out, root.key(), &passphrase, ROOT_PURPOSE)?;
            let text = format!("The sealed key is in {}.", out.display());
            say(desk, &json!({"export": out}), &text)
        }
        Ceremony::Split {
            source,
            shares,
            threshold,
            out,
        } => split_key(desk, &source, (shares, threshold), &out),
        Ceremony::Recover { cert, out, shares } => recovered(desk, cert.as_ref(), &out, shares),
        Ceremony::Authority {
            source,
            request: asked,
            number,
            out,
        } => {
            let root = source.open(desk)?;
            let asked = asked.map(|file| Ok::<_, Failure>(request::read(&files::read_text(&file)?)?));
            let name = match asked.transpose()? {
                Some(asked) => make::authority(&root, number, &out, &IssuingKey::Of(&asked))?,
                None => make::authority(&root, number, &out, &IssuingKey::New(&desk.passphrase()?))?,
            };
            let text = format!(
                "The issuing authority is in {}; carry the folder to the registry's computer.\n  fingerprint  {name}",
                out.display()
            );
            say(desk, &json!({"authority": out, "fingerprint": name}), &text)
        }
        Ceremony::Cross { source, successor } => {
            let old = source.open(desk)?;
            let new = TrustAnchor::from_pem(&files::read_text(&successor.join("root.pem"))?)?;
            let cross = make::cross(&old, &new, &successor)?;
            let text = format!("The proof is in {}.", cross.display());
            say(desk, &json!({"cross": cross}), &text)
        }
        Ceremony::Rotate { source, successor } => rotate_root(desk, &source, successor),
    }
}

fn create(desk: &Desk, name: &str, out: &Path) -> Result<(), Failure> {
    let root = make::root(name, out, &desk.new_passphrase(&[name])?)?;
    let (fingerprint, network) = (root.fingerprint(), NetworkName::of(&root));
    let object = json!({"root": out.join("root.pem"), "fingerprint": fingerprint, "network": network});
    let text = format!(
        "The root is in {}.\n  fingerprint  {fingerprint}\n\
        Next: `root split` and `root authority`; then remove root.key.",
        out.display()
    );
    say(desk, &object, &text)
}

fn split_key(desk: &Desk, source: &Source, (shares, threshold): (u8, u8), out: &Path) -> Result<(), Failure> {
    let root = source.open(desk)?;
    let anchor = TrustAnchor::from_der(root.certificate())?;
    let pages = split::split(root.key(), &anchor, shares, threshold, out)?;
    let text = format!(
        "{shares} pages are in {}; {threshold} of them give the key back (tried).\n\
        Next: print each for its keeper, try `root recover` with the printed ones, then remove pages and root.key.",
        out.display()
    );
    say(desk, &json!({"pages": pages, "threshold": threshold}), &text)
}

fn recovered(
    desk: &Desk,
    cert: Option<&PathBuf>,
    out: &Path,
    mut shares: Vec<PathBuf>,
) -> Result<(), Failure> {
    let root = certificate(desk, cert)?;
    if shares.is_empty() {
        if std::io::stdin().is_terminal() {
            eprintln!("Type the six lines of each share, a blank line after each; end with Ctrl-D.");
        }
        shares.push(PathBuf::from("-"));
    }
    if out.exists() {
        return Err(Failure::Usage(format!(
            "{} is there already; nothing was changed",
            out.display()
        )));
    }
    let key = recover::combine(&recover::read(&shares)?, &root)?;
    keys::seal(out, &key, &desk.new_passphrase(&[])?, ROOT_PURPOSE)?;
    say(
        desk,
        &json!({"key": out, "fingerprint": root.fingerprint()}),
        &format!(
            "The root's key is in {}, sealed under the passphrase.\nRemove it when the work is done.",
            out.display()
        ),
    )
}

fn rotate_root(desk: &Desk, source: &Source, successor: Option<PathBuf>) -> Result<(), Failure> {
    let folder = match successor {
        Some(folder) => folder,
        None => {
            let old = source.open(desk)?;
            let name = make::registry_name(&TrustAnchor::from_der(old.certificate())?);
            let folder = desk
                .layout
                .successor(desk.layout.read_register()?.roots.len() + 2);
            if folder.join("root.pem").exists() {
                return Err(Failure::Usage(format!(
                    "{0} holds a root that was made and never announced; announce it with `root rotate --successor {0}` \
                     (without cross.pem after `root cross --successor {0}`), or remove the folder",
                    folder.display()
                )));
            }
            let new = make::root(&name, &folder, &desk.passphrase()?)?;
            make::cross(&old, &new, &folder)?;
            folder
        }
    };
    let root = TrustAnchor::from_pem(&files::read_text(&folder.join("root.pem"))?)?;
    let cross = Chain::from_pem(&files::read_text(&folder.join("cross.pem"))?)?.end;
    let (mut registry, actor) = desk.open()?;
    let fingerprint = registry.roll(&actor, "root_rotate", |registry| {
        Ok((registry.take_root(&actor.name, &root, &cross)?, json!({})))
    })?;
    say(
        desk,
        &json!({"fingerprint": fingerprint, "root": folder.join("root.pem")}),
        &format!(
            "The root {fingerprint} is announced.\nNext: `authority rotate` under it, when every node has seen it."
        ),
    )
}

pub(super) fn authority(desk: &Desk, typed: AuthorityCommand) -> Result<(), Failure> {
    let (source, from) = match typed {
        AuthorityCommand::Request { out } => {
            let (mut registry, actor) = desk.open()?;
            return files::give_out(out.as_deref(), &registry.request_authority(&actor)?);
        }
        AuthorityCommand::Rotate { source, from } => (source, from),
    };
    let next = match from {
        Some(from) if !make::issuing_key(&from).exists() => {
            Next::Certified(make::issuing_certificate(&from)?)
        }
        Some(from) => {
            let passphrase = desk.passphrase_from(source.key_passphrase_file.as_ref())?;
            Next::Whole(Box::new(make::open_authority(&from, &passphrase)?))
        }
        None => {
            let number = desk.layout.read_register()?.authorities.len() + 2;
            Next::Whole(Box::new(make::new_issuing(&source.open(desk)?, number)?))
        }
    };
    let (mut registry, actor) = desk.open()?;
    let name = registry.roll(&actor, "authority_rotate", |registry| {
        let name = match next {
            Next::Certified(certificate) => registry.take_certified(&actor.name, certificate)?,
            Next::Whole(authority) => registry.take_authority(&actor.name, *authority)?,
        };
        Ok((name, json!({})))
    })?;
    say(
        desk,
        &json!({"authority": name}),
        &format!(
            "The issuing authority {name} issues from now on; the one before it keeps signing its revocation lists."
        ),
    )
}

/// The issuing authority that is to come.
enum Next {
    /// With its key.
    Whole(Box<CertificateAuthority>),
    /// For the key that waits in the data directory.
    Certified(Vec<u8>),
}

pub(super) fn say(desk: &Desk, object: &serde_json::Value, text: &str) -> Result<(), Failure> {
    if desk.json {
        println!("{object}");
    } else {
        println!("{text}");
    }
    Ok(())
}
