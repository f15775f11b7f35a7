//! The node, its peers and what waits for them.

use serde::Serialize;
use utoipa::ToSchema;

use super::Refusal;
use super::cases::Stuck;
use super::people::Practitioner;
use super::register::RegisterView;

/// A node with which this one is connected.
#[derive(Serialize, ToSchema)]
pub struct Peer {
    peer_id: String,
    institution: Option<String>,
    /// Who works there.
    practitioners: Vec<String>,
    direct: bool,
    relayed: bool,
    /// A multiaddress.
    address: Option<String>,
}

/// A host that helps to find peers.
#[derive(Serialize, ToSchema)]
pub struct Bootstrap {
    address: String,
    connected: bool,
}

/// A folder that is watched for studies.
#[derive(Serialize, ToSchema)]
pub struct WatchedFolder {
    folder: String,
    /// `waiting`, `watching`, `trouble`.
    state: String,
    #[schema(nullable = false)]
    waiting: Option<u64>,
    #[schema(nullable = false)]
    imported: Option<u64>,
    #[schema(nullable = false)]
    duplicates: Option<u64>,
    #[schema(nullable = false)]
    refused: Option<u64>,
}

/// How the node is.
#[derive(Serialize, ToSchema)]
pub struct NodeStatus {
    version: String,
    peer_id: String,
    institution: String,
    node_fingerprint: Option<String>,
    /// Why nobody may work at this machine now: as it was started, or its certificate does not stand.
    refused: Option<Refusal>,
    network: Option<String>,
    crl_number: Option<u64>,
    register: RegisterView,
    listening: Vec<String>,
    /// Addresses at which others reach it.
    external: Vec<String>,
    bootstraps: Vec<Bootstrap>,
    peers: Vec<Peer>,
    banned: u64,
    signed_in: Option<Practitioner>,
    studies: u64,
    cases: u64,
    watch: Vec<WatchedFolder>,
    /// How the reception of devices stands; null when there is none.
    dicom: Option<Reception>,
    scan: ImageScan,
}

/// The slow reading of all stored images, by which damage is found that nobody looks at.
#[derive(Serialize, ToSchema)]
pub struct ImageScan {
    /// Zero: never.
    every_days: u32,
    /// The one under way.
    running: Option<ScanUnderWay>,
    /// The last one that was ended.
    last: Option<EndedScan>,
    /// When the next begins; null while one is under way, and before the first.
    next: Option<String>,
    /// Images that are known to be damaged now.
    damaged: u64,
    /// What last hindered reading an image and says nothing of the image.
    trouble: Option<String>,
}

/// What a reading has come to so far.
#[derive(Serialize, ToSchema)]
pub struct ScanUnderWay {
    begun: String,
    images: u64,
    bytes: u64,
    damaged: u64,
}

/// What a reading came to.
#[derive(Serialize, ToSchema)]
pub struct EndedScan {
    ended: String,
    images: u64,
    bytes: u64,
    /// Images that could not be read as they were stored.
    damaged: u64,
}

/// Where devices of the house send to.
#[derive(Serialize, ToSchema)]
pub struct Reception {
    listening: String,
    aet: String,
    tls: bool,
    associations: Vec<Association>,
    received: u64,
    already_here: u64,
    refused: u64,
    rejected: u64,
}

/// A device that sends now.
#[derive(Serialize, ToSchema)]
pub struct Association {
    aet: String,
    address: String,
    since: String,
    instances: u64,
}

/// An entry that waits for another node.
#[derive(Serialize, ToSchema)]
pub struct OutboxEntry {
    #[serde(flatten)]
    stuck: Stuck,
    /// `queued`, `connecting`, `sending`, `refused`.
    state: String,
    peer_id: String,
    institution: Option<String>,
    /// The log that it belongs to.
    log: String,
    entry_id: String,
    #[serde(rename = "type")]
    kind: String,
}

/// Somebody with whom this node does not speak for a time.
#[derive(Serialize, ToSchema)]
pub struct Ban {
    /// The id of a node, or an address.
    who: String,
    /// `node`, `place`.
    kind: String,
    institution: Option<String>,
    misdeed: String,
    /// How often it was banned.
    times: u32,
    until: String,
}

/// Days of the week.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// Rates that hold now.
#[derive(Serialize, ToSchema)]
pub struct RatesNow {
    up_mbit: Option<f64>,
    down_mbit: Option<f64>,
}

/// How much of the line images may take.
#[derive(Serialize, ToSchema)]
pub struct Bandwidth {
    limits: crate::rates::Transfer,
    /// `set` by this API, or as in the settings file: `config`.
    from: String,
    now: RatesNow,
}

/// What kind of thing changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "described at crate::service::events::EventKind")]
pub enum NodeEventKind {
    Case,
    Alarm,
    Duty,
    Notice,
    Agreement,
    Job,
    Peer,
    Study,
    Live,
    Credential,
}

/// A server-sent event: that something changed, never what.
#[derive(Serialize, ToSchema)]
pub struct NodeEvent {
    #[serde(rename = "type")]
    kind: NodeEventKind,
    id: String,
}
