//! The Debian packages that a task needs, each with its reason; installed after asking.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use dokuei_tests::capture::as_root;

use crate::console::{Table, complain, say};
use crate::project;

/// One package: name, and why.
pub(crate) type Package = (&'static str, &'static str);

/// For building the programs.
pub(crate) const BUILD: &[Package] = &[
    (
        "build-essential",
        "C compiler and linker for SQLCipher and CharLS",
    ),
    ("cmake", "builds CharLS, the JPEG-LS codec"),
    (
        "libssl-dev",
        "the system's OpenSSL, which SQLCipher encrypts with",
    ),
    ("pkg-config", "finds system libraries"),
];

/// For the demonstration and the whole-system tests.
pub(crate) const DEMO: &[Package] = &[
    ("b3sum", "hashes the evidence of a consultation"),
    ("dcmtk", "an independent reader of the structured report"),
    (
        "dicom3tools",
        "an independent judge of the DICOM objects that are written",
    ),
    (
        "dbus-daemon",
        "a session bus, to unlock a node from the system's keyring",
    ),
    ("faketime", "shows that an expired certificate is refused"),
    (
        "fonts-ipaexfont-gothic",
        "Japanese glyphs of the report and the UI",
    ),
    ("iproute2", "makes the hosts and links of the network tests"),
    ("iputils-ping", "measures the links of the network tests"),
    ("genisoimage", "an independent reader of disc images (isoinfo)"),
    ("gnome-keyring", "the system's keyring, to unlock a node from it"),
    ("libsecret-tools", "asks the system's keyring for a secret"),
    ("nftables", "makes the routers and firewalls of the network tests"),
    ("openssl", "an independent verifier of the certificates"),
    ("orthanc", "an archive of others, which is sent to and sends"),
    ("orthanc-dicomweb", "an independent speaker of DICOMweb"),
    ("poppler-utils", "an independent reader of the PDF report"),
    ("procps", "ends the programs' process groups"),
    (
        "python3-prometheus-client",
        "an independent reader of a bootstrap host's metrics",
    ),
    ("python3-venv", "fetches pydicom's real DICOM files"),
    ("rsyslog", "a collector of audit messages of other people"),
    ("rsyslog-openssl", "TLS for that collector"),
    ("systemd", "an independent judge of a bootstrap host's unit"),
    ("tcpdump", "listens on the wire"),
    ("xorriso", "writes disc images for consultations by medium"),
];

/// For the tests in a browser and in a window.
pub(crate) const WINDOWS: &[Package] = &[
    ("chromium", "the browser of the browser test"),
    ("libayatana-appindicator3-dev", "builds the desktop window"),
    ("librsvg2-dev", "builds the desktop window"),
    ("libwebkit2gtk-4.1-dev", "builds the desktop window"),
    ("libxdo-dev", "builds the desktop window"),
    ("webkit2gtk-driver", "drives the desktop window in its test"),
    ("xvfb", "a screen for the desktop window"),
];

/// For the measurements.
pub(crate) const BENCH: &[Package] = &[("time", "measures the peak of resident memory")];

/// For making packages and trying them.
pub(crate) const DIST: &[Package] = &[
    ("adduser", "makes the user of a packaged node"),
    ("appstream", "an independent judge of the window's description"),
    (
        "desktop-file-utils",
        "an independent judge of the window's menu entry",
    ),
    ("dpkg-dev", "tells which libraries the packages need"),
    ("fonts-ipaexfont-gothic", "a packaged node needs it"),
    ("iproute2", "makes the network of the system that is tried in"),
    ("lintian", "Debian's own judge of packages"),
    ("man-db", "renders the manual pages"),
    ("squashfs-tools", "makes the file system of the AppImage"),
    ("systemd", "an independent judge of the units"),
    ("util-linux", "makes the system that is tried in"),
];

/// For the pictures of the documents.
pub(crate) const PICTURES: &[Package] = &[("webp", "makes small pictures of screenshots")];

/// For the comparison of transfers.
pub(crate) const PEERS: &[Package] = &[
    ("curl", "orders the transfers of Orthanc"),
    ("openssh-client", "scp, and the shell of rsync"),
    ("openssh-server", "the receiving side of both"),
    ("rsync", "synchronises with compression"),
];

/// Installs those of `packages` that are missing, after asking when a person sits there and `yes` is not given.
///
/// # Errors
/// When the person declines, or apt-get fails.
pub(crate) fn install(packages: &[Package], yes: bool) -> Result<()> {
    let missing: Vec<Package> = packages
        .iter()
        .copied()
        .filter(|(name, _)| !is_installed(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !Path::new("/usr/bin/apt-get").exists() {
        let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
        complain!(
            "this is no Debian system; please see to it that these are installed: {}",
            names.join(", ")
        );
        return Ok(());
    }
    let mut table = Table::new(&["Debian package", "needed because"]);
    for (name, reason) in &missing {
        table.row(&[name, reason]);
    }
    say!("{table}");
    if !yes && !confirmed()? {
        bail!("nothing was installed; install the packages above yourself, or answer yes");
    }
    let mut update = as_root("apt-get");
    project::run(update.args(["update", "-qq"]))?;
    let mut install = as_root("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive").args([
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
    ]);
    install.args(missing.iter().map(|(name, _)| *name));
    project::run(&mut install).context("the Debian packages could not be installed")
}

fn is_installed(name: &str) -> bool {
    let asked = Command::new("dpkg-query")
        .args(["-W", "-f", "${db:Status-Status}", name])
        .output();
    asked.is_ok_and(|said| said.stdout == b"installed")
}

/// Asks when a person can answer; without one (CI, a pipe) the answer is yes.
fn confirmed() -> Result<bool> {
    if std::env::var_os("CI").is_some() || !std::io::stdin().is_terminal() {
        return Ok(true);
    }
    let mut screen = std::io::stderr();
    write!(screen, "install them now? [Y/n] ")?;
    screen.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes" | "はい")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_has_a_reason_and_stands_once() {
        // What is installed together.
        for lists in [
            &[BUILD, DEMO, WINDOWS, BENCH, PEERS, PICTURES][..],
            &[BUILD, WINDOWS, DIST],
        ] {
            let all: Vec<Package> = lists.concat();
            let names: std::collections::BTreeSet<&str> = all.iter().map(|(name, _)| *name).collect();
            assert_eq!(names.len(), all.len());
            assert!(all.iter().all(|(_, reason)| reason.len() > 10));
        }
    }

    #[test]
    fn answers() {
        assert!(is_yes("\n") && is_yes("Yes\n") && is_yes("はい\n"));
        assert!(!is_yes("n\n") && !is_yes("maybe\n"));
    }
}
