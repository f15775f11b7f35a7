//! `dokuei-bootstrap`: a process that helps peers to find each other.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::Process;
use crate::registry::Registry;
use crate::site::Site;
use crate::wait;

/// A running bootstrap node.
#[derive(Debug)]
pub struct Bootstrap {
    process: Process,
    data_dir: PathBuf,
    /// Its addresses with its peer id, as `dokuei run --bootstrap` takes them.
    pub addresses: Vec<String>,
    /// Where the registry collects applications, `http://127.0.0.1:PORT`.
    pub health: String,
}

#[derive(Deserialize)]
struct Announced {
    addresses: Vec<String>,
    health: String,
}

impl Bootstrap {
    /// Starts a bootstrap node at `site` on `port` (UDP for QUIC, TCP for its fallback) that mirrors the registry's
    /// register, with these options besides, and waits until it listens.
    ///
    /// # Errors
    /// When it does not listen within 20 s, with the end of its log.
    pub fn start(
        program: &Path,
        data_dir: &Path,
        (site, port): (&Site, u16),
        registry: &Registry,
        (log, options): (&Path, &[&str]),
    ) -> Result<Self> {
        let announced = data_dir.join("addresses.json");
        let _ = std::fs::remove_file(&announced);
        let mut command = site.command(program);
        command.args(["run", "--data-dir"]).arg(data_dir);
        command.args(["--listen", &site.quic(port), "--listen", &site.tcp(port)]);
        command.arg("--root").arg(registry.root());
        command.arg("--register-dir").arg(registry.register());
        command.args(["--health", "127.0.0.1:0"]).args(options);
        let mut process = Process::start("dokuei-bootstrap", command, log)?;
        let announced = wait::until("a bootstrap node to listen", Duration::from_secs(20), || {
            process.check_running()?;
            let Ok(text) = std::fs::read(&announced) else {
                return Ok(None);
            };
            Ok(serde_json::from_slice::<Announced>(&text).ok())
        })
        .with_context(|| format!("see its log {}", log.display()))?;
        Ok(Self {
            process,
            data_dir: data_dir.to_owned(),
            addresses: announced.addresses,
            health: announced.health,
        })
    }

    /// Its data directory.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Its process.
    #[must_use]
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}
