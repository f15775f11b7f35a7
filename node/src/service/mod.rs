//! The use cases: the only place where store, network, DICOM, packages and the domain meet.

pub mod applications;
pub mod cases;
pub mod codes;
pub mod error;
pub mod events;
pub mod jobs;
pub mod media;
pub mod sample;
pub mod session;
pub mod view;

pub mod agreement_text;
mod agreements;
mod archive;
pub mod asking;
pub mod attaching;
pub mod audit;
mod bandwidth;
mod bans;
mod case_view;
pub mod checking;
pub mod confirming;
pub mod deletion;
mod delivery;
mod device_keys;
mod devices;
pub mod dicomweb;
pub mod directory;
mod documents;
pub mod drafts;
mod duties;
mod erasing;
pub mod erasures;
pub mod evidence;
pub mod export;
mod fetch;
mod fhir;
pub mod findings;
mod forks;
pub mod forwarding;
pub mod given;
pub mod governance;
pub mod handing_over;
mod heads;
mod host;
mod illustrating;
mod import;
mod importing;
mod integrity;
mod introductions;
mod lapses;
mod lines;
mod links;
pub mod live;
mod logs;
mod looking;
pub mod notices;
mod opening;
mod opinions;
mod outbox;
mod owner;
mod pace;
mod people;
mod permission;
mod practice;
mod previews;
mod profiles;
mod proofs;
mod proving;
mod pseudonymising;
mod reach;
mod receiving;
pub mod reception;
pub mod reconciling;
mod register;
mod renewing;
pub mod repeats;
mod replays;
mod reported;
pub mod reporting;
mod requesting;
mod resending;
mod retention;
mod root;
mod same;
mod scanning;
mod sealing;
mod second_factor;
mod security;
mod sign_in;
pub mod status;
mod studies;
pub mod succession;
mod taking;
pub mod templates;
mod transfer_view;
mod transfers;
mod trust;
mod unlocking;
mod vouching;
mod watching;
mod wipe;
pub mod work_list;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use dokuei_identity::certificate::DeviceClass;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::Start;
use dokuei_identity::time::Timestamp;
use dokuei_net::{Network, PeerId};
use dokuei_store::{AuditEvent, Store, StoreError, StoreKey};
use tokio::sync::Notify;

use self::archive::Archives;
pub use self::archive::StudyQuestion;
use self::audit::Forwarding;
use self::bandwidth::Bandwidth;
use self::bans::Strangers;
use self::directory::Directory;
use self::duties::Duties;
use self::error::ServiceError;
use self::events::Events;
use self::governance::Governing;
use self::heads::Heads;
use self::jobs::Jobs;
use self::lapses::Lapses;
use self::links::Links;
use self::live::Lives;
use self::looking::Looks;
use self::notices::Notices;
use self::opening::Openings;
use self::owner::Owners;
use self::people::People;
use self::pseudonymising::Pseudonyms;
use self::reach::Reach;
use self::reception::Reception;
use self::register::Register;
use self::renewing::Renewals;
use self::replays::Replays;
use self::second_factor::{Challenges, Enrolling};
use self::session::Sessions;
use self::status::Meeting;
use self::succession::Successions;
use self::transfers::Transfers;
use self::trust::{Held, Own, Trust};
use self::watching::Watch;
use crate::clock::Clock;
use crate::config::Config;
use crate::credentials::Credentials;
use crate::data_dir::DataDir;
use crate::keys::NodeSecrets;
use crate::practitioners::Practitioners;
use crate::second_factor::Kinds;

/// What large work leaves free on the disk, bytes.
const ROOM_TO_WORK: u64 = 8 << 20;

/// The key of the store, which the node's secrets hold.
#[must_use]
pub fn storage_key(secrets: &NodeSecrets) -> StoreKey {
    StoreKey::from_bytes(*secrets.storage)
}

/// The longest that a session on a machine which is carried about stays open without use, minutes (guideline 6(4)).
const PORTABLE_LOCK: u32 = 5;

