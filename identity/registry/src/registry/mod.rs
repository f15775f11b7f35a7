//! An opened registry: its keys, its journal and what follows from it, and the data directory held alone.
//!
//! An act is first a line of the journal, durable. Then come, each brought up to the journal again at the next
//! opening if a crash comes between: the revocation list, the published register, the operator log.

mod address;
mod authorities;
pub(crate) mod init;
mod issuing;
pub(crate) mod keys;
pub(crate) mod layout;
mod lists;
mod publish;
mod register_key;
pub(crate) mod rollover;
mod standing;

use std::fs::File;

use dokuei_identity::chain::{Chain, TrustAnchor, TrustAnchors, verify_registry};
use dokuei_identity::key::PublicKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::time::Timestamp;
use zeroize::Zeroizing;

use crate::applications::Memory;
use crate::failure::Failure;
use crate::journal::{self, Line, Register};
use crate::log::Log;
use crate::operators::Actor;
use crate::operators::actor::UNNAMED;
use crate::operators::log::{Draft, OperatorLog, Outcome};
pub(crate) use address::RegisterUrl;
use authorities::Authorities;
pub(crate) use issuing::{Delivery, Reason};
pub(crate) use layout::Layout;
pub(crate) use standing::preview;

/// Issued certificates begin this much earlier, seconds, for clocks that are behind ours.
pub(crate) const BACKDATE: u64 = 300;

/// What `registry.toml` says about how to work here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    /// Whether issuing and revoking need a second operator.
    pub(crate) four_eyes: bool,
    /// Where the register is published, when certificates are to say it.
    pub(crate) register_url: Option<RegisterUrl>,
}

/// An opened registry.
pub(crate) struct Registry {
    layout: Layout,
    rules: Rules,
    passphrase: Zeroizing<String>,
    authorities: Authorities,
    anchors: TrustAnchors,
    register: Register,
    log: Log,
    registry_chain: Chain,
    /// How many lines of the journal the register has.
    published: usize,
    operator_log: OperatorLog,
    applications: Memory,
    unnamed: Actor,
    _lock: File,
}

impl Registry {
    /// Opens the keys with the registry's passphrase, and brings everything up to the journal.
    pub(crate) fn open(layout: Layout, passphrase: &str, rules: Rules) -> Result<Self, Failure> {
        layout.anchor()?;
        let lock = layout.lock()?;
        let register = layout.read_register()?;
        let mut anchors = layout.anchors(&register)?;
        let authorities = Authorities::open(&layout, &register, passphrase, rules.register_url.as_ref())?;
        for member in authorities.all() {
            // One that no root signed is refused in every chain, with its reason.
            let _ = anchors.remember_issuer(member.authority.certificate());
        }
        let register_key::RegisterKey {
            key,
            chain: registry_chain,
            former,
        } = register_key::open(&layout, &authorities, &anchors, &register, passphrase)?;
        let network = NetworkName::of(anchors.first());
        let operator_log = OperatorLog::open(&layout, network, key.clone(), &former)?;
        let keys = (key.clone(), former);
        let log = Log::create(&layout.published(), network, keys, &registry_chain, now())?;
        let mut registry = Self {
            layout,
            rules,
            passphrase: Zeroizing::new(passphrase.to_owned()),
            authorities,
            anchors,
            register,
            log,
            registry_chain,
            published: 0,
            operator_log,
            applications: Memory::default(),
            unnamed: Actor {
                name: UNNAMED.to_owned(),
                key,
            },
            _lock: lock,
        };
        registry.recover()?;
        Ok(registry)
    }

    /// What a crash left undone.
    fn recover(&mut self) -> Result<(), Failure> {
        self.catch_up()?;
        let unsaid = self.register.last_list > 0 && !self.lists_are_there();
        if self.register.list_is_due && self.register.last_list > 0 || unsaid {
            self.sign_list(now())?;
        }
        let logged = self.operator_log.rows().last().map_or(0, |row| row.journal);
        let logged = usize::try_from(logged).unwrap_or(usize::MAX);
        let unlogged = self.register.lines.get(logged..).unwrap_or_default();
        let drafts = (logged as u64 + 1..).zip(unlogged).filter_map(|(journal, line)| {
            let (about, by) = said_of(line, &self.register)?;
            Some(Draft {
                act: "recovered",
                about: Some(about),
                detail: serde_json::json!({"by": by}),
                outcome: Outcome::Done,
                journal,
            })
        });
        let drafts: Vec<_> = drafts.collect();
        if !drafts.is_empty() {
            let actor = self.unnamed.clone();
            self.operator_log.append(&actor, now(), drafts)?;
        }
        crate::operators::pending::tidy(&self.layout, &self.register)
    }

