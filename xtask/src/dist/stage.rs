//! Lays out the tree of a package: what will stand in the system, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use dokuei_tests::process::output;

use super::{Edition, Package};
use crate::project;

/// Lays the tree of `package` out in `tree`, which is emptied before.
///
/// # Errors
/// When something that belongs into it is missing, or cannot be written.
pub(super) fn lay_out(package: &Package, edition: &Edition, tree: &Path) -> Result<()> {
    if tree.exists() {
        fs::remove_dir_all(tree)?;
    }
    let root = project::root();
    let program = program(package, edition, tree)?;
    for (from, to) in package.pages {
        copy_folder(&root.join(from), &tree.join(to))?;
    }
    for (from, to) in package.files {
        copy(&root.join(from), &tree.join(to))?;
    }
    let packaging = root.join(package.folder).join("packaging");
    if let Some(unit) = package.unit {
        let text = fs::read_to_string(packaging.join(unit))?;
        let to = tree.join("usr/lib/systemd/system").join(unit);
        write(&to, &text.replace("/usr/local/bin/", "/usr/bin/"))?;
    }
    let overrides = packaging.join("lintian");
    if overrides.is_file() {
        copy(
            &overrides,
            &tree.join("usr/share/lintian/overrides").join(package.name),
        )?;
    }
    if package.explains_itself {
        explanations(package, &edition.programs.join(package.program), tree)?;
    }
    documents(package, edition, tree)?;
    compress(&tree.join("usr/share/man/man1"))?;
    modes(tree, &[program])
}

/// Puts the program of a package into the tree, without what only a debugger wants; gives where.
///
/// # Errors
/// When it was not built.
pub(super) fn program(package: &Package, edition: &Edition, tree: &Path) -> Result<PathBuf> {
    let program = tree.join("usr/bin").join(package.program);
    copy(&edition.programs.join(package.program), &program)?;
    run(Command::new("strip").arg("--strip-unneeded").arg(&program))?;
    Ok(program)
}

/// The manual pages and the completions that the program itself writes.
fn explanations(package: &Package, program: &Path, tree: &Path) -> Result<()> {
    let manual = tree.join("usr/share/man/man1");
    fs::create_dir_all(&manual)?;
    run(Command::new(program).arg("manual").arg(&manual))?;
    let name = package.program;
    for (shell, to) in [
        ("bash", format!("usr/share/bash-completion/completions/{name}")),
        ("zsh", format!("usr/share/zsh/vendor-completions/_{name}")),
        ("fish", format!("usr/share/fish/vendor_completions.d/{name}.fish")),
    ] {
        let script = output(Command::new(program).args(["completion", shell]))?;
        write(&tree.join(to), &String::from_utf8(script)?)?;
    }
    Ok(())
}

/// The changelog and the licence, as Debian's policy wants them (12.5 and 12.7).
fn documents(package: &Package, edition: &Edition, tree: &Path) -> Result<()> {
    let folder = tree.join("usr/share/doc").join(package.name);
    let date = Command::new("date")
        .args(["--utc", "--rfc-email", "--date"])
        .arg(format!("@{}", edition.epoch))
        .env("LC_ALL", "C")
        .output()?;
    let date = String::from_utf8(date.stdout)?;
    write(
        &folder.join("changelog"),
        &format!(
            "{} ({}) stable; urgency=medium\n\n  * See CHANGELOG.md of https://github.com/dokuei/dokuei.\n\n -- Dokuei \
             contributors <dokuei@users.noreply.github.com>  {}\n",
            package.name,
            edition.version,
            date.trim()
        ),
    )?;
    compress(&folder)?;
    let mit = fs::read_to_string(project::root().join("LICENSE-MIT"))?;
    write(
        &folder.join("copyright"),
        &format!(
            "Source: https://github.com/dokuei/dokuei\n\nLicensed under the Apache License, version 2.0 \
             (/usr/share/common-licenses/Apache-2.0)\nor, as you choose, under the MIT licence:\n\n{mit}\nThe program \
             contains libraries of other people under licences that allow this;\nCargo.lock of the source names them.\n"
        ),
    )
}

/// Compresses every file of a folder, if there is one, without the time and the name in it.
fn compress(folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let files = files(folder)?;
    run(Command::new("gzip").args(["-9nf"]).args(files))
}

/// Files for everybody to read, programs for everybody to run: whatever the umask of who packages.
///
/// # Errors
/// When a mode cannot be set.
pub(super) fn modes(tree: &Path, programs: &[PathBuf]) -> Result<()> {
    run(Command::new("chmod").args(["-R", "u=rwX,go=rX"]).arg(tree))?;
    run(Command::new("find")
        .arg(tree)
        .args(["-type", "f", "-exec", "chmod", "644", "{}", "+"]))?;
    run(Command::new("chmod").arg("755").args(programs))
}

/// The files below a folder, sorted.
///
/// # Errors
/// When a folder cannot be read.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path())?);
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Writes a file and the folders above it.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(above) = path.parent() {
        fs::create_dir_all(above)?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Copies what lies in a folder, and not its modes.
///
/// # Errors
/// When it is not there or cannot be written.
pub(super) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    run(Command::new("cp")
        .args(["-r", "--no-preserve=mode"])
        .arg(from.join("."))
        .arg(to))
}

/// Copies a file, and makes the folders above it.
///
/// # Errors
/// When it is not there or cannot be written.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(above) = to.parent() {
        fs::create_dir_all(above)?;
    }
    fs::copy(from, to)
        .map(drop)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

/// Runs a command that has nothing to say.
fn run(command: &mut Command) -> Result<()> {
    output(command).map(drop)
}
