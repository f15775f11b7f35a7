//! What a person sees: tables, progress bars, and figures in readable units.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Prints a line to standard output; ends the task as Ctrl-C does when nobody reads it any more (`… | head`).
macro_rules! say {
    ($($words:tt)*) => {
        $crate::console::line(&mut std::io::stdout(), format_args!($($words)*))
    };
}

/// The same to standard error.
macro_rules! complain {
    ($($words:tt)*) => {
        $crate::console::line(&mut std::io::stderr(), format_args!($($words)*))
    };
}

pub(crate) use {complain, say};

/// Writes a line: see [`say`] and [`complain`].
pub(crate) fn line(out: &mut impl Write, words: fmt::Arguments<'_>) {
    if cfg!(test) {
        print_in_a_test(words);
    } else if !is_read(out, words) {
        crate::stop(NOBODY_READS);
    }
}

/// What a test says is kept back until it fails, by whoever runs it; that works with these macros only.
#[expect(clippy::print_stdout, reason = "see above")]
fn print_in_a_test(words: fmt::Arguments<'_>) {
    println!("{words}");
}

/// The exit code of whatever a shell saw ended by SIGPIPE.
const NOBODY_READS: i32 = 141;

/// Whether somebody still reads what is written. A full disk, say, is no reason to stop.
fn is_read(out: &mut impl Write, words: fmt::Arguments<'_>) -> bool {
    let written: io::Result<()> = writeln!(out, "{words}").and_then(|()| out.flush());
    written.map_or_else(|error| error.kind() != ErrorKind::BrokenPipe, |()| true)
}

/// A table whose columns are as wide as what is in them.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let mut table = Self::default();
        table.row(headings);
        table
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: &[&str]) {
        self.rows
            .push(cells.iter().map(|cell| (*cell).to_owned()).collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| columns_of(cell))
                .max()
        };
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        for (number, row) in self.rows.iter().enumerate() {
            let mut line = String::from(" ");
            for (cell, width) in row.iter().zip(&widths) {
                line.push(' ');
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', width - columns_of(cell) + 1));
            }
            writeln!(out, "{}", line.trim_end())?;
            if number == 0 {
                let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
                writeln!(out, "  {}", rules.join("  "))?;
            }
        }
        Ok(())
    }
}

/// The columns that a text takes on a terminal: Japanese characters take two.
fn columns_of(text: &str) -> usize {
    let wide = |character: char| matches!(u32::from(character), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x20000..=0x3fffd);
    text.chars()
        .map(|character| if wide(character) { 2 } else { 1 })
        .sum()
}

/// Bytes in decimal units, as networks and disks count them.
pub(crate) fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.2} GB", count as f64 / 1e9),
    }
}

/// A rate in MB/s (10⁶ bytes), or nothing when it would mean nothing.
pub(crate) fn rate(count: u64, time: Duration) -> String {
    if count < 1_000_000 || time.is_zero() {
        return String::new();
    }
    format!("{:.0} MB/s", count as f64 / 1e6 / time.as_secs_f64())
}

/// Seconds.
pub(crate) fn seconds(time: Duration) -> String {
    if time.as_secs() >= 100 {
        return format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60);
    }
    format!("{:.1} s", time.as_secs_f64())
}

/// A progress bar for something that is counted in bytes or pieces; hidden when nobody looks.
#[must_use]
pub(crate) fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("    {bar:40} {percent:>3} %  {msg}") {
        bar.set_style(style.progress_chars("██░"));
    }
    bar
}

/// Moves a bar.
pub(crate) fn advance(bar: &ProgressBar, done: u64, total: u64) {
    bar.set_length(total.max(1));
    bar.set_position(done);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_with_japanese_text_too() {
        let mut table = Table::new(&["name", "n"]);
        table.row(&["山田太郎", "1"]);
        table.row(&["a", "22"]);
        assert_eq!(
            table.to_string(),
            "  name      n\n  ────────  ──\n  山田太郎  1\n  a         22\n"
        );
    }

    #[test]
    fn nobody_who_reads_is_no_reason_to_panic() {
        let (reader, mut writer) = io::pipe().unwrap();
        assert!(is_read(&mut writer, format_args!("one {}", 1)));
        drop(reader);
        assert!(!is_read(&mut writer, format_args!("two")));
    }

    #[test]
    fn figures_are_readable() {
        assert_eq!(
            [bytes(12), bytes(1_500), bytes(211_000_000), bytes(2_000_000_000)],
            ["12 B", "1.5 kB", "211.0 MB", "2.00 GB"]
        );
        assert_eq!(rate(200_000_000, Duration::from_secs(2)), "100 MB/s");
        assert_eq!(rate(10, Duration::from_secs(2)), "");
        assert_eq!(seconds(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(754)), "12 min 34 s");
    }
}
