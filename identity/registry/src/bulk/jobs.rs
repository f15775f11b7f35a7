//! Imports that the console asks for. The file is kept in `imports/`, named by the hash of its rows, until it is taken
//! away by hand; one is carried out at a time, and goes on where it stopped when it is started again.

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};

use super::report::Report;
use super::table;
use super::work::{Open, Progress, Work};
use crate::credentials::act::Act;
use crate::credentials::perform::Done;
use crate::failure::Failure;
use crate::files;
use crate::operators::{Actor, pending};
use crate::registry::layout::{Layout, make_private};
use crate::registry::{Registry, now};

/// What is carried out now.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<Option<Running>>);

#[derive(Clone, Serialize)]
struct Running {
    sha256: String,
    progress: Progress,
    #[serde(skip)]
    stop: bool,
}

impl Jobs {
    /// Ends what runs after its present batch.
    pub(crate) fn stop(&self) {
        if let Some(running) = self.lock().as_mut() {
            running.stop = true;
        }
    }

    /// Takes the one place; nothing is done yet.
    pub(super) fn begin(&self, sha256: &str) -> Result<(), Failure> {
        let mut place = self.lock();
        if place.is_some() {
            return Err(Failure::ImportRuns);
        }
        *place = Some(Running {
            sha256: sha256.to_owned(),
            progress: Progress::default(),
            stop: false,
        });
        Ok(())
    }

    /// Carries out what [`Self::begin`] took the place for, and leaves how it ended beside the file.
    pub(super) fn carry_out(&self, open: Open<'_>, actor: &Actor, sha256: &str) {
        let said_in = folder(open().layout()).join(format!("{sha256}.json"));
        // How it ended last time says nothing any more; that there is no such file is no failure.
        let _ = fs::remove_file(&said_in);
        let ended = self.issue(open, actor, sha256);
        let said = match &ended {
            Ok((true, sums)) => Some(json!({"at": now(), "sums": sums})),
            Ok((false, _)) => None,
            Err(failure) => Some(json!({"at": now(), "code": failure.code(), "detail": failure.to_string()})),
        };
        if let Some(said) = said
            && let Err(failure) = files::write(&said_in, said.to_string().as_bytes(), true)
        {
            tracing::warn!("how an import ended was not written: {failure}");
        }
        *self.lock() = None;
    }

    fn issue(&self, open: Open<'_>, actor: &Actor, sha256: &str) -> Result<(bool, Value), Failure> {
        let file = file(open().layout(), sha256)?;
        let mut work = Work {
            actor,
            folder: None,
            out_dir: None,
            dry_run: false,
            report: Report::create(&file.with_extension("report.csv"))?,
            batch: Vec::new(),
        };
        let end = work.all(open, &file, &mut |progress| {
            let mut place = self.lock();
            place.as_mut().is_some_and(|running| {
                running.progress = progress;
                !running.stop
            })
        })?;
        Ok((end, json!(work.report.sums)))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a file; gives the hash of its rows and how many there are.
pub(super) fn store(registry: &Registry, content: &[u8]) -> Result<(String, u64), Failure> {
    let folder = folder(registry.layout());
    make_private(&folder)?;
    let new = folder.join("new.csv");
    files::write(&new, content, true)?;
    let (sha256, rows) = table::digest(&new, None)?;
    let place = folder.join(format!("{sha256}.csv"));
    fs::rename(&new, &place).map_err(|source| Failure::storage("written", &place, source))?;
    Ok((sha256, rows))
}

/// Whether it may be carried out now. Where four eyes are asked for it waits until a second operator confirmed it.
pub(super) fn ask(registry: &mut Registry, actor: &Actor, sha256: &str) -> Result<Option<String>, Failure> {
    let path = file(registry.layout(), sha256)?;
    if !registry.rules().four_eyes || table::confirmed(registry, sha256) {
        return Ok(None);
    }
    if let Some(waiting) = waiting(registry.layout(), sha256)? {
        return Ok(Some(waiting));
    }
    let (found, rows) = table::digest(&path, None)?;
    if found != sha256 {
        return Err(Failure::Damaged(format!(
            "{} is not what it was; choose the file again",
            path.display()
        )));
    }
    match registry.submit(actor, Act::Import { sha256: found, rows })? {
        Done::Waits { id } => Ok(Some(id)),
        Done::Now { .. } => Ok(None),
    }
}

/// Everything that was asked for, the newest first.
pub(super) fn list(registry: &Registry, jobs: &Jobs) -> Result<Value, Failure> {
    let running = jobs.lock().clone();
    let Ok(entries) = fs::read_dir(folder(registry.layout())) else {
        return Ok(json!([]));
    };
    let mut all = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(sha256) = name.strip_suffix(".csv").filter(|name| is_hash(name)) else {
            continue;
        };
        let stored_at = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
            .map_or(0, |since| since.as_secs());
        let mut object = json!({"sha256": sha256, "stored_at": stored_at});
        let mut state = "ready";
        if let Some(running) = running.as_ref().filter(|running| running.sha256 == sha256) {
            state = "running";
            object["progress"] = json!(running.progress);
        } else if let Some(id) = waiting(registry.layout(), sha256)? {
            state = "waiting";
            object["pending"] = id.into();
        } else if let Some(ended) = ended(registry.layout(), sha256) {
            state = if ended["sums"].is_object() {
                "done"
            } else {
                "failed"
            };
            object["ended"] = ended;
        }
        object["state"] = state.into();
        all.push((stored_at, object));
    }
    all.sort_by_key(|(stored_at, _)| std::cmp::Reverse(*stored_at));
    Ok(all.into_iter().map(|(_, object)| object).collect())
}

/// What became of each row, CSV.
pub(super) fn report(layout: &Layout, sha256: &str) -> Result<Vec<u8>, Failure> {
    let path = file(layout, sha256)?.with_extension("report.csv");
    fs::read(&path).map_err(|_| Failure::UnknownImport(sha256.to_owned()))
}

fn ended(layout: &Layout, sha256: &str) -> Option<Value> {
    let text = files::read(&folder(layout).join(format!("{sha256}.json"))).ok()?;
    serde_json::from_slice(&text).ok()
}

fn waiting(layout: &Layout, sha256: &str) -> Result<Option<String>, Failure> {
    let all = pending::list(layout)?;
    let fits = |what: &Act| matches!(what, Act::Import { sha256: asked, .. } if asked == sha256);
    Ok(all.into_iter().find(|one| fits(&one.what)).map(|one| one.id))
}

/// Where it lies. What is no hash is no file of ours.
fn file(layout: &Layout, sha256: &str) -> Result<PathBuf, Failure> {
    let path = folder(layout).join(format!("{sha256}.csv"));
    if is_hash(sha256) && path.exists() {
        return Ok(path);
    }
    Err(Failure::UnknownImport(sha256.to_owned()))
}

fn is_hash(name: &str) -> bool {
    name.len() == 64
        && name
            .bytes()
            .all(|letter| letter.is_ascii_digit() || (b'a'..=b'f').contains(&letter))
}

fn folder(layout: &Layout) -> PathBuf {
    layout.dir.join("imports")
}
