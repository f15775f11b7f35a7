//! The figures, the table, and what they say of the goals.

use std::fmt::Write as _;

use serde::Serialize;

use super::measure::Run;
use super::peers::Peer;
use super::scene::Scene;
use super::{OURS, link_names, seconds};
use crate::console::{Table, bytes};

/// The most resident memory that a node may take.
const MEMORY_LIMIT: u64 = 150_000_000;

/// A goal: on a link, we take at most so many times a peer's time, or so many seconds (for the study of 128 MB).
const GOALS: [(&str, Goal); 5] = [
    ("loopback", Goal::Times("storescu-tls", 1.5)),
    ("loopback", Goal::Times("scp", 2.5)),
    ("loopback", Goal::Times("libp2p-stream", 0.9)),
    ("metro", Goal::Seconds(5.5)),
    ("far", Goal::Seconds(6.0)),
];

/// What is to be reached.
#[derive(Debug, Clone, Copy)]
enum Goal {
    /// So many times as fast as this peer.
    Times(&'static str, f64),
    /// The study of 128 MB in so many seconds.
    Seconds(f64),
}

/// The runs of one peer on one link.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Measured {
    pub(super) runs: Vec<Run>,
    /// It was stopped after so many seconds.
    pub(super) slower_than: Option<f64>,
    /// Why there is no figure.
    pub(super) failed: Option<String>,
}

/// One row.
#[derive(Debug, Clone, Serialize)]
struct Row {
    link: &'static str,
    peer: &'static str,
    what: &'static str,
    study_bytes: u64,
    study_files: usize,
    #[serde(flatten)]
    measured: Measured,
}

/// Everything that was measured.
#[derive(Debug, Default, Serialize)]
pub(super) struct Figures {
    rows: Vec<Row>,
}

impl Measured {
    /// Shortest, median and longest time.
    fn times(&self) -> Option<[f64; 3]> {
        let sorted = seconds(&self.runs);
        Some([*sorted.first()?, *sorted.get(sorted.len() / 2)?, *sorted.last()?])
    }

    fn median_of(&self, value: impl Fn(&Run) -> f64) -> f64 {
        let mut values: Vec<f64> = self.runs.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    }

    fn peak(&self) -> [u64; 2] {
        [0, 1].map(|side: usize| {
            let peaks = self.runs.iter().map(|run| run.peak_rss_bytes[side]);
            peaks.max().unwrap_or(0)
        })
    }

    /// For the person who waits.
    pub(super) fn line(&self) -> String {
        match (self.times(), self.slower_than, &self.failed) {
            (Some([least, median, most]), ..) => format!("{median:.2} s ({least:.2} to {most:.2})"),
            (None, Some(limit), _) => format!("more than {limit:.0} s"),
            (None, None, why) => format!("not measured: {}", why.as_deref().unwrap_or("no run")),
        }
    }
}

impl Figures {
    pub(super) fn add(&mut self, scene: &Scene, peer: &dyn Peer, measured: Measured) {
        self.rows.push(Row {
            link: scene.name,
            peer: peer.name(),
            what: peer.what(),
            study_bytes: scene.study.bytes,
            study_files: scene.study.files,
            measured,
        });
    }

