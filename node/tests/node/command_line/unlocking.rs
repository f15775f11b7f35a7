//! How a node is unlocked when it starts: by somebody who types, or unattended by systemd's credentials or the keyring
//! of the system; and what a laptop may not do after the latter.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::NODE_PASSPHRASE;
use crate::support::home::Home;
use crate::support::program::{Ran, Running, command, dokuei, passphrase_file, ran};
use crate::support::registry::TANAKA;
use crate::support::sample_study;

const TYPED_ONLY: &str = "A portable device is used only when it was started with a passphrase";

/// What systemd makes of `LoadCredential=dokuei-passphrase:…`: a folder with a file that only the service may read.
fn credentials(home: &Home) -> PathBuf {
    let folder = home.beside("credentials");
    fs::create_dir(&folder).unwrap();
    let mut file = fs::OpenOptions::new();
    let path = folder.join("dokuei-passphrase");
    let file = file.write(true).create_new(true).mode(0o400).open(path);
    file.unwrap().write_all(NODE_PASSPHRASE.as_bytes()).unwrap();
    folder
}

/// The program as a service of systemd starts it.
fn as_service(home: &Home) -> Command {
    let mut command = command(home.dir.root());
    command.env("CREDENTIALS_DIRECTORY", credentials(home));
    command
}

/// The program with the passphrase coming through a pipe, as from a window that asked for it.
fn piped(home: &Home) -> (Child, Running) {
    let mut pipe = Command::new("echo")
        .arg(NODE_PASSPHRASE)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let root = home.dir.root();
    let mut command = command(root);
    command.stdin(pipe.stdout.take().unwrap());
    (pipe, Running::start_with(command, root, Path::new("/dev/stdin")))
}

fn sign_in(home: &Home) -> Ran {
    let phrase = passphrase_file(home.dir.root(), TANAKA.passphrase);
    let words = ["sign-in", "--id", "tanaka", "--json", "--passphrase-file"];
    dokuei(
        home.dir.root(),
        &[&words[..], &[phrase.to_str().unwrap()]].concat(),
    )
}

#[test]
fn r20_a_fixed_node_is_unlocked_by_the_credential_of_its_service() {
    let home = Home::with(&[TANAKA]);
    let node = Running::start_unattended(as_service(&home), home.dir.root());
    assert_eq!(sign_in(&home).code, Some(0));
    assert!(node.terminate().success());
    let mut wrong = command(home.dir.root());
    let folder = home.beside("wrong");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("dokuei-passphrase"), "another passphrase 9").unwrap();
    let refused = ran(wrong.env("CREDENTIALS_DIRECTORY", folder).arg("run"));
    assert!(refused.refused(1).contains("cannot be unlocked"), "{refused:?}");
}

/// R20: what the table refuses with `portable-passphrase`, seen at the program: nobody signs in, no files are taken in,
/// and the reason is told in both languages; a passphrase that somebody gives opens it.
#[test]
fn r20_a_laptop_that_nobody_unlocked_does_nothing_until_a_passphrase_is_typed() {
    let home = Home::portable(&[TANAKA]);
    let root = home.dir.root();
    let node = Running::start_unattended(as_service(&home), root);
    let refused = sign_in(&home);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let told = [refused.out.as_str(), refused.err.as_str()].concat();
    assert!(
        told.contains("not_permitted") && told.contains(TYPED_ONLY),
        "{told}"
    );
    let answer = node.post(
        "/api/v1/session",
        &["{\"id\":\"tanaka\",\"passphrase\":\"", TANAKA.passphrase, "\"}"].concat(),
    );
    let problem: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(problem["status"], 403, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains(TYPED_ONLY));
    let japanese = problem["detail_ja"].as_str().unwrap();
    assert!(
        japanese.contains("携帯端末は、起動時にパスフレーズを入力しなければ使用できません"),
        "{japanese}"
    );

    let folder = home.beside("cbct");
    sample_study(&folder, 1);
    let import = dokuei(root, &["study", "import", folder.to_str().unwrap()]);
    assert!(import.refused(1).contains(TYPED_ONLY), "{import:?}");
    assert!(node.terminate().success());

    let (mut pipe, node) = piped(&home);
    assert_eq!(sign_in(&home).code, Some(0));
    assert_eq!(
        dokuei(root, &["study", "import", folder.to_str().unwrap()]).code,
        Some(0)
    );
    assert!(node.terminate().success());
    pipe.wait().unwrap();

    // A file that lies on the disk is nobody's typing either.
    let node = Running::start(root, &passphrase_file(root, NODE_PASSPHRASE));
    let told = sign_in(&home);
    assert!([told.out, told.err].concat().contains(TYPED_ONLY));
    drop(node);
}

