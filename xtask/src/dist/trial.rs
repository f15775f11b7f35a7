//! Tries the packages in a copy of this system: they install, start, answer, are upgraded, removed and purged.
//!
//! The copy is an overlay in memory over the root of this system, in namespaces of its own for mounts, processes and
//! the network. What is done there changes nothing here, and ends with the namespaces.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use dokuei_tests::capture::as_root;
use dokuei_tests::process::{Process, output};
use dokuei_tests::wait;
use serde_json::Value;

use crate::console::say;
use crate::project;

/// For a program of the development profile, which unlocks slowly on a busy machine.
const START: Duration = Duration::from_secs(120);
/// Where a packaged node keeps its data.
const DATA: &str = "/var/lib/dokuei";
/// Where the packages are seen in the copy.
const SHELF: &str = "/mnt";

/// Judges the packages with lintian, and installs them in a copy of this system.
///
/// # Errors
/// When a package does not do what is asked of it.
pub(super) fn run(made: &[PathBuf], folder: &Path) -> Result<()> {
    for file in made
        .iter()
        .filter(|file| file.extension().is_some_and(|kind| kind == "deb"))
    {
        let mut lintian = Command::new("lintian");
        lintian.args(["--fail-on", "error", "--allow-root", "--tag-display-limit", "0"]);
        // What it finds stands on the screen.
        project::run(lintian.arg(file)).context("lintian finds errors")?;
    }
    say!("✓ lintian finds no error");
    let mut unshare = as_root("unshare");
    unshare
        .args(["--mount", "--pid", "--fork", "--net", "--kill-child"])
        .arg(std::env::current_exe()?)
        .args(["dist", "--inside"])
        .arg(fs::canonicalize(folder)?);
    project::run(&mut unshare)
}

/// The part that runs inside the namespaces.
///
/// # Errors
/// When a package does not do what is asked of it.
pub(super) fn inside(folder: &Path) -> Result<()> {
    let copy = Copy::of_this_system(folder)?;
    let of = |name: &str| find(folder, name);
    let names = ["dokuei-node", "dokuei-app", "dokuei-registry", "dokuei-bootstrap"];
    let shelf: Vec<String> = names.iter().map(|name| of(name)).collect::<Result<_>>()?;
    copy.dpkg("-i", &shelf)?;
    ensure!(
        copy.said("stat -c %U:%a /var/lib/dokuei")? == "dokuei:700",
        "{DATA} belongs to somebody else, or others may look into it"
    );
    say!("✓ all packages install");
    judged(&copy)?;
    answers(&copy)?;
    let mut node = started(&copy)?;
    let key = copy.said(&format!("sha256sum {DATA}/node.key"))?;
    copy.dpkg("-i", &[find(&folder.join("next"), "next/dokuei-node")?])?;
    node.stop();
    let mut node = started(&copy)?;
    node.stop();
    let version = copy.said("dpkg-query -W -f ${Version} dokuei-node")?;
    ensure!(
        version.ends_with("+next"),
        "the upgrade left version {version} in place"
    );
    say!("✓ the node is upgraded, and starts again with its key");
    removed(&copy, &key)?;
    carried(&copy)
}

/// The path of a package as the copy sees it.
fn find(folder: &Path, name: &str) -> Result<String> {
    let prefix = name.rsplit('/').next().unwrap_or(name);
    let begins = format!("{prefix}_");
    let below = name.strip_suffix(prefix).unwrap_or_default();
    for entry in fs::read_dir(folder)? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        if file.starts_with(&begins) && file.ends_with(".deb") {
            return Ok(format!("{SHELF}/{below}{file}"));
        }
    }
    bail!("there is no package {prefix} in {}", folder.display())
}

/// What systemd, man and the desktop's tools say of the files.
fn judged(copy: &Copy) -> Result<()> {
    for unit in ["dokuei.service", "dokuei-bootstrap.service"] {
        let path = format!("/usr/lib/systemd/system/{unit}");
        let complaints = copy.heard(&format!("systemd-analyze verify {path}"))?;
        ensure!(
            !complaints.contains(unit),
            "systemd does not take {unit} as it is: {complaints}"
        );
        // In tenths: 0 is safe, 10 is without any protection.
        copy.said(&format!(
            "systemd-analyze security --offline=yes --threshold=20 {path}"
        ))?;
    }
    say!("✓ systemd takes both units, and calls them safe");
    let pages = copy.said("sh -c 'ls /usr/share/man/man1/dokuei*.1.gz'")?;
    let pages: Vec<&str> = pages.lines().collect();
    let complaints = copy.heard(&format!(
        "man --warnings -E UTF-8 -Tutf8 -P cat -l {}",
        pages.join(" ")
    ))?;
    ensure!(
        complaints.is_empty(),
        "man has something to say of the pages: {complaints}"
    );
    say!("✓ man renders all {} pages without a word", pages.len());
    copy.said("desktop-file-validate /usr/share/applications/jp.dokuei.app.desktop")?;
    copy.said("appstreamcli validate --no-net /usr/share/metainfo/jp.dokuei.app.metainfo.xml")?;
    say!("✓ the desktop's tools take the window's entry");
    Ok(())
}

