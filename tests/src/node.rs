//! `dokuei`: one node, by its command line and its loopback API.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::api::Client;
use crate::people::{Institution, Person};
use crate::process::{Process, output};
use crate::registry::Registry;
use crate::site::Site;
use crate::wait;

/// The AE title of the device that may send to a node ([`Node::take_from_device`]).
pub const DEVICE: &str = "CBCT1";

/// The AE title of the archive that a node knows ([`Node::know_archive`]).
pub const ARCHIVE: &str = "PACS";

/// A node: its data directory, and its process when it runs.
#[derive(Debug)]
pub struct Node {
    program: PathBuf,
    folder: PathBuf,
    institution: Institution,
    port: u16,
    dicom: Option<u16>,
    archive: Option<u16>,
    ui: Option<PathBuf>,
    wrapper: Vec<String>,
    site: Site,
    typed: bool,
    process: Option<Process>,
    api: Option<Client>,
}

#[derive(Deserialize)]
struct ApiFile {
    api: String,
    pid: u32,
}

impl Node {
    /// A node that keeps everything below `folder` and will use `port` (UDP and TCP) of the network.
    #[must_use]
    pub fn new(program: &Path, folder: &Path, institution: &Institution, port: u16) -> Self {
        let (program, folder) = (program.to_owned(), folder.to_owned());
        let institution = institution.clone();
        Self {
            program,
            folder,
            institution,
            port,
            dicom: None,
            archive: None,
            ui: None,
            wrapper: Vec::new(),
            site: Site::default(),
            typed: false,
            process: None,
            api: None,
        }
    }

    /// Serves the UI's files in `folder`.
    pub fn serve_ui(&mut self, folder: &Path) {
        self.ui = Some(folder.to_owned());
    }

    /// Starts the node through another program from now on (`/usr/bin/time -v -o FILE`).
    pub fn wrap(&mut self, words: &[&str]) {
        self.wrapper = words.iter().map(|word| (*word).to_owned()).collect();
    }

    /// Runs at `site` from the next start on.
    pub fn place(&mut self, site: &Site) {
        self.site = site.clone();
    }

    /// The passphrase comes through a pipe from now on, as from somebody who is asked: a file that lies on the disk does
    /// not unlock a portable machine.
    pub fn type_passphrase(&mut self) {
        self.typed = true;
    }

    /// Its data directory.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The institution that runs it.
    #[must_use]
    pub fn institution(&self) -> &Institution {
        &self.institution
    }

    /// A command of the node's program on its data directory.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(words)
            .env("DOKUEI_DATA_DIR", self.data_dir())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    /// The same at the place where the node runs, from which its API can be reached.
    #[must_use]
    pub fn command_here(&self, words: &[&str]) -> Command {
        let mut command = self.site.command(&self.program);
        command
            .args(words)
            .env("DOKUEI_DATA_DIR", self.data_dir())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    /// Changes a line of its settings file; from the next start on.
    ///
    /// # Errors
    /// When there is no such line.
    pub fn set(&self, key: &str, value: &str) -> Result<()> {
        let path = self.data_dir().join("config.toml");
        let text = std::fs::read_to_string(&path)?;
        let begin = format!("{key} = ");
        let Some(old) = text.lines().find(|line| line.starts_with(&begin)) else {
            bail!("there is no line {key} in {}", path.display());
        };
        std::fs::write(&path, text.replacen(old, &format!("{begin}{value}"), 1))?;
        Ok(())
    }

    /// Lets a device with the AE title [`DEVICE`] send to it on this port; from the next start on.
    ///
    /// # Errors
    /// When its settings cannot be changed.
    pub fn take_from_device(&mut self, port: u16) -> Result<()> {
        let path = self.data_dir().join("config.toml");
        let text = std::fs::read_to_string(&path)?;
        let listen = format!("[dicom]\nlisten = \"127.0.0.1:{port}\"\n");
        let text = text.replacen("[dicom]\n", &listen, 1);
        std::fs::write(&path, format!("{text}\n[[dicom.peers]]\naet = \"{DEVICE}\"\n"))?;
        self.dicom = Some(port);
        Ok(())
    }

    /// Lets it send to, and fetch from, an archive with the AE title [`ARCHIVE`] on this port of this machine; from the next
    /// start on, and whether or not the archive runs.
    ///
    /// # Errors
    /// When its settings cannot be changed.
    pub fn know_archive(&mut self, port: u16) -> Result<()> {
        let path = self.data_dir().join("config.toml");
        let text = std::fs::read_to_string(&path)?;
        let peer = format!(
            "\n[[dicom.peers]]\naet = \"{ARCHIVE}\"\naddress = \"127.0.0.1\"\nport = {port}\nsend = true\nfetch = true\n"
        );
        std::fs::write(&path, text + &peer)?;
        self.archive = Some(port);
        Ok(())
    }

    /// The port of the archive that it knows, when it knows one.
    #[must_use]
    pub fn archive_port(&self) -> Option<u16> {
        self.archive
    }

    /// The port on which it takes DICOM associations, when it does.
    #[must_use]
    pub fn dicom_port(&self) -> Option<u16> {
        self.dicom
    }

    /// Runs a command that must succeed and gives what it printed.
    ///
    /// # Errors
    /// When it fails, with its words.
    pub fn cli(&self, words: &[&str]) -> Result<String> {
        Ok(String::from_utf8_lossy(&output(&mut self.command(words))?).into_owned())
    }

    /// Runs a command whatever becomes of it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn try_cli(&self, words: &[&str]) -> Result<Output> {
        self.command(words).output().context("cannot start dokuei")
    }

