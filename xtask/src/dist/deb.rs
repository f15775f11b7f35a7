//! Makes a Debian package of a tree.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use dokuei_tests::fixtures;
use dokuei_tests::process::output;

use super::stage::{self, files};
use super::{Edition, Package};
use crate::project;

/// What may stand beside `control`: scripts that dpkg runs, and questions that debconf asks.
const SCRIPTS: [&str; 5] = ["config", "preinst", "postinst", "prerm", "postrm"];
const LISTS: [&str; 2] = ["conffiles", "templates"];

/// Makes `package` in `out`; gives its path.
///
/// # Errors
/// When its tree cannot be laid out, or dpkg does not take it.
pub(super) fn build(package: &Package, edition: &Edition, out: &Path) -> Result<PathBuf> {
    fs::create_dir_all(out)?;
    let tree = fixtures::target_dir().join("dist/tree").join(package.name);
    stage::lay_out(package, edition, &tree)?;
    describe(package, edition, &tree)?;
    let file = out.join(format!(
        "{}_{}_{}.deb",
        package.name, edition.version, edition.architecture
    ));
    let mut dpkg = Command::new("dpkg-deb");
    // Several threads cut the stream otherwise than one does.
    dpkg.args(["--root-owner-group", "--threads-max=1"]);
    dpkg.args(if edition.small {
        ["-Zxz", "-z6"]
    } else {
        ["-Zgzip", "-z1"]
    });
    dpkg.arg("--build").arg(&tree).arg(&file);
    // dpkg puts this in the place of whatever is newer.
    dpkg.env("SOURCE_DATE_EPOCH", edition.epoch.to_string());
    output(&mut dpkg)?;
    Ok(file)
}

/// Writes the package's control files.
fn describe(package: &Package, edition: &Edition, tree: &Path) -> Result<()> {
    let packaging = project::root().join(package.folder).join("packaging");
    let control = fs::read_to_string(packaging.join("control"))?;
    let (mut sums, mut size) = (String::new(), 0);
    for file in files(tree)? {
        size += fs::metadata(&file)?.len().div_ceil(1024);
        let inside = file.strip_prefix(tree)?;
        let sum = output(Command::new("md5sum").arg("-b").arg(&file))?;
        let sum = String::from_utf8(sum)?;
        let sum = sum.split(' ').next().unwrap_or_default();
        writeln!(sums, "{sum}  {}", inside.display())?;
    }
    let program = tree.join("usr/bin").join(package.program);
    let control = control
        .replace("{version}", &edition.version)
        .replace("{architecture}", &edition.architecture)
        .replace("{size}", &size.to_string())
        .replace("{libraries}", &libraries(&program)?);
    let folder = tree.join("DEBIAN");
    stage::write(&folder.join("control"), &control)?;
    stage::write(&folder.join("md5sums"), &sums)?;
    for name in SCRIPTS.iter().chain(&LISTS) {
        if let Ok(text) = fs::read_to_string(packaging.join(name)) {
            stage::write(&folder.join(name), &text)?;
        }
    }
    output(Command::new("chmod").args(["-R", "u=rwX,go=rX"]).arg(&folder))?;
    for name in SCRIPTS {
        let script = folder.join(name);
        if script.is_file() {
            output(Command::new("chmod").arg("755").arg(script))?;
        }
    }
    Ok(())
}

/// The packages of the shared libraries that the program needs.
fn libraries(program: &Path) -> Result<String> {
    // The tool of source packages wants one around it.
    let around = tempfile::tempdir()?;
    stage::write(
        &around.path().join("debian/control"),
        "Source: dokuei\n\nPackage: dokuei\nArchitecture: any\n",
    )?;
    let mut command = Command::new("dpkg-shlibdeps");
    let told = output(command.arg("-O").arg(program).current_dir(around.path()))?;
    let told = String::from_utf8(told)?;
    let depends = told.trim().strip_prefix("shlibs:Depends=");
    depends
        .map(str::to_owned)
        .with_context(|| format!("dpkg-shlibdeps does not tell what {} needs", program.display()))
}
