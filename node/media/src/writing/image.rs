//! Writes a disc of a set as an ISO 9660 image, by xorriso: a program that is kept, that every Linux has, and that takes
//! stretches of a file as files, so that nothing but the small files is copied first.
//!
//! Level 3 names of 8.3 with Joliet; no Rock Ridge, which would tell owner and rights of files at home. UDF is not
//! needed: no file is longer than 64 MiB.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Set, WriteError};
use crate::names::{FOLDER, INDEX, README};
use crate::source::{Medium, SourceError};

/// The program.
pub const XORRISO: &str = "xorriso";

/// How often its progress is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// How much of its words is told.
const WORDS: usize = 500;

/// The file for disc `disc` (from 0) of so many: `study.iso`, or `study-1.iso`, `study-2.iso`, …
#[must_use]
pub fn image_path(path: &Path, disc: usize, of: usize) -> PathBuf {
    if of == 1 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{}.iso", disc + 1));
    path.with_file_name(name)
}

/// Writes disc `disc` (from 0) of a set beside `path` and gives the file, which [`finish`] puts in its place once it was
/// checked. `stage` is an empty folder for the small files. `progress` hears how long the image is already.
///
/// # Errors
/// [`WriteError`]; nothing is left then.
pub fn write(
    set: &Set<'_>,
    disc: usize,
    path: &Path,
    stage: &Path,
    progress: impl FnMut(u64),
) -> Result<PathBuf, WriteError> {
    may_replace(set, path)?;
    let part = unfinished(path);
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let written = stage_files(set, disc, stage)
        .map_err(WriteError::from)
        .and_then(|()| run(command(set, disc, &part, stage), &part, stage, progress))
        .and_then(|()| Ok(File::open(&part)?.sync_all()?));
    if let Err(error) = written {
        let _ = std::fs::remove_file(&part);
        return Err(error);
    }
    Ok(part)
}

/// Writes all that lies in `folder`, whose names are of at most 8 capital letters and digits, as an image for the
/// readers of others: a medium of PS3.12 F, ISO 9660 level 1. `stage` is an empty folder. `progress` hears how long the
/// image is already.
///
/// # Errors
/// [`WriteError`]; nothing is left then.
pub fn write_folder(
    folder: &Path,
    path: &Path,
    volume: &str,
    stage: &Path,
    progress: impl FnMut(u64),
) -> Result<(), WriteError> {
    if std::fs::symlink_metadata(path).is_ok() {
        return Err(WriteError::Occupied(path.to_owned()));
    }
    let part = unfinished(path);
    let mut device = OsString::from("stdio:");
    device.push(&part);
    let mut command = Command::new(XORRISO);
    command.args(["-no_rc", "-abort_on", "FAILURE", "-report_about", "WARNING"]);
    command.args(["-compliance", "clear:iso_9660_level=1"]);
    command.args(["-rockridge", "off", "-joliet", "on", "-volid", volume]);
    command.arg("-outdev").arg(device);
    command.arg("-map").arg(folder).arg("/").arg("-commit");
    command
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let written = run(command, &part, stage, progress)
        .and_then(|()| Ok(File::open(&part)?.sync_all()?))
        .and_then(|()| finish(&part, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written
}

/// Puts an image that was checked in its place.
///
/// # Errors
/// [`WriteError::Io`].
pub fn finish(part: &Path, path: &Path) -> Result<(), WriteError> {
    std::fs::rename(part, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// An earlier image of the same consultation may be replaced, and nothing else.
fn may_replace(set: &Set<'_>, path: &Path) -> Result<(), WriteError> {
    let occupied = || WriteError::Occupied(path.to_owned());
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
        Ok(there) if !there.is_file() => return Err(occupied()),
        Ok(_) => {}
    }
    let sets = Medium::open(path).and_then(|medium| medium.sets());
    match sets {
        Ok(sets) if sets == [set.folder()] => Ok(()),
        Err(SourceError::Io(error)) => Err(error.into()),
        _ => Err(occupied()),
    }
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn stage_files(set: &Set<'_>, disc: usize, stage: &Path) -> io::Result<()> {
    let folder = stage.join(FOLDER);
    let place = folder.join(set.folder().to_string());
    std::fs::create_dir_all(&place)?;
    std::fs::write(folder.join(README), set.readme(disc))?;
    std::fs::write(place.join(INDEX), set.signed)?;
    for (name, bytes) in set.held() {
        std::fs::write(place.join(name), bytes)?;
    }
    // xorriso cuts nothing out of nothing: the tree of a single chunk is empty.
    for stretch in set.stretches(disc).iter().filter(|stretch| stretch.length == 0) {
        std::fs::write(place.join(&stretch.name), [])?;
    }
    Ok(())
}

fn command(set: &Set<'_>, disc: usize, part: &Path, stage: &Path) -> Command {
    let volume = format!("DOKUEI_{}_OF_{}", disc + 1, set.index.discs.len());
    let mut device = OsString::from("stdio:");
    device.push(part);
    let mut command = Command::new(XORRISO);
    command.args(["-no_rc", "-abort_on", "FAILURE", "-report_about", "WARNING"]);
    command.args(["-rockridge", "off", "-joliet", "on", "-volid", &volume]);
    command.arg("-outdev").arg(device);
    command
        .arg("-map")
        .arg(stage.join(FOLDER))
        .arg(format!("/{FOLDER}"));
    for stretch in set.stretches(disc).iter().filter(|stretch| stretch.length > 0) {
        let name = format!("/{FOLDER}/{}/{}", set.folder(), stretch.name);
        command.arg("-cut_out").arg(stretch.file);
        command.args([stretch.offset.to_string(), stretch.length.to_string(), name]);
    }
    command
        .arg("-commit")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

fn run(
    mut command: Command,
    part: &Path,
    stage: &Path,
    mut progress: impl FnMut(u64),
) -> Result<(), WriteError> {
    let words = stage.join("words");
    command.stderr(File::create(&words)?);
    let started = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => WriteError::NoXorriso,
        _ => error.into(),
    });
    let mut program = started?;
    let status = loop {
        if let Some(status) = program.try_wait()? {
            break status;
        }
        progress(part.metadata().map_or(0, |file| file.len()));
        std::thread::sleep(LOOK);
    };
    if status.success() {
        return Ok(());
    }
    let said = std::fs::read(&words).unwrap_or_default();
    let said = said.get(said.len().saturating_sub(WORDS)..).unwrap_or_default();
    Err(WriteError::Xorriso(
        String::from_utf8_lossy(said).trim().to_owned(),
    ))
}
