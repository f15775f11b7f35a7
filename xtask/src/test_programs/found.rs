//! Which test programs there are, as cargo lists them after building them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// The program of the whole-system tests, which takes longest.
const LONGEST: &str = "system";

/// Something with tests in it that runs by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestProgram {
    /// For people: where it comes from.
    pub(super) name: String,
    /// Where it expects to be started: the folder of its package.
    folder: PathBuf,
    path: PathBuf,
    /// What comes before the names of tests.
    words: Vec<String>,
}

impl TestProgram {
    /// A program at `path`, to be started in `folder` with these words.
    pub(super) fn new(name: &str, folder: &Path, path: &Path, words: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            folder: folder.to_owned(),
            path: path.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        }
    }

    /// The command that runs all its tests, or those of these names.
    pub(super) fn command(&self, only: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command
            .current_dir(&self.folder)
            .env("CARGO_MANIFEST_DIR", &self.folder)
            .args(&self.words)
            .stdin(Stdio::null());
        if !only.is_empty() {
            command.arg("--exact").args(only);
        }
        command
    }
}

/// A line of `cargo --message-format json`, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
    executable: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Profile {
    test: bool,
}

/// The test programs that `build`, a `cargo test --no-run` with messages in JSON, makes or finds made; what takes longest
/// comes first.
///
/// # Errors
/// When it fails, or says what is no JSON.
pub(super) fn programs(build: &mut Command) -> Result<Vec<TestProgram>> {
    let built = build
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo")?;
    if !built.status.success() {
        bail!("the tests do not build");
    }
    let said = String::from_utf8(built.stdout).context("cargo speaks no UTF-8")?;
    let mut programs = Vec::new();
    for line in said.lines() {
        let message: Message = serde_json::from_str(line).context("cargo says what is no JSON")?;
        programs.extend(program(message));
    }
    programs.sort_by_key(|program| !program.name.ends_with(LONGEST));
    Ok(programs)
}

fn program(message: Message) -> Option<TestProgram> {
    if message.reason != "compiler-artifact" || !message.profile?.test {
        return None;
    }
    let (target, path) = (message.target?, message.executable?);
    let manifest = message.manifest_path?;
    let folder = manifest.parent()?;
    let root = crate::project::root();
    let package = folder.strip_prefix(&root).unwrap_or(folder).display();
    let kind = target.kind.first()?;
    Some(TestProgram::new(
        &format!("{package}: {kind} {}", target.name),
        folder,
        &path,
        &[],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Option<TestProgram> {
        program(serde_json::from_str(line).unwrap())
    }

    #[test]
    fn a_test_program_is_told_from_all_else_that_is_built() {
        let library = r#"{"reason":"compiler-artifact","manifest_path":"/x/Cargo.toml","target":{"name":"x","kind":["lib"]},
            "profile":{"test":false},"executable":null}"#;
        assert_eq!(told(library), None);
        assert_eq!(told(r#"{"reason":"build-finished","success":true}"#), None);
        let tests = r#"{"reason":"compiler-artifact","manifest_path":"/x/Cargo.toml","target":{"name":"all","kind":["test"]},
            "profile":{"test":true},"executable":"/t/all-1"}"#;
        let found = told(tests).unwrap();
        assert_eq!(found.name, "/x: test all");
        assert_eq!(found.command(&["a"]).get_current_dir(), Some(Path::new("/x")));
    }

    #[test]
    fn the_whole_systems_tests_begin_first() {
        let line = |name: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"/x/Cargo.toml","target":{{"name":"{name}","kind":["test"]}},"profile":{{"test":true}},"executable":"/t/{name}"}}"#
            )
        };
        let mut cargo = Command::new("printf");
        cargo.arg("%s\\n%s\\n").args([line("a"), line(LONGEST)]);
        let names: Vec<String> = programs(&mut cargo)
            .unwrap()
            .into_iter()
            .map(|found| found.name)
            .collect();
        assert_eq!(names, ["/x: test system", "/x: test a"]);
        assert!(programs(&mut Command::new("false")).is_err());
    }
}
