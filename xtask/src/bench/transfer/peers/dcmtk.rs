//! DCMTK's storescu and storescp. As shipped they stall for 50 ms at each image; TCP_NODELAY in the environment of both
//! sides, larger buffers and the largest PDU make them several times faster.

use std::process::Command;

use anyhow::Result;
use dokuei_tests::process::Process;

use super::{Peer, Run, Scene, await_port, certificate, free_port};
use crate::bench::transfer::measure;

/// C-STORE, plain or over TLS.
pub(super) struct Dcmtk {
    pub(super) tls: bool,
}

fn tuned(command: &mut Command) -> &mut Command {
    command
        .env("TCP_NODELAY", "1")
        .env("TCP_BUFFER_LENGTH", "262144")
        .args(["-pdu", "131072"])
}

impl Peer for Dcmtk {
    fn name(&self) -> &'static str {
        if self.tls { "storescu-tls" } else { "storescu" }
    }

    fn what(&self) -> &'static str {
        if self.tls {
            "DCMTK over TLS, tuned; the client anonymous; nothing made durable"
        } else {
            "DCMTK without encryption, tuned; nothing made durable"
        }
    }

    fn transfer(&self, scene: &Scene) -> Result<Run> {
        let folder = scene.fresh()?;
        let into = folder.join("into");
        std::fs::create_dir_all(&into)?;
        let port = free_port(&scene.far)?.to_string();
        let mut receive = scene.far.command("storescp");
        tuned(&mut receive).args(["+xa", "-od"]).arg(&into);
        let mut send = scene.near.command("storescu");
        tuned(&mut send).args(["-R", "+sd", "+r", "-nh"]);
        if self.tls {
            let [key, certificate] = certificate(&folder)?;
            receive.args(["+tls", &key, &certificate, "-ic"]);
            send.args(["+tla", "+cf", &certificate]);
        }
        receive.arg(&port);
        let mut server = Process::start("storescp", receive, &folder.join("storescp.log"))?;
        await_port(&scene.far, port.parse()?, &mut server)?;
        send.args([&scene.far.address().to_string(), &port])
            .arg(&scene.study.folder);
        let run = measure::send(send, server.id(), &folder, scene.patience)?;
        scene.check_arrived(&into)?;
        Ok(run)
    }
}
