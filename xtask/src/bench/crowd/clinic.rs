//! One clinic of the crowd: a real node with real credentials.

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use dokuei_tests::api::Client;
use dokuei_tests::lab::Lab;
use dokuei_tests::node::Node;
use dokuei_tests::pair::find_online;
use dokuei_tests::people::{Institution, Person, SUZUKI};
use dokuei_tests::process::{Process, output};
use dokuei_tests::registry::Registry;
use dokuei_tests::{consult, wait};
use serde_json::{Value, json};

/// Rows and columns of a slice.
const SLICE: u16 = 400;

/// How long a node may take to answer when a hundred others start beside it.
const START: Duration = Duration::from_secs(120);

/// A clinic with a dentist. Its process ends with it.
pub(super) struct Clinic {
    // Before the node's folder.
    process: Option<Process>,
    dentist: Option<Client>,
    node: Node,
    person: Person,
    number: usize,
    program: std::path::PathBuf,
}

/// The people of the laboratory are constants; those of a crowd are made as they are wanted and live as long.
fn kept(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

impl Clinic {
    pub(super) fn new(lab: &Lab, number: usize) -> Self {
        let institution = Institution {
            role: kept(format!("clinic-{number}")),
            name: kept(format!("第{number}歯科医院")),
            code: kept(format!("13{number:05}")),
            passphrase: kept(format!("kumo no nai asa {number} gatsu")),
        };
        let person = Person {
            id: "dentist",
            name_ja: kept(format!("山田 {number}")),
            name_latin: kept(format!("Yamada No{number}")),
            licence: "dentist",
            number: kept(format!("{}", 500_000 + number)),
            qualifications: &[],
            passphrase: kept(format!("yuki ga furu yoru {number} ji")),
        };
        Self {
            process: None,
            dentist: None,
            node: lab.node_on(&institution, 0),
            person,
            number,
            program: lab.programs().node.clone(),
        }
    }

    /// Gets its certificates, and knows of nobody but the specialist. The registry's program works for one at a time.
    pub(super) fn enrol(&self, registry: &Registry, issuing: &Mutex<()>, partner: &str) -> Result<()> {
        self.node.init()?;
        let _one = issuing.lock().unwrap_or_else(PoisonError::into_inner);
        self.node.certify(registry, "fixed")?;
        self.node.enrol_practitioner(registry, &self.person)?;
        self.node.set("discovery", "false")?;
        self.node.set("peers", &format!("[\"{partner}\"]"))
    }

    /// Starts the program on an address of its own, and signs the dentist in.
    pub(super) fn start(&mut self) -> Result<()> {
        let secret = self
            .node
            .secret("node.passphrase", self.node.institution().passphrase)?;
        let address = Ipv4Addr::new(127, 2, (self.number / 250) as u8, (self.number % 250 + 1) as u8);
        let mut command = Command::new(&self.program);
        command
            .args(["run", "--passphrase-file", &secret, "--api", "127.0.0.1:0"])
            .args(["--listen", &format!("/ip4/{address}/udp/4600/quic-v1")])
            .env("DOKUEI_DATA_DIR", self.node.data_dir());
        let log = self.node.data_dir().with_file_name("node.log");
        let mut process = Process::start(self.node.institution().role, command, &log)?;
        let operator = wait::until("a clinic's API", START, || {
            process.check_running()?;
            let read = |path| std::fs::read_to_string(path).ok();
            let told = read(self.node.data_dir().join("api.json"))
                .and_then(|text| serde_json::from_str::<Value>(&text).ok());
            let address = told.as_ref().and_then(|told| told["api"].as_str());
            let token = read(self.node.token_file());
            Ok(address
                .zip(token)
                .map(|(address, token)| Client::new(address, token.trim())))
        })?;
        self.dentist = Some(operator.sign_in(self.person.id, self.person.passphrase)?);
        self.process = Some(process);
        Ok(())
    }

    fn dentist(&self) -> Result<&Client> {
        self.dentist.as_ref().context("the clinic was not started")
    }

    /// Gives the program the lowest priority from now on.
    pub(super) fn stand_back(&self) -> Result<()> {
        let process = self.process.as_ref().context("the clinic was not started")?;
        let group = process.id().to_string();
        output(Command::new("renice").args(["-n", "19", "-g", &group])).map(drop)
    }

    /// Proposes an agreement to the specialist.
    pub(super) fn propose(&mut self) -> Result<()> {
        let with = find_online(self.dentist()?, SUZUKI.name_latin)?;
        let _: Value = self.dentist()?.post("/agreements", &json!({ "with": with }))?;
        Ok(())
    }

    /// Imports a study of its own and asks for its reading; it is sealed when this returns.
    pub(super) fn request(&mut self, slices: u32) -> Result<()> {
        let dentist = self.dentist()?;
        let with = find_online(dentist, SUZUKI.name_latin)?;
        wait::until("the agreement in force", START, || {
            let all: Vec<Value> = dentist.get("/agreements")?;
            Ok(all.iter().any(|one| one["state"] == "in_force").then_some(()))
        })?;
        let source = self.node.data_dir().with_file_name("source");
        let (out, seed) = (source.display().to_string(), (self.number + 1).to_string());
        let (count, size) = (slices.to_string(), SLICE.to_string());
        let sample = ["study", "sample", "--out", &out, "--slices", &count];
        self.node
            .cli(&[&sample[..], &["--size", &size, "--seed", &seed]].concat())?;
        let study = consult::import_one(dentist, &source)?;
        std::fs::remove_dir_all(&source)?;
        consult::request(dentist, &study, &with, |_| ()).map(drop)
    }
}
