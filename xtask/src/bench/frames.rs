//! `cargo xtask bench frames`: how fast a viewer on the same machine gets frames of a study by DICOMweb.
//!
//! The real program, a real socket; slices of 512 rows and columns and 16 bits, each an instance of its own, as cone-beam CTs
//! are. Viewers keep their connections and take one frame after the other.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use dokuei_tests::api::Client;
use dokuei_tests::lab::Lab;
use dokuei_tests::people::{CLINIC, TANAKA};
use dokuei_tests::programs::Programs;
use dokuei_tests::{consult, fixtures};
use serde::Serialize;
use serde_json::Value;

use super::Common;
use crate::console::{Table, say, seconds};
use crate::packages::{self, BUILD};
use crate::project;

/// Frames a second that are promised, of half a megabyte.
const LEAST: f64 = 200.0;

/// Rows and columns of a slice.
const SIZE: u16 = 512;

/// Options of the measurement.
#[derive(Args, Debug, Clone)]
pub(crate) struct Options {
    /// Install missing Debian packages without asking
    #[arg(long)]
    yes: bool,
    /// Slices of the study, of 0.52 MB each
    #[arg(long, default_value_t = 200)]
    slices: u32,
    /// How often the study is scrolled through
    #[arg(long, default_value_t = 5)]
    times: usize,
    #[command(flatten)]
    common: Common,
}

/// What so many viewers got.
#[derive(Debug, Serialize)]
struct Viewing {
    viewers: usize,
    frames_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Figures {
    slices: u32,
    frame_bytes: usize,
    /// The first frame of all, with the header that says where it is.
    first_ms: f64,
    metadata_seconds: f64,
    study_mb_per_second: f64,
    viewing: Vec<Viewing>,
    least: f64,
}

/// Measures.
///
/// # Errors
/// When a step fails, or frames come too slowly.
pub(crate) fn run(options: &Options) -> Result<()> {
    ensure!(
        options.slices > 1 && options.times > 0,
        "two slices at least, and once at least"
    );
    packages::install(BUILD, options.yes)?;
    options.common.build(&[
        "-p",
        "dokuei-node",
        "-p",
        "dokuei-registry",
        "-p",
        "dokuei-bootstrap",
    ])?;
    let programs = Programs::in_dir(&project::bin_dir(&options.common.profile))?;
    let figures = measure(&Lab::with(programs)?, options)?;
    options.common.report(&figures.table(), &figures)?;
    let best = figures.viewing.iter().map(|one| one.frames_per_second);
    let best = best.fold(0.0, f64::max);
    if best < LEAST {
        bail!("{best:.0} frames a second; {LEAST:.0} are promised");
    }
    Ok(())
}

fn measure(lab: &Lab, options: &Options) -> Result<Figures> {
    let registry = lab.registry()?;
    let mut node = lab.node(&CLINIC)?;
    node.enrol(&registry)?;
    node.enrol_practitioner(&registry, &TANAKA)?;
    let source = lab.folder().join("source");
    fixtures::phantom_of(&node, &source, options.slices, SIZE)?;
    node.start(&[])?;
    let dentist = node.sign_in(&TANAKA)?;
    let study = consult::import_one(&dentist, &source)?;
    say!("✓ a study of {} slices", options.slices);

    let found = dentist.bytes(&format!("/dicomweb/studies/{study}/instances?limit=5000"))?;
    let found: Vec<Value> = serde_json::from_slice(&found)?;
    let frames: Vec<String> = found
        .iter()
        .map(|one| {
            let uri = one["00081190"]["Value"][0].as_str().context("no retrieve URI")?;
            let path = uri
                .strip_prefix(dentist.base())
                .context("a URI of another node")?;
            anyhow::Ok(format!("{path}/frames/1"))
        })
        .collect::<Result<_>>()?;
    let (frame, first) = timed(|| dentist.bytes(frames.first().context("no slices")?))?;
    let (_, metadata) = timed(|| dentist.bytes(&format!("/dicomweb/studies/{study}/metadata")))?;
    let (whole, all) = timed(|| dentist.bytes(&format!("/dicomweb/studies/{study}")))?;
    let viewing = [1, 2, 4, 8]
        .into_iter()
        .map(|viewers| scroll(&dentist, &frames, viewers, options.times))
        .collect::<Result<_>>()?;
    Ok(Figures {
        slices: options.slices,
        frame_bytes: frame.len(),
        first_ms: first * 1e3,
        metadata_seconds: metadata,
        study_mb_per_second: whole.len() as f64 / all / 1e6,
        viewing,
        least: LEAST,
    })
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, f64)> {
    let begun = Instant::now();
    let value = work()?;
    Ok((value, begun.elapsed().as_secs_f64()))
}

/// So many viewers, each with its own connection, share the frames.
fn scroll(client: &Client, frames: &[String], viewers: usize, times: usize) -> Result<Viewing> {
    let begun = Instant::now();
    let taken: Result<Vec<Vec<f64>>> = std::thread::scope(|scope| {
        let viewers: Vec<_> = (0..viewers)
            .map(|first| {
                scope.spawn(move || {
                    let own = frames.iter().skip(first).step_by(viewers);
                    let mut taken = Vec::new();
                    for path in own.cycle().take(frames.len() * times / viewers) {
                        taken.push(timed(|| client.bytes(path))?.1 * 1e3);
                    }
                    Ok(taken)
                })
            })
            .collect();
        let join = |viewer: std::thread::ScopedJoinHandle<'_, Result<Vec<f64>>>| {
            viewer.join().unwrap_or_else(|_| bail!("a viewer panicked"))
        };
        viewers.into_iter().map(join).collect()
    });
    let mut taken = taken?.concat();
    let elapsed = begun.elapsed().as_secs_f64();
    taken.sort_by(f64::total_cmp);
    let at = |part: usize| taken.get(taken.len() * part / 100).copied().unwrap_or_default();
    Ok(Viewing {
        viewers,
        frames_per_second: taken.len() as f64 / elapsed,
        p50_ms: at(50),
        p99_ms: at(99),
    })
}

impl Figures {
    fn table(&self) -> Table {
        let mut table = Table::new(&["what", "value"]);
        table.row(&["bytes of a frame", &self.frame_bytes.to_string()]);
        table.row(&["the first frame", &format!("{:.1} ms", self.first_ms)]);
        let metadata = seconds(Duration::from_secs_f64(self.metadata_seconds));
        table.row(&[&format!("metadata of {} instances", self.slices), &metadata]);
        table.row(&[
            "the whole study",
            &format!("{:.0} MB/s", self.study_mb_per_second),
        ]);
        for one in &self.viewing {
            let times = format!(
                "{:.0} frames/s; p50 {:.1} ms, p99 {:.1} ms",
                one.frames_per_second, one.p50_ms, one.p99_ms
            );
            table.row(&[&format!("{} viewers", one.viewers), &times]);
        }
        table
    }
}
