//! The demonstration as somebody runs it who has a study of her own, or who has seen enough: the real task, the real programs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dokuei_tests::process::{Process, output};
use dokuei_tests::{digest, fixtures, wait};
use serde_json::Value;

/// How long a whole demonstration may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long its end may take: each program has some seconds to end by itself.
const END: Duration = Duration::from_secs(60);

/// `cargo xtask demo` with programs that are built, and a folder for all that it writes.
fn demo(scratch: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(["demo", "--yes", "--built"])
        .args(words)
        .env("TMPDIR", scratch);
    command
}

/// A folder for what the demonstration writes, apart from what the test itself needs.
fn scratch(dir: &Path) -> PathBuf {
    let scratch = dir.join("scratch");
    std::fs::create_dir(&scratch).unwrap();
    scratch
}

/// The command lines of programs that have to do with this folder.
fn programs_of(scratch: &Path) -> Vec<String> {
    let mark = scratch.display().to_string();
    let all = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let lines = all.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(&mark))
        .collect()
}

/// Nothing runs any more, and nothing lies about.
fn assert_nothing_is_left(scratch: &Path) {
    let left = programs_of(scratch);
    assert!(left.is_empty(), "still running: {left:#?}");
    let left: Vec<_> = std::fs::read_dir(scratch).unwrap().collect();
    assert!(left.is_empty(), "still on the disk: {left:?}");
}

fn press_ctrl_c(process: u32) {
    output(Command::new("kill").args(["-INT", &process.to_string()])).unwrap();
}

fn exit_code(child: &mut Child) -> Option<i32> {
    let ended = wait::until("the task to end", END, || Ok(child.try_wait()?));
    ended.unwrap().code()
}

#[test]
fn my_own_study_is_sent_and_ctrl_c_leaves_no_program() {
    let dir = tempfile::tempdir().unwrap();
    let scratch = scratch(dir.path());
    let mine = dir.path().join("my study");
    fixtures::real_studies(&mine).unwrap();
    let before = digest::folder(&mine).unwrap();
    let (json, log) = (dir.path().join("demo.json"), dir.path().join("demo.log"));

    let words = [
        "--keep",
        "--study",
        mine.to_str().unwrap(),
        "--json",
        json.to_str().unwrap(),
    ];
    let mut process = Process::start("the demonstration", demo(&scratch, &words), &log).unwrap();
    wait::until("the record", PATIENCE, || {
        process.check_running()?;
        Ok(json.is_file().then_some(()))
    })
    .unwrap();

    let record: Value = serde_json::from_reader(File::open(&json).unwrap()).unwrap();
    assert_eq!(record["ok"], true, "{record:#}");
    let names = |of: &str| -> Vec<&str> {
        let listed = record[of].as_array().unwrap();
        listed.iter().map(|one| one["name"].as_str().unwrap()).collect()
    };
    assert!(
        names("checks").contains(&"hashes equal at both ends"),
        "{record:#}"
    );
    let generated = names("steps").iter().any(|step| step.contains("cone-beam"));
    assert!(!generated, "a study was generated beside mine: {record:#}");
    let imported = names("steps")
        .iter()
        .position(|step| *step == "clinic imports the studies");
    assert_eq!(record["steps"][imported.unwrap()]["bytes"], digest::size(&mine));

    let roles: Vec<_> = record["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["role"])
        .collect();
    assert_eq!(
        roles,
        ["registry", "bootstrap", "bootstrap", "clinic", "specialist"]
    );
    for node in record["nodes"].as_array().unwrap() {
        if let Some(api) = node["api"].as_str() {
            TcpStream::connect(api.trim_start_matches("http://")).unwrap();
        }
    }
    assert!(programs_of(&scratch).len() >= 4, "{:#?}", programs_of(&scratch));

    press_ctrl_c(process.id());
    let ended = wait::until("the task to end", END, || Ok(process.check_running().err()));
    let ended = ended.unwrap().to_string();
    assert!(
        ended.contains("exit code 130") && ended.contains("stopping every program"),
        "{ended}"
    );
    assert_nothing_is_left(&scratch);
    assert_eq!(
        digest::folder(&mine).unwrap(),
        before,
        "my own files were touched"
    );
}

#[test]
fn ctrl_c_in_the_middle_leaves_no_program() {
    let dir = tempfile::tempdir().unwrap();
    let scratch = scratch(dir.path());
    let log = dir.path().join("demo.log");
    let mut process = Process::start("the demonstration", demo(&scratch, &["--slices", "40"]), &log).unwrap();
    wait::until("the nodes to run", PATIENCE, || {
        process.check_running()?;
        Ok(std::fs::read_to_string(&log)?
            .contains("node start")
            .then_some(()))
    })
    .unwrap();
    assert!(programs_of(&scratch).len() >= 4, "{:#?}", programs_of(&scratch));
    press_ctrl_c(process.id());
    let ended = wait::until("the task to end", END, || Ok(process.check_running().err()));
    assert!(ended.unwrap().to_string().contains("exit code 130"));
    assert_nothing_is_left(&scratch);
}

#[test]
fn nobody_who_reads_any_more_ends_it_quietly() {
    let dir = tempfile::tempdir().unwrap();
    let scratch = scratch(dir.path());
    let errors = File::create(dir.path().join("errors")).unwrap();
    let mut command = demo(&scratch, &["--slices", "40"]);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .unwrap();
    // `cargo xtask demo | head -1`
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(first.contains("registry issues credentials"), "{first}");
    let code = exit_code(&mut child);
    let errors = std::fs::read_to_string(dir.path().join("errors")).unwrap();
    assert_eq!((code, errors.as_str()), (Some(141), ""));
    assert_nothing_is_left(&scratch);
}

#[test]
fn a_folder_that_is_not_there_is_said_before_anything_starts() {
    let dir = tempfile::tempdir().unwrap();
    let scratch = scratch(dir.path());
    let nowhere = dir.path().join("nowhere");
    let ended = demo(&scratch, &["--study", nowhere.to_str().unwrap()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success());
    assert!(said.contains("nowhere") && said.contains("no folder"), "{said}");
    let shown = String::from_utf8_lossy(&ended.stdout);
    assert!(!shown.contains('✓'), "{shown}");
}
