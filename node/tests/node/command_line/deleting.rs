//! `dokuei retention delete` with the real program, which is killed in the middle of it.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use dokuei_node::service::deletion::VERIFY_SH;
use dokuei_node::service::sample;
use serde_json::Value;

use crate::support::factor::{Codes, shown};
use crate::support::home::Home;
use crate::support::program::{Running, command, dokuei, passphrase_file};
use crate::support::registry::TANAKA;
use crate::support::unpacked::Unpacked;
use crate::support::{NODE_PASSPHRASE, files};

/// Slices of each study: so many files that destroying them takes a while.
const SLICES: u32 = 150;

/// At which moment the node is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So long after the command was begun.
    After(u64),
    /// As soon as a file of an image is gone.
    FirstFile,
}

fn start(home: &Home) -> Running {
    let root = home.dir.root();
    Running::start(root, &passphrase_file(root, NODE_PASSPHRASE))
}

fn sign_in(home: &Home, phrase: &str, code: Option<&str>) {
    let mut words = vec!["sign-in", "--id", TANAKA.id, "--passphrase-file", phrase];
    words.extend(code.map(|code| ["--code", code]).into_iter().flatten());
    let ran = dokuei(home.dir.root(), &words);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

fn deleting(root: &Path, study: &str, phrase: &str, code: &str) -> Child {
    let confirm = &study[study.len() - 6..];
    command(root)
        .args([
            "--json",
            "retention",
            "delete",
            study,
            "--reason",
            "trial",
            "--early",
        ])
        .args(["--why", "動作確認用のデータ", "--passphrase-file", phrase])
        .args(["--code", code, "--confirm", confirm])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn wait_for(moment: Moment, vault: &Path, before: usize, child: &mut Child) {
    match moment {
        Moment::After(millis) => thread::sleep(Duration::from_millis(millis)),
        Moment::FirstFile => {
            let since = Instant::now();
            while files(vault).len() >= before && child.try_wait().unwrap().is_none() {
                assert!(since.elapsed() < Duration::from_secs(60), "nothing is destroyed");
            }
        }
    }
}

fn deletions(root: &Path) -> Vec<Value> {
    let listed = dokuei(root, &["--json", "retention", "deletions"]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    listed.json().as_array().unwrap().clone()
}

/// R6, R24: the node is killed at one moment or another of a deletion. At its next start either nothing was begun and the
/// study is whole, or it is gone to the last file and its certificate is there; the same command then finds the one or the
/// other. Asking for the study tells that it was deleted.
#[test]
fn r6_r24_a_node_that_is_killed_while_it_deletes_goes_on_at_its_next_start() {
    let home = Home::with(&[TANAKA]);
    let root = home.dir.root();
    let phrase = passphrase_file(root, TANAKA.passphrase);
    let phrase = phrase.to_str().unwrap();
    let moments = [
        Moment::FirstFile,
        Moment::After(250),
        Moment::FirstFile,
        Moment::After(600),
    ];
    let mut studies = Vec::new();
    for seed in 0..moments.len() as u64 {
        let folder = home.beside(&format!("cbct-{seed}"));
        let written = sample::write(&folder, SLICES, 32, seed + 1).unwrap();
        studies.push((written.study_instance_uid, folder));
    }
    let mut node = start(&home);
    sign_in(&home, phrase, None);
    let begun = dokuei(
        root,
        &["--json", "second-factor", "enrol", "--passphrase-file", phrase],
    )
    .json();
    let code = shown(begun["secret"].as_str().unwrap());
    let confirmed = dokuei(root, &["--json", "second-factor", "confirm", "--code", &code]);
    let mut codes = Codes::of(&confirmed.json());
    for (_, folder) in &studies {
        let ran = dokuei(root, &["study", "import", folder.to_str().unwrap()]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }

    let vault = root.join("vault");
    let mut resumed = 0;
    for ((study, _), moment) in studies.iter().zip(moments) {
        let (before, had) = (files(&vault).len(), deletions(root).len());
        let mut child = deleting(root, study, phrase, &codes.take());
        wait_for(moment, &vault, before, &mut child);
        // Dropped, it is killed.
        drop(node);
        let left = files(&vault).len();
        child.wait().unwrap();
        node = start(&home);
        sign_in(&home, phrase, Some(&codes.take()));
        let after = deletions(root);
        println!(
            "{moment:?}: {before} files before, {left} when killed, {} at the next start",
            files(&vault).len()
        );
        if after.len() == had {
            let shown = dokuei(root, &["--json", "study", "show", study]).json();
            assert!(shown["series"].is_array(), "{shown}");
            assert_eq!(files(&vault).len(), before, "nothing was begun");
        } else {
            resumed += u32::from(left > before - SLICES as usize);
            assert_eq!(after[0]["state"], "certified", "{}", after[0]);
            assert_eq!(files(&vault).len(), before - SLICES as usize, "all of it is gone");
            let told = dokuei(root, &["study", "show", study]);
            assert_eq!(told.code, Some(0), "{told:?}");
            assert!(
                told.out.contains("it was deleted on") && told.out.contains(TANAKA.japanese),
                "{told:?}"
            );
        }
    }
    let done = deletions(root);
    println!(
        "{} were deleted, {resumed} of them were killed in the middle",
        done.len()
    );
    assert!(!done.is_empty(), "the node was never killed late enough");
    verify_all(&home, &done);
    let unlocked = passphrase_file(root, NODE_PASSPHRASE);
    let doctor = dokuei(root, &["doctor", "--passphrase-file", unlocked.to_str().unwrap()]);
    for check in ["audit log", "logs and packages"] {
        let mut lines = doctor.out.lines();
        let line = lines.find(|line| line.starts_with(check)).unwrap();
        assert!(line.ends_with("ok"), "{doctor:?}");
    }
}

/// Each certificate is verified by an outsider.
fn verify_all(home: &Home, done: &[Value]) {
    for one in done {
        let (file, number) = (home.beside("certificate.zip"), one["number"].to_string());
        let words = [
            "retention",
            "certificate",
            &number,
            "--to",
            file.to_str().unwrap(),
        ];
        let ran = dokuei(home.dir.root(), &words);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let unpacked = Unpacked::of(&fs::read(&file).unwrap());
        let good = unpacked.verified_by(VERIFY_SH, &["--without-register"]);
        assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
        fs::remove_file(file).unwrap();
    }
}
