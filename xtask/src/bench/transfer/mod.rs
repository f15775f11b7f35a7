//! `cargo xtask bench transfer`: a study from one place to another, by us and by what people use today, side by side.
//!
//! Every program is given its best settings and measured from outside, as processes, on loopback and on links with
//! distance and loss (`dokuei_tests::link`). Figures are ratios of one run on one machine; the JSON file has them all.

mod measure;
mod peers;
mod report;
mod scene;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use dokuei_tests::lab::Lab;
use dokuei_tests::programs::Programs;
use dokuei_tests::{fixtures, people};

use self::measure::{Run, TooSlow};
use self::peers::Peer;
use self::report::{Figures, Measured};
use self::scene::{LINKS, Scene, Study};
use super::Common;
use crate::console::say;
use crate::packages::{self, BENCH, DEMO, PEERS};
use crate::project;

/// What we are called in the tables.
const OURS: &str = "dokuei";

/// Rows and columns of a slice, and how many, for a cone-beam CT of so many MB.
const VOLUMES: [(u64, u16, u32); 2] = [(128, 400, 400), (490, 640, 600)];

/// Options of the comparison.
#[derive(Args, Debug, Clone)]
pub(crate) struct Options {
    /// Install missing Debian packages without asking
    #[arg(long)]
    yes: bool,
    /// Send this study instead of a generated one; it does not leave your machine
    #[arg(long, value_name = "DIR")]
    study: Option<PathBuf>,
    /// The size of the generated cone-beam CT in MB: 128 (400 files) or 490 (600 files)
    #[arg(long, default_value_t = 128, value_name = "MB")]
    size: u64,
    /// The links, of loopback, metro, far, island
    #[arg(long, value_delimiter = ',', default_value = "loopback,metro,far,island")]
    links: Vec<String>,
    /// Only these peers
    #[arg(long, value_delimiter = ',')]
    peers: Vec<String>,
    /// How often each is measured; the median counts
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// A peer that takes longer than this is stopped and reported as slower, seconds
    #[arg(long, default_value_t = 120)]
    patience: u64,
    #[command(flatten)]
    common: Common,
}

/// Measures.
///
/// # Errors
/// When our own transfer fails, or nothing can be measured.
pub(crate) fn run(options: &Options) -> Result<()> {
    packages::install(&[DEMO, BENCH, PEERS].concat(), options.yes)?;
    build(&options.common)?;
    let folder = tempfile::Builder::new().prefix("dokuei-bench-").tempdir()?;
    let study = study(options, folder.path())?;
    let peers = chosen(options)?;
    let mut figures = Figures::default();
    for link in &options.links {
        let patience = Duration::from_secs(options.patience);
        let scene = Scene::new(link, &study, folder.path(), patience)?;
        say!(
            "\n{}: {} MB in {} files",
            scene.what,
            scene.study.bytes / 1_000_000,
            scene.study.files
        );
        for peer in &peers {
            let measured = measure(peer.as_ref(), &scene, options.runs);
            if peer.name() == OURS
                && let Some(why) = &measured.failed
            {
                bail!("our own transfer failed on {link}: {why}");
            }
            say!("  {:14} {}", peer.name(), measured.line());
            figures.add(&scene, peer.as_ref(), measured);
        }
    }
    options.common.report(&figures.table(), &figures)?;
    say!("{}", figures.verdict());
    Ok(())
}

fn build(common: &Common) -> Result<()> {
    let programs = [
        "-p",
        "dokuei-node",
        "-p",
        "dokuei-registry",
        "-p",
        "dokuei-bootstrap",
        "-p",
        "dokuei-net",
        "--bins",
        "--example",
        "bare_stream",
    ];
    common.build(&programs)
}

fn chosen(options: &Options) -> Result<Vec<Box<dyn Peer>>> {
    let all = peers::all(&options.common.profile);
    let names: Vec<&str> = all.iter().map(|peer| peer.name()).collect();
    if let Some(unknown) = options.peers.iter().find(|name| !names.contains(&name.as_str())) {
        bail!("there is no peer {unknown}: choose of {}", names.join(", "));
    }
    let wanted =
        |peer: &dyn Peer| options.peers.is_empty() || options.peers.iter().any(|name| name == peer.name());
    Ok(all.into_iter().filter(|peer| wanted(peer.as_ref())).collect())
}

/// The user's study, or a generated one.
fn study(options: &Options, folder: &std::path::Path) -> Result<Study> {
    if let Some(given) = &options.study {
        return Study::in_folder(given);
    }
    let volume = VOLUMES.iter().find(|(size, ..)| *size == options.size);
    let (_, size, slices) =
        volume.context("a cone-beam CT is made of 128 or of 490 MB; --study takes any")?;
    let lab = Lab::with(Programs::in_dir(&project::bin_dir(&options.common.profile))?)?;
    let made = folder.join("study");
    fixtures::phantom_of(&lab.node(&people::CLINIC)?, &made, *slices, *size)?;
    Study::in_folder(&made)
}

/// Measures a peer as often as wanted; what fails once or is too slow is not tried again.
fn measure(peer: &dyn Peer, scene: &Scene, runs: usize) -> Measured {
    let mut measured = Measured::default();
    for _ in 0..runs.max(1) {
        match peer.transfer(scene) {
            Ok(run) => measured.runs.push(run),
            Err(error) => {
                let slow = error.downcast_ref::<TooSlow>();
                measured.slower_than = slow.map(|slow| slow.0.as_secs_f64());
                measured.failed = slow.is_none().then(|| format!("{error:#}"));
                break;
            }
        }
        // What one wrote must not be the next one's disk to wait for.
        let _ = dokuei_tests::process::output(&mut std::process::Command::new("sync"));
    }
    measured
}

/// The rows of [`LINKS`] in their order.
fn link_names() -> impl Iterator<Item = &'static str> {
    LINKS.iter().map(|(name, ..)| *name)
}

/// Sorted seconds.
fn seconds(runs: &[Run]) -> Vec<f64> {
    let mut seconds: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    seconds
}
