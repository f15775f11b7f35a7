//! The folder of applications.

use std::collections::btree_map::Entry;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use dokuei_identity::application::{
    ApplicationId, ApplicationSecretKey, MAX_SEALED, SignedApplication, open, seal,
};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use sha2::{Digest, Sha256};

use super::key;
use super::marks::{self, Alike, Mark, Marker};
use super::memory::{Brief, Memory};
use super::record::Record;
use crate::failure::Failure;
use crate::files;
use crate::registry::Registry;
use crate::registry::layout::make_private;

/// The most applications that are kept. Old ones are archived with the data directory's backup.
const MOST: usize = 20_000;

/// The opened folder.
pub(super) struct Inbox {
    dir: PathBuf,
    root: Fingerprint,
    key: Arc<ApplicationSecretKey>,
    memory: Memory,
}

/// One application, opened.
pub(super) struct Item {
    pub(super) application: SignedApplication,
    pub(super) record: Record,
}

/// What became of something that was received.
pub(super) enum Received {
    New(ApplicationId),
    /// The same was here already.
    Known(ApplicationId),
}

impl Inbox {
    pub(super) fn open(registry: &mut Registry) -> Result<Self, Failure> {
        let memory = registry.applications().clone();
        let key = match memory.key() {
            Some(key) => key,
            None => memory.keep_key(key::open(registry)?),
        };
        let dir = registry.layout().applications();
        make_private(&dir)?;
        Ok(Self {
            dir,
            root: registry.anchor().fingerprint(),
            key,
            memory,
        })
    }

    /// The key's public half.
    pub(super) fn public(&self) -> dokuei_identity::application::ApplicationKey {
        self.key.public()
    }

    /// Takes a sealed application in, which came as a file or from a bootstrap.
    pub(super) fn receive(
        &self,
        sealed: &[u8],
        from: Option<&str>,
        now: Timestamp,
    ) -> Result<Received, Failure> {
        let application = self.unseal(sealed)?;
        if application.application().root != self.root {
            return Err(Failure::OtherNetwork);
        }
        let id = application.id();
        if self.sealed(id).exists() && self.record_file(id).exists() {
            return Ok(Received::Known(id));
        }
        if self.ids()?.len() >= MOST {
            return Err(Failure::InboxFull(MOST));
        }
        files::write(&self.sealed(id), sealed, true)?;
        let mark = self.mark(id, &application);
        marks::append(&self.marks(), &[mark])?;
        // With its record it is whole.
        self.keep(
            id,
            &Record {
                received_at: now,
                decision: None,
                from: from.map(str::to_owned),
                answered: false,
            },
        )?;
        Ok(Received::New(id))
    }

    /// Whose record is here.
    pub(super) fn ids(&self) -> Result<Vec<ApplicationId>, Failure> {
        let failed = |source| Failure::storage("read", &self.dir, source);
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path
                .file_stem()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            if path.extension().is_some_and(|end| end == "record")
                && let Ok(id) = name.parse()
            {
                ids.push(id);
            }
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// One application by its name or the beginning of it.
    pub(super) fn find(&self, name: &str) -> Result<(ApplicationId, Item), Failure> {
        let name = name.to_lowercase();
        let mut fitting = self
            .ids()?
            .into_iter()
            .filter(|id| id.to_string().starts_with(&name));
        match (name.is_empty(), fitting.next(), fitting.next()) {
            (false, Some(id), None) => Ok((id, self.get(id)?)),
            _ => Err(Failure::UnknownApplication(name)),
        }
    }

    /// Which other applications have the applicant's key or the licence of this one, without opening them.
    pub(super) fn alike(
        &self,
        id: ApplicationId,
        item: &Item,
    ) -> Result<Vec<(ApplicationId, Alike)>, Failure> {
        let ids = self.ids()?;
        let mut marks = marks::read(&self.marks())?;
        let mut lacking = Vec::new();
        for other in &ids {
            if let Entry::Vacant(entry) = marks.entry(other.to_string()) {
                let mark = self.mark(*other, &self.get(*other)?.application);
                lacking.push(entry.insert(mark).clone());
            }
        }
        if !lacking.is_empty() {
            marks::append(&self.marks(), &lacking)?;
        }
        let own = self.mark(id, &item.application);
        let others = ids.into_iter().filter(|other| *other != id);
        let alike = others.filter_map(|other| Some((other, marks.get(&other.to_string())?.alike(&own)?)));
        Ok(alike.collect())
    }

    fn mark(&self, id: ApplicationId, application: &SignedApplication) -> Mark {
        let said = application.application();
        Marker::of(&self.key).mark(id, &application.request().key, &said.claims)
    }

    /// SHA-256 of an application as it came: the name under which its answer is left.
    pub(super) fn digest(&self, id: ApplicationId) -> Result<[u8; 32], Failure> {
        let sealed = files::read_large(&self.sealed(id), MAX_SEALED as u64)?;
        Ok(Sha256::digest(&sealed).into())
    }

    pub(super) fn get(&self, id: ApplicationId) -> Result<Item, Failure> {
        let application = self.unseal(&files::read_large(&self.sealed(id), MAX_SEALED as u64)?)?;
        let record = open(&files::read(&self.record_file(id))?, &self.root, |kid| {
            self.key_of(kid)
        })?;
        let record = serde_json::from_slice(&record).map_err(|error| {
            Failure::Damaged(format!("the record of application {id} is damaged: {error}"))
        })?;
        Ok(Item { application, record })
    }

    /// Everything that is here, the newest first, without attachments.
    pub(super) fn briefs(&self) -> Result<Vec<(ApplicationId, Arc<Brief>)>, Failure> {
        let briefs = self.ids()?.into_iter().map(|id| Ok((id, self.brief(id)?)));
        let mut briefs = briefs.collect::<Result<Vec<_>, Failure>>()?;
        briefs.sort_by_key(|(_, brief)| std::cmp::Reverse(brief.record.received_at));
        Ok(briefs)
    }

    fn brief(&self, id: ApplicationId) -> Result<Arc<Brief>, Failure> {
        if let Some(known) = self.memory.brief(id) {
            return Ok(known);
        }
        let Item { application, record } = self.get(id)?;
        Ok(self.memory.keep_brief(id, Brief::of(&application, record)))
    }

    pub(super) fn keep(&self, id: ApplicationId, record: &Record) -> Result<(), Failure> {
        let text = serde_json::to_vec(record)
            .map_err(|error| Failure::Damaged(format!("the record cannot be written: {error}")))?;
        let sealed = seal(&text, &self.key.public(), &self.root, &mut rand::rng())?;
        self.memory.forget(id);
        files::write(&self.record_file(id), &sealed, true)
    }

    fn unseal(&self, sealed: &[u8]) -> Result<SignedApplication, Failure> {
        let opened = open(sealed, &self.root, |kid| self.key_of(kid))?;
        Ok(SignedApplication::read(&opened)?)
    }

    fn key_of(&self, kid: &[u8; 16]) -> Option<&ApplicationSecretKey> {
        (self.key.public().kid() == kid).then_some(&*self.key)
    }

    fn sealed(&self, id: ApplicationId) -> PathBuf {
        self.dir.join(format!("{id}.sealed"))
    }

    fn marks(&self) -> PathBuf {
        self.dir.join("marks.jsonl")
    }

    fn record_file(&self, id: ApplicationId) -> PathBuf {
        self.dir.join(format!("{id}.record"))
    }
}
