//! One started program: its own process group, its output in files, and gone when the value is dropped.

use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a program may take to end by itself after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);

/// The process groups that run now, so that a signal handler can end them all ([`stop_all`]).
static LIVE: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// A running program. Dropping it ends its whole process group.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` in a process group of its own, standard output and error into `log`.
    ///
    /// # Errors
    /// When the log cannot be written or the program cannot be started.
    pub fn start(name: &str, mut command: Command, log: &Path) -> Result<Self> {
        let out = File::options().create(true).append(true).open(log);
        let out = out.with_context(|| format!("cannot write the log {}", log.display()))?;
        command
            .stdin(Stdio::null())
            .stderr(out.try_clone()?)
            .stdout(out)
            .process_group(0);
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {name} ({:?})", command.get_program()))?;
        live().push(child.id());
        Ok(Self {
            name: name.to_owned(),
            child,
            log: log.to_owned(),
        })
    }

    /// The process' number, which is also its group's.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The file that holds what the program said.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Fails with the end of the log when the program has ended.
    ///
    /// # Errors
    /// When it runs no more.
    pub fn check_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!(
                "{} ended ({}):\n{}",
                self.name,
                describe(status),
                self.last_lines(20)
            ),
        }
    }

    /// Whether the program has ended with exit code 0.
    pub fn succeeded(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(status)) if status.success())
    }

    /// Ends the program as an operator would (SIGTERM), and by SIGKILL when it does not.
    pub fn stop(&mut self) {
        signal(self.id(), "TERM");
        self.await_end();
        self.kill();
    }

    /// Waits until the program has ended by itself, some seconds at most.
    pub fn await_end(&mut self) {
        let start = Instant::now();
        while start.elapsed() < GRACE && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the program at once with SIGKILL, as a power cut would.
    pub fn kill(&mut self) {
        signal(self.id(), "KILL");
        let _ = self.child.wait();
        live().retain(|id| *id != self.child.id());
    }

    /// The last `count` lines of the log.
    #[must_use]
    pub fn last_lines(&self, count: usize) -> String {
        let text = String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(count)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Ends every program that this process started and that still runs. For signal handlers: takes at most some seconds.
pub fn stop_all() {
    let groups = std::mem::take(&mut *live());
    for group in &groups {
        signal(*group, "TERM");
    }
    let start = Instant::now();
    while start.elapsed() < GRACE && groups.iter().any(|group| exists(*group)) {
        std::thread::sleep(Duration::from_millis(50));
    }
    for group in groups {
        signal(group, "KILL");
    }
}

/// Runs `command` to its end and gives its standard output; for set-up steps that must not fail.
///
/// # Errors
/// When it cannot be started or ends with another code than 0: the sentence holds what it said.
pub fn output(command: &mut Command) -> Result<Vec<u8>> {
    let ended = command.stdin(Stdio::null()).output();
    let ended = ended.with_context(|| format!("cannot start {:?}", command.get_program()))?;
    if !ended.status.success() {
        bail!(
            "{:?} failed ({}): {}",
            command,
            describe(ended.status),
            String::from_utf8_lossy(&ended.stderr).trim()
        );
    }
    Ok(ended.stdout)
}

fn live() -> std::sync::MutexGuard<'static, Vec<u32>> {
    LIVE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Sends a signal to a whole process group by kill(1): the system call itself would need `unsafe`.
fn signal(group: u32, name: &str) {
    let _ = kill(&format!("-{name}"), group);
}

fn exists(group: u32) -> bool {
    kill("-0", group).is_ok_and(|status| status.success())
}

fn kill(signal: &str, group: u32) -> std::io::Result<ExitStatus> {
    let target = format!("-{group}");
    Command::new("kill")
        .args([signal, "--", &target])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no exit code".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn dropping_ends_the_children_too() {
        let dir = tempfile::tempdir().unwrap();
        let process =
            Process::start("parent", shell("sleep 300 & sleep 300"), &dir.path().join("log")).unwrap();
        let group = process.id();
        assert!(exists(group));
        drop(process);
        let gone = crate::wait::until("the group to end", GRACE, || Ok((!exists(group)).then_some(())));
        assert!(gone.is_ok());
    }

    #[test]
    fn a_program_that_ended_shows_what_it_said() {
        let dir = tempfile::tempdir().unwrap();
        let mut process =
            Process::start("liar", shell("echo it broke; exit 7"), &dir.path().join("log")).unwrap();
        let error = crate::wait::until("its end", GRACE, || Ok(process.check_running().err())).unwrap();
        assert_eq!(error.to_string(), "liar ended (exit code 7):\nit broke");
    }

    #[test]
    fn output_of_a_failed_step_is_in_the_error() {
        let error = output(&mut shell("echo no disk >&2; exit 5"))
            .unwrap_err()
            .to_string();
        assert!(error.ends_with("failed (exit code 5): no disk"), "{error}");
        assert_eq!(output(&mut shell("echo yes")).unwrap(), b"yes\n");
    }
}