    fn row(&self, link: &str, peer: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.link == link && row.peer == peer)
    }

    fn median(&self, link: &str, peer: &str) -> Option<f64> {
        self.row(link, peer)?
            .measured
            .times()
            .map(|[_, median, _]| median)
    }

    pub(super) fn table(&self) -> Table {
        let mut table = Table::new(&[
            "link",
            "peer",
            "median",
            "min–max",
            "MB/s",
            "we are",
            "CPU s, each side",
            "peak memory",
            "what",
        ]);
        for row in &self.rows {
            let ours = self.median(row.link, OURS);
            let Some([least, median, most]) = row.measured.times() else {
                table.row(&[
                    row.link,
                    row.peer,
                    &row.measured.line(),
                    "",
                    "",
                    "",
                    "",
                    "",
                    row.what,
                ]);
                continue;
            };
            let [sending, receiving] =
                [0, 1].map(|side: usize| row.measured.median_of(|run| run.cpu_seconds[side]));
            let [near, far] = row.measured.peak();
            let before = row.measured.median_of(|run| run.before_seconds);
            let mut what = row.what.to_owned();
            if before > 0.0 {
                let _ = write!(what, "; {before:.2} s of it before the first byte is sent");
            }
            if let Some(sealed) = row.measured.runs.iter().find_map(|run| run.sealed_bytes) {
                let part = sealed as f64 / row.study_bytes as f64;
                let _ = write!(what, "; sealed to {part:.3} of its length");
            }
            if row.measured.runs.iter().any(|run| run.compared_after.is_some()) {
                let [seconds, cpu] = [0, 1].map(|which: usize| {
                    row.measured
                        .median_of(|run| run.compared_after.map_or(0.0, |after| after[which]))
                });
                let _ = write!(
                    what,
                    "; all decoded and compared {seconds:.2} s later ({cpu:.2} s of processor time)"
                );
            }
            table.row(&[
                row.link,
                row.peer,
                &format!("{median:.2} s"),
                &format!("{least:.2}–{most:.2}"),
                &format!("{:.1}", row.study_bytes as f64 / 1e6 / median),
                &ours.map_or_else(String::new, |ours| format!("{:.2}×", median / ours)),
                &format!("{sending:.2} / {receiving:.2}"),
                &format!("{} / {}", bytes(near), bytes(far)),
                &what,
            ]);
        }
        table
    }

    /// What is reached and what is not.
    pub(super) fn verdict(&self) -> String {
        let mut text = String::new();
        for (link, goal) in GOALS {
            let Some(line) = self.judge(link, goal) else {
                continue;
            };
            let _ = writeln!(text, "{line}");
        }
        for link in link_names() {
            let Some(row) = self.row(link, OURS) else { continue };
            let most = row.measured.peak().into_iter().max().unwrap_or(0);
            if most > MEMORY_LIMIT {
                let _ = writeln!(
                    text,
                    "✗ {link}: a node took {} of memory, more than {}",
                    bytes(most),
                    bytes(MEMORY_LIMIT)
                );
            }
        }
        text
    }

    fn judge(&self, link: &str, goal: Goal) -> Option<String> {
        let ours = self.median(link, OURS)?;
        let (reached, said) = match goal {
            Goal::Times(peer, factor) => {
                let times = self.median(link, peer)? / ours;
                (
                    times >= factor,
                    format!("{times:.2} times as fast as {peer}; the goal is {factor}"),
                )
            }
            Goal::Seconds(limit) => {
                let bytes = self.row(link, OURS)?.study_bytes;
                if !(120_000_000..140_000_000).contains(&bytes) {
                    return None;
                }
                (ours <= limit, format!("{ours:.2} s; the goal is {limit} s"))
            }
        };
        Some(format!("{} {link}: {said}", if reached { "✓" } else { "✗" }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(link: &'static str, peer: &'static str, seconds: &[f64]) -> Row {
        let run = |seconds: &f64| Run {
            seconds: *seconds,
            peak_rss_bytes: [200_000_000, 10],
            ..Run::default()
        };
        Row {
            link,
            peer,
            what: "",
            study_bytes: 128_000_000,
            study_files: 400,
            measured: Measured {
                runs: seconds.iter().map(run).collect(),
                ..Measured::default()
            },
        }
    }

    #[test]
    fn a_goal_is_judged_by_the_medians_and_a_miss_is_said() {
        let figures = Figures {
            rows: vec![
                row("loopback", OURS, &[1.0, 2.0, 1.5]),
                row("loopback", "scp", &[3.0, 6.0, 4.5]),
                row("far", OURS, &[7.0]),
            ],
        };
        let verdict = figures.verdict();
        assert!(
            verdict.contains("✓ loopback: 3.00 times as fast as scp"),
            "{verdict}"
        );
        assert!(verdict.contains("✗ far: 7.00 s; the goal is 6 s"), "{verdict}");
        assert!(verdict.contains("✗ far: a node took 200.0 MB"), "{verdict}");
        assert!(figures.table().to_string().contains("3.00×"));
    }

    #[test]
    fn a_peer_that_was_stopped_is_shown_as_slower() {
        let measured = Measured {
            slower_than: Some(120.0),
            ..Measured::default()
        };
        assert_eq!(measured.line(), "more than 120 s");
    }
}
