//! How peers behave, and what they may cost us: the one place that knows.
//!
//! - **Score** ([`account`], [`ledger`]; pure): each [`Misdeed`] weighs something and fades; too many are a ban for a
//!   time that doubles with each that follows. Whoever has been admitted answers by its PeerId, which TLS proves on every
//!   connection, so that nobody can be blamed for what somebody else does. A stranger can have as many PeerIds as it
//!   likes and answers by the place that it comes from ([`Place`]); those behind a relay share an address, so that none is
//!   banned for it. Whoever was admitted lately passes although a stranger got its place banned.
//! - **Rates** ([`bucket`]; pure): requests, entries and bytes, of each peer and of all together; connections of
//!   strangers, of each place and of all.
//! - **Memory** ([`budget`]): what we hold for others, in all and for each; [`leash`]: what lies in Yamux unread.
//! - **Door** ([`door`]): connections, counted and refused.

pub(crate) mod account;
pub(crate) mod bucket;
pub(crate) mod budget;
pub(crate) mod door;
mod guests;
pub(crate) mod leash;
pub(crate) mod ledger;
mod misdeed;
mod place;

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use libp2p::PeerId;
use libp2p::swarm::ConnectionId;
use tokio::sync::mpsc;

use crate::config::Limits;
use crate::gate::Gate;
use crate::host::RefusalCode;
use crate::wire::live::FRAMES_PER_SECOND;
use account::{Rules, Sentence};
use bucket::{Bucket, Buckets, Rate};
use budget::Budget;
use guests::Guests;
use leash::Leash;
use ledger::Ledger;
pub use misdeed::Misdeed;
pub use place::Place;

/// Accounts and buckets of each kind that are remembered.
pub(crate) const REMEMBERED: usize = 4096;

/// A hundred points fade in ten minutes; a ban is forgotten after a day.
const LIMIT: u32 = 100;
const FADE: Duration = Duration::from_secs(6);
const FORGET: Duration = Duration::from_secs(86_400);

/// Streams that a peer, and all peers together, may open.
const REQUESTS: Rate = Rate::new(512, 64.0);
const ALL_REQUESTS: Rate = Rate::new(4096, 512.0);

/// Entries that a peer, and all together, may send: a sync after a long time, and then more than people write.
const ENTRIES: Rate = Rate::new(8192, 32.0);
const ALL_ENTRIES: Rate = Rate::new(65_536, 512.0);

/// Bytes of messages that a peer, and all together, may send: 64 MiB, and then 64 KiB in a second. It is kept on disk.
const BYTES: Rate = Rate::new(64 << 20, 65_536.0);
const ALL_BYTES: Rate = Rate::new(1 << 30, 4_194_304.0);

/// Live frames that a peer, and all together, may send: what a line that stood still for some seconds brings at once, and
/// then as many as an honest node sends at most.
const LIVE: Rate = Rate::new(128, FRAMES_PER_SECOND as f64);
const ALL_LIVE: Rate = Rate::new(2048, 512.0);

/// Connections of strangers that come: from one place, and from everywhere.
const ARRIVALS: Rate = Rate::new(64, 4.0);
const ALL_ARRIVALS: Rate = Rate::new(512, 64.0);

/// Handshakes under way beyond which whoever comes has to show first that it is where it says.
const CROWD: usize = 16;

/// Somebody who answers for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// A node that was admitted, or one behind a relay.
    Node(PeerId),
    /// Strangers who come from there.
    Place(Place),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(peer) => peer.fmt(f),
            Self::Place(place) => place.fmt(f),
        }
    }
}

/// The text names neither a node nor an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither the id of a node nor an address")]
pub struct UnknownName;

impl FromStr for Who {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let node = text.parse().map(Self::Node).ok();
        let place = || text.parse().map(Self::Place).ok();
        node.or_else(place).ok_or(UnknownName)
    }
}

/// A ban that is in force, or has just ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// Who.
    pub who: Who,
    /// What filled the measure.
    pub misdeed: Misdeed,
    /// How long it still lasts.
    pub left: Duration,
    /// Which one it is, counted from 1.
    pub times: u32,
}

/// Shared between everything that meets peers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Conduct(Arc<Shared>);

