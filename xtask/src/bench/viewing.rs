//! `cargo xtask bench viewing`: how long a reader waits for the first image and for a coarse volume of a cone-beam CT that is
//! still on its way, on a line of 100 Mbit/s with a round trip of 20 ms.
//!
//! That they come in this order is a test of the whole system; how fast is measured here.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use dokuei_tests::lab::Lab;
use dokuei_tests::link::{Link, Links};
use dokuei_tests::pair::{Pair, Session};
use dokuei_tests::programs::Programs;
use dokuei_tests::site::Site;
use dokuei_tests::{consult, wait};
use serde::Serialize;
use serde_json::{Value, json};

use super::Common;
use crate::console::{Table, bytes, say, seconds};
use crate::packages::{self, BUILD};
use crate::project;

/// The first image is promised within this time of the acceptance.
const FIRST: Duration = Duration::from_secs(1);

/// One slice in so many is the coarse volume, which is promised before this part of the package has come.
const COARSE: usize = 8;
const PART: f64 = 0.15;

/// How long anything may take before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(900);

/// Options of the measurement.
#[derive(Args, Debug, Clone)]
pub(crate) struct Options {
    /// Install missing Debian packages without asking
    #[arg(long)]
    yes: bool,
    /// Slices of the study; 597 of 640 rows and columns are 490 MB
    #[arg(long, default_value_t = 597)]
    slices: u32,
    /// Rows and columns of a slice
    #[arg(long, default_value_t = 640)]
    size: u16,
    #[command(flatten)]
    common: Common,
}

/// What was seen, and what had come by then.
#[derive(Debug, Serialize)]
struct Sight {
    seconds: f64,
    bytes: u64,
}

/// What was measured, since the acceptance.
#[derive(Debug, Serialize)]
struct Figures {
    package_bytes: u64,
    first: Sight,
    coarse: Sight,
    whole: Sight,
}

/// Measures.
///
/// # Errors
/// When a step fails, or the images come too late.
pub(crate) fn run(options: &Options) -> Result<()> {
    ensure!(options.slices as usize > COARSE, "more slices than one in eight");
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
    let figures = measure(Lab::with(programs)?, options)?;
    options.common.report(&figures.table(), &figures)?;
    let part = figures.coarse.bytes as f64 / figures.package_bytes.max(1) as f64;
    if figures.first.seconds >= FIRST.as_secs_f64() {
        bail!(
            "the first image came after {:.2} s; {} s are promised",
            figures.first.seconds,
            FIRST.as_secs()
        );
    }
    if part > PART {
        bail!(
            "the coarse volume came with {:.0} % of the package; {:.0} % are promised",
            part * 100.0,
            PART * 100.0
        );
    }
    Ok(())
}

fn measure(lab: Lab, options: &Options) -> Result<Figures> {
    let mut links = Links::new()?;
    let (clinic, hospital) = (links.host("clinic")?, links.host("hospital")?);
    let wire = links.link(&clinic, &hospital, Link::METRO)?;
    let mut pair = Pair::enrolled(lab)?;
    pair.place(&Site::on(&clinic, wire.near()), &Site::on(&hospital, wire.far()));
    pair.start_bootstraps()?;
    pair.start_nodes()?;
    let session = pair.sign_in()?;
    session.meet()?;
    session.agree()?;
    let (study, case) = pair.requested(&session, options.slices, options.size)?;
    wait::until("the request at the specialist", PATIENCE, || {
        let cases: Vec<Value> = session.specialist.get("/cases")?;
        Ok(cases
            .iter()
            .any(|one| one["case_id"] == case.as_str())
            .then_some(()))
    })?;
    say!("✓ a study of {} slices is offered", options.slices);
    let all = consult::images(&session.clinic, &study)?;
    let coarse: BTreeSet<String> = all.into_iter().step_by(COARSE).collect();

    let begun = Instant::now();
    consult::act(&session.specialist, &case, "accept", &json!({}))?;
    let first = seen(&session, (&study, &case), begun, |images| !images.is_empty())?;
    let coarse = seen(&session, (&study, &case), begun, |images| {
        coarse.is_subset(images)
    })?;
    consult::wait_opened(&session.specialist, &case, |_, _| ())?;
    let (done, package_bytes) = consult::progress(&session.specialist, &case)?;
    Ok(Figures {
        package_bytes,
        first,
        coarse,
        whole: Sight {
            seconds: begun.elapsed().as_secs_f64(),
            bytes: done,
        },
    })
}

/// Looks until the reader sees such images of a study of a case; what had come is asked before, so that what comes while
/// the images are asked for is not counted.
fn seen(
    session: &Session,
    (study, case): (&str, &str),
    begun: Instant,
    enough: impl Fn(&BTreeSet<String>) -> bool,
) -> Result<Sight> {
    while begun.elapsed() < PATIENCE {
        let (bytes, _) = consult::progress(&session.specialist, case)?;
        // Nothing is known of the study before the first image is there.
        let images = consult::images(&session.specialist, study).unwrap_or_default();
        if enough(&images.into_iter().collect()) {
            return Ok(Sight {
                seconds: begun.elapsed().as_secs_f64(),
                bytes,
            });
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    None.context("the images did not come in time")
}

impl Figures {
    fn table(&self) -> Table {
        let mut table = Table::new(&["what the reader sees", "after", "of the package"]);
        for (what, sight) in [
            ("the first image", &self.first),
            ("every eighth slice", &self.coarse),
            ("all, opened", &self.whole),
        ] {
            let part = sight.bytes as f64 / self.package_bytes.max(1) as f64;
            table.row(&[
                what,
                &seconds(Duration::from_secs_f64(sight.seconds)),
                &format!("{:.1} % of {}", part * 100.0, bytes(self.package_bytes)),
            ]);
        }
        table
    }
}
