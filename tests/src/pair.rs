//! A clinic and a specialist who can consult each other, set up by the command line exactly as a user would.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::api::Client;
use crate::bootstrap::Bootstrap;
use crate::capture::free_ports;
use crate::lab::Lab;
use crate::node::Node;
use crate::people::{CLINIC, HOSPITAL, SATO, SUZUKI, TANAKA};
use crate::registry::Registry;
use crate::site::Site;
use crate::{consult, fixtures, wait};

/// How long peers may take to find and admit each other.
const MEETING: Duration = Duration::from_secs(60);

/// One registry, two bootstrap nodes, a clinic with a dentist, a hospital with a specialist and an ordinary dentist.
///
/// Fields end in this order: the processes before the folder they work in.
#[derive(Debug)]
pub struct Pair {
    /// The requesting clinic.
    pub clinic: Node,
    /// The consulting hospital.
    pub specialist: Node,
    /// The bootstrap nodes that run.
    pub bootstraps: Vec<Bootstrap>,
    /// The registry.
    pub registry: Registry,
    /// The issued chains (PEM): clinic's node, hospital's node, the dentist, the specialist, the ordinary dentist.
    pub chains: Vec<PathBuf>,
    /// The network's ports: two bootstrap nodes, clinic, hospital.
    pub ports: Vec<u16>,
    /// Where the bootstrap nodes run.
    public: Site,
    /// The folder.
    pub lab: Lab,
}

impl Pair {
    /// Makes the registry and enrols everybody; nothing runs yet.
    ///
    /// # Errors
    /// When a program fails, with its words.
    pub fn enrolled(lab: Lab) -> Result<Self> {
        let ports = free_ports(4)?;
        let registry = lab.registry()?;
        let clinic = lab.node_on(&CLINIC, ports[2]);
        let specialist = lab.node_on(&HOSPITAL, ports[3]);
        let chains = vec![
            clinic.enrol(&registry)?,
            specialist.enrol(&registry)?,
            clinic.enrol_practitioner(&registry, &TANAKA)?,
            specialist.enrol_practitioner(&registry, &SUZUKI)?,
            specialist.enrol_practitioner(&registry, &SATO)?,
        ];
        Ok(Self {
            clinic,
            specialist,
            bootstraps: Vec::new(),
            registry,
            chains,
            ports,
            public: Site::default(),
            lab,
        })
    }

    /// Puts the clinic to `near`, the hospital and the bootstrap nodes to `far`. Before anything is started.
    pub fn place(&mut self, near: &Site, far: &Site) {
        self.spread(near, far, far);
    }

    /// Puts the clinic, the hospital and the bootstrap nodes each to a place of its own. Before anything is started.
    pub fn spread(&mut self, clinic: &Site, hospital: &Site, public: &Site) {
        self.clinic.place(clinic);
        self.specialist.place(hospital);
        self.public = public.clone();
    }

    /// Starts one bootstrap node with these options.
    ///
    /// # Errors
    /// When it does not listen.
    pub fn start_bootstrap(&mut self, options: &[&str]) -> Result<()> {
        let place = (&self.public, self.ports[0]);
        let bootstrap = self
            .lab
            .start_bootstrap(place, "bootstrap-1", &self.registry, options)?;
        self.bootstraps.push(bootstrap);
        Ok(())
    }

    /// Starts the two bootstrap nodes.
    ///
    /// # Errors
    /// When one does not listen.
    pub fn start_bootstraps(&mut self) -> Result<()> {
        for (name, port) in [("bootstrap-1", self.ports[0]), ("bootstrap-2", self.ports[1])] {
            let bootstrap = self.lab.bootstrap_at(&self.public, name, port, &self.registry)?;
            self.bootstraps.push(bootstrap);
        }
        Ok(())
    }

    /// The addresses of the bootstrap nodes.
    #[must_use]
    pub fn bootstrap_addresses(&self) -> Vec<String> {
        self.bootstraps
            .iter()
            .flat_map(|bootstrap| bootstrap.addresses.iter().cloned())
            .collect()
    }

    /// Starts both nodes.
    ///
    /// # Errors
    /// When one does not answer.
    pub fn start_nodes(&mut self) -> Result<()> {
        let bootstraps = self.bootstrap_addresses();
        self.clinic.start(&bootstraps)?;
        self.specialist.start(&bootstraps)
    }

    /// Writes a cone-beam CT of so many slices, of `size` rows and columns, and imports it at the clinic; gives its UID.
    ///
    /// # Errors
    /// When a step fails, with the node's words.
    pub fn phantom(&self, clinic: &Client, slices: u32, size: u16) -> Result<String> {
        let source = self.lab.folder().join("source");
        fixtures::phantom_of(&self.clinic, &source, slices, size)?;
        consult::import_one(clinic, &source)
    }

