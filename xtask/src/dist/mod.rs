//! `cargo xtask dist`: the programs as Debian packages and an AppImage, tried before they are given away.
//!
//! The packages are made with Debian's own `dpkg-deb` from trees that [`stage`] lays out; what stands in them beside the
//! programs lies in the folder `packaging` of each program's crate.

mod appimage;
mod deb;
mod stage;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use dokuei_tests::fixtures;
use dokuei_tests::process::output;

use crate::console::{Table, say};
use crate::packages::{self, BUILD, DIST, WINDOWS};
use crate::project;

/// Options of making packages.
#[derive(Args, Debug, Clone)]
pub(crate) struct Options {
    /// Install missing Debian packages without asking
    #[arg(long)]
    yes: bool,
    /// Package the programs of target/debug as they are: to try the packages, not to give them away
    #[arg(long)]
    dev: bool,
    /// Do not try the packages: no lintian, no installing into a copy of this system
    #[arg(long)]
    untried: bool,
    /// Where the packages go [default: target/dist]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Try the packages of this folder in namespaces that were made for it; the task calls itself with this.
    #[arg(long, hide = true, value_name = "DIR")]
    inside: Option<PathBuf>,
}

/// One Debian package.
#[derive(Debug)]
struct Package {
    /// Its name.
    name: &'static str,
    /// The folder of its crate; `packaging` in it has `control` and the scripts.
    folder: &'static str,
    /// The program.
    program: &'static str,
    /// Whether the program writes its own manual pages and completions.
    explains_itself: bool,
    /// Folders of pages: from where in the repository, to where in the system.
    pages: &'static [(&'static str, &'static str)],
    /// Single files, likewise.
    files: &'static [(&'static str, &'static str)],
    /// The unit of systemd in `packaging`, if it has one.
    unit: Option<&'static str>,
}

const PACKAGES: [Package; 4] = [
    Package {
        name: "dokuei-node",
        folder: "node",
        program: "dokuei",
        explains_itself: true,
        pages: &[("app/ui/dist", "usr/share/dokuei/ui")],
        files: &[],
        unit: Some("dokuei.service"),
    },
    Package {
        name: "dokuei-app",
        folder: "app/src-tauri",
        program: "dokuei-app",
        explains_itself: false,
        pages: &[],
        files: &[
            (
                "app/src-tauri/packaging/jp.dokuei.app.desktop",
                "usr/share/applications/jp.dokuei.app.desktop",
            ),
            (
                "app/src-tauri/packaging/jp.dokuei.app.metainfo.xml",
                "usr/share/metainfo/jp.dokuei.app.metainfo.xml",
            ),
            (
                "app/src-tauri/icons/icon.png",
                "usr/share/icons/hicolor/256x256/apps/jp.dokuei.app.png",
            ),
            (
                "app/ui/public/icon.svg",
                "usr/share/icons/hicolor/scalable/apps/jp.dokuei.app.svg",
            ),
            (
                "app/src-tauri/packaging/dokuei-app.1",
                "usr/share/man/man1/dokuei-app.1",
            ),
        ],
        unit: None,
    },
    Package {
        name: "dokuei-registry",
        folder: "identity/registry",
        program: "dokuei-registry",
        explains_itself: true,
        pages: &[("app/ui/dist-registry", "usr/share/dokuei-registry/ui")],
        files: &[],
        unit: None,
    },
    Package {
        name: "dokuei-bootstrap",
        folder: "bootstrap",
        program: "dokuei-bootstrap",
        explains_itself: true,
        pages: &[],
        files: &[(
            "bootstrap/packaging/config.example.toml",
            "etc/dokuei-bootstrap/config.toml",
        )],
        unit: Some("dokuei-bootstrap.service"),
    },
];

/// What a build of packages has in common.
#[derive(Debug)]
struct Edition {
    /// The version as Debian compares it.
    version: String,
    /// Debian's name of this machine's architecture.
    architecture: String,
    /// The time that stands in the packages, seconds since 1970 (reproducible-builds.org, `SOURCE_DATE_EPOCH`).
    epoch: u64,
    /// The folder of the built programs.
    programs: PathBuf,
    /// Whether to compress well, which takes a minute.
    small: bool,
}

