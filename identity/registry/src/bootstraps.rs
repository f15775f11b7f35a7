//! Bootstrap hosts as the registry sees them: by HTTP, at the addresses that `registry.toml` names.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// How long one may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest answer about its health, bytes.
const MAX_HEALTH: u64 = 64 << 10;

/// One of them.
pub(crate) struct Bootstrap {
    url: String,
    agent: ureq::Agent,
}

/// What `GET /health` tells, as far as it matters here.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Health {
    pub(crate) peer_id: String,
    #[serde(default)]
    version: String,
    /// How far its mirror of the register is.
    #[serde(default)]
    register: Option<Mirror>,
    /// What waits in its drop box.
    #[serde(default)]
    drop_box: Option<DropBox>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mirror {
    entries: u64,
    #[serde(default)]
    signed_at: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct DropBox {
    deposits: u64,
    bytes: u64,
}

impl Bootstrap {
    /// The one at this address, for example `http://127.0.0.1:9090`.
    pub(crate) fn at(url: &str) -> Result<Self, Failure> {
        let url = url.trim().trim_end_matches('/');
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(Failure::Usage(format!(
                "{url:?} is not the HTTP address of a bootstrap host, for example http://127.0.0.1:9090"
            )));
        }
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .build()
            .into();
        Ok(Self {
            url: url.to_owned(),
            agent,
        })
    }

    /// What it tells about itself.
    pub(crate) fn health(&self) -> Result<Health, Failure> {
        let failed =
            |error: ureq::Error| Failure::Bootstrap(format!("{}/health cannot be asked: {error}", self.url));
        let mut answer = self
            .agent
            .get(format!("{}/health", self.url))
            .config()
            // One that is not well (503) says so in the same words, and may still have what waits.
            .http_status_as_error(false)
            .build()
            .call()
            .map_err(failed)?;
        let text = answer
            .body_mut()
            .with_config()
            .limit(MAX_HEALTH)
            .read_to_vec()
            .map_err(failed)?;
        serde_json::from_slice(&text)
            .map_err(|_| Failure::Bootstrap(format!("{}/health does not tell a peer id", self.url)))
    }

    /// Asks it for something; the answer has at most `limit` bytes.
    pub(crate) fn post(&self, path: &str, body: &[u8], limit: u64) -> Result<Vec<u8>, Failure> {
        let failed = |error: ureq::Error| {
            Failure::Bootstrap(format!("{}/{path} did not give what waits: {error}", self.url))
        };
        let mut answer = self
            .agent
            .post(format!("{}/{path}", self.url))
            .send(body)
            .map_err(failed)?;
        answer
            .body_mut()
            .with_config()
            .limit(limit)
            .read_to_vec()
            .map_err(failed)
    }
}

/// The one that was named, or all that the configuration names.
pub(crate) fn chosen(named: Option<String>, configured: &[String]) -> Result<Vec<String>, Failure> {
    match named {
        Some(url) => Ok(vec![url]),
        None if configured.is_empty() => Err(Failure::Usage(
            "no bootstrap host is named: give its address, or write bootstraps = [\"http://…\"] into registry.toml"
                .to_owned(),
        )),
        None => Ok(configured.to_vec()),
    }
}
