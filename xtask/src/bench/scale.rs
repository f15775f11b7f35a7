//! `cargo xtask bench scale`: how nodes find each other as there are more and more of them.
//!
//! The measurement is `node/net/examples/scale.rs`: two real bootstrap programs, and as many networks as are wanted in
//! one process, which look each other up. Here it is run for each number, a line is laid through the figures, and what
//! it would come to with a million nodes is told; docs/scale.md says what that is worth.

use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::Common;
use crate::console::{Table, bytes, say};
use crate::project;

/// How many nodes the figures are carried on to.
const MANY: f64 = 1_000_000.0;

/// Lookups that may fail in a thousand.
const FAILING: usize = 5;

/// Options of the measurement.
#[derive(Args, Debug, Clone)]
pub(crate) struct Options {
    /// How many nodes, one number after the other
    #[arg(long, value_delimiter = ',', default_value = "10,30,100,300,1000")]
    nodes: Vec<usize>,
    /// How many lookups with each number
    #[arg(long, default_value_t = 1_000)]
    lookups: usize,
    /// Nothing has to be installed; taken so that every measurement can be called alike
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    common: Common,
}

/// What was measured with one number of nodes.
#[derive(Debug, Serialize, Deserialize)]
struct Row {
    nodes: usize,
    /// Nodes that were connected with both bootstraps when all had come.
    joined: usize,
    /// Nodes that know that they can be dialled and serve the routing table.
    serving: usize,
    /// Nodes that have met as many as are kept.
    met: usize,
    /// Until all had come, 16 at a time.
    grown_seconds: f64,
    /// Processor time of the measuring process until then, for each node.
    grown_cpu_ms: f64,
    /// From the start of a node until all this holds of it, or the time that was waited.
    placed_p50_ms: u64,
    placed_p99_ms: u64,
    lookups: usize,
    found: usize,
    /// Answers in a row until the wanted one was named.
    hops_mean: f64,
    hops_p99: u32,
    hops_max: u32,
    /// Peers that were asked.
    asked_mean: f64,
    asked_p99: u32,
    /// Bytes of Kademlia's messages for a lookup.
    bytes_mean: f64,
    /// All bytes on the loopback interface for a lookup, with new connections and what those bring, less what is idle.
    wire_bytes_mean: f64,
    p50_ms: f64,
    p99_ms: f64,
    connections_mean: f64,
    /// Of each node, while nothing happens.
    idle_bytes_per_second: f64,
    idle_packets_per_second: f64,
    /// Processor time of each node in a second.
    idle_cpu_ms: f64,
    /// The peak of the measuring process: all nodes together.
    memory_bytes: u64,
    /// The larger of the two bootstraps, at the end.
    bootstrap_bytes: u64,
}

/// `a + b·log2(n)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Line {
    a: f64,
    b: f64,
}

#[derive(Debug, Serialize)]
struct Figures {
    rows: Vec<Row>,
    hops: Option<Line>,
    asked: Option<Line>,
    bytes: Option<Line>,
    p50_ms: Option<Line>,
}

/// Measures.
///
/// # Errors
/// When a step fails, or nodes are not found.
pub(crate) fn run(options: &Options) -> Result<()> {
    ensure!(
        options.nodes.iter().all(|nodes| (2..=5_000).contains(nodes)) && options.lookups > 0,
        "between 2 and 5000 nodes, and at least one lookup"
    );
    let what = [
        "-p",
        "dokuei-bootstrap",
        "-p",
        "dokuei-net",
        "--bin",
        "dokuei-bootstrap",
        "--example",
        "scale",
    ];
    options.common.build(&what)?;
    let mut rows = Vec::new();
    for nodes in &options.nodes {
        say!("{nodes} nodes …");
        rows.push(measure(options, *nodes)?);
    }
    let line = |of: fn(&Row) -> f64| Line::through(&rows, of);
    let figures = Figures {
        hops: line(|row| row.hops_mean),
        asked: line(|row| row.asked_mean),
        bytes: line(|row| row.bytes_mean),
        p50_ms: line(|row| row.p50_ms),
        rows,
    };
    options.common.report(&figures.table(), &figures)?;
    say!("\n{}", figures.growth());
    for row in &figures.rows {
        let allowed = row.lookups * FAILING / 1000;
        if row.lookups - row.found > allowed {
            bail!(
                "of {} nodes, {} of {} lookups found nobody",
                row.nodes,
                row.lookups - row.found,
                row.lookups
            );
        }
    }
    Ok(())
}

