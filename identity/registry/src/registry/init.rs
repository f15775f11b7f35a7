//! `init`: a registry in a new data directory.

use std::path::Path;

use dokuei_identity::chain::{TrustAnchor, TrustAnchors};
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::network::NetworkName;

use super::keys::{self, ISSUING_PURPOSE, ROOT_PURPOSE};
use super::layout::{Layout, make_private};
use super::rollover::check_place;
use super::{RegisterUrl, Registry, Rules, now};
use crate::applications;
use crate::ceremony::make;
use crate::failure::Failure;
use crate::files;

/// How the first issuing authority comes here.
pub(crate) enum Origin<'a> {
    /// Root and issuing authority are made here: simple, for small registries.
    Here { name: &'a str },
    /// Both were made at a ceremony; the root's key never comes here.
    Ceremony { from: &'a Path, passphrase: &'a str },
    /// The same, and both were read.
    Carried {
        root: Box<TrustAnchor>,
        issuing: Box<CertificateAuthority>,
    },
}

/// Makes the registry, and says so.
pub(crate) fn run(
    layout: Layout,
    origin: Origin<'_>,
    passphrase: &str,
    rules: Rules,
    json: bool,
) -> Result<(), Failure> {
    report(&make(layout, origin, passphrase, rules)?, json);
    Ok(())
}

/// Makes the registry.
pub(crate) fn make(
    layout: Layout,
    origin: Origin<'_>,
    passphrase: &str,
    rules: Rules,
) -> Result<Registry, Failure> {
    make_private(&layout.dir)?;
    let lock = layout.lock()?;
    if layout.root().exists() {
        return Err(Failure::Exists(layout.dir.display().to_string()));
    }
    let (root, issuing) = match origin {
        Origin::Here { name } => make_here(&layout, name, passphrase)?,
        Origin::Ceremony {
            from,
            passphrase: theirs,
        } => {
            let root = TrustAnchor::from_pem(&files::read_text(&from.join("root.pem"))?)?;
            (root, make::open_authority(from, theirs)?)
        }
        Origin::Carried { root, issuing } => (*root, *issuing),
    };
    check_place(&issuing, &TrustAnchors::new(root.clone()), now())?;
    keys::seal(&layout.issuing_key(), issuing.key(), passphrase, ISSUING_PURPOSE)?;
    files::write(&layout.register(), b"", true)?;
    files::write(
        &layout.issuing(),
        make::pem(issuing.certificate()).as_bytes(),
        false,
    )?;
    // Last of all: a directory with a root is a whole registry.
    files::write(&layout.root(), root.to_pem().as_bytes(), false)?;
    drop(lock);
    let mut registry = Registry::open(layout, passphrase, rules)?;
    registry.sign_list(now())?;
    applications::prepare(&mut registry)?;
    Ok(registry)
}

/// Writes where the register is published into `registry.toml`, unless somebody wrote that file already.
pub(crate) fn remember(layout: &Layout, published: &RegisterUrl) -> Result<(), Failure> {
    let path = layout.dir.join("registry.toml");
    let line = format!("register_url = \"{}\"\n", published.as_str());
    if path.exists() {
        return Err(Failure::Usage(format!(
            "{} is there already; write {} into it and leave --register-url out",
            path.display(),
            line.trim_end()
        )));
    }
    make_private(&layout.dir)?;
    files::write(&path, line.as_bytes(), false)
}

fn make_here(
    layout: &Layout,
    name: &str,
    passphrase: &str,
) -> Result<(TrustAnchor, CertificateAuthority), Failure> {
    let root = make::new_root(name)?;
    let issuing = make::new_issuing(&root, 1)?;
    keys::seal(&layout.root_key(), root.key(), passphrase, ROOT_PURPOSE)?;
    Ok((TrustAnchor::from_der(root.certificate())?, issuing))
}

fn report(registry: &Registry, json: bool) {
    let root = registry.layout().root();
    let fingerprint = registry.anchor().fingerprint();
    let network = NetworkName::of(registry.anchor());
    if json {
        let object = serde_json::json!({"root": root, "fingerprint": fingerprint, "network": network});
        println!("{object}");
        return;
    }
    println!("The registry is ready in {}.", registry.layout().dir.display());
    println!("  network      {network}");
    println!("  fingerprint  {fingerprint}");
    println!("  root         {}", root.display());
    println!("Next: give root.pem and its fingerprint to every node, by two different ways.");
    if registry.layout().root_key().exists() {
        println!(
            "Then split root.key among several people (`dokuei-registry root split`) and remove it from here:"
        );
        println!("issuing and revoking do not need it.");
    }
}
