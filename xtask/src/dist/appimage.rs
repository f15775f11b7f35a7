//! Makes an AppImage of the window and the node: one file that runs where it lies, without being installed.
//!
//! An AppImage of type 2 is a small program, the runtime, followed by a file system (squashfs) that it mounts or unpacks.
//! The runtime is that of AppImageKit's release 13, as the crate `appimage` of crates.io has it; the hash of the release's
//! own file stands here, so that it does not matter who brings it. The file system is made by Debian's `mksquashfs`.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use dokuei_tests::fixtures;
use dokuei_tests::process::output;

use super::stage::{self, copy, copy_folder};
use super::{Edition, PACKAGES};
use crate::project;

/// What brings the runtime, and where it lies therein.
const CRATE: &str = "appimage";
const VERSION: &str = "0.4.0";
const RUNTIME: &str = "assets/runtime-x86_64";

/// SHA-256 of `runtime-x86_64` of <https://github.com/AppImage/AppImageKit/releases/tag/13>.
const SHA256: &str = "328e0d745c5c6817048c27bc3e8314871703f8f47ffa81a37cb06cd95a94b323";

/// The architecture that the runtime is for, as Debian calls it.
const ARCHITECTURE: &str = "amd64";

/// The name of the window in menus, and of its icon.
const NAME: &str = "jp.dokuei.app";

/// The fonts of reports, with the licence that lets us pass them on.
const FONT: (&str, &str) = (
    "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "usr/share/dokuei/fonts/ipaexg.ttf",
);
const FONT_LICENCE: (&str, &str) = (
    "/usr/share/doc/fonts-ipaexfont-gothic/copyright",
    "usr/share/doc/fonts-ipaexfont-gothic/copyright",
);

/// Makes the AppImage in `out`; gives its path, or nothing on an architecture that its runtime is not for.
///
/// # Errors
/// When the runtime is not the one that is known, something is missing, or mksquashfs fails.
pub(super) fn build(edition: &Edition, out: &Path) -> Result<Option<PathBuf>> {
    if edition.architecture != ARCHITECTURE {
        return Ok(None);
    }
    fs::create_dir_all(out)?;
    let work = fixtures::target_dir().join("dist/appimage");
    let runtime = runtime(&work)?;
    let tree = work.join("AppDir");
    lay_out(edition, &tree)?;
    let system = work.join("tree.squashfs");
    squash(edition, &tree, &system)?;
    let file = out.join(format!("Dokuei-{}-x86_64.AppImage", edition.version));
    let mut image = File::create(&file)?;
    image.write_all(&fs::read(runtime)?)?;
    io::copy(&mut File::open(&system)?, &mut image)?;
    image.set_permissions(fs::Permissions::from_mode(0o755))?;
    Ok(Some(file))
}

/// The runtime, fetched by cargo, which compares what it fetches with crates.io's own list, and compared with the release.
fn runtime(work: &Path) -> Result<PathBuf> {
    let empty = work.join("fetch");
    stage::write(
        &empty.join("Cargo.toml"),
        &format!(
            "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[lib]\npath = \
             \"lib.rs\"\n[workspace]\n[dependencies]\n{CRATE} = \"={VERSION}\"\n"
        ),
    )?;
    stage::write(&empty.join("lib.rs"), "")?;
    let mut cargo = project::cargo(&["vendor", "--quiet", "--versioned-dirs", "--manifest-path"]);
    cargo.arg(empty.join("Cargo.toml")).arg(empty.join("vendor"));
    output(&mut cargo).context("cargo cannot fetch the runtime of AppImages")?;
    let file = empty
        .join("vendor")
        .join(format!("{CRATE}-{VERSION}"))
        .join(RUNTIME);
    let sum = output(Command::new("sha256sum").arg(&file))?;
    ensure!(
        sum.starts_with(SHA256.as_bytes()),
        "{} is not the runtime of AppImageKit's release 13",
        file.display()
    );
    Ok(file)
}

/// Lays out what will be mounted: both programs, their pages, the fonts of reports, and the window's entry for menus.
fn lay_out(edition: &Edition, tree: &Path) -> Result<()> {
    if tree.exists() {
        fs::remove_dir_all(tree)?;
    }
    let (root, packaging) = (project::root(), project::root().join("app/src-tauri/packaging"));
    let window = PACKAGES
        .iter()
        .filter(|one| ["dokuei-node", "dokuei-app"].contains(&one.name));
    for package in window {
        stage::program(package, edition, tree)?;
        for (from, to) in package.pages {
            copy_folder(&root.join(from), &tree.join(to))?;
        }
        for (from, to) in package.files.iter().filter(|(_, to)| !to.contains("/man/")) {
            copy(&root.join(from), &tree.join(to))?;
        }
    }
    for (from, to) in [FONT, FONT_LICENCE] {
        copy(Path::new(from), &tree.join(to))?;
    }
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy(
            &root.join(licence),
            &tree.join("usr/share/doc/dokuei").join(licence),
        )?;
    }
    copy(&packaging.join("AppRun"), &tree.join("AppRun"))?;
    let entry = format!("{NAME}.desktop");
    copy(&packaging.join(&entry), &tree.join(&entry))?;
    let icon = format!("{NAME}.png");
    copy(&root.join("app/src-tauri/icons/icon.png"), &tree.join(&icon))?;
    symlink(icon, tree.join(".DirIcon"))?;
    let programs = ["AppRun", "usr/bin/dokuei", "usr/bin/dokuei-app"];
    stage::modes(tree, &programs.map(|program| tree.join(program)))
}

/// Makes the file system, the same of the same tree each time.
fn squash(edition: &Edition, tree: &Path, system: &Path) -> Result<()> {
    let epoch = edition.epoch.to_string();
    let mut mksquashfs = Command::new("mksquashfs");
    mksquashfs.arg(tree).arg(system);
    mksquashfs.args(["-noappend", "-all-root", "-no-xattrs", "-no-progress", "-quiet"]);
    // What the runtime of release 13 can read.
    mksquashfs.args(["-comp", if edition.small { "xz" } else { "gzip" }]);
    mksquashfs.args(["-mkfs-time", &epoch, "-all-time", &epoch]);
    // It takes the time from one place only.
    mksquashfs.env_remove("SOURCE_DATE_EPOCH");
    output(&mut mksquashfs)
        .map(drop)
        .context("mksquashfs cannot make the AppImage's file system")
}
