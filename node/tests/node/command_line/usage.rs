//! Help, completion, exit codes, and failures that a script can read.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

use crate::support::home::Home;
use crate::support::program::{Running, command, dokuei, passphrase_file, unread};
use crate::support::registry::TANAKA;
use crate::support::{NODE_PASSPHRASE, files, sample_study};

const NOWHERE: &str = "/no/such/directory";

#[test]
fn help_teaches_the_way_from_nothing_to_a_consultation() {
    let help = dokuei(Path::new(NOWHERE), &["--help"]);
    assert_eq!(help.code, Some(0));
    for word in [
        "dokuei init",
        "identity trust",
        "identity apply",
        "agreement propose",
        "consult request",
        "Exit codes",
        "DOKUEI_DATA_DIR",
    ] {
        assert!(help.out.contains(word), "{word}");
    }
    for command in [
        "init",
        "identity",
        "run",
        "study",
        "agreement",
        "consult",
        "doctor",
        "sign-in",
    ] {
        let help = dokuei(Path::new(NOWHERE), &[command, "--help"]);
        assert_eq!(help.code, Some(0), "{command}");
        assert!(help.out.contains("Usage: dokuei"), "{command}");
    }
    assert!(
        dokuei(Path::new(NOWHERE), &["--version"])
            .out
            .starts_with("dokuei ")
    );
}

#[test]
fn completion_is_written_for_the_usual_shells() {
    for (shell, word) in [
        ("bash", "complete"),
        ("zsh", "#compdef"),
        ("fish", "complete -c dokuei"),
    ] {
        let script = dokuei(Path::new(NOWHERE), &["completion", shell]);
        assert_eq!(script.code, Some(0));
        assert!(
            script.out.contains(word) && script.out.contains("consult"),
            "{shell}"
        );
    }
}

/// `dokuei study list | head -1`
#[test]
fn a_command_ends_quietly_when_its_reader_has_seen_enough() {
    let home = Home::bare();
    for arguments in [&["completion", "bash"][..], &["status", "--json"]] {
        let mut command = command(home.dir.root());
        let ended = command.args(arguments).stdout(unread()).output().unwrap();
        assert_eq!(ended.status.signal(), Some(13), "{arguments:?}: {ended:?}");
        assert_eq!(ended.stderr, b"", "{arguments:?}");
    }
}

/// PS3.5 B.2: a new study has a new UUID; who wants the same one again names its number.
#[test]
fn a_sample_is_a_new_study_unless_a_seed_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let mut number = 0;
    let mut sample = |more: &[&str]| {
        number += 1;
        let out = folder.path().join(number.to_string());
        let words = [
            "study", "sample", "--slices", "1", "--size", "16", "--json", "--out",
        ];
        let made = dokuei(
            folder.path(),
            &[&words[..], &[out.to_str().unwrap()], more].concat(),
        )
        .json();
        (
            made["study_instance_uid"].as_str().unwrap().to_owned(),
            made["seed"].clone(),
            out,
        )
    };
    let (first, second) = (sample(&[]), sample(&[]));
    assert_ne!(first.0, second.0);
    assert!(first.0.starts_with("2.25.") && first.0.len() <= 64, "{}", first.0);
    let again = sample(&["--seed", &first.1.to_string()]);
    assert_eq!(again.0, first.0);
    let bytes = |out: &Path| std::fs::read(&files(out)[0]).unwrap();
    assert_eq!(bytes(&again.2), bytes(&first.2));
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_would_be_right() {
    let wrong: &[&[&str]] = &[
        &[],
        &["consul"],
        &["study", "import"],
        &["init"],
        &["run", "--api", "nowhere"],
        &[
            "init",
            "--institution",
            "a",
            "--institution-code",
            "b",
            "--device-class",
            "toaster",
        ],
        &["consult", "close", "00"],
        &["bandwidth", "set"],
        &["bandwidth", "set", "--between", "08:30-18:00"],
        &["bandwidth", "set", "--unlimited", "--up", "10"],
    ];
    for arguments in wrong {
        let ran = dokuei(Path::new(NOWHERE), arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}");
        assert!(
            ran.err.contains("Usage") || ran.err.contains("possible values") || ran.err.contains("--help"),
            "{ran:?}"
        );
    }
    let ran = dokuei(Path::new(NOWHERE), &["bandwidth", "set"]);
    assert!(
        ran.err.contains("--up") && ran.err.contains("--unlimited"),
        "nothing is not silently no limit: {}",
        ran.err
    );
    let ran = dokuei(Path::new(NOWHERE), &["consul"]);
    assert!(
        ran.err.contains("'consult'"),
        "a similar command is offered: {}",
        ran.err
    );
}

