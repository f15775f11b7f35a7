//! DCMTK's programs, by their full path: a Python environment may put namesakes first.
#![allow(dead_code, reason = "each test program uses a part")]

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dokuei_dicom::network::data_set_of;

/// How a program ended, and what it said.
pub(crate) struct Ran {
    pub(crate) ok: bool,
    pub(crate) said: String,
}

fn run(command: &mut Command) -> Ran {
    // As shipped, DCMTK waits for a delayed acknowledgement with every image.
    let output = command.env("TCP_NODELAY", "1").output().unwrap();
    Ran {
        ok: output.status.success(),
        said: [output.stdout, output.stderr]
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .concat(),
    }
}

/// `echoscu`.
pub(crate) fn echo(port: u16, options: &[&str]) -> Ran {
    run(Command::new("/usr/bin/echoscu").args(options).args([
        "-v",
        "-to",
        "30",
        "localhost",
        &port.to_string(),
    ]))
}

/// `storescu`.
pub(crate) fn store(port: u16, options: &[&str], files: &[&Path]) -> Ran {
    run(Command::new("/usr/bin/storescu")
        .args(options)
        .args(["-v", "-R", "-to", "30", "localhost", &port.to_string()])
        .args(files))
}

/// Transfer syntax and data set of a file.
pub(crate) fn read_data_set(file: &[u8]) -> (String, Vec<u8>) {
    let (syntax, mut rest) = data_set_of(file).unwrap();
    let mut data = Vec::new();
    std::io::Read::read_to_end(&mut rest, &mut data).unwrap();
    (syntax, data)
}

/// `storescp`, told to preserve bits.
pub(crate) struct Judge {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Judge {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Given back at once: DCMTK can't be asked for a free one.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let process = Command::new("/usr/bin/storescp")
            .args(["+B", "+xa", "-uf", "-od"])
            .arg(folder.path())
            .arg(port.to_string())
            .env("TCP_NODELAY", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let judge = Self {
            process,
            port,
            folder,
        };
        let mut tries = 0..1200;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(tries.next().is_some(), "storescp does not listen");
            std::thread::sleep(Duration::from_millis(25));
        }
        judge
    }

    /// The file that it writes when it is sent this.
    pub(crate) fn given(&self, proposed: &str, path: &Path) -> Vec<u8> {
        let sent = store(self.port, &[proposed], &[path]);
        assert!(sent.ok, "{}", sent.said);
        self.taken()
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The file that it wrote last.
    pub(crate) fn taken(&self) -> Vec<u8> {
        let file = std::fs::read_dir(self.folder.path())
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path();
        let bytes = std::fs::read(&file).unwrap();
        std::fs::remove_file(file).unwrap();
        bytes
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A root and what it issued to a server and to a client: certificate and key, PEM.
pub(crate) struct Certificates {
    pub(crate) root: PathBuf,
    pub(crate) server: (PathBuf, PathBuf),
    pub(crate) client: (PathBuf, PathBuf),
}

impl Certificates {
    /// Made by OpenSSL.
    pub(crate) fn make(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let at = |name: &str| folder.join(name);
        let (root, root_key) = (at("root.pem"), at("root.key"));
        openssl(
            &[
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=house",
            ],
            &[("-keyout", &root_key), ("-out", &root)],
        );
        let issue = |name: &str| {
            let (certificate, key, request) =
                (at(&format!("{name}.pem")), at(&format!("{name}.key")), at("csr"));
            openssl(
                &[
                    "req",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:prime256v1",
                    "-nodes",
                    "-subj",
                    &format!("/CN={name}"),
                    "-addext",
                    "subjectAltName=DNS:localhost",
                ],
                &[("-keyout", &key), ("-out", &request)],
            );
            openssl(
                &["x509", "-req", "-days", "2", "-copy_extensions", "copy"],
                &[
                    ("-in", &request),
                    ("-CA", &root),
                    ("-CAkey", &root_key),
                    ("-out", &certificate),
                ],
            );
            (certificate, key)
        };
        Self {
            server: issue("server"),
            client: issue("client"),
            root,
        }
    }
}

fn openssl(words: &[&str], files: &[(&str, &Path)]) {
    let mut command = Command::new("/usr/bin/openssl");
    command.args(words);
    for (option, file) in files {
        command.arg(option).arg(file);
    }
    let ran = run(&mut command);
    assert!(ran.ok, "{}", ran.said);
}
