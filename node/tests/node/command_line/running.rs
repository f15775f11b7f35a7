//! `dokuei run`: what stops it from starting, and how it stops.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::NODE_PASSPHRASE;
use crate::support::home::Home;
use crate::support::program::{Ran, Running, command, dokuei, passphrase_file, ran};
use crate::support::registry::TANAKA;

/// `dokuei run` that is expected to end by itself.
fn run(home: &Home, more: &[&str]) -> Ran {
    let phrase = passphrase_file(home.dir.root(), NODE_PASSPHRASE);
    let arguments = [&["run", "--passphrase-file", phrase.to_str().unwrap()], more].concat();
    dokuei(home.dir.root(), &arguments)
}

fn start(home: &Home) -> Running {
    let root = home.dir.root();
    Running::start(root, &passphrase_file(root, NODE_PASSPHRASE))
}

#[test]
fn a_running_node_tells_where_it_is_and_takes_that_back_when_it_ends() {
    let home = Home::with(&[TANAKA]);
    let node = start(&home);
    let address: serde_json::Value = serde_json::from_slice(&fs::read(node.address()).unwrap()).unwrap();
    assert_eq!(address["pid"], node.id());
    assert!(address["api"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    let status = dokuei(home.dir.root(), &["status", "--json"]).json();
    assert_eq!(status["institution"], "山田歯科医院");
    assert!(status["listening"][0].as_str().unwrap().contains("/quic-v1"));

    let api_json = node.address();
    assert!(node.terminate().success(), "SIGTERM is an orderly end");
    assert!(!api_json.exists());
    dokuei(home.dir.root(), &["status"]).refused(3);
}

#[test]
fn a_node_goes_on_when_nobody_reads_what_it_says() {
    let home = Home::with(&[]);
    let root = home.dir.root();
    let node = Running::start_unread(root, &passphrase_file(root, NODE_PASSPHRASE));
    assert_eq!(dokuei(root, &["status"]).code, Some(0));
    assert!(node.terminate().success());
}

#[test]
fn a_second_node_on_the_same_data_directory_is_refused_and_the_first_goes_on() {
    let home = Home::with(&[]);
    let node = start(&home);
    let before = fs::read(node.address()).unwrap();
    let second = run(&home, &["--api", "127.0.0.1:0"]);
    let told = second.refused(5);
    assert!(told.contains("in use") || told.contains("another"), "{told}");
    assert_eq!(fs::read(node.address()).unwrap(), before);
    assert_eq!(dokuei(home.dir.root(), &["status"]).code, Some(0));
}

#[test]
fn a_taken_port_is_told_with_what_to_do() {
    let home = Home::with(&[]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = run(&home, &["--api", &address]);
    let told = refused.refused(1);
    assert!(told.contains(&address) && told.contains("--api"), "{told}");

    let port = taken.local_addr().unwrap().port();
    let listen = format!("/ip4/127.0.0.1/tcp/{port}");
    let refused = run(&home, &["--api", "127.0.0.1:0", "--listen", &listen]);
    assert!(refused.refused(1).contains("--listen"), "{refused:?}");
    assert!(!home.dir.api_address().exists());
}

#[test]
fn a_multiaddress_that_is_none_is_quoted_back() {
    let home = Home::with(&[]);
    for flag in ["--listen", "--bootstrap"] {
        let refused = run(&home, &["--api", "127.0.0.1:0", flag, "boot.example.jp:4601"]);
        let told = refused.refused(1);
        assert!(
            told.contains("boot.example.jp:4601") && told.contains("/ip4/"),
            "{told}"
        );
    }
}

#[test]
fn r17_the_api_is_never_shown_to_other_machines() {
    let home = Home::bare();
    let refused = run(&home, &["--api", "0.0.0.0:0"]);
    assert!(refused.refused(1).contains("others can reach"), "{refused:?}");
}

#[test]
fn a_misspelt_setting_keeps_the_node_from_starting() {
    let home = Home::bare();
    let path = home.dir.config();
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("auto_lock_minutes", "auto_lock_minuts");
    fs::write(&path, text).unwrap();
    let refused = run(&home, &[]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("auto_lock_minuts") && refused.err.contains("config.toml"));
}

#[test]
fn r19_the_key_log_that_tls_libraries_know_is_never_written() {
    let home = Home::with(&[]);
    let root = home.dir.root();
    let log = home.beside("keys.log");
    let mut with_log = command(root);
    with_log.env("SSLKEYLOGFILE", &log);
    let node = Running::start_with(with_log, root, &passphrase_file(root, NODE_PASSPHRASE));
    let environment = fs::read(format!("/proc/{}/environ", node.id())).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains("SSLKEYLOGFILE"));
    assert!(
        node.terminate().success(),
        "the signal reaches the program that runs"
    );
    assert!(!log.exists());
    let mut version = command(root);
    let version = ran(version.env("SSLKEYLOGFILE", &log).arg("--version"));
    assert_eq!(version.code, Some(0));
    assert!(!log.exists());
}

#[test]
fn after_a_power_cut_the_node_starts_again_and_nobody_is_signed_in() {
    let home = Home::with(&[TANAKA]);
    let root = home.dir.root();
    let node = start(&home);
    let phrase = passphrase_file(root, TANAKA.passphrase);
    let sign_in = [
        "sign-in",
        "--id",
        "tanaka",
        "--passphrase-file",
        phrase.to_str().unwrap(),
    ];
    assert_eq!(dokuei(root, &sign_in).code, Some(0));
    node.kill();
    assert!(dokuei(root, &["status"]).refused(3).contains("does not answer"));

    let node = start(&home);
    assert!(
        !home.dir.session_token().exists(),
        "the old session's token is gone"
    );
    let folder = home.beside("cbct");
    crate::support::sample_study(&folder, 1);
    let import = dokuei(root, &["study", "import", folder.to_str().unwrap()]);
    assert_eq!(import.code, Some(0), "{import:?}");
    drop(node);
}

/// R11, R19: what is secured of an incident names patients: the folder and all that is in it are its owner's alone, and a folder
/// that is there already is not written into.
#[test]
fn r11_r19_what_is_secured_of_an_incident_is_for_its_owner_only() {
    let home = Home::with(&[TANAKA]);
    let (root, node) = (home.dir.root(), start(&home));
    let phrase = passphrase_file(root, TANAKA.passphrase);
    let sign_in = [
        "sign-in",
        "--id",
        "tanaka",
        "--passphrase-file",
        phrase.to_str().unwrap(),
    ];
    assert_eq!(dokuei(root, &sign_in).code, Some(0));
    let folder = home.beside("secured");
    let begin = [
        "incident",
        "begin",
        "訓練",
        "--drill",
        "--evidence",
        folder.to_str().unwrap(),
    ];
    let begun = dokuei(root, &begin);
    assert_eq!(begun.code, Some(0), "{begun:?}");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|one| one.unwrap().path())
        .collect();
    assert!(files.len() >= 2, "{files:?}");
    for file in &files {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    let again = dokuei(root, &begin);
    assert_ne!(again.code, Some(0), "{again:?}");
    drop(node);
}

#[test]
fn a_node_whose_certificate_has_expired_says_so() {
    let home = Home::with(&[]);
    home.expire();
    let refused = run(&home, &["--api", "127.0.0.1:0"]);
    let told = refused.refused(1);
    assert!(told.contains("expired"), "{told}");
    assert!(told.contains("registry operator"), "what to do next: {told}");
}
