//! `cargo xtask bench crowd`: one specialist, and many clinics that send to her at once.
//!
//! All are the real programs: each clinic has its certificates from the registry, its agreement with the specialist, and
//! a study that it has sealed to her. When all have asked and she has accepted all, what they send is let go at one
//! moment. From then on her work list is asked for as the app asks, and how far each study is, is looked at every second.
//! The clinics then run with the lowest priority, because they would be on machines of their own.

mod clinic;
mod fairness;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use dokuei_tests::api::Client;
use dokuei_tests::lab::Lab;
use dokuei_tests::node::Node;
use dokuei_tests::people::{HOSPITAL, SUZUKI};
use dokuei_tests::programs::Programs;
use dokuei_tests::registry::Registry;
use dokuei_tests::wait;
use serde::Serialize;
use serde_json::{Value, json};

use self::clinic::Clinic;
use self::fairness::{Share, jain};
use super::Common;
use crate::console::{self, Table, bytes, rate, say, seconds};
use crate::packages::{self, BUILD};
use crate::project;

/// What an answer of the work list's page may take, 99 of 100 times.
const LIMIT: Duration = Duration::from_millis(100);

/// How evenly the bytes must be spread over the clinics: 1 is perfect, 1/n is all for one.
const FAIR: f64 = 0.9;

/// What the work list's page asks for.
const PAGE: [&str; 5] = ["/cases", "/studies", "/agreements", "/status", "/session"];

/// How often each of them is asked for.
const EVERY: Duration = Duration::from_millis(250);

/// How long a step of all clinics together may take.
const STEP: Duration = Duration::from_secs(900);

/// Options of the measurement.
#[derive(Args, Debug, Clone)]
pub(crate) struct Options {
    /// Install missing Debian packages without asking
    #[arg(long)]
    yes: bool,
    /// How many clinics send at once
    #[arg(long, default_value_t = 200)]
    clinics: usize,
    /// Slices of each study, of 0.32 MB
    #[arg(long, default_value_t = 40)]
    slices: u32,
    #[command(flatten)]
    common: Common,
}

