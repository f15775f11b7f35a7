//! Where a mirror is fed from as files: the folder that the registry publishes, or any web server that has it.

use std::io::{ErrorKind, Read as _};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use dokuei_identity::chain::Chain;
use dokuei_identity::register::{
    Answer, MAX_NOTE, MAX_SUCCESSIONS, StaticFiles, StaticRegister, StoreError, layout,
};
use dokuei_identity::revocation::MAX_LIST;
use dokuei_identity::time::Timestamp;

use super::Mirror;
use super::follow::ROUNDS;

/// The largest `registry.pem`, bytes.
const MAX_PEM: usize = 64 * 1024;

/// How long a web server may take for one file.
const FETCH: Duration = Duration::from_secs(30);

/// A register as files.
pub(super) enum Source {
    /// A folder.
    Folder(PathBuf),
    /// A web server, with the address of the folder.
    Web(ureq::Agent, String),
}

impl Source {
    pub(super) fn web(address: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(FETCH))
            .http_status_as_error(false)
            .max_redirects(2)
            .build();
        Self::Web(config.into(), address.trim_end_matches('/').to_owned())
    }

    /// A file of at most `limit` bytes; nothing when there is none.
    fn get(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>> {
        let bytes = match self {
            Self::Folder(dir) => match std::fs::File::open(dir.join(path)) {
                Ok(file) => {
                    let mut bytes = Vec::new();
                    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
                    bytes
                }
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
            },
            Self::Web(agent, base) => {
                let mut response = agent.get(format!("{base}/{path}")).call()?;
                if response.status() == 404 {
                    return Ok(None);
                }
                ensure!(
                    response.status().is_success(),
                    "the web server answered {} for {path}",
                    response.status()
                );
                response
                    .body_mut()
                    .with_config()
                    .limit(limit as u64 + 1)
                    .read_to_vec()?
            }
        };
        ensure!(bytes.len() <= limit, "{path} is larger than {limit} bytes");
        Ok(Some(bytes))
    }

    /// Brings the mirror up to date. `last` is the checkpoint that was seen last here, so that a glance is one small
    /// file.
    pub(super) fn feed(&self, mirror: &Mirror, last: &mut Vec<u8>, now: Timestamp) -> Result<()> {
        let Some(note) = self.get(layout::CHECKPOINT, MAX_NOTE)? else {
            return Ok(());
        };
        if note == *last {
            return Ok(());
        }
        let pem = self
            .get(layout::REGISTRY, MAX_PEM)?
            .context("there is no registry.pem")?;
        let registry = Chain::from_pem(&String::from_utf8(pem)?)?;
        let successions = self.get(layout::SUCCESSIONS, MAX_SUCCESSIONS)?;
        let successions = successions.map_or(Ok(Vec::new()), |bundle| layout::decode_bundle(&bundle))?;
        // Before anything large is fetched on the word of whoever runs the server.
        let head = Answer {
            checkpoint: note.clone(),
            registry: registry.clone(),
            from: 0,
            entries: Vec::new(),
            proof: None,
            link: None,
            lists: Vec::new(),
            successions,
        };
        let checkpoint = mirror.verify(&head, now)?;
        let files = StaticRegister::new(Files(self), checkpoint);
        for _ in 0..ROUNDS {
            let answer = files.answer(&mirror.ask(), &registry, &[])?;
            if !mirror.take(&answer, now)? {
                continue;
            }
            for issuer in mirror.missing_lists() {
                if let Some(list) = self.get(&layout::list_path(&issuer), MAX_LIST)? {
                    mirror.take_lists(&[list], now)?;
                }
            }
            *last = note;
            return Ok(());
        }
        anyhow::bail!("the register does not end");
    }
}

/// The files as the register reads them.
struct Files<'a>(&'a Source);

impl StaticFiles for Files<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(path, layout::MAX_BUNDLE)?)
    }
}
