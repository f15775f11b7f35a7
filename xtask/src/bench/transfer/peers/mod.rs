//! What is compared: each program in the settings that are best for it.

mod bare;
mod dcmtk;
mod dokuei;
mod orthanc;
mod sendme;
mod ssh;

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use dokuei_tests::process::{Process, output};
use dokuei_tests::site::Site;
use dokuei_tests::wait;

use super::measure::Run;
use super::scene::Scene;

/// A way to move a study.
pub(super) trait Peer {
    /// As on the command line and in the table.
    fn name(&self) -> &'static str;

    /// Its settings and what it leaves out, for the table.
    fn what(&self) -> &'static str;

    /// Moves the study once, with programs that are started for it.
    ///
    /// # Errors
    /// When it fails, with the program's words.
    fn transfer(&self, scene: &Scene) -> Result<Run>;
}

/// All, ours first.
pub(super) fn all(profile: &str) -> Vec<Box<dyn Peer>> {
    vec![
        Box::new(dokuei::Dokuei::new(profile)),
        Box::new(bare::Bare::new(profile, false)),
        Box::new(bare::Bare::new(profile, true)),
        Box::new(dcmtk::Dcmtk { tls: false }),
        Box::new(dcmtk::Dcmtk { tls: true }),
        Box::new(ssh::Ssh { rsync: false }),
        Box::new(ssh::Ssh { rsync: true }),
        Box::new(orthanc::Orthanc { stow: true }),
        Box::new(orthanc::Orthanc { stow: false }),
        Box::new(sendme::Sendme),
    ]
}

/// A port that nobody has at the site.
///
/// # Errors
/// When the site is gone or no port is free.
fn free_port(site: &Site) -> Result<u16> {
    let listener = site.within(|| std::net::TcpListener::bind((site.address(), 0)))??;
    Ok(listener.local_addr()?.port())
}

/// Waits until something answers on a TCP port of the site.
///
/// # Errors
/// When the server ends or nothing answers.
fn await_port(site: &Site, port: u16, server: &mut Process) -> Result<()> {
    wait::until("the receiving program", Duration::from_secs(20), || {
        server.check_running()?;
        let open = site.within(|| std::net::TcpStream::connect((site.address(), port)).is_ok())?;
        Ok(open.then_some(()))
    })
}

/// A key and a certificate for TLS, for this run only.
///
/// # Errors
/// When openssl fails.
fn certificate(folder: &std::path::Path) -> Result<[String; 2]> {
    let [key, certificate] =
        ["key.pem", "certificate.pem"].map(|name| folder.join(name).display().to_string());
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]);
    openssl.args(["-subj", "/CN=bench", "-keyout", &key, "-out", &certificate]);
    output(&mut openssl).context("no certificate for the comparison")?;
    Ok([key, certificate])
}