/// The programs that run without more ado.
fn answers(copy: &Copy) -> Result<()> {
    copy.said("dokuei-registry --version")?;
    copy.said("dokuei-app --help")?;
    let unit = copy.said("cat /usr/lib/systemd/system/dokuei-bootstrap.service")?;
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart="));
    let line = start
        .context("the unit starts nothing")?
        .replace("${STATE_DIRECTORY}", "/var/lib/dokuei-bootstrap");
    copy.said("mkdir -p /var/lib/dokuei-bootstrap")?;
    let mut host = Process::start("dokuei-bootstrap", copy.command(&line), &copy.log("bootstrap"))?;
    wait::until("the bootstrap host to tell its addresses", START, || {
        host.check_running()?;
        Ok(copy
            .said("cat /var/lib/dokuei-bootstrap/addresses.json")
            .ok()
            .filter(|told| told.contains("/p2p/")))
    })?;
    host.stop();
    say!("✓ the bootstrap host starts with the settings as installed");
    copy.said(&format!(
        "sh -c 'umask 077 && echo correct-horse-battery-staple-27 > {DATA}/passphrase && chown dokuei {DATA}/passphrase'"
    ))?;
    copy.said(&format!(
        "runuser -u dokuei -- dokuei init --data-dir {DATA} --institution clinic --institution-code 1312345 --practice \
         --passphrase-file {DATA}/passphrase"
    ))?;
    Ok(())
}

/// The node, started with the line of its unit as the unit's user, once it shows the app.
fn started(copy: &Copy) -> Result<Process> {
    let unit = copy.said("cat /usr/lib/systemd/system/dokuei.service")?;
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart="));
    let line = line.context("the unit starts nothing")?;
    let line = format!("runuser -u dokuei -- {line} --passphrase-file {DATA}/passphrase");
    let mut node = Process::start("dokuei", copy.command(&line), &copy.log("node"))?;
    wait::until("the node to show the app", START, || {
        node.check_running().with_context(|| node.last_lines(20))?;
        Ok(page().ok().filter(|page| page.contains("<div id=\"root\">")))
    })?;
    copy.said(&format!(
        "runuser -u dokuei -- dokuei status --json --data-dir {DATA}"
    ))?;
    say!("✓ the node starts as its own user, answers and shows the app");
    Ok(node)
}

/// What the node of the copy answers to a browser.
fn page() -> Result<String> {
    let mut stream = TcpStream::connect("127.0.0.1:4680")?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:4680\r\nConnection: close\r\n\r\n")?;
    let mut page = String::new();
    stream.take(1 << 20).read_to_string(&mut page)?;
    Ok(page)
}

/// Removing leaves the data, purging too, unless somebody said yes to debconf's question.
fn removed(copy: &Copy, key: &str) -> Result<()> {
    let names = ["dokuei-app", "dokuei-node", "dokuei-registry", "dokuei-bootstrap"].map(str::to_owned);
    copy.dpkg("-r", &names)?;
    ensure!(
        copy.said("ls /usr/bin/dokuei").is_err(),
        "the program is there after it was removed"
    );
    let same = |copy: &Copy| {
        copy.said(&format!("sha256sum {DATA}/node.key"))
            .is_ok_and(|now| now == key)
    };
    ensure!(same(copy), "removing touched the node's key");
    copy.dpkg("-P", &names)?;
    ensure!(same(copy), "purging deleted the node's key though nobody said so");
    say!("✓ removing and purging leave the data");
    copy.dpkg("-i", &[find(&copy.shelf, "dokuei-node")?])?;
    copy.said("sh -c 'echo dokuei-node dokuei-node/delete-data boolean true | debconf-set-selections'")?;
    copy.dpkg("-P", &["dokuei-node".to_owned()])?;
    ensure!(
        copy.said(&format!("ls {DATA}")).is_err(),
        "the data is there though the purge was told to delete it"
    );
    say!("✓ purging deletes the data of whoever says so");
    Ok(())
}

