//! One started program: its own process group, its output in files, and gone when the value is dropped.

use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::ending::{self, GRACE, signal};

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
        let child = spawn(&mut command).with_context(|| format!("cannot start {name}"))?;
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
        ending::ended(self.id());
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

/// Runs `command` to its end and gives its standard output; for set-up steps that must not fail.
///
/// # Errors
/// When it cannot be started or ends with another code than 0: the sentence holds what it said.
pub fn output(command: &mut Command) -> Result<Vec<u8>> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = spawn(command.process_group(0))?;
    let group = child.id();
    let ended = child.wait_with_output();
    ending::ended(group);
    let ended = ended?;
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

/// Starts a program that a signal to this process will end, too.
fn spawn(command: &mut Command) -> Result<Child> {
    let spawned = command.spawn();
    let mut child = spawned.with_context(|| format!("cannot start {:?}", command.get_program()))?;
    if !ending::started(child.id()) {
        let _ = child.wait();
        bail!("everything is being stopped");
    }
    Ok(child)
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
        assert!(ending::exists(group));
        drop(process);
        let gone = crate::wait::until("the group to end", GRACE, || {
            Ok((!ending::exists(group)).then_some(()))
        });
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
