//! `cargo xtask bench revocation`: how long a revocation takes to reach every connected node, and a node that was off.
//!
//! The measurement is `node/net/examples/revocation.rs`: the real bootstrap program, and as many networks as are
//! wanted in one process, each with a register of its own that it verifies to the root.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::Common;
use crate::console::{Table, bytes};
use crate::project;

/// What a revocation may take until the last connected node has it, on loopback.
const LIMIT: Duration = Duration::from_secs(5);

/// Options of the measurement.
#[derive(Args, Debug, Clone)]
pub(crate) struct Options {
    /// How many nodes are connected
    #[arg(long, default_value_t = 200)]
    nodes: usize,
    #[command(flatten)]
    common: Common,
}

/// What was measured. Times run from the moment at which the registry's new checkpoint lies in its folder until a
/// node has verified and kept the entries.
#[derive(Debug, Serialize, Deserialize)]
struct Figures {
    nodes: usize,
    entries: u64,
    min_ms: u64,
    median_ms: u64,
    max_ms: u64,
    /// From the first dial of a node that was off until its first case message, which comes after the revocation.
    absent_ms: u64,
    /// What the node that fetched most fetched for it.
    bytes_per_node: u64,
    /// The peak of the measuring process: all nodes together.
    memory_bytes: u64,
    #[serde(default)]
    limit_ms: u64,
}

/// Measures.
///
/// # Errors
/// When a step fails, or the last node had the revocation too late.
pub(crate) fn run(options: &Options) -> Result<()> {
    let what = [
        "-p",
        "dokuei-bootstrap",
        "-p",
        "dokuei-net",
        "--bin",
        "dokuei-bootstrap",
        "--example",
        "revocation",
    ];
    options.common.build(&what)?;
    let programs = project::bin_dir(&options.common.profile);
    let output = std::process::Command::new(programs.join("examples/revocation"))
        .arg(options.nodes.to_string())
        .arg(programs.join("dokuei-bootstrap"))
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start the measurement")?;
    if !output.status.success() {
        bail!("the measurement did not come to its end");
    }
    let mut figures: Figures = serde_json::from_slice(&output.stdout)
        .context("the measurement says something else than its figures")?;
    figures.limit_ms = u64::try_from(LIMIT.as_millis()).unwrap_or(u64::MAX);
    options.common.report(&figures.table(), &figures)?;
    if figures.max_ms >= figures.limit_ms {
        bail!(
            "the last node had the revocation after {} ms; {} are allowed",
            figures.max_ms,
            figures.limit_ms
        );
    }
    Ok(())
}

impl Figures {
    fn table(&self) -> Table {
        let mut table = Table::new(&["a revocation reaches", "after", "limit"]);
        let limit = format!("{} ms", self.limit_ms);
        for (whom, after, limit) in [
            (format!("the first of {} nodes", self.nodes), self.min_ms, ""),
            ("half of them".to_owned(), self.median_ms, ""),
            ("all of them".to_owned(), self.max_ms, &*limit),
            (
                "a node that was off, from its first dial".to_owned(),
                self.absent_ms,
                "",
            ),
        ] {
            table.row(&[&whom, &format!("{after} ms"), limit]);
        }
        table.row(&["each fetched at most", &bytes(self.bytes_per_node), ""]);
        table.row(&["memory of all nodes together", &bytes(self.memory_bytes), ""]);
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_the_limit_beside_the_last_node() {
        let said = r#"{"nodes":200,"entries":2000,"min_ms":900,"median_ms":1200,"max_ms":1700,"absent_ms":40,
            "bytes_per_node":3210,"memory_bytes":211000000}"#;
        let mut figures: Figures = serde_json::from_str(said).unwrap();
        figures.limit_ms = 5_000;
        let table = figures.table().to_string();
        let last = table.lines().find(|line| line.contains("all of them")).unwrap();
        assert!(last.contains("1700 ms") && last.contains("5000 ms"), "{table}");
        assert!(table.contains("3.2 kB") && table.contains("211.0 MB"), "{table}");
    }
}