/// Seconds without use after which a session is locked. What the certificate says of the machine prevails over what
/// its settings say.
fn auto_lock(config: &Config, class: Option<DeviceClass>) -> u64 {
    let portable = class.map_or(config.institution.device_class == "portable", |class| {
        class == DeviceClass::Portable
    });
    let minutes = config.api.auto_lock_minutes.max(1);
    60 * u64::from(if portable {
        minutes.min(PORTABLE_LOCK)
    } else {
        minutes
    })
}

/// A running node. Cheap to clone.
#[derive(Clone)]
pub struct Node(Arc<Inner>);

struct Inner {
    dir: DataDir,
    config: Config,
    secrets: NodeSecrets,
    /// How they were opened, which decides what may be done at a portable machine.
    start: Start,
    clock: Clock,
    store: Store,
    trust: Trust,
    register: Arc<Register>,
    people: People,
    directory: Directory,
    sessions: Sessions,
    owners: Owners,
    jobs: Jobs,
    events: Events,
    network: OnceLock<Network>,
    /// Packages that move.
    transfers: Transfers,
    /// Which nodes are reached.
    reach: Reach,
    /// What comes by the DICOM network of the house.
    reception: Reception,
    /// The folders that are watched.
    watch: Watch,
    /// Studies under a pseudonym.
    pseudonyms: Pseudonyms,
    /// What goes to the archives of the house.
    archives: Archives,
    /// What is kept of what was looked at.
    retrievals: dicomweb::Retrievals,
    /// Something may be to erase.
    to_erase: AtomicBool,
    /// Held while received images are compared with what their senders signed.
    proving: proving::Proving,
    /// Received studies of which this disk has damaged images.
    renewals: Renewals,
    /// The slow reading of all that is stored.
    scanning: scanning::Scanning,
    /// How much bandwidth images may take.
    bandwidth: Bandwidth,
    /// How fast images went to others.
    links: Links,
    /// How to join it, once a registry is trusted.
    meeting: OnceLock<Meeting>,
    /// Where the network runs, whoever lets it begin: the API has few threads of its own.
    home: OnceLock<tokio::runtime::Handle>,
    /// Held while a package is opened: one at a time, for the disk's sake and so that none is opened twice.
    opening: Mutex<Openings>,
    /// Held while a passphrase or a code is tried, and while a practitioner's file is changed.
    unlocking: Mutex<()>,
    /// Second factors that are being enrolled.
    enrolling: Enrolling,
    /// What second factors are asked and have not answered yet.
    challenges: Challenges,
    /// Who has shown once more that it is she.
    proofs: proofs::Proofs,
    /// The kinds of second factor that are known here.
    factors: Kinds,
    /// Held while a medium is written or read.
    media: Mutex<()>,
    /// Held from reading a log until what follows from it is on disk: one writer a time.
    writing: Mutex<()>,
    /// Admitted peers.
    met: Mutex<BTreeSet<PeerId>>,
    /// Somebody's clock and ours were found too far apart, and nobody has been admitted since.
    clock_apart: AtomicBool,
    /// Those of them who are to be told who works here.
    to_introduce: Mutex<BTreeSet<PeerId>>,
    /// What the logs come to, and what peers have told of theirs.
    heads: Heads,
    /// Logs as they were verified.
    replays: Replays,
    looks: Looks,
    /// What people look at together.
    lives: Lives,
    /// What is due in them, and what of it was told.
    duties: Duties,
    /// What people have attested.
    governing: Governing,
    /// The trail on its way to the collector of the house.
    collector: Forwarding,
    /// What people are told outside the app.
    notices: Notices,
    /// Who is asked next.
    successions: Successions,
    /// In which cases somebody has lost her credential.
    lapses: Lapses,
    /// Logs of which entries were altered here, and no good copy has come yet.
    damaged: Mutex<BTreeSet<[u8; 16]>>,
    /// Rows of the audit log about strangers.
    strangers: Mutex<Strangers>,
    /// Rung when something waits to be sent or fetched.
    bell: Notify,
    /// Rung when this node has destroyed its keys and must not go on.
    wiped: Notify,
}

