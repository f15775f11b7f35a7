//! Two Orthanc servers: one sends a stored study to the other, by STOW-RS or by its own protocol of peers; plain HTTP.

use std::path::Path;

use anyhow::{Context, Result, bail};
use dokuei_tests::process::{Process, output};
use dokuei_tests::site::Site;
use serde_json::{Value, json};

use super::{Peer, Run, Scene, await_port, free_port};
use crate::bench::transfer::measure;

/// STOW-RS (DICOMweb), or Orthanc's peers.
pub(super) struct Orthanc {
    pub(super) stow: bool,
}

/// A running server.
struct Server {
    process: Process,
    site: Site,
    port: u16,
}

impl Peer for Orthanc {
    fn name(&self) -> &'static str {
        if self.stow {
            "orthanc-stow"
        } else {
            "orthanc-peers"
        }
    }

    fn what(&self) -> &'static str {
        if self.stow {
            "Orthanc, STOW-RS over HTTP, larger messages; not encrypted, nothing made durable"
        } else {
            "Orthanc peers over HTTP; not encrypted, nothing made durable"
        }
    }

    fn transfer(&self, scene: &Scene) -> Result<Run> {
        let folder = scene.fresh()?;
        let receiver = Server::start(&scene.far, &folder.join("receiver"), None)?;
        let sender = Server::start(&scene.near, &folder.join("sender"), Some(&receiver))?;
        sender.fill(&scene.study.folder)?;
        let studies: Value = serde_json::from_slice(&output(&mut sender.curl("/studies"))?)?;
        let (path, body) = if self.stow {
            (
                "/dicom-web/servers/receiver/stow",
                json!({ "Resources": studies, "Synchronous": true }),
            )
        } else {
            (
                "/peers/receiver/store",
                json!({ "Resources": studies, "Synchronous": true, "Compress": false }),
            )
        };
        let mut send = sender.curl(path);
        send.args(["-X", "POST", "-d", &body.to_string()]);
        let before = measure::cpu_of(sender.process.id())?;
        let mut run = measure::send(send, receiver.process.id(), &folder, scene.patience)?;
        let stored: Value = serde_json::from_slice(&output(&mut receiver.curl("/statistics"))?)?;
        if stored["CountInstances"].as_u64() != Some(scene.study.files as u64) {
            bail!("not all images arrived: {stored}");
        }
        run.cpu_seconds[0] = measure::cpu_of(sender.process.id())? - before;
        run.peak_rss_bytes[0] = measure::peak_of(sender.process.id())?;
        Ok(run)
    }
}

impl Server {
    fn start(site: &Site, folder: &Path, receiver: Option<&Self>) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let port = free_port(site)?;
        let mut config = json!({
            "Name": "bench",
            "StorageDirectory": folder.join("storage"),
            "IndexDirectory": folder.join("storage"),
            "StorageCompression": false,
            "SyncStorageArea": false,
            "HttpPort": port,
            "RemoteAccessAllowed": true,
            "AuthenticationEnabled": false,
            "DicomServerEnabled": false,
            "KeepAlive": true,
            "TcpNoDelay": true,
            "HttpTimeout": 0,
            "Plugins": ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],
            // Larger messages than it sends by itself: on a long line each costs a round trip.
            "DicomWeb": { "Enable": true, "StowMaxInstances": 100, "StowMaxSize": 64 },
        });
        if let Some(receiver) = receiver {
            let base = format!("http://{}:{}/", receiver.site.address(), receiver.port);
            config["OrthancPeers"] = json!({ "receiver": [base] });
            config["DicomWeb"]["Servers"] = json!({ "receiver": { "Url": format!("{base}dicom-web/") } });
        }
        let file = folder.join("orthanc.json");
        std::fs::write(&file, serde_json::to_vec(&config)?)?;
        let mut command = site.command("Orthanc");
        command.arg(&file);
        let mut process = Process::start("Orthanc", command, &folder.join("orthanc.log"))
            .context("the comparison needs Debian's orthanc and orthanc-dicomweb")?;
        await_port(site, port, &mut process)?;
        Ok(Self {
            process,
            site: site.clone(),
            port,
        })
    }

    fn curl(&self, path: &str) -> std::process::Command {
        let mut curl = self.site.command("curl");
        curl.args(["-sS", "--fail", "-H", "Expect:"]).arg(format!(
            "http://{}:{}{path}",
            self.site.address(),
            self.port
        ));
        curl
    }

    /// Stores the study, untimed: a transfer begins from a stored one.
    fn fill(&self, study: &Path) -> Result<()> {
        for file in dokuei_tests::digest::files_below(study) {
            let mut curl = self.curl("/instances");
            output(
                curl.args(["-X", "POST", "--data-binary"])
                    .arg(format!("@{}", file.display())),
            )?;
        }
        Ok(())
    }
}
