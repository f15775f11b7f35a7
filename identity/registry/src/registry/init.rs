//! `init`: root and issuing authority.

use std::fs;

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::Chain;
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::keystore::{self, KdfParams};
use dokuei_identity::network::NetworkName;

use crate::cli::Init;
use crate::failure::Failure;
use crate::files;
use crate::registry::{BACKDATE, ISSUING_PURPOSE, Layout, ROOT_PURPOSE, Registry, now};

/// How long the root and the issuing authority last, days.
const ROOT_DAYS: u64 = 3650;
const ISSUING_DAYS: u64 = 1826;

pub(crate) fn run(layout: Layout, arguments: &Init, passphrase: &str, json: bool) -> Result<(), Failure> {
    fs::create_dir_all(&layout.dir).map_err(|source| Failure::storage("made", &layout.dir, source))?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(&layout.dir, mode)
            .map_err(|source| Failure::storage("closed", &layout.dir, source))?;
    }
    let lock = layout.lock()?;
    if layout.root().exists() {
        return Err(Failure::Exists(layout.dir.display().to_string()));
    }
    let mut rng = rand::rng();
    let start = now().minus(BACKDATE);
    let root = CertificateAuthority::create_root(
        &format!("{} Root", arguments.name),
        Validity::days_from(start, ROOT_DAYS),
        &mut rng,
    )?;
    let issuing = root.create_issuing(
        &format!("{} Issuing 1", arguments.name),
        Validity::days_from(start, ISSUING_DAYS),
        &mut rng,
    )?;
    for (authority, path, purpose) in [
        (&root, layout.root_key(), ROOT_PURPOSE),
        (&issuing, layout.issuing_key(), ISSUING_PURPOSE),
    ] {
        let seed = authority.key().seed();
        let sealed = keystore::seal(
            seed.as_slice(),
            passphrase,
            KdfParams::RECOMMENDED,
            purpose,
            &mut rng,
        )?;
        files::write(&path, &sealed, true)?;
    }
    let pem = |authority: &CertificateAuthority| {
        Chain {
            end: authority.certificate().to_vec(),
            intermediates: Vec::new(),
        }
        .to_pem()
    };
    files::write(&layout.register(), b"", true)?;
    files::write(&layout.issuing(), pem(&issuing).as_bytes(), false)?;
    // Last of all: a directory with a root is a whole registry.
    files::write(&layout.root(), pem(&root).as_bytes(), false)?;
    drop(lock);
    let mut registry = Registry::open(layout, passphrase)?;
    registry.sign_list(now())?;
    report(&registry, json);
    Ok(())
}

fn report(registry: &Registry, json: bool) {
    let root = registry.layout().root();
    let fingerprint = registry.anchor().fingerprint();
    let network = NetworkName::of(registry.anchor());
    if json {
        let object = serde_json::json!({"root": root, "fingerprint": fingerprint, "network": network});
        println!("{object}");
    } else {
        println!("The registry is ready in {}.", registry.layout().dir.display());
        println!("  network      {network}");
        println!("  fingerprint  {fingerprint}");
        println!("  root         {}", root.display());
        println!("Next: give root.pem and its fingerprint to every node, by two different ways.");
        println!("Then keep root.key offline: issuing and revoking need only issuing.key.");
    }
}