impl Node {
    /// Takes up a node, whose secrets were opened in this way: opens its store and reads its certificates.
    ///
    /// # Errors
    /// [`ServiceError`] when the store or the certificates cannot be used.
    pub fn open(
        dir: DataDir,
        config: Config,
        secrets: NodeSecrets,
        start: Start,
    ) -> Result<Self, ServiceError> {
        Self::open_by(
            (Clock::of_system(), Kinds::default()),
            dir,
            config,
            secrets,
            start,
        )
    }

    /// As [`Self::open`], by another clock than the system's or with other kinds of second factor than those built in.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_by(
        (clock, factors): (Clock, Kinds),
        dir: DataDir,
        config: Config,
        secrets: NodeSecrets,
        start: Start,
    ) -> Result<Self, ServiceError> {
        let now = clock.now();
        let store = Store::open(dir.root(), &storage_key(&secrets))?;
        let credentials = Credentials::read(&dir, now)?;
        let believed = credentials.as_ref().map(|(credentials, _)| credentials);
        let register = Arc::new(Register::open(&store, believed, now)?);
        let held = credentials
            .map(|credentials| Held::take_up(credentials, Arc::clone(&register), &store, now))
            .transpose()?;
        let trust = Trust::new(held);
        let people = People::new(store.clone(), trust.clone());
        let class = trust.own().ok().map(|own| own.certificate.device_class);
        let sessions = Sessions::new(auto_lock(&config, class));
        let bandwidth = Bandwidth::open(&store, &config)?;
        let pseudonyms = Pseudonyms::open(&store)?;
        let links = Links::open(&store)?;
        let inner = Inner {
            dir,
            config,
            secrets,
            start,
            clock,
            store,
            trust,
            register,
            people,
            directory: Directory::default(),
            sessions,
            owners: Owners::default(),
            jobs: Jobs::default(),
            events: Events::default(),
            network: OnceLock::new(),
            transfers: Transfers::default(),
            reach: Reach::default(),
            reception: Reception::default(),
            watch: Watch::default(),
            pseudonyms,
            archives: Archives::default(),
            retrievals: dicomweb::Retrievals::default(),
            to_erase: AtomicBool::new(true),
            proving: proving::Proving::default(),
            renewals: Renewals::default(),
            scanning: scanning::Scanning::default(),
            bandwidth,
            links,
            meeting: OnceLock::new(),
            home: OnceLock::new(),
            opening: Mutex::default(),
            unlocking: Mutex::default(),
            enrolling: Enrolling::default(),
            challenges: Challenges::default(),
            proofs: proofs::Proofs::default(),
            factors,
            media: Mutex::default(),
            writing: Mutex::default(),
            met: Mutex::default(),
            clock_apart: AtomicBool::new(false),
            to_introduce: Mutex::default(),
            heads: Heads::default(),
            replays: Replays::default(),
            looks: Looks::default(),
            lives: Lives::default(),
            duties: Duties::default(),
            governing: Governing::default(),
            collector: Forwarding::default(),
            notices: Notices::default(),
            successions: Successions::default(),
            lapses: Lapses::default(),
            damaged: Mutex::default(),
            strangers: Mutex::default(),
            bell: Notify::new(),
            wiped: Notify::new(),
        };
        let node = Self(Arc::new(inner));
        node.remember_ourselves(now)?;
        node.read_records();
        node.complete_index()?;
        node.sweep_stages();
        // What came by the register may not have been installed when the node was ended.
        if node.0.trust.get().is_some() {
            node.install_issued(now)?;
            node.settle_applications()?;
        }
        node.finish_deletions();
        node.remember_damaged()?;
        Ok(node)
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Who is signed in.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    /// Long work in the background.
    #[must_use]
    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    /// What happens.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.0.events
    }

    /// A short mark of this node, to tell it from others on the same machine.
    #[must_use]
    pub fn mark(&self) -> String {
        hex::encode(&self.0.secrets.node.public().as_bytes()[..4])
    }

    /// Settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn people(&self) -> &People {
        &self.0.people
    }

    fn practitioner_files(&self) -> Practitioners {
        Practitioners::of(self.0.dir.clone())
    }

    fn network(&self) -> Option<&Network> {
        self.0.network.get()
    }

    fn register(&self) -> &Register {
        &self.0.register
    }

    /// What is trusted now.
    fn trust(&self) -> Result<Arc<Held>, ServiceError> {
        self.0.trust.require()
    }

    /// This node's own certificate.
    fn own(&self) -> Result<Arc<Own>, ServiceError> {
        self.0.trust.own()
    }

    /// Fingerprint of this node's certificate.
    fn here(&self) -> Result<Fingerprint, ServiceError> {
        Ok(self.own()?.certificate.fingerprint)
    }

    fn crl_number(&self) -> u64 {
        let held = self.0.trust.get();
        let list = held.as_ref().and_then(|held| held.own_list());
        list.map_or(0, |list| list.number())
    }

    fn write_lock(&self) -> MutexGuard<'_, ()> {
        // What a panicking writer had not persisted is read anew by the next one.
        self.0.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn met(&self) -> MutexGuard<'_, BTreeSet<PeerId>> {
        self.0.met.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn to_introduce(&self) -> MutexGuard<'_, BTreeSet<PeerId>> {
        self.0.to_introduce.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn strangers(&self) -> MutexGuard<'_, Strangers> {
        self.0.strangers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unlocking_lock(&self) -> MutexGuard<'_, ()> {
        self.0.unlocking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn openings(&self) -> MutexGuard<'_, Openings> {
        self.0.opening.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Our own certificate belongs to those that entries are verified against.
    fn remember_ourselves(&self, now: Timestamp) -> Result<(), ServiceError> {
        if let Ok(own) = self.own() {
            self.people().remember_node(&own.chain, &own.certificate, now)?;
        }
        Ok(())
    }

    /// Whether so many bytes can be stored and room is left for what must always be possible: reading with its audit
    /// rows, signing, and the receipt of an entry.
    fn require_room(&self, bytes: u64) -> Result<(), ServiceError> {
        if self.0.dir.free_space() < bytes.saturating_add(ROOM_TO_WORK) {
            return Err(StoreError::NoSpace.into());
        }
        Ok(())
    }

    /// Something waits to be sent or fetched.
    fn ring(&self) {
        self.0.bell.notify_one();
    }

    /// Writes to the audit log. A failure to write it is a failure of the act itself.
    fn audit(&self, actor: &str, action: &str, object: &str, outcome: &str) -> Result<(), ServiceError> {
        self.store()
            .audit(&self.audited(actor, action, object, outcome))?;
        Ok(())
    }

    /// A row of the audit log of now, for what writes it in one transaction with the act.
    fn audited(&self, actor: &str, action: &str, object: &str, outcome: &str) -> AuditEvent {
        AuditEvent {
            at: self.now(),
            actor: actor.to_owned(),
            action: action.to_owned(),
            object: object.to_owned(),
            outcome: outcome.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Institution;

    #[test]
    fn r20_a_portable_machine_locks_within_five_minutes() {
        let mut config = Config::new(Institution {
            name: "山田歯科医院".to_owned(),
            code: "1312345678".to_owned(),
            device_class: "fixed".to_owned(),
        });
        assert_eq!(auto_lock(&config, Some(DeviceClass::Fixed)), 15 * 60);
        assert_eq!(auto_lock(&config, Some(DeviceClass::Portable)), 5 * 60);
        config.api.auto_lock_minutes = 3;
        assert_eq!(auto_lock(&config, Some(DeviceClass::Portable)), 3 * 60);
        config.api.auto_lock_minutes = 0;
        assert_eq!(
            auto_lock(&config, Some(DeviceClass::Fixed)),
            60,
            "never at once, never not at all"
        );
        config.api.auto_lock_minutes = 60;
        config.institution.device_class = "portable".to_owned();
        assert_eq!(auto_lock(&config, None), 5 * 60, "before it is certified");
    }
}