#[test]
fn r20_a_command_that_gives_no_passphrase_is_told_with_what_to_do() {
    let home = Home::with(&[]);
    for (given, why) in [
        ("exit 3", "exit status: 3"),
        ("true", "printed nothing"),
        ("yes", "printed too much"),
        ("echo wrong horse battery", "cannot be unlocked"),
    ] {
        let refused = dokuei(home.dir.root(), &["run", "--passphrase-command", given]);
        assert!(refused.refused(1).contains(why), "{given}: {refused:?}");
    }
}

/// A session of the D-Bus with GNOME's keyring in it, as somebody has who has signed in at a desktop.
struct Desktop {
    child: Child,
    home: tempfile::TempDir,
}

impl Desktop {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let script = "printf 'the login password' | gnome-keyring-daemon --unlock --components=secrets >/dev/null && \
                      printf %s \"$DBUS_SESSION_BUS_ADDRESS\" > \"$HOME/bus\" && cat";
        let child = Command::new("dbus-run-session")
            .args(["--", "sh", "-c", script])
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path())
            .env_remove("XDG_DATA_HOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, home }
    }

    /// What programs of this session find in their environment.
    fn enter(&self, command: &mut Command) {
        let since = Instant::now();
        let address = loop {
            let address = fs::read_to_string(self.home.path().join("bus")).unwrap_or_default();
            if !address.is_empty() {
                break address;
            }
            assert!(since.elapsed() < Duration::from_secs(30), "no keyring came up");
            thread::sleep(Duration::from_millis(50));
        };
        command
            .env("DBUS_SESSION_BUS_ADDRESS", address)
            .env("XDG_RUNTIME_DIR", self.home.path());
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // The session waits for the end of its input, and takes the bus and the keyring with it.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// R20: the passphrase rests in the keyring of the system, which GNOME's daemon keeps: put there and asked for with
/// libsecret's own program.
#[test]
fn r20_a_node_is_unlocked_by_the_keyring_of_the_system() {
    let desktop = Desktop::start();
    let home = Home::with(&[TANAKA]);
    let mut store = Command::new("secret-tool");
    store.args(["store", "--label", "Dokuei node", "application", "dokuei"]);
    desktop.enter(&mut store);
    let mut store = store.stdin(Stdio::piped()).spawn().unwrap();
    store
        .stdin
        .take()
        .unwrap()
        .write_all(NODE_PASSPHRASE.as_bytes())
        .unwrap();
    assert!(store.wait().unwrap().success());

    let mut node = command(home.dir.root());
    desktop.enter(&mut node);
    node.env(
        "DOKUEI_PASSPHRASE_COMMAND",
        "secret-tool lookup application dokuei",
    );
    let node = Running::start_unattended(node, home.dir.root());
    assert_eq!(sign_in(&home).code, Some(0));
    assert!(node.terminate().success());

    let mut other = command(home.dir.root());
    desktop.enter(&mut other);
    let other = ran(other.args([
        "run",
        "--passphrase-command",
        "secret-tool lookup application another",
    ]));
    assert!(other.refused(1).contains("keyring must be unlocked"), "{other:?}");
}