#[test]
fn without_a_running_node_every_command_that_needs_it_exits_with_3() {
    let home = Home::bare();
    let commands: &[&[&str]] = &[
        &["status"],
        &["study", "list"],
        &["study", "import", "/tmp"],
        &["directory"],
        &["agreement", "list"],
        &["consult", "list"],
    ];
    for arguments in commands {
        let ran = dokuei(home.dir.root(), arguments);
        let told = ran.refused(3);
        assert!(told.contains("is not running"), "{told}");
        assert!(told.contains("dokuei run"), "what to do next: {told}");
    }
}

#[test]
fn with_json_failures_are_json_on_standard_output() {
    let home = Home::bare();
    let ran = dokuei(home.dir.root(), &["status", "--json"]);
    assert_eq!(ran.code, Some(3));
    let error = &ran.json()["error"];
    assert_eq!(error["code"], "not_running");
    assert!(error["message"].as_str().unwrap().contains("not running"));
    assert!(error["next"].as_str().unwrap().contains("dokuei run"));
    assert_eq!(ran.err, "");
}

#[test]
fn r6_what_needs_a_practitioner_exits_with_4_until_somebody_signs_in() {
    let home = Home::with(&[TANAKA]);
    let root = home.dir.root();
    let node = Running::start(root, &passphrase_file(root, NODE_PASSPHRASE));
    for arguments in [["study", "list"], ["consult", "list"], ["agreement", "list"]] {
        let told = dokuei(root, &arguments);
        assert!(told.refused(4).contains("signed in"), "{told:?}");
    }

    let wrong = passphrase_file(root, "a wrong passphrase");
    let sign_in = |file: &Path| {
        dokuei(
            root,
            &[
                "sign-in",
                "--id",
                "tanaka",
                "--passphrase-file",
                file.to_str().unwrap(),
            ],
        )
    };
    let told = sign_in(&wrong);
    assert!(told.refused(4).contains("passphrase are wrong"), "{told:?}");
    assert_eq!(dokuei(root, &["study", "list"]).code, Some(4));

    let right = passphrase_file(root, TANAKA.passphrase);
    assert_eq!(sign_in(&right).code, Some(0));
    assert_eq!(dokuei(root, &["study", "list"]).code, Some(0));
    assert_eq!(dokuei(root, &["sign-out"]).code, Some(0));
    assert_eq!(dokuei(root, &["study", "list"]).code, Some(4));
    assert!(node.terminate().success());
}

#[test]
fn a_study_goes_in_and_comes_out_by_command() {
    let home = Home::with(&[TANAKA]);
    let root = home.dir.root();
    let node = Running::start(root, &passphrase_file(root, NODE_PASSPHRASE));
    let folder = home.beside("cbct");
    let uid = sample_study(&folder, 3);
    let folder = folder.to_str().unwrap();

    let text = dokuei(root, &["study", "import", folder]);
    assert_eq!(text.code, Some(0), "{text:?}");
    assert!(text.out.contains("imported 3 instances"), "{}", text.out);
    let again = dokuei(root, &["study", "import", folder, "--json"]).json();
    assert_eq!(again["imports"][0]["duplicates"], 3);

    let missing = dokuei(root, &["study", "import", NOWHERE]);
    assert!(missing.refused(1).contains(NOWHERE));
    let notes = home.beside("notes.txt");
    std::fs::write(&notes, "not an image").unwrap();
    let not_dicom = dokuei(root, &["study", "import", notes.to_str().unwrap()]);
    assert_eq!(not_dicom.code, Some(1));
    assert!(not_dicom.err.contains("not a DICOM file"), "{not_dicom:?}");

    let phrase = passphrase_file(root, TANAKA.passphrase);
    dokuei(
        root,
        &[
            "sign-in",
            "--id",
            "tanaka",
            "--passphrase-file",
            phrase.to_str().unwrap(),
        ],
    );
    let listed = dokuei(root, &["study", "list"]);
    assert!(
        listed.out.contains(&uid) && listed.out.contains("山田"),
        "{}",
        listed.out
    );
    let out = home.beside("out");
    let export = ["study", "export", &uid, "--out", out.to_str().unwrap()];
    assert_eq!(dokuei(root, &export).code, Some(0));
    assert_eq!(files(&out).len(), 3);
    assert!(dokuei(root, &export).refused(1).contains("not empty"));
    drop(node);
}
