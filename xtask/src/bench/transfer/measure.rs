//! What a transfer cost: time, processor, memory.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use dokuei_tests::process::Process;
use dokuei_tests::wait;
use serde::Serialize;

/// Clock ticks in a second, as /proc counts them on every Linux.
const TICKS: f64 = 100.0;

/// One transfer.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Run {
    /// From the order to send until all of it is stored at the other side.
    pub(super) seconds: f64,
    /// Processor time of the sending and of the receiving side.
    pub(super) cpu_seconds: [f64; 2],
    /// The most resident memory of the largest process of either side.
    pub(super) peak_rss_bytes: [u64; 2],
    /// Of `seconds`, what went by before the first byte could be sent (sealing).
    pub(super) before_seconds: f64,
    /// What was sent of the study, where that is known: its sealed length.
    pub(super) sealed_bytes: Option<u64>,
    /// After `seconds`, until every image was decoded and compared with the hash that its sender signed, where that is done
    /// beside everything else; and the receiving side's processor time for it.
    pub(super) compared_after: Option<[f64; 2]>,
}

/// Thrown when a peer takes longer than anybody would wait.
#[derive(Debug, thiserror::Error)]
#[error("it was not done after {} s", .0.as_secs())]
pub(super) struct TooSlow(pub(super) Duration);

/// The processor time that a running server has used, with the children that it has waited for.
pub(super) fn cpu_of(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("the server has ended")?;
    // The name in parentheses may hold spaces.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // utime, stime, cutime, cstime are the fields 14 to 17 of the whole line.
    let ticks = fields.get(11..15).context("/proc has another form")?;
    let ticks: Result<Vec<f64>, _> = ticks.iter().map(|ticks| ticks.parse::<f64>()).collect();
    Ok(ticks?.iter().sum::<f64>() / TICKS)
}

/// The peak of resident memory of a running process, bytes.
pub(super) fn peak_of(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("the server has ended")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kibibytes.context("/proc has another form")?.parse::<u64>()? * 1024)
}

/// The command under GNU time, which writes into `report`.
pub(super) fn timed(command: &mut Command, report: &Path) -> Command {
    let mut wrapped = Command::new(command.get_program());
    let words: Vec<_> = command.get_args().map(std::ffi::OsStr::to_owned).collect();
    // `ip netns exec NAME program …`: time is run inside.
    let inside = if command.get_program() == "ip" { 3 } else { 0 };
    let time = ["/usr/bin/time", "-q", "-f", "%U %S %M", "-o"];
    if inside == 0 {
        wrapped = Command::new(time[0]);
        wrapped.args(&time[1..]).arg(report).arg(command.get_program());
    } else {
        wrapped.args(&words[..inside]).args(time).arg(report);
    }
    wrapped.args(&words[inside..]);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    wrapped
}

/// Runs a sending program to its end, which must be a success within `patience`, and gives its time, processor time and
/// memory. `server` is the receiving side.
pub(super) fn send(mut command: Command, server: u32, folder: &Path, patience: Duration) -> Result<Run> {
    let (report, log) = (folder.join("send.time"), folder.join("send.log"));
    let before = cpu_of(server)?;
    let mut process_command = timed(&mut command, &report);
    process_command.env("LC_ALL", "C");
    let start = Instant::now();
    let mut process = Process::start("the sender", process_command, &log)?;
    let seconds = loop {
        if process.check_running().is_err() {
            break start.elapsed().as_secs_f64();
        }
        if start.elapsed() > patience {
            return Err(TooSlow(patience).into());
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    if !process.succeeded() {
        bail!("the sender failed:\n{}", process.last_lines(10));
    }
    let (sender_cpu, sender_peak) = read_report(&report)?;
    // A server that forks counts its children when it has waited for them.
    std::thread::sleep(Duration::from_millis(200));
    Ok(Run {
        seconds,
        cpu_seconds: [sender_cpu, cpu_of(server)? - before],
        peak_rss_bytes: [sender_peak, peak_of(server)?],
        ..Run::default()
    })
}

fn read_report(report: &Path) -> Result<(f64, u64)> {
    let text = wait::until_ok("GNU time's report", Duration::from_secs(5), || {
        let text = std::fs::read_to_string(report)?;
        if text.trim().is_empty() {
            bail!("it is empty");
        }
        Ok(text)
    })?;
    let fields: Vec<&str> = text.lines().last().unwrap_or("").split_whitespace().collect();
    match fields.as_slice() {
        [user, system, kibibytes] => Ok((
            user.parse::<f64>()? + system.parse::<f64>()?,
            kibibytes.parse::<u64>()? * 1024,
        )),
        _ => bail!("GNU time's report has another form: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_a_time_and_a_peak() {
        let me = std::process::id();
        assert!(cpu_of(me).unwrap() >= 0.0);
        assert!(peak_of(me).unwrap() > 100_000);
    }

    #[test]
    fn time_is_run_on_the_host() {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", "there", "scp", "a", "b"]);
        let timed = timed(&mut command, Path::new("r"));
        let words: Vec<_> = timed.get_args().map(|word| word.to_str().unwrap()).collect();
        assert_eq!(words[..4], ["netns", "exec", "there", "/usr/bin/time"]);
        assert_eq!(words[words.len() - 4..], ["r", "scp", "a", "b"]);
    }

    #[test]
    fn a_report_of_gnu_time_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let report = dir.path().join("time");
        std::fs::write(&report, "1.50 0.25 2048\n").unwrap();
        assert_eq!(read_report(&report).unwrap(), (1.75, 2_097_152));
    }
}