    /// Makes lines durable, and lets them count.
    pub(crate) fn enter(&mut self, lines: Vec<Line>) -> Result<(), Failure> {
        journal::append(&self.layout.register(), &lines)?;
        for line in lines {
            self.register.apply(line)?;
        }
        Ok(())
    }

    /// Enters lines and lets everything follow; a changed revocation list is signed at once, because a revocation
    /// that no list tells protects nobody.
    pub(crate) fn commit(&mut self, lines: Vec<Line>, now: Timestamp) -> Result<(), Failure> {
        self.enter(lines)?;
        if self.register.list_is_due {
            self.sign_list(now).map(drop)
        } else {
            self.publish()
        }
    }

    /// Enters something else into the published register, for example the key that applications are sealed to.
    pub(crate) fn announce(&mut self, entry: &dokuei_identity::register::Entry) -> Result<(), Failure> {
        let line = Line::Entry {
            at: entry.at,
            entry: hex::encode(entry.to_bytes()),
        };
        self.commit(vec![line], entry.at)
    }

    /// What has to be done from time to time while serving: a list that is half a day old is signed again, and the
    /// register every hour, so that nodes see that nothing is kept from them.
    pub(crate) fn keep_fresh(&mut self) -> Result<(), Failure> {
        let now = self.time();
        if self.list_is_old(now) {
            self.sign_list(now)?;
        }
        self.log.sign_if_due(now).map(drop)
    }

    /// Writes rows into the operator log.
    pub(crate) fn note(&mut self, actor: &Actor, drafts: Vec<Draft>) -> Result<(), Failure> {
        self.operator_log.append(actor, self.time(), drafts)
    }

    /// Now, or the time of the last line when the clock was put back: time does not fall in a register.
    pub(crate) fn time(&self) -> Timestamp {
        now().max(self.register.last())
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The first root, which names the network.
    pub(crate) fn anchor(&self) -> &TrustAnchor {
        self.anchors.first()
    }

    pub(crate) fn anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    pub(crate) fn register(&self) -> &Register {
        &self.register
    }

    /// The published register.
    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    /// The chain of the certificate whose key signs the register.
    pub(crate) fn registry_chain(&self) -> &Chain {
        &self.registry_chain
    }

    /// The key that signs the register, for what else the registry signs as itself.
    pub(crate) fn registry_key(&self) -> &dokuei_identity::key::SecretKey {
        &self.unnamed.key
    }

    pub(crate) fn operator_log(&self) -> &OperatorLog {
        &self.operator_log
    }

    /// What is remembered of the applications.
    pub(crate) fn applications(&self) -> &Memory {
        &self.applications
    }

    /// The chain of a credential.
    pub(crate) fn chain(&self, credential: &journal::Credential) -> Result<Chain, Failure> {
        self.authorities.chain(credential)
    }

    /// Who acts when no operator is named.
    pub(crate) fn unnamed(&self) -> Actor {
        self.unnamed.clone()
    }

    /// The passphrase of the registry's own keys, for sealing another of them, or for a new operator.
    pub(crate) fn passphrase(&self) -> &str {
        &self.passphrase
    }
}

/// What a line is about, and who did it; nothing for lines that need no row.
fn said_of(line: &Line, register: &Register) -> Option<(String, String)> {
    let named = |serial: &dokuei_identity::serial::Serial| {
        register
            .find(&serial.to_string())
            .map(|credential| credential.fingerprint.to_string())
    };
    match line {
        Line::Issued(line) => Some((line.fingerprint.to_string(), line.by.clone())),
        Line::Suspended { serial, by, .. }
        | Line::Reinstated { serial, by, .. }
        | Line::Revoked { serial, by, .. } => Some((named(serial)?, by.clone())),
        Line::Authority { by, .. } => Some(("issuing authority".to_owned(), by.clone())),
        Line::Root { by, .. } => Some(("root".to_owned(), by.clone())),
        Line::RegisterKey(line) => Some(("register key".to_owned(), line.by.clone())),
        Line::List { .. } | Line::Entry { .. } => None,
    }
}

/// The keys that signed the register one after the other, the one that signs now last.
pub(crate) fn register_keys(layout: &Layout, register: &Register) -> Result<Vec<PublicKey>, Failure> {
    let anchors = layout.anchors(register)?;
    let successions = register_key::successions(register, &anchors)?;
    let mut keys: Vec<_> = successions.iter().map(|succession| succession.previous).collect();
    if let Some(last) = successions.last() {
        keys.push(last.next);
        return Ok(keys);
    }
    let chain = register_key::stored(layout)?.ok_or_else(|| {
        Failure::Damaged("register.pem is missing; it is made again when the registry is opened".to_owned())
    })?;
    Ok(vec![verify_registry(&chain, &anchors, now(), None)?.key])
}

/// The operator's clock.
pub(crate) fn now() -> Timestamp {
    Timestamp(u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default())
}