/// Makes the packages and tries them.
///
/// # Errors
/// When a step fails, or a package does not do what is asked of it.
pub(crate) fn run(options: &Options) -> Result<()> {
    if let Some(folder) = &options.inside {
        return trial::inside(folder);
    }
    packages::install(&[BUILD, WINDOWS, DIST].concat(), options.yes)?;
    build(options.dev)?;
    let out = options
        .out
        .clone()
        .unwrap_or_else(|| fixtures::target_dir().join("dist"));
    let edition = Edition {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        architecture: said("dpkg", &["--print-architecture"])?,
        epoch: epoch()?,
        programs: project::bin_dir(if options.dev { "debug" } else { "release" }),
        small: !options.dev,
    };
    let made = make(&edition, &out)?;
    let mut table = Table::new(&["package", "MiB"]);
    for file in &made {
        let size = fs::metadata(file)?.len() as f64 / 1_048_576.0;
        table.row(&[&file.display().to_string(), &format!("{size:.1}")]);
    }
    say!("{table}");
    if !options.untried {
        // What comes after this version, to be upgraded to.
        let next = Edition {
            version: format!("{}+next", edition.version),
            small: false,
            ..edition
        };
        let folder = out.join("next");
        deb::build(&PACKAGES[0], &next, &folder)?;
        trial::run(&made, &out)?;
    }
    Ok(())
}

/// Builds what is packaged, unless it is there already.
fn build(is_dev: bool) -> Result<()> {
    let ui = project::ui();
    if !is_dev || !ui.join("dist/index.html").is_file() || !ui.join("dist-registry/index.html").is_file() {
        project::run(&mut project::npm(&["ci", "--silent"]))?;
        project::run(&mut project::npm(&["run", "build"]))?;
    }
    if is_dev {
        return Ok(());
    }
    let mut cargo = project::cargo(&["build", "--release", "--locked"]);
    for package in ["dokuei-node", "dokuei-app", "dokuei-registry", "dokuei-bootstrap"] {
        cargo.args(["--package", package]);
    }
    project::run(&mut cargo)
}

/// Makes every package twice, and sees to it that both are the same to the last byte.
fn make(edition: &Edition, out: &Path) -> Result<Vec<PathBuf>> {
    let mut made = Vec::new();
    let twice = out.join("again");
    for package in &PACKAGES {
        let (first, again) = (
            deb::build(package, edition, out)?,
            deb::build(package, edition, &twice)?,
        );
        made.push(same(first, &again)?);
    }
    let images = (appimage::build(edition, out)?, appimage::build(edition, &twice)?);
    if let (Some(first), Some(again)) = images {
        made.push(same(first, &again)?);
    }
    say!("✓ made twice, the packages are the same to the last byte");
    Ok(made)
}

/// The first of two that must be the same.
fn same(first: PathBuf, again: &Path) -> Result<PathBuf> {
    ensure!(
        fs::read(&first)? == fs::read(again)?,
        "{} and {} differ, though made from the same programs",
        first.display(),
        again.display()
    );
    Ok(first)
}

/// The time of the last commit, unless `SOURCE_DATE_EPOCH` tells another.
fn epoch() -> Result<u64> {
    let told = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(told) => told,
        Err(_) => said("git", &["log", "-1", "--format=%ct"])?,
    };
    told.parse()
        .with_context(|| format!("{told:?} is no number of seconds since 1970"))
}

/// What a program says in one line.
fn said(program: &str, words: &[&str]) -> Result<String> {
    let mut command = std::process::Command::new(program);
    let bytes = output(command.args(words).current_dir(project::root()))?;
    Ok(String::from_utf8(bytes)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_packaged_lies_in_the_repository() {
        let root = project::root();
        for package in &PACKAGES {
            let folder = root.join(package.folder).join("packaging");
            assert!(folder.join("control").is_file(), "{}", package.name);
            for (from, _) in package.files {
                assert!(root.join(from).is_file(), "{from}");
            }
            if let Some(unit) = package.unit {
                assert!(folder.join(unit).is_file(), "{unit}");
                for script in ["postinst", "prerm", "postrm"] {
                    assert!(folder.join(script).is_file(), "{}: {script}", package.name);
                }
            }
        }
    }

    #[test]
    fn no_script_removes_data_but_the_purge_that_asked() {
        for package in &PACKAGES {
            for script in ["config", "preinst", "postinst", "prerm", "postrm"] {
                let file = project::root()
                    .join(package.folder)
                    .join("packaging")
                    .join(script);
                let text = fs::read_to_string(file).unwrap_or_default();
                for (at, _) in text.match_indices("rm -") {
                    assert_eq!((package.name, script), ("dokuei-node", "postrm"));
                    assert!(text[..at].contains(r#"db_get dokuei-node/delete-data && [ "$RET" = true ]"#));
                }
            }
        }
    }
}
