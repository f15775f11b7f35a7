//! `dokuei-registry`: the operator's program, used by its command line.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::people::{Institution, Person};
use crate::process::output;

/// A registry with its own data directory.
#[derive(Debug)]
pub struct Registry {
    program: PathBuf,
    data_dir: PathBuf,
    passphrase: PathBuf,
    root: PathBuf,
}

impl Registry {
    /// Makes a new registry in `data_dir`, as its operator would once.
    ///
    /// # Errors
    /// When the program fails, with its words.
    pub fn init(program: &Path, data_dir: &Path, passphrase: &Path) -> Result<Self> {
        let registry = Self {
            program: program.to_owned(),
            data_dir: data_dir.to_owned(),
            passphrase: passphrase.to_owned(),
            root: data_dir.with_extension("root.pem"),
        };
        output(
            registry
                .command("init")
                .args(["--name", "Dokuei demonstration registry"]),
        )?;
        output(registry.command("root").arg("--out").arg(&registry.root))?;
        Ok(registry)
    }

    /// The root certificate (PEM), which the operator publishes.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The newest revocation list (PEM), which the operator publishes.
    #[must_use]
    pub fn revocation_list(&self) -> PathBuf {
        self.data_dir.join("crl.pem")
    }

    /// The public register as static files, which bootstrap hosts mirror.
    #[must_use]
    pub fn register(&self) -> PathBuf {
        self.data_dir.join("register")
    }

    /// The registry's data directory.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// A command of the registry: `words` is its subcommand, in one string.
    #[must_use]
    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(words.split(' '))
            .arg("--data-dir")
            .arg(&self.data_dir);
        if !matches!(words, "root" | "list") {
            command.arg("--passphrase-file").arg(&self.passphrase);
        }
        command
    }

    /// Issues a practitioner's certificate for `request` and gives the file with the chain.
    ///
    /// # Errors
    /// When the registry refuses the request, with its words.
    pub fn issue_practitioner(
        &self,
        person: &Person,
        at: &Institution,
        request: &Path,
        days: u32,
    ) -> Result<PathBuf> {
        let out = request.with_extension("chain.pem");
        let mut command = self.command("issue practitioner");
        command.arg("--request").arg(request).arg("--out").arg(&out);
        command.args(["--name-ja", person.name_ja, "--name-latin", person.name_latin]);
        command.args([
            "--licence-type",
            person.licence,
            "--licence-number",
            person.number,
            "--jurisdiction",
            "JP",
        ]);
        command.args(["--institution", at.name, "--days", &days.to_string()]);
        for qualification in person.qualifications {
            command.args(["--qualification", qualification]);
        }
        output(&mut command)
            .with_context(|| format!("the registry issued nothing for {}", person.name_latin))?;
        Ok(out)
    }

    /// Issues a node's certificate for `request` and gives the file with the chain.
    ///
    /// # Errors
    /// When the registry refuses the request, with its words.
    pub fn issue_node(&self, at: &Institution, request: &Path, device_class: &str) -> Result<PathBuf> {
        let out = request.with_extension("chain.pem");
        let mut command = self.command("issue node");
        command.arg("--request").arg(request).arg("--out").arg(&out);
        command.args(["--institution", at.name, "--institution-code", at.code]);
        command.args(["--device-class", device_class, "--owner", "institution"]);
        output(&mut command).with_context(|| format!("the registry issued nothing for {}", at.name))?;
        Ok(out)
    }

    /// What a command says with `--json`.
    ///
    /// # Errors
    /// When the program fails, with its words, or gives no JSON.
    pub fn json(&self, words: &str) -> Result<serde_json::Value> {
        let said = output(self.command(words).arg("--json"))?;
        serde_json::from_slice(&said).with_context(|| format!("`{words} --json` gave no JSON"))
    }

    /// Adds an operator with a passphrase of her own; the first one is added by the registry's, each other by one who
    /// is there.
    ///
    /// # Errors
    /// When the program fails, with its words.
    pub fn add_operator(&self, name: &str, by: Option<&str>) -> Result<()> {
        let file = self.operators_file(name);
        crate::lab::write_secret(&file, &format!("{name} to issho ni 9 nen"))?;
        let words = format!("operator add {name}");
        let mut command = match by {
            None => self.command(&words),
            Some(by) => self.command_by(by, &words),
        };
        output(command.arg("--new-passphrase-file").arg(file)).map(drop)
    }

    /// A command by a named operator.
    #[must_use]
    pub fn command_by(&self, operator: &str, words: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(words.split(' '))
            .arg("--data-dir")
            .arg(&self.data_dir)
            .args(["--operator", operator, "--passphrase-file"])
            .arg(self.operators_file(operator));
        command
    }

    /// What a command by a named operator says with `--json`.
    ///
    /// # Errors
    /// As [`Self::json`].
    pub fn json_by(&self, operator: &str, words: &str) -> Result<serde_json::Value> {
        let said = output(self.command_by(operator, words).arg("--json"))?;
        serde_json::from_slice(&said).with_context(|| format!("`{words} --json` gave no JSON"))
    }

    /// From now on issuing waits for a second operator.
    ///
    /// # Errors
    /// When the settings cannot be written.
    pub fn demand_four_eyes(&self) -> Result<()> {
        std::fs::write(self.data_dir.join("registry.toml"), "four_eyes = true\n")
            .context("cannot write the registry's settings")
    }

    fn operators_file(&self, name: &str) -> PathBuf {
        self.data_dir.with_extension(format!("{name}.passphrase"))
    }

    /// The issued credentials.
    ///
    /// # Errors
    /// When the program fails or gives no JSON.
    pub fn list(&self) -> Result<serde_json::Value> {
        let said = output(self.command("list").arg("--json"))?;
        serde_json::from_slice(&said).context("`dokuei-registry list --json` gave no JSON")
    }
}