struct Shared {
    inner: Mutex<Inner>,
    gate: Gate,
    begun: Instant,
    /// Bootstraps of ours: they are not strangers.
    helpers: HashSet<PeerId>,
    news: mpsc::Sender<Ban>,
    /// Frames of messages and their replies.
    messages: Budget<Who>,
    /// Answers about the register.
    answers: Budget<Who>,
    /// Slices that are read ahead.
    slices: Budget<Who>,
    /// What is worked on at once.
    desk: Budget<Who>,
}

struct Inner {
    nodes: Ledger<PeerId>,
    places: Ledger<Place>,
    guests: Guests,
    requests: (Buckets<PeerId>, Bucket),
    entries: (Buckets<PeerId>, Bucket),
    bytes: (Buckets<PeerId>, Bucket),
    live: (Buckets<PeerId>, Bucket),
    arrivals: (Buckets<Place>, Bucket),
    /// Peers that we are asking, and how often.
    asked: HashMap<PeerId, usize>,
    closing: VecDeque<(PeerId, Option<ConnectionId>)>,
    waker: Option<Waker>,
}

impl Conduct {
    /// The conduct of nobody yet, and where bans are told.
    pub(crate) fn new(
        limits: &Limits,
        gate: Gate,
        helpers: impl IntoIterator<Item = PeerId>,
    ) -> (Self, mpsc::Receiver<Ban>) {
        let rules = Rules {
            limit: LIMIT,
            fade: FADE,
            first: limits.first_ban,
            longest: limits.longest_ban,
            forget: FORGET,
        };
        let (news, told) = mpsc::channel(256);
        let inner = Inner {
            nodes: Ledger::new(rules, REMEMBERED),
            places: Ledger::new(rules, REMEMBERED),
            guests: Guests::new(limits),
            requests: (Buckets::new(REQUESTS, REMEMBERED), Bucket::default()),
            entries: (Buckets::new(ENTRIES, REMEMBERED), Bucket::default()),
            bytes: (Buckets::new(BYTES, REMEMBERED), Bucket::default()),
            live: (Buckets::new(LIVE, REMEMBERED), Bucket::default()),
            arrivals: (Buckets::new(ARRIVALS, REMEMBERED), Bucket::default()),
            asked: HashMap::new(),
            closing: VecDeque::new(),
            waker: None,
        };
        let shared = Shared {
            inner: Mutex::new(inner),
            gate,
            begun: Instant::now(),
            helpers: helpers.into_iter().collect(),
            news,
            messages: Budget::of_bytes(32 << 20, 8 << 20),
            answers: Budget::of_bytes(24 << 20, 8 << 20),
            slices: Budget::of_bytes(48 << 20, 16 << 20),
            desk: Budget::of_places(16, 4),
        };
        (Self(Arc::new(shared)), told)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here can panic half-way.
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Time since the beginning.
    pub(crate) fn now(&self) -> Duration {
        self.0.begun.elapsed()
    }

    /// Counts something against a peer that is connected; it may be one too many.
    pub(crate) fn charge(&self, peer: PeerId, misdeed: Misdeed) {
        if self.0.helpers.contains(&peer) {
            // Set by the administrator; without it nobody is found any more. What it does is bounded all the same.
            return tracing::info!(%peer, %misdeed, "a bootstrap does not keep to the rules");
        }
        let (who, now) = (self.who(&peer), self.now());
        tracing::info!(%peer, %who, %misdeed, "a peer does not keep to the rules");
        let mut inner = self.lock();
        let sentence = match &who {
            Who::Node(peer) => inner.nodes.charge(peer, misdeed, now),
            Who::Place(place) => inner.places.charge(place, misdeed, now),
        };
        if let Some(sentence) = sentence {
            self.ban(&mut inner, who, sentence, now);
        }
    }

    /// Ends what is under way with somebody who is banned.
    fn ban(&self, inner: &mut Inner, who: Who, sentence: Sentence, now: Duration) {
        let ban = ban_of(who, sentence, now);
        tracing::warn!(%who, misdeed = %ban.misdeed, seconds = ban.left.as_secs(), times = ban.times, "banned");
        match who {
            Who::Node(peer) => {
                self.0.gate.hold_off(peer, ban.left);
                inner.closing.push_back((peer, None));
            }
            Who::Place(place) => {
                let gate = &self.0.gate;
                let strangers = inner.guests.strangers_from(place, |peer| gate.is_admitted(peer));
                inner
                    .closing
                    .extend(strangers.into_iter().map(|(id, peer)| (peer, Some(id))));
            }
        }
        if let Some(waker) = inner.waker.take() {
            waker.wake();
        }
        if self.0.news.try_send(ban).is_err() {
            tracing::error!(%who, "a ban could not be told: too many at once");
        }
    }

    /// Who answers for a connected peer.
    pub(crate) fn who(&self, peer: &PeerId) -> Who {
        if self.0.gate.is_admitted(peer) {
            return Who::Node(*peer);
        }
        let inner = self.lock();
        match inner.guests.place_of(peer) {
            Some(place) if !inner.guests.is_known(peer) => Who::Place(place),
            _ => Who::Node(*peer),
        }
    }

    /// Asks to serve one more stream of a peer.
    pub(crate) fn request(&self, peer: PeerId) -> Result<(), RefusalCode> {
        let now = self.now();
        let mut inner = self.lock();
        let (each, all) = &mut inner.requests;
        let may = all.left(&ALL_REQUESTS, now) >= 1.0;
        let within = each.take(peer, 1.0, now);
        if within && may && all.take(1.0, &ALL_REQUESTS, now) {
            return Ok(());
        }
        drop(inner);
        // When all together are too many, nobody in particular is to blame.
        if !within {
            self.charge(peer, Misdeed::Flood);
        }
        Err(RefusalCode::Busy)
    }

    /// Asks to take a message of so many bytes.
    pub(crate) fn take_bytes(&self, peer: PeerId, bytes: usize) -> Result<(), RefusalCode> {
        let now = self.now();
        let mut inner = self.lock();
        let (each, all) = &mut inner.bytes;
        self.share_of(peer, bytes as f64, each, (all, &ALL_BYTES), now)
    }

    /// Asks to take so many entries.
    pub(crate) fn take_entries(&self, peer: PeerId, entries: usize) -> Result<(), RefusalCode> {
        let now = self.now();
        let mut inner = self.lock();
        let (each, all) = &mut inner.entries;
        self.share_of(peer, entries as f64, each, (all, &ALL_ENTRIES), now)
    }

    /// Not a misdeed: an honest node that has much to tell is told to come again, and comes.
    fn share_of(
        &self,
        peer: PeerId,
        amount: f64,
        each: &mut Buckets<PeerId>,
        (all, rate): (&mut Bucket, &Rate),
        now: Duration,
    ) -> Result<(), RefusalCode> {
        let within = all.left(rate, now) >= amount && each.take(peer, amount, now);
        if within && all.take(amount, rate, now) {
            Ok(())
        } else {
            tracing::debug!(%peer, amount, "a peer has to wait: it has told much lately");
            Err(RefusalCode::Busy)
        }
    }

    /// Counts a live frame of a peer; says whether it is within its share.
    pub(crate) fn take_live(&self, peer: PeerId) -> bool {
        let now = self.now();
        self.lock().live.0.take(peer, 1.0, now)
    }

    /// Counts a live frame among those of all; says whether there is room for it.
    pub(crate) fn has_room_for_live(&self) -> bool {
        let now = self.now();
        self.lock().live.1.take(1.0, &ALL_LIVE, now)
    }

    /// The budget of messages.
    pub(crate) fn messages(&self) -> &Budget<Who> {
        &self.0.messages
    }

    /// The budget of answers about the register.
    pub(crate) fn answers(&self) -> &Budget<Who> {
        &self.0.answers
    }

    /// The budget of slices.
    pub(crate) fn slices(&self) -> &Budget<Who> {
        &self.0.slices
    }

    /// What is worked on at once.
    pub(crate) fn desk(&self) -> &Budget<Who> {
        &self.0.desk
    }

    /// Whether somebody who dials us from there may come in as far as the handshake.
    pub(crate) fn may_come(&self, place: Place) -> bool {
        let now = self.now();
        let inner = self.lock();
        let has_room = inner.arrivals.0.has(&place, 1.0, now);
        let banned = inner.places.is_banned(&place, now);
        let gate = &self.0.gate;
        let vouched = || inner.guests.is_vouched(place, |peer| gate.is_admitted(peer), now);
        (has_room && !banned) || vouched()
    }

    /// Whether so many are coming that one should make sure of each.
    pub(crate) fn is_crowded(&self) -> bool {
        self.lock().guests.coming() >= CROWD
    }

    pub(crate) fn is_banned(&self, peer: &PeerId) -> bool {
        let now = self.now();
        self.lock().nodes.is_banned(peer, now)
    }

    /// The bans that are in force, the one that ends soonest first.
    pub(crate) fn bans(&self) -> Vec<Ban> {
        let now = self.now();
        let inner = self.lock();
        let nodes = inner.nodes.bans(now).into_iter();
        let nodes = nodes.map(|(peer, sentence)| ban_of(Who::Node(peer), sentence, now));
        let places = inner.places.bans(now).into_iter();
        let places = places.map(|(place, sentence)| ban_of(Who::Place(place), sentence, now));
        let mut bans: Vec<_> = nodes.chain(places).collect();
        bans.sort_by_key(|ban| ban.left);
        bans
    }

    /// Lifts a ban and forgets what is held against `who`; gives the ban.
    pub(crate) fn forgive(&self, who: &Who) -> Option<Ban> {
        let now = self.now();
        let mut inner = self.lock();
        let sentence = match who {
            Who::Node(peer) => {
                self.0.gate.let_go(peer);
                inner.nodes.forgive(peer, now)
            }
            Who::Place(place) => inner.places.forgive(place, now),
        };
        sentence.map(|sentence| ban_of(*who, sentence, now))
    }

    /// Takes over the bans of nodes from before a restart, and who is known.
    pub(crate) fn restore(&self, bans: &[Ban], known: &[PeerId]) {
        let now = self.now();
        for peer in known.iter().take(REMEMBERED) {
            self.lock().guests.know(*peer, now);
        }
        for ban in bans {
            if let Who::Node(peer) = ban.who {
                let mut inner = self.lock();
                inner.nodes.restore(&peer, ban.left, ban.times, ban.misdeed, now);
                self.0.gate.hold_off(peer, ban.left);
            }
        }
    }

    /// The bans that have ended since this was asked last; what is not worth remembering is forgotten.
    pub(crate) fn tidy(&self) -> Vec<Ban> {
        let now = self.now();
        let mut inner = self.lock();
        inner.requests.0.tidy(now);
        inner.entries.0.tidy(now);
        inner.bytes.0.tidy(now);
        inner.live.0.tidy(now);
        inner.arrivals.0.tidy(now);
        inner.guests.tidy(now);
        let nodes = inner.nodes.ended(now).into_iter();
        let mut ended: Vec<_> = nodes
            .map(|(peer, sentence)| ban_of(Who::Node(peer), sentence, now))
            .collect();
        let places = inner.places.ended(now).into_iter();
        ended.extend(places.map(|(place, sentence)| ban_of(Who::Place(place), sentence, now)));
        ended
    }

    /// How what comes from a peer over Yamux is read.
    pub(crate) fn leash_of(&self, peer: &PeerId) -> Leash {
        if self.0.gate.is_admitted(peer) || self.0.helpers.contains(peer) {
            Leash::Off
        } else if self.lock().asked.contains_key(peer) {
            Leash::Slack
        } else {
            Leash::Tight
        }
    }

    /// We are asking a peer for something, as long as the guard lives.
    pub(crate) fn asking(&self, peer: PeerId) -> Asking {
        *self.lock().asked.entry(peer).or_default() += 1;
        Asking {
            conduct: self.clone(),
            peer,
        }
    }
}

/// See [`Conduct::asking`].
pub(crate) struct Asking {
    conduct: Conduct,
    peer: PeerId,
}

impl Drop for Asking {
    fn drop(&mut self) {
        let mut inner = self.conduct.lock();
        if let Some(count) = inner.asked.get_mut(&self.peer) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                inner.asked.remove(&self.peer);
            }
        }
    }
}

fn ban_of(who: Who, sentence: Sentence, now: Duration) -> Ban {
    Ban {
        who,
        misdeed: sentence.misdeed,
        left: sentence.until.saturating_sub(now),
        times: sentence.times,
    }
}

#[cfg(test)]
mod tests;