    /// A file beside the data directory that holds `secret`, readable by this user only.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn secret(&self, name: &str, secret: &str) -> Result<String> {
        let path = self.folder.join(name);
        crate::lab::write_secret(&path, secret)?;
        Ok(path.display().to_string())
    }

    /// Makes the data directory and enrols the node with the registry, as an administrator does once.
    ///
    /// # Errors
    /// When a step fails, with its words.
    pub fn enrol(&self, registry: &Registry) -> Result<PathBuf> {
        self.enrol_as(registry, "fixed")
    }

    /// The same for a device of this class: `fixed`, `portable` or `virtual-desktop`.
    ///
    /// # Errors
    /// When a step fails, with its words.
    pub fn enrol_as(&self, registry: &Registry, device_class: &str) -> Result<PathBuf> {
        self.init()?;
        self.certify(registry, device_class)
    }

    /// Moves this node, which must not run, to the machine of `new`, where it is certified anew.
    ///
    /// # Errors
    /// When a step fails, with its words.
    pub fn move_to(&self, new: &Self, registry: &Registry) -> Result<PathBuf> {
        std::fs::create_dir_all(&new.folder)?;
        let file = new.folder.join("moved.dokuei").display().to_string();
        let way = new.secret("way.passphrase", "lantern 8 over the wet bridge")?;
        let old_secret = self.secret("node.passphrase", self.institution.passphrase)?;
        let new_secret = new.secret("node.passphrase", new.institution.passphrase)?;
        let by = ["--move-passphrase-file", &way, "--passphrase-file"];
        self.cli(&[&["move", "export", "--out", &file], &by[..], &[&old_secret]].concat())?;
        new.cli(&[&["move", "import", &file], &by[..], &[&new_secret]].concat())?;
        new.certify(registry, "fixed")
    }

    /// Asks for a certificate of this node and installs what the registry issues.
    ///
    /// # Errors
    /// When a step fails, with its words.
    pub fn certify(&self, registry: &Registry, device_class: &str) -> Result<PathBuf> {
        let request = self.folder.join("node.csr.pem");
        let secret = self.secret("node.passphrase", self.institution.passphrase)?;
        self.cli(&[
            "identity",
            "request-node",
            "--passphrase-file",
            &secret,
            "--out",
            &request.display().to_string(),
        ])
        .or_else(|_| {
            self.cli(&[
                "identity",
                "request-node",
                "--out",
                &request.display().to_string(),
            ])
        })?;
        let chain = registry.issue_node(&self.institution, &request, device_class)?;
        self.install(registry, &chain)?;
        Ok(chain)
    }

    /// Makes the data directory only.
    ///
    /// # Errors
    /// When the program fails, with its words.
    pub fn init(&self) -> Result<String> {
        std::fs::create_dir_all(&self.folder)?;
        let secret = self.secret("node.passphrase", self.institution.passphrase)?;
        let (name, code) = (self.institution.name, self.institution.code);
        self.cli(&[
            "init",
            "--institution",
            name,
            "--institution-code",
            code,
            "--passphrase-file",
            &secret,
        ])
    }

    /// Makes a practitioner's key on this node and installs the certificate that the registry issues for it.
    ///
    /// # Errors
    /// When a step fails, with its words.
    pub fn enrol_practitioner(&self, registry: &Registry, person: &Person) -> Result<PathBuf> {
        let request = self.request_practitioner(person)?;
        let chain = registry.issue_practitioner(person, &self.institution, &request, 365)?;
        self.install(registry, &chain)?;
        Ok(chain)
    }

    /// Makes a practitioner's key and certificate request (PKCS#10) only.
    ///
    /// # Errors
    /// When the program fails, with its words.
    pub fn request_practitioner(&self, person: &Person) -> Result<PathBuf> {
        let request = self.folder.join(format!("{}.csr.pem", person.id));
        let secret = self.secret(&format!("{}.passphrase", person.id), person.passphrase)?;
        let out = request.display().to_string();
        let names = ["--name-ja", person.name_ja, "--name-latin", person.name_latin];
        let start = ["identity", "request-practitioner", "--id", person.id];
        self.cli(&[&start[..], &names, &["--passphrase-file", &secret, "--out", &out]].concat())?;
        Ok(request)
    }

    /// Installs a chain under the registry's root.
    ///
    /// # Errors
    /// When the program refuses it, with its words.
    pub fn install(&self, registry: &Registry, chain: &Path) -> Result<String> {
        let [root, chain, crl] =
            [registry.root(), chain, &registry.revocation_list()].map(|path| path.display().to_string());
        self.cli(&[
            "identity", "install", "--root", &root, "--chain", &chain, "--crl", &crl,
        ])
    }

    /// Starts the node and waits until its API answers.
    ///
    /// # Errors
    /// When it does not within 30 s, with the end of its log.
    pub fn start(&mut self, bootstraps: &[String]) -> Result<()> {
        let announced = self.data_dir().join("api.json");
        let _ = std::fs::remove_file(&announced);
        let command = self.run_command(bootstraps)?;
        let log = self.folder.join("node.log");
        let mut process = Process::start(self.institution.role, command, &log)?;
        let token_file = self.token_file();
        let client = wait::until("the node's API", Duration::from_secs(30), || {
            process.check_running()?;
            let Ok(text) = std::fs::read(&announced) else {
                return Ok(None);
            };
            let Ok(file) = serde_json::from_slice::<ApiFile>(&text) else {
                return Ok(None);
            };
            let Ok(token) = std::fs::read_to_string(&token_file) else {
                return Ok(None);
            };
            Ok((file.pid != 0).then(|| Client::new(&file.api, token.trim()).at(&self.site)))
        })
        .with_context(|| format!("see its log {}", log.display()))?;
        self.process = Some(process);
        self.api = Some(client);
        Ok(())
    }

    /// The command that runs the node.
    ///
    /// # Errors
    /// When the passphrase's file cannot be written.
    pub fn run_command(&self, bootstraps: &[String]) -> Result<Command> {
        let mut secret = self.secret("node.passphrase", self.institution.passphrase)?;
        let mut wrapper = self.wrapper.clone();
        if self.typed {
            let pipe = r#"file=$1; shift; cat "$file" | exec "$@""#;
            let words = ["sh", "-c", pipe, "sh", &secret];
            wrapper.splice(0..0, words.map(str::to_owned));
            secret = "/dev/stdin".to_owned();
        }
        let mut command = match wrapper.split_first() {
            None => self.site.command(&self.program),
            Some((first, rest)) => {
                let mut command = self.site.command(first);
                command.args(rest).arg(&self.program);
                command
            }
        };
        command
            .env("DOKUEI_DATA_DIR", self.data_dir())
            .env("NO_COLOR", "1");
        command.args(["run", "--passphrase-file", &secret, "--api", "127.0.0.1:0"]);
        let [quic, tcp] = [self.site.quic(self.port), self.site.tcp(self.port)];
        command.args(["--listen", &quic, "--listen", &tcp]);
        for address in bootstraps {
            command.args(["--bootstrap", address]);
        }
        if let Some(ui) = &self.ui {
            command.arg("--ui-dir").arg(ui);
        }
        Ok(command)
    }

    /// The file with the operator's token.
    #[must_use]
    pub fn token_file(&self) -> PathBuf {
        self.data_dir().join("api.token")
    }

    /// The address of the API and of the UI, `http://127.0.0.1:PORT`.
    ///
    /// # Errors
    /// When the node does not run.
    pub fn address(&self) -> Result<String> {
        let text = std::fs::read(self.data_dir().join("api.json")).context("the node does not run")?;
        Ok(serde_json::from_slice::<ApiFile>(&text)?.api)
    }

    /// Where others reach it on the network, with its peer id, as `dokuei run --bootstrap` and `--peer` take them.
    ///
    /// # Errors
    /// When the node does not run.
    pub fn addresses(&self) -> Result<Vec<String>> {
        let status: serde_json::Value = self.operator()?.get("/status")?;
        let peer_id = status["peer_id"].as_str().context("it has no peer id")?;
        let listening = status["listening"].as_array().context("it listens nowhere")?;
        let addresses = listening.iter().filter_map(serde_json::Value::as_str);
        Ok(addresses
            .map(|address| match address.contains("/p2p/") {
                true => address.to_owned(),
                false => format!("{address}/p2p/{peer_id}"),
            })
            .collect())
    }

    /// The institutions of the nodes that it admitted and that admitted it.
    ///
    /// # Errors
    /// When the node does not run.
    pub fn peers(&self) -> Result<Vec<String>> {
        let status: serde_json::Value = self.operator()?.get("/status")?;
        let peers = status["peers"].as_array().cloned().unwrap_or_default();
        let name = |peer: &serde_json::Value| peer["institution"].as_str().unwrap_or_default().to_owned();
        Ok(peers.iter().map(name).collect())
    }

    /// The API with the operator's token.
    ///
    /// # Errors
    /// When the node was not started.
    pub fn operator(&self) -> Result<&Client> {
        match &self.api {
            Some(client) => Ok(client),
            None => bail!("the node of {} was not started", self.institution.name),
        }
    }

    /// The API in a practitioner's session.
    ///
    /// # Errors
    /// When she cannot sign in.
    pub fn sign_in(&self, person: &Person) -> Result<Client> {
        self.operator()?
            .sign_in(person.id, person.passphrase)
            .with_context(|| {
                format!(
                    "{} cannot sign in at {}",
                    person.name_latin, self.institution.name
                )
            })
    }

    /// The number of the node's own process, within whatever wraps it.
    ///
    /// # Errors
    /// When the node does not run.
    pub fn pid(&self) -> Result<u32> {
        let text = std::fs::read(self.data_dir().join("api.json")).context("the node does not run")?;
        Ok(serde_json::from_slice::<ApiFile>(&text)?.pid)
    }

    /// The running process.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// Ends the node as an administrator would: by SIGTERM to the node alone, so that a wrapper can still report.
    pub fn stop(&mut self) {
        let text = std::fs::read(self.data_dir().join("api.json")).unwrap_or_default();
        if let (Some(process), Ok(file)) = (&mut self.process, serde_json::from_slice::<ApiFile>(&text)) {
            let _ = output(Command::new("kill").args(["-TERM", &file.pid.to_string()]));
            process.await_end();
        }
        self.process = None;
        self.api = None;
    }

    /// Ends the node as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
        self.api = None;
    }
}
