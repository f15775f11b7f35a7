//! The end by a signal. Nothing is dropped then, so what was started and made is written down here, to be ended and removed.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long programs may take to end by themselves after SIGTERM.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

static KEPT: Mutex<Kept> = Mutex::new(Kept::new());

/// What runs, what lies on the disk, and whether all of it is being ended.
#[derive(Debug)]
struct Kept {
    stopping: bool,
    groups: Vec<u32>,
    folders: Vec<PathBuf>,
}

impl Kept {
    const fn new() -> Self {
        Self {
            stopping: false,
            groups: Vec::new(),
            folders: Vec::new(),
        }
    }
}

/// Keeps a process group in mind. Ends it and says no when everything is being stopped.
pub(crate) fn started(group: u32) -> bool {
    let mut kept = kept();
    if kept.stopping {
        signal(group, "KILL");
        return false;
    }
    kept.groups.push(group);
    true
}

/// Forgets a process group that has ended.
pub(crate) fn ended(group: u32) {
    kept().groups.retain(|one| *one != group);
}

/// Keeps a temporary folder in mind.
pub fn made(folder: &Path) {
    kept().folders.push(folder.to_owned());
}

/// Whether everything is being stopped: what fails now is no news.
#[must_use]
pub fn is_stopping() -> bool {
    kept().stopping
}

/// Ends every program that this process started and that still runs, and removes every folder that it made. For signal
/// handlers: takes at most some seconds. Nothing can be started any more.
pub fn stop_all() {
    let (groups, folders) = {
        let mut kept = kept();
        kept.stopping = true;
        (
            std::mem::take(&mut kept.groups),
            std::mem::take(&mut kept.folders),
        )
    };
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
    for folder in folders {
        remove(&folder);
    }
}

/// Removes a folder into which another thread may still be writing.
fn remove(folder: &Path) {
    for _ in 0..20 {
        let _ = std::fs::remove_dir_all(folder);
        if !folder.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Sends a signal to a whole process group by kill(1): the system call itself would need `unsafe`.
pub(crate) fn signal(group: u32, name: &str) {
    let _ = kill(&format!("-{name}"), group);
}

/// Whether anything of a process group is still there.
pub(crate) fn exists(group: u32) -> bool {
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

fn kept() -> MutexGuard<'static, Kept> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}
