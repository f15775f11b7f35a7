//! The measure of what the network library itself can do: the same bytes over one stream of libp2p-stream, on stock
//! libp2p-quic or on TCP with TLS, without admission, sealing, proofs or durability (`node/net/examples/bare_stream.rs`).

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use dokuei_tests::process::Process;
use dokuei_tests::wait;

use super::{Peer, Run, Scene, free_port};
use crate::bench::transfer::measure;
use crate::project;

/// A copy by libp2p-stream.
pub(super) struct Bare {
    program: PathBuf,
    tcp: bool,
}

impl Bare {
    pub(super) fn new(profile: &str, tcp: bool) -> Self {
        Self {
            program: project::bin_dir(profile).join("examples/bare_stream"),
            tcp,
        }
    }
}

impl Peer for Bare {
    fn name(&self) -> &'static str {
        if self.tcp {
            "libp2p-stream-tcp"
        } else {
            "libp2p-stream"
        }
    }

    fn what(&self) -> &'static str {
        if self.tcp {
            "bare libp2p-stream copy over TCP, TLS and yamux; nothing sealed, verified or made durable"
        } else {
            "bare libp2p-stream copy over libp2p-quic; nothing sealed, verified or made durable"
        }
    }

    fn transfer(&self, scene: &Scene) -> Result<Run> {
        let folder = scene.fresh()?;
        let into = folder.join("into");
        std::fs::create_dir_all(&into)?;
        let port = free_port(&scene.far)?;
        let listen = if self.tcp {
            scene.far.tcp(port)
        } else {
            scene.far.quic(port)
        };
        let mut receive = scene.far.command(&self.program);
        receive.args(["receive", &listen]).arg(&into);
        let mut server = Process::start("the receiver", receive, &folder.join("receive.log"))?;
        let address = wait::until("the receiver's address", Duration::from_secs(20), || {
            server.check_running()?;
            let said = server.last_lines(5);
            Ok(said
                .lines()
                .find(|line| line.starts_with("/ip") && line.contains("/p2p/"))
                .map(str::to_owned))
        })?;
        let mut send = scene.near.command(&self.program);
        send.args(["send", &address]).arg(&scene.study.folder);
        let run = measure::send(send, server.id(), &folder, scene.patience)?;
        scene.check_arrived(&into)?;
        Ok(run)
    }
}
