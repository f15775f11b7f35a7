//! The node behind the window: one that runs already, or a child process that lives as long as the window.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::address::{ApiFile, NodeAddress};
use crate::error::StartError;
use crate::options::Options;

/// Unlocking (Argon2id) and opening the store take seconds; a minute means that something is wrong.
const START: Duration = Duration::from_secs(60);
/// How long a child may take to write what it holds and end.
const STOP: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(100);
/// Lines of the child's standard error that an error shows.
const LINES: usize = 6;

/// The address of the node that runs on this data directory, when one does.
pub(crate) fn running(data_dir: &Path) -> Result<Option<NodeAddress>, StartError> {
    Ok(ApiFile::read(data_dir)?
        .map(|file| file.address)
        .filter(NodeAddress::answers))
}

/// The node that this window started, if it did.
pub(crate) type OwnNode = Arc<Mutex<Option<NodeProcess>>>;

/// A node that this window started.
#[derive(Debug)]
pub(crate) struct NodeProcess {
    child: Child,
    said: Option<JoinHandle<String>>,
}

impl NodeProcess {
    /// Starts `program run` on the data directory.
    fn start(program: &Path, options: &Options) -> Result<Self, StartError> {
        if !program.is_file() {
            return Err(StartError::NodeMissing(program.to_owned()));
        }
        let mut child = Command::new(program)
            .arg("run")
            .arg("--data-dir")
            .arg(&options.data_dir)
            .args(&options.run_arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(StartError::NodeRefused)?;
        let said = child
            .stderr
            .take()
            .map(|stderr| thread::spawn(move || last_lines(stderr)));
        Ok(Self { child, said })
    }

    /// The address of the child once it listens. A file that another process left behind does not count.
    fn listening(&mut self, data_dir: &Path) -> Result<Option<NodeAddress>, StartError> {
        if let Some(file) = ApiFile::read(data_dir)?
            && file.pid == self.child.id()
            && file.address.answers()
        {
            return Ok(Some(file.address));
        }
        if self.child.try_wait().map_err(StartError::NodeRefused)?.is_some() {
            let said = self
                .said
                .take()
                .and_then(|reader| reader.join().ok())
                .unwrap_or_default();
            return Err(StartError::NodeStopped { said });
        }
        Ok(None)
    }

    /// Asks the child to end, waits for it, and ends it when it does not.
    fn stop(&mut self) {
        self.ask_to_end();
        let deadline = Instant::now() + STOP;
        while Instant::now() < deadline {
            // An error here means that there is nothing to wait for.
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(POLL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    #[cfg(unix)]
    fn ask_to_end(&mut self) {
        use rustix::process::{Pid, Signal, kill_process};
        // Already gone is as good as asked.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
    }

    #[cfg(not(unix))]
    fn ask_to_end(&mut self) {
        let _ = self.child.kill();
    }
}

/// Starts a node in `own` and waits until it listens. The lock is taken for moments only, so that closing the window
/// meanwhile can stop the child.
pub(crate) fn start_and_wait(
    own: &OwnNode,
    program: &Path,
    options: &Options,
) -> Result<NodeAddress, StartError> {
    *lock(own) = Some(NodeProcess::start(program, options)?);
    let deadline = Instant::now() + START;
    while Instant::now() < deadline {
        let Some(address) = lock(own)
            .as_mut()
            .map(|node| node.listening(&options.data_dir))
            .transpose()?
        else {
            return Err(StartError::NodeStopped { said: String::new() });
        };
        match address {
            Some(address) => return Ok(address),
            None => thread::sleep(POLL),
        }
    }
    Err(StartError::NodeSilent(START.as_secs()))
}

/// Stops the node that this window started, if it did.
pub(crate) fn stop(own: &OwnNode) {
    let node = lock(own).take();
    if let Some(mut node) = node {
        node.stop();
    }
}

fn lock(own: &OwnNode) -> MutexGuard<'_, Option<NodeProcess>> {
    own.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The program `dokuei`: `named` (DOKUEI_BIN), else beside this executable.
pub(crate) fn program(named: Option<PathBuf>, this: &Path) -> PathBuf {
    named.unwrap_or_else(|| this.with_file_name(format!("dokuei{}", std::env::consts::EXE_SUFFIX)))
}

/// Passes the child's standard error on to ours, and keeps its end.
fn last_lines(stderr: impl Read) -> String {
    let mut kept = VecDeque::with_capacity(LINES);
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        eprintln!("{line}");
        if kept.len() == LINES {
            kept.pop_front();
        }
        kept.push_back(line);
    }
    Vec::from(kept).join("\n")
}

#[cfg(test)]
#[path = "node_tests.rs"]
mod tests;
