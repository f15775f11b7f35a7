//! sendme of the iroh project, from crates.io, without relays. It is used when it is there:
//! `cargo install sendme`.

use std::time::Duration;

use anyhow::{Context, Result};
use dokuei_tests::process::Process;
use dokuei_tests::wait;

use super::{Peer, Run, Scene};
use crate::bench::transfer::measure;

/// sendme.
pub(super) struct Sendme;

impl Peer for Sendme {
    fn name(&self) -> &'static str {
        "sendme"
    }

    fn what(&self) -> &'static str {
        "iroh's sendme, no relay; verified; nothing made durable"
    }

    fn transfer(&self, scene: &Scene) -> Result<Run> {
        let folder = scene.fresh()?;
        let into = folder.join("into");
        std::fs::create_dir_all(&into)?;
        let address = scene.near.address();
        let mut give = scene.near.command("sendme");
        give.current_dir(&folder)
            .args(["send", "--relay", "disabled", "--no-progress"]);
        give.args(["--magic-ipv4-addr", &format!("{address}:0")])
            .arg(&scene.study.folder);
        let giver = Process::start("sendme", give, &folder.join("sendme.log"))
            .context("`cargo install sendme` brings it")?;
        // Importing, which is hashing, comes before: the study is a stored one then.
        let ticket = wait::until("sendme's ticket", Duration::from_secs(60), || {
            let said = giver.last_lines(30);
            let ticket = said.split_whitespace().find(|word| word.starts_with("blob"));
            Ok(ticket.map(str::to_owned))
        })?;
        let mut take = scene.far.command("sendme");
        take.current_dir(&into)
            .args(["receive", "--relay", "disabled", "--no-progress", &ticket]);
        let mut run = measure::send(take, giver.id(), &folder, scene.patience)?;
        // The receiver is the program that was run to its end here.
        run.cpu_seconds.reverse();
        run.peak_rss_bytes.reverse();
        scene.check_arrived(&into)?;
        Ok(run)
    }
}