/// The AppImage, where no package is installed: it holds the node with its pages and fonts, and the window.
///
/// It is told to unpack itself, because the copy has no FUSE with which it would mount itself.
fn carried(copy: &Copy) -> Result<()> {
    let images = fs::read_dir(&copy.shelf)?.filter_map(Result::ok);
    let mut names = images.map(|file| file.file_name().to_string_lossy().into_owned());
    let Some(name) = names.find(|name| name.ends_with(".AppImage")) else {
        say!("- there is no AppImage for this architecture");
        return Ok(());
    };
    let image = format!("{SHELF}/{name} --appimage-extract-and-run");
    copy.said("rm -r /usr/share/fonts")?;
    copy.said(&format!("{image} --help"))?;
    copy.said(
        "sh -c 'umask 077 && mkdir /tmp/home && echo correct-horse-battery-staple-27 > /tmp/home/word'",
    )?;
    let (data, word) = ("--data-dir /tmp/home/node", "--passphrase-file /tmp/home/word");
    copy.said(&format!(
        "{image} node init {data} --institution clinic --institution-code 1312345 --practice {word}"
    ))?;
    let judged = copy
        .command(&format!("{image} node doctor --json {data} {word}"))
        .output()?;
    // It has something to say of a node without certificates: only the font is asked for.
    let mut judged = serde_json::Deserializer::from_slice(&judged.stdout).into_iter::<Value>();
    let judged = judged.next().context("doctor tells no JSON")??;
    let font = Value::from("font for reports");
    let checks = judged["checks"].as_array().into_iter().flatten();
    ensure!(
        checks.clone().any(|one| one["name"] == font && one["ok"] == true),
        "the AppImage's node finds no font: {judged}"
    );
    let run = format!("{image} node run {data} {word}");
    let mut node = Process::start("dokuei", copy.command(&run), &copy.log("carried"))?;
    wait::until("the AppImage's node to show the app", START, || {
        node.check_running().with_context(|| node.last_lines(20))?;
        Ok(page().ok().filter(|page| page.contains("<div id=\"root\">")))
    })?;
    node.stop();
    copy.said("sh -c 'rm /usr/lib/x86_64-linux-gnu/libwebkit2gtk-4.1.so.0*'")?;
    let alone = copy.command(&format!("env DOKUEI_DATA_DIR=/tmp/nobody {image}"));
    let mut without = Process::start("AppRun", alone, &copy.log("without"))?;
    wait::until("the AppImage to say that it needs WebKitGTK", START, || {
        Ok(without
            .last_lines(20)
            .contains("libwebkit2gtk-4.1-0")
            .then_some(()))
    })?;
    without.stop();
    say!("✓ the AppImage runs where nothing is installed, and says so where there can be no window");
    Ok(())
}

/// The copy of this system.
struct Copy {
    root: PathBuf,
    shelf: PathBuf,
}

impl Copy {
    /// Mounts the copy. Only inside namespaces made for it: what is mounted stays until they end.
    fn of_this_system(shelf: &Path) -> Result<Self> {
        let memory = shelf.join("copy");
        fs::create_dir_all(&memory)?;
        let mount = |words: &[&str], at: &Path| output(Command::new("mount").args(words).arg(at)).map(drop);
        mount(&["--make-rprivate"], Path::new("/"))?;
        mount(&["-t", "tmpfs", "copy"], &memory)?;
        for name in ["upper", "work", "root", "log"] {
            fs::create_dir(memory.join(name))?;
        }
        let root = memory.join("root");
        let layers = format!(
            "lowerdir=/,upperdir={},workdir={}",
            memory.join("upper").display(),
            memory.join("work").display()
        );
        mount(&["-t", "overlay", "copy", "-o", &layers], &root)?;
        mount(&["-t", "proc", "proc"], &root.join("proc"))?;
        mount(&["--bind", "/dev"], &root.join("dev"))?;
        for name in ["run", "tmp"] {
            mount(&["-t", "tmpfs", "copy"], &root.join(name))?;
        }
        let packages = shelf.display().to_string();
        mount(&["--bind", &packages], &root.join("mnt"))?;
        output(Command::new("ip").args(["link", "set", "lo", "up"]))?;
        Ok(Self {
            root,
            shelf: shelf.to_owned(),
        })
    }

    /// A command in the copy, by its words; `'…'` is one word.
    fn command(&self, line: &str) -> Command {
        let mut command = Command::new("chroot");
        command.arg(&self.root).args(words(line)).env_clear().envs([
            ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            ("LC_ALL", "C.UTF-8"),
            ("DEBIAN_FRONTEND", "noninteractive"),
            ("MANWIDTH", "110"),
        ]);
        command
    }

    /// What the command says.
    fn said(&self, line: &str) -> Result<String> {
        let bytes = output(&mut self.command(line))?;
        Ok(String::from_utf8(bytes)?.trim().to_owned())
    }

    /// What the command complains of.
    fn heard(&self, line: &str) -> Result<String> {
        let told = self.command(line).output()?;
        let complaints = String::from_utf8_lossy(&told.stderr).trim().to_owned();
        ensure!(told.status.success(), "`{line}` failed: {complaints}");
        Ok(complaints)
    }

    fn dpkg(&self, what: &str, which: &[String]) -> Result<()> {
        self.said(&format!("dpkg {what} {}", which.join(" "))).map(drop)
    }

    fn log(&self, name: &str) -> PathBuf {
        self.root.with_file_name("log").join(name)
    }
}

/// The words of a line; what stands between two `'` is one word.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in line.split('\'').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_quotes_is_one_word() {
        assert_eq!(words("sh -c 'a b' c"), ["sh", "-c", "a b", "c"]);
        assert_eq!(words("ls"), ["ls"]);
    }
}