    /// The dentist has such a study and asks for its reading; gives the study and the case.
    ///
    /// # Errors
    /// When a step fails, with the node's words.
    pub fn requested(&self, session: &Session, slices: u32, size: u16) -> Result<(String, String)> {
        let study = self.phantom(&session.clinic, slices, size)?;
        let reader = session.meet()?;
        let case = consult::request(&session.clinic, &study, &reader, |_| ())?;
        Ok((study, case))
    }

    /// The same, and the specialist has accepted.
    ///
    /// # Errors
    /// When a step fails, with the node's words.
    pub fn accepted(&self, session: &Session, slices: u32, size: u16) -> Result<(String, String)> {
        let (study, case) = self.requested(session, slices, size)?;
        consult::accept(&session.specialist, &case)?;
        Ok((study, case))
    }

    /// Signs the dentist and the specialist in.
    ///
    /// # Errors
    /// When one cannot.
    pub fn sign_in(&self) -> Result<Session> {
        let session = Session {
            clinic: self.clinic.sign_in(&TANAKA)?,
            specialist: self.specialist.sign_in(&SUZUKI)?,
        };
        Ok(session)
    }
}

impl Lab {
    /// A pair that runs, with the practitioners signed in, known to each other, and an agreement in force.
    ///
    /// # Errors
    /// When a step fails, with the program's words.
    pub fn consultation_pair() -> Result<(Pair, Session)> {
        let here = Site::default();
        Self::consultation_pair_at(&here, &here, &here)
    }

    /// The same with the clinic, the hospital and the bootstrap nodes each at a place of its own.
    ///
    /// # Errors
    /// When a step fails, with the program's words.
    pub fn consultation_pair_at(clinic: &Site, hospital: &Site, public: &Site) -> Result<(Pair, Session)> {
        let mut pair = Pair::enrolled(Self::new()?)?;
        pair.spread(clinic, hospital, public);
        pair.start_bootstraps()?;
        pair.start_nodes()?;
        let session = pair.sign_in()?;
        session.meet()?;
        session.agree()?;
        Ok((pair, session))
    }
}

/// The dentist's and the specialist's sessions.
#[derive(Debug, Clone)]
pub struct Session {
    /// The API at the clinic, as the dentist.
    pub clinic: Client,
    /// The API at the hospital, as the specialist.
    pub specialist: Client,
}

impl Session {
    /// Waits until each sees the other online in the directory; gives the specialist's fingerprint.
    ///
    /// # Errors
    /// When they do not find each other.
    pub fn meet(&self) -> Result<String> {
        find_online(&self.specialist, TANAKA.name_latin)?;
        find_online(&self.clinic, SUZUKI.name_latin)
    }

    /// The dentist proposes an agreement on responsibilities, the specialist countersigns it.
    ///
    /// # Errors
    /// When it does not come into force.
    pub fn agree(&self) -> Result<()> {
        let with = find_online(&self.clinic, SUZUKI.name_latin)?;
        let _: Value = self
            .clinic
            .post("/agreements", &serde_json::json!({ "with": with }))?;
        let id = wait::until("the proposal at the specialist", MEETING, || {
            let proposals: Vec<Value> = self.specialist.get("/agreements")?;
            let mut open = proposals
                .iter()
                .filter(|one| one["state"] == "proposed" && one["proposed_by_me"] == false);
            Ok(open.next().and_then(|one| one["id"].as_str().map(str::to_owned)))
        })?;
        let _: Value = self
            .specialist
            .post(&format!("/agreements/{id}/accept"), &serde_json::json!({}))?;
        wait::until("the agreement in force at the clinic", MEETING, || {
            let all: Vec<Value> = self.clinic.get("/agreements")?;
            Ok(all
                .iter()
                .any(|one| one["id"] == id && one["state"] == "in_force")
                .then_some(()))
        })
    }
}

/// The fingerprint of the practitioner of this Latin name once the directory shows her online.
///
/// # Errors
/// When she does not appear.
pub fn find_online(client: &Client, name_latin: &str) -> Result<String> {
    wait::until(&format!("{name_latin} online in the directory"), MEETING, || {
        let directory: Vec<Value> = client.get("/directory")?;
        let mut entries = directory
            .iter()
            .filter(|one| one["name_latin"] == name_latin && one["online"] == true);
        Ok(entries
            .next()
            .and_then(|one| one["fingerprint"].as_str().map(str::to_owned)))
    })
    .context("the peers did not find each other")
}

/// Waits until the directory knows the practitioner with this certificate, wherever she is.
///
/// # Errors
/// When it does not come to know her.
pub fn known(client: &Client, fingerprint: &str) -> Result<()> {
    wait::until("a practitioner's certificate in the directory", MEETING, || {
        let directory: Vec<Value> = client.get("/directory")?;
        Ok(directory
            .iter()
            .any(|one| one["fingerprint"] == fingerprint)
            .then_some(()))
    })
}
