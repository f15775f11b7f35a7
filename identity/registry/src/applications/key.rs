//! The key that applications are sealed to: made when it is first needed, and announced in the register.

use dokuei_identity::application::{ApplicationKey, ApplicationSecretKey};
use dokuei_identity::keystore::{self, KdfParams};
use dokuei_identity::register::{Act, Entry};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::files;
use crate::journal::Line;
use crate::registry::Registry;

/// What the sealed file of the key is for.
const PURPOSE: &str = "registry-application-key";

/// The key. When there is none yet it is made, sealed and entered into the register.
pub(super) fn open(registry: &mut Registry) -> Result<ApplicationSecretKey, Failure> {
    let path = registry.layout().application_key();
    let key = if path.exists() {
        let secret = keystore::open(&files::read(&path)?, registry.passphrase(), PURPOSE)?;
        let seed = <[u8; 32]>::try_from(secret.as_slice()).map_err(|_| {
            Failure::Damaged(format!(
                "{} does not hold a key; restore it from a backup",
                path.display()
            ))
        })?;
        ApplicationSecretKey::from_seed(Zeroizing::new(seed))
    } else {
        let key = ApplicationSecretKey::generate(&mut rand::rng());
        let passphrase = Zeroizing::new(registry.passphrase().to_owned());
        let sealed = keystore::seal(
            key.seed(),
            &passphrase,
            KdfParams::RECOMMENDED,
            PURPOSE,
            &mut rand::rng(),
        )?;
        files::write(&path, &sealed, true)?;
        key
    };
    // Also after a crash between the file and the entry.
    let public = key.public();
    if !is_announced(registry, &public) {
        let entry = Entry {
            at: registry.time(),
            act: Act::ApplicationKey {
                kem: public.kem().as_bytes().to_vec(),
                kid: *public.kid(),
            },
        };
        registry.announce(&entry)?;
    }
    Ok(key)
}

fn is_announced(registry: &Registry, key: &ApplicationKey) -> bool {
    registry.register().lines.iter().any(|line| match line {
        Line::Entry { entry, .. } => {
            let parsed = hex::decode(entry)
                .ok()
                .and_then(|bytes| Entry::parse(&bytes).ok());
            parsed.is_some_and(
                |entry| matches!(entry.act, Act::ApplicationKey { kid, .. } if kid == *key.kid()),
            )
        }
        _ => false,
    })
}