/// How long answers of one kind took.
#[derive(Debug, Serialize)]
struct Answers {
    path: &'static str,
    count: usize,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Figures {
    clinics: usize,
    /// Of all sealed packages.
    package_bytes: u64,
    /// Until all were there and verified.
    received_seconds: f64,
    /// Until all were opened.
    opened_seconds: f64,
    /// With nothing under way, and while all send.
    quiet: Vec<Answers>,
    busy: Vec<Answers>,
    limit_ms: f64,
    /// When half of all bytes had come.
    half: Share,
    peak_rss_bytes: u64,
}

/// Measures.
///
/// # Errors
/// When a step fails, answers come too late, or the clinics are not served evenly.
pub(crate) fn run(options: &Options) -> Result<()> {
    ensure!(
        (2..=1_000).contains(&options.clinics) && options.slices > 0,
        "between 2 and 1000 clinics, with one slice at least"
    );
    packages::install(BUILD, options.yes)?;
    let what = [
        "-p",
        "dokuei-node",
        "-p",
        "dokuei-registry",
        "-p",
        "dokuei-bootstrap",
    ];
    options.common.build(&what)?;
    let programs = Programs::in_dir(&project::bin_dir(&options.common.profile))?;
    let figures = measure(&Lab::with(programs)?, options)?;
    options.common.report(&figures.table(), &figures)?;
    let slow: Vec<_> = figures
        .busy
        .iter()
        .filter(|one| one.p99_ms >= figures.limit_ms)
        .collect();
    if let Some(slowest) = slow.iter().max_by(|a, b| a.p99_ms.total_cmp(&b.p99_ms)) {
        bail!(
            "{} took {:.0} ms or longer once in a hundred times; {:.0} ms are allowed",
            slowest.path,
            slowest.p99_ms,
            figures.limit_ms
        );
    }
    if figures.half.jain < FAIR {
        bail!(
            "the clinics are not served evenly: Jain's index is {:.2}",
            figures.half.jain
        );
    }
    Ok(())
}

fn measure(lab: &Lab, options: &Options) -> Result<Figures> {
    let registry = lab.registry()?;
    let mut specialist = lab.node(&HOSPITAL)?;
    specialist.enrol(&registry)?;
    specialist.enrol_practitioner(&registry, &SUZUKI)?;
    let bootstrap = lab.bootstrap("bootstrap", dokuei_tests::capture::free_ports(1)?[0], &registry)?;
    specialist.start(&bootstrap.addresses)?;
    let reader = specialist.sign_in(&SUZUKI)?;
    let mut clinics: Vec<_> = (0..options.clinics)
        .map(|number| Clinic::new(lab, number))
        .collect();
    prepare(&mut clinics, &registry, &specialist, &reader, options)?;
    clinics.iter().try_for_each(Clinic::stand_back)?;
    let quiet = watched(&reader, |_| {
        std::thread::sleep(Duration::from_secs(10));
        Ok(())
    })?
    .1;
    accept_all(&specialist, &reader, options.clinics)?;
    say!("all clinics send");
    let begun = Instant::now();
    let _: Value = specialist.operator()?.delete("/bandwidth")?;
    let (seen, busy) = watched(&reader, |_| follow(&reader, begun))?;
    let pid = std::fs::read(specialist.data_dir().join("api.json"))?;
    let pid: Value = serde_json::from_slice(&pid)?;
    Ok(Figures {
        clinics: options.clinics,
        package_bytes: seen.total,
        received_seconds: seen.received.as_secs_f64(),
        opened_seconds: seen.opened.as_secs_f64(),
        quiet,
        busy,
        limit_ms: LIMIT.as_secs_f64() * 1e3,
        half: seen
            .half
            .context("no bytes were seen on their way: take more slices")?,
        peak_rss_bytes: peak(pid["pid"].as_u64().context("api.json names no process")?),
    })
}

/// Brings everybody to where a request waits to be accepted.
fn prepare(
    clinics: &mut [Clinic],
    registry: &Registry,
    specialist: &Node,
    reader: &Client,
    options: &Options,
) -> Result<()> {
    let (issuing, partner) = (Mutex::new(()), specialist.addresses()?);
    let partner = partner
        .iter()
        .find(|address| address.contains("quic") && !address.contains("p2p-circuit"))
        .context("no QUIC address")?;
    let count = clinics.len();
    each("enrolled", clinics, |clinic| {
        clinic.enrol(registry, &issuing, partner)
    })?;
    each("started", clinics, Clinic::start)?;
    each("asked for an agreement", clinics, Clinic::propose)?;
    countersign(reader, count)?;
    each("asked for a reading", clinics, |clinic| {
        clinic.request(options.slices)
    })?;
    wait::until("all requests at the specialist", STEP, || {
        let cases: Vec<Value> = reader.get("/cases")?;
        Ok((cases.len() == count).then_some(()))
    })
}

/// Does something with each, a few at a time.
fn each(done: &str, clinics: &mut [Clinic], work: impl Fn(&mut Clinic) -> Result<()> + Sync) -> Result<()> {
    let bar = console::bar();
    bar.set_message(done.to_owned());
    let (total, finished, begun) = (clinics.len() as u64, AtomicUsize::new(0), Instant::now());
    let size = clinics.len().div_ceil(4).max(1);
    let outcomes: Vec<Result<()>> = std::thread::scope(|scope| {
        let workers: Vec<_> = clinics
            .chunks_mut(size)
            .map(|some| {
                scope.spawn(|| {
                    for clinic in some {
                        work(clinic)?;
                        let done = finished.fetch_add(1, Ordering::Relaxed) as u64 + 1;
                        console::advance(&bar, done, total);
                    }
                    Ok(())
                })
            })
            .collect();
        let join = |worker: std::thread::ScopedJoinHandle<'_, Result<()>>| {
            worker.join().unwrap_or_else(|_| bail!("a worker panicked"))
        };
        workers.into_iter().map(join).collect()
    });
    bar.finish_and_clear();
    outcomes.into_iter().collect::<Result<Vec<()>>>()?;
    say!("✓ {total} {done}  {}", seconds(begun.elapsed()));
    Ok(())
}

/// The specialist signs every agreement that is proposed to her.
fn countersign(reader: &Client, count: usize) -> Result<()> {
    wait::until("all agreements in force", STEP, || {
        let all: Vec<Value> = reader.get("/agreements")?;
        for one in all.iter().filter(|one| one["state"] == "proposed") {
            let id = one["id"].as_str().context("an agreement without id")?;
            let _: Value = reader.post(&format!("/agreements/{id}/accept"), &json!({}))?;
        }
        let signed = all.iter().filter(|one| one["state"] == "in_force").count();
        Ok((signed == count).then_some(()))
    })
}

/// Accepts every request, while nothing may come but a trickle, so that all begin to send at one moment.
fn accept_all(specialist: &Node, reader: &Client, count: usize) -> Result<()> {
    let _: Value = specialist
        .operator()?
        .put("/bandwidth", &json!({ "down_mbit": 1.0 }))?;
    let begun = Instant::now();
    let cases: Vec<Value> = reader.get("/cases")?;
    for case in &cases {
        let id = case["case_id"].as_str().context("a case without id")?;
        let _: Value = reader.post(&format!("/cases/{id}/accept"), &json!({}))?;
    }
    say!("✓ {count} accepted  {}", seconds(begun.elapsed()));
    Ok(())
}

