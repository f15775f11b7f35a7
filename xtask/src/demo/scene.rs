//! The scene: registry, bootstrap nodes, clinic and hospital as separate programs, and a listener on the wire.

use anyhow::{Context, Result};
use dokuei_tests::capture::{Capture, free_ports};
use dokuei_tests::lab::Lab;
use dokuei_tests::pair::{Pair, Session};
use dokuei_tests::people::{SUZUKI, TANAKA};
use dokuei_tests::programs::Programs;

use super::record::{Record, Running};
use crate::project;

/// Everything that runs.
pub(crate) struct Scene {
    /// The listener on the network's ports, until it is asked.
    pub(crate) capture: Option<Capture>,
    /// The dentist's and the specialist's sessions.
    pub(crate) session: Session,
    /// The specialist's fingerprint.
    pub(crate) reader: String,
    /// The programs.
    pub(crate) pair: Pair,
}

impl Scene {
    /// Sets the scene, step by step.
    ///
    /// # Errors
    /// The failed step's.
    pub(crate) fn set(programs: Programs, record: &mut Record) -> Result<Self> {
        let mut set = None;
        record.step(
            "registry issues credentials to two nodes and three practitioners",
            |_| {
                let pair = Pair::enrolled(Lab::with(programs)?)?;
                // No real patient is on them, so that nobody is asked for documents and training.
                pair.clinic.set("practice", "true")?;
                pair.specialist.set("practice", "true")?;
                set = Some(pair);
                Ok(0)
            },
        )?;
        let mut pair = set.context("the scene was not set")?;
        let ui = project::ui().join("dist");
        if ui.join("index.html").is_file() {
            pair.clinic.serve_ui(&ui);
            pair.specialist.serve_ui(&ui);
        }
        let devices = free_ports(3)?;
        if let Some(port) = devices.last() {
            // Nothing listens there: whoever wants an archive in the house starts one, as a test in the browser does.
            pair.clinic.know_archive(*port)?;
        }
        for (node, port) in [&mut pair.clinic, &mut pair.specialist].into_iter().zip(devices) {
            node.take_from_device(port)?;
        }
        let mut capture = None;
        record.step(
            "two bootstrap nodes, the clinic's and the specialist's node start",
            |_| {
                capture = Some(Capture::start(pair.lab.folder(), &pair.ports)?);
                pair.start_bootstraps()?;
                pair.start_nodes()?;
                Ok(0)
            },
        )?;
        let mut met = None;
        record.step(
            "dentist and specialist sign in, and the nodes find and admit each other",
            |_| {
                let session = pair.sign_in()?;
                met = Some((session.meet()?, session));
                Ok(0)
            },
        )?;
        let (reader, session) = met.context("nobody signed in")?;
        record.step("agreement on responsibilities, signed by both", |_| {
            session.agree()?;
            Ok(0)
        })?;
        Ok(Self {
            capture,
            session,
            reader,
            pair,
        })
    }

    /// The running programs.
    ///
    /// # Errors
    /// When a node does not run.
    pub(crate) fn nodes(&self) -> Result<Vec<Running>> {
        let quiet = |role: &str, data_dir: &std::path::Path| Running {
            role: role.to_owned(),
            api: None,
            token_file: None,
            data_dir: data_dir.display().to_string(),
            dicom_port: None,
            archive_port: None,
            ui: None,
        };
        let mut running = vec![quiet("registry", self.pair.registry.data_dir())];
        running.extend(
            self.pair
                .bootstraps
                .iter()
                .map(|bootstrap| quiet("bootstrap", bootstrap.data_dir())),
        );
        for node in [&self.pair.clinic, &self.pair.specialist] {
            let address = node.address()?;
            running.push(Running {
                api: Some(address.clone()),
                dicom_port: node.dicom_port(),
                archive_port: node.archive_port(),
                token_file: Some(node.token_file().display().to_string()),
                ui: project::ui()
                    .join("dist/index.html")
                    .is_file()
                    .then(|| format!("{address}/")),
                ..quiet(node.institution().role, &node.data_dir())
            });
        }
        Ok(running)
    }

    /// What a person needs to look around by herself.
    ///
    /// # Errors
    /// When a node does not run.
    pub(crate) fn invitation(&self) -> Result<String> {
        let mut text = String::from("\nOpen in a browser, and sign in:\n");
        for (node, person) in [(&self.pair.clinic, TANAKA), (&self.pair.specialist, SUZUKI)] {
            let line = [
                node.institution().name,
                &node.address()?,
                person.id,
                person.passphrase,
            ];
            text.push_str(&format!(
                "  {}  {}/   id: {}   passphrase: {}\n",
                line[0], line[1], line[2], line[3]
            ));
        }
        text.push_str(&format!(
            "Data, logs and the written report: {}\n",
            self.pair.lab.folder().display()
        ));
        Ok(text)
    }
}
