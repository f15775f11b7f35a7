//! DCMTK's programs, by their full path: a Python environment may put namesakes first.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// `storescu` on its way to a node that is called DOKUEI, as CBCT1.
fn storescu(port: u16, options: &[&str], paths: &[&Path]) -> Command {
    let mut command = Command::new("/usr/bin/storescu");
    command
        .args(["-aec", "DOKUEI", "-aet", "CBCT1", "-v", "-R", "+sd", "+r"])
        .args(options)
        .args(["localhost", &port.to_string()])
        .args(paths)
        // As shipped, DCMTK waits for a delayed acknowledgement with every image.
        .env("TCP_NODELAY", "1")
        .stdin(Stdio::null());
    command
}

/// Sends what lies at these paths; whether all was taken, and what was said.
pub(crate) fn send(port: u16, options: &[&str], paths: &[&Path]) -> (bool, String) {
    let output = storescu(port, options, paths).output().unwrap();
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    (output.status.success(), said.concat())
}

/// The same in the background.
pub(crate) fn start_sending(port: u16, path: &Path) -> Child {
    let mut command = storescu(port, &[], &[path]);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