/// What was seen while all sent.
#[derive(Default)]
struct Seen {
    total: u64,
    received: Duration,
    opened: Duration,
    half: Option<Share>,
}

/// Looks every second how far everything is, until all is opened.
fn follow(reader: &Client, begun: Instant) -> Result<Seen> {
    let mut seen = Seen::default();
    loop {
        let cases: Vec<Value> = reader.get("/cases")?;
        let number = |case: &Value, name: &str| case["transfer"][name].as_u64().unwrap_or(0);
        let done: Vec<u64> = cases.iter().map(|case| number(case, "done")).collect();
        let total: u64 = cases.iter().map(|case| number(case, "total")).sum();
        let sum: u64 = done.iter().sum();
        seen.total = seen.total.max(total);
        // The first look at which half has come; those whose total is not known yet count as nothing.
        let known = cases.iter().all(|case| number(case, "total") > 0);
        if seen.half.is_none() && known && sum * 2 >= total {
            seen.half = Some(Share {
                jain: jain(&done),
                least_of_mean: done.iter().min().copied().unwrap_or(0) as f64 * done.len() as f64
                    / sum.max(1) as f64,
                after_seconds: begun.elapsed().as_secs_f64(),
            });
        }
        if seen.received.is_zero() && known && sum == total {
            seen.received = begun.elapsed();
        }
        if cases.iter().all(|case| case["transfer"]["state"] == "opened") {
            seen.opened = begun.elapsed();
            return Ok(seen);
        }
        if begun.elapsed() > STEP {
            let mut states: Vec<_> = cases
                .iter()
                .map(|case| case["transfer"]["state"].to_string())
                .collect();
            states.sort();
            states.dedup();
            bail!("not all studies came in time; their states are {states:?}");
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Asks for the work list's page, as often as it asks, while `work` runs.
fn watched<T: Send>(
    reader: &Client,
    work: impl FnOnce(&AtomicBool) -> Result<T> + Send,
) -> Result<(T, Vec<Answers>)> {
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let askers: Vec<_> = PAGE
            .into_iter()
            .map(|path| {
                let (client, ended) = (reader.clone(), &ended);
                scope.spawn(move || ask(&client, path, ended))
            })
            .collect();
        let outcome = work(&ended);
        ended.store(true, Ordering::Relaxed);
        let mut answers = Vec::new();
        for asker in askers {
            answers.push(asker.join().unwrap_or_else(|_| bail!("an asker panicked"))?);
        }
        Ok((outcome?, answers))
    })
}

fn ask(client: &Client, path: &'static str, ended: &AtomicBool) -> Result<Answers> {
    let mut took = Vec::new();
    while !ended.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let _: Value = client.get(path)?;
        let time = begun.elapsed();
        took.push(time);
        std::thread::sleep(EVERY.saturating_sub(time));
    }
    took.sort_unstable();
    let at = |permille: usize| {
        let index = took.len().saturating_sub(1) * permille / 1000;
        took.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    Ok(Answers {
        path,
        count: took.len(),
        p50_ms: at(500),
        p99_ms: at(990),
        max_ms: at(1000),
    })
}

/// The peak of a process, bytes; 0 where the system does not tell.
fn peak(pid: u64) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}

impl Figures {
    fn table(&self) -> Table {
        let mut table = Table::new(&[
            "the work list asks for",
            "quiet p50",
            "p99",
            "all send p50",
            "p99 ",
            "max",
            "limit",
        ]);
        let limit = format!("{:.0} ms", self.limit_ms);
        for (quiet, busy) in self.quiet.iter().zip(&self.busy) {
            let said = [quiet.p50_ms, quiet.p99_ms, busy.p50_ms, busy.p99_ms, busy.max_ms];
            let [a, b, c, d, e] = said.map(|ms| format!("{ms:.1} ms"));
            table.row(&[busy.path, &a, &b, &c, &d, &e, &limit]);
        }
        let received = Duration::from_secs_f64(self.received_seconds);
        let rows = [
            (
                format!("{} packages received", self.clinics),
                seconds(received),
                rate(self.package_bytes, received),
            ),
            (
                "all opened".to_owned(),
                seconds(Duration::from_secs_f64(self.opened_seconds)),
                String::new(),
            ),
            (
                "Jain's index when half has come".to_owned(),
                format!("{:.3}", self.half.jain),
                format!("after {:.0} s", self.half.after_seconds),
            ),
            (
                "the slowest clinic's part of an even share".to_owned(),
                format!("{:.0} %", self.half.least_of_mean * 100.0),
                String::new(),
            ),
            (
                "specialist, peak memory".to_owned(),
                bytes(self.peak_rss_bytes),
                String::new(),
            ),
        ];
        for (what, value, more) in &rows {
            table.row(&[what, value, more, "", "", "", ""]);
        }
        table
    }
}
