//! DCMTK's programs, by their full path: a Python environment may put namesakes first.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::orthanc::{await_port, free_port};

/// DCMTK's image archive, which is called PACS, and knows DOKUEI at a port.
pub(crate) struct Dcmqrscp {
    process: Child,
    folder: TempDir,
    pub(crate) port: u16,
}

impl Dcmqrscp {
    /// Starts it, with these options.
    pub(crate) fn start(dokuei: u16, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let store = folder.path().join("store");
        std::fs::create_dir(&store).unwrap();
        let settings = format!(
            "NetworkTCPPort = {port}\nMaxPDUSize = 131072\nMaxAssociations = 16\n\
             HostTable BEGIN\ndokuei = (DOKUEI, localhost, {dokuei})\nHostTable END\n\
             VendorTable BEGIN\nVendorTable END\n\
             AETable BEGIN\nPACS {} RW (200, 1024mb) ANY\nAETable END\n",
            store.display()
        );
        let file = folder.path().join("dcmqrscp.cfg");
        std::fs::write(&file, settings).unwrap();
        let process = Command::new("/usr/bin/dcmqrscp")
            .args(options)
            .arg("-c")
            .arg(&file)
            .env("TCP_NODELAY", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Debian's dcmtk is installed");
        let archive = Self {
            process,
            folder,
            port,
        };
        await_port(port, "dcmqrscp");
        archive
    }

    /// Files that it keeps.
    pub(crate) fn kept(&self) -> usize {
        let store = self.folder.path().join("store");
        let files = std::fs::read_dir(store).unwrap().map(Result::unwrap);
        files.filter(|file| file.file_name() != "index.dat").count()
    }
}

impl Drop for Dcmqrscp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What `findscu` finds of studies at an archive that is called PACS.
pub(crate) fn find(port: u16, keys: &[&str]) -> String {
    let keys = keys.iter().flat_map(|key| ["-k", key]);
    let output = Command::new("/usr/bin/findscu")
        .args([
            "-S",
            "-aec",
            "PACS",
            "-aet",
            "DOKUEI",
            "-k",
            "QueryRetrieveLevel=STUDY",
        ])
        .args(keys)
        .args(["localhost", &port.to_string()])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    [output.stdout, output.stderr]
        .map(|text| String::from_utf8_lossy(&text).into_owned())
        .concat()
}

/// Sends what lies at a path to an archive that is called PACS, as DOKUEI.
pub(crate) fn fill(port: u16, path: &Path) {
    let output = Command::new("/usr/bin/storescu")
        .args(["-aec", "PACS", "-aet", "DOKUEI", "+sd", "+r", "-R"])
        .args(["localhost", &port.to_string()])
        .arg(path)
        .env("TCP_NODELAY", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

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