fn measure(options: &Options, nodes: usize) -> Result<Row> {
    let programs = project::bin_dir(&options.common.profile);
    let output = std::process::Command::new(programs.join("examples/scale"))
        .arg(nodes.to_string())
        .arg(options.lookups.to_string())
        .arg(programs.join("dokuei-bootstrap"))
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start the measurement")?;
    if !output.status.success() {
        bail!("the measurement with {nodes} nodes did not come to its end");
    }
    serde_json::from_slice(&output.stdout).context("the measurement says something else than its figures")
}

impl Line {
    /// Through the figures by least squares over log2 of the number of nodes; of one number there is none.
    fn through(rows: &[Row], of: impl Fn(&Row) -> f64) -> Option<Self> {
        let points: Vec<_> = rows
            .iter()
            .map(|row| ((row.nodes as f64).log2(), of(row)))
            .collect();
        let count = points.len() as f64;
        let (mean_x, mean_y) = (
            points.iter().map(|(x, _)| x).sum::<f64>() / count,
            points.iter().map(|(_, y)| y).sum::<f64>() / count,
        );
        let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        let together: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        (spread > 0.0).then(|| {
            let b = together / spread;
            Self {
                a: mean_y - b * mean_x,
                b,
            }
        })
    }

    fn at(self, nodes: f64) -> f64 {
        self.a + self.b * nodes.log2()
    }
}

impl Figures {
    fn table(&self) -> Table {
        let mut table = Table::new(&[
            "nodes",
            "found",
            "hops",
            "p99",
            "asked",
            "Kademlia",
            "on the wire",
            "p50",
            "p99 ",
            "peers",
            "to come",
            "idle",
            "memory",
            "bootstrap",
        ]);
        for row in &self.rows {
            table.row(&[
                &row.nodes.to_string(),
                &format!("{}/{}", row.found, row.lookups),
                &format!("{:.2}", row.hops_mean),
                &row.hops_p99.to_string(),
                &format!("{:.1}", row.asked_mean),
                &bytes(row.bytes_mean as u64),
                &bytes(row.wire_bytes_mean as u64),
                &format!("{:.1} ms", row.p50_ms),
                &format!("{:.0} ms", row.p99_ms),
                &format!("{:.0}", row.connections_mean),
                &format!("{:.0} ms", row.grown_cpu_ms),
                &format!("{}/s", bytes(row.idle_bytes_per_second as u64)),
                &bytes(row.memory_bytes),
                &bytes(row.bootstrap_bytes),
            ]);
        }
        table
    }

    fn growth(&self) -> Table {
        let mut table = Table::new(&["a lookup", "grows as", "with a million nodes"]);
        for (what, line) in [
            ("hops", self.hops),
            ("peers asked", self.asked),
            ("bytes of Kademlia", self.bytes),
            ("ms on this machine", self.p50_ms),
        ] {
            if let Some(line) = line {
                let grows = format!("{:.2} + {:.2}·log2 n", line.a, line.b);
                table.row(&[what, &grows, &format!("{:.1}", line.at(MANY))]);
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(nodes: usize, hops: f64) -> Row {
        let said = format!(
            r#"{{"nodes":{nodes},"joined":{nodes},"serving":{nodes},"met":{nodes},"grown_seconds":9.5,"grown_cpu_ms":90,"placed_p50_ms":1,"placed_p99_ms":2,
            "lookups":1000,"found":1000,"hops_mean":{hops},"hops_p99":3,"hops_max":4,"asked_mean":22.5,"asked_p99":30,
            "bytes_mean":40000,"wire_bytes_mean":90000,"p50_ms":12.5,"p99_ms":80.0,"connections_mean":9.0,
            "idle_bytes_per_second":300,"idle_packets_per_second":4.0,"idle_cpu_ms":0.5,"memory_bytes":2000000000,"bootstrap_bytes":1}}"#
        );
        serde_json::from_str(&said).unwrap()
    }

    #[test]
    fn a_line_is_laid_through_what_was_measured_and_carried_on() {
        let rows = [row(16, 1.0), row(64, 1.5), row(256, 2.0), row(1024, 2.5)];
        let line = Line::through(&rows, |row| row.hops_mean).unwrap();
        assert!(
            (line.a - 0.0).abs() < 1e-9 && (line.b - 0.25).abs() < 1e-9,
            "{line:?}"
        );
        assert!((line.at(f64::from(1 << 20)) - 5.0).abs() < 1e-9);
        assert_eq!(Line::through(&rows[..1], |row| row.hops_mean), None);
        let figures = Figures {
            hops: Some(line),
            asked: None,
            bytes: None,
            p50_ms: None,
            rows: Vec::from(rows),
        };
        let table = format!("{}{}", figures.table(), figures.growth());
        assert!(
            table.contains("1000/1000") && table.contains("0.25·log2 n"),
            "{table}"
        );
    }
}
