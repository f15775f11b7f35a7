//! Who is registered, in the order of registering. A cookie says up to which number its holder has been told, so that the
//! next answer tells only news, and nothing is remembered of what was told to whom: what a question costs is the answer, until it
//! has been sent (`room.rs` bounds these).

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::time::{Duration, Instant};

use libp2p::PeerId;

use super::wire::{MAX_ANSWER, Register, Status};
use crate::limits::Source;

/// Registrations of one peer: a network and what a node may try.
pub(super) const PER_PEER: usize = 8;

/// Registrations in all, and their bytes.
pub(super) const MOST: usize = 10_000;
pub(super) const MOST_BYTES: usize = 32 << 20;

/// The bytes of those from one source: 2,000 registrations of a kilobyte each.
pub(super) const BYTES_OF_SOURCE: usize = MOST_BYTES / 16;

/// Seconds for which one registers: the least that the protocol has, which is what nodes ask for.
pub(super) const LONGEST: u64 = 2 * 3600;

/// The longest name of a network.
const MAX_NAMESPACE: usize = 255;

/// Registrations of one answer, at most.
const PAGE: usize = 1_024;

/// Bytes of a cookie before the namespace: when this host was started, and the number.
const HEAD: usize = 8;

#[derive(Debug)]
struct Entry {
    peer: PeerId,
    /// Where it was when it registered.
    source: Source,
    namespace: String,
    record: Vec<u8>,
    until: Instant,
}

/// See the module.
pub(super) struct Table {
    /// Of this start: numbers of an earlier one say nothing.
    start: u32,
    /// The number of the newest registration.
    newest: u32,
    entries: BTreeMap<u32, Entry>,
    places: HashMap<PeerId, Vec<(String, u32)>>,
    bytes: usize,
    /// The same bytes by where they came from.
    sources: HashMap<Source, usize>,
}

impl Table {
    /// Nobody; `start` tells this start of the host from others.
    pub(super) fn new(start: u32) -> Self {
        Self {
            start,
            newest: 0,
            entries: BTreeMap::new(),
            places: HashMap::new(),
            bytes: 0,
            sources: HashMap::new(),
        }
    }

    /// How many registrations stand.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Takes out what has expired. All are made for the same time, so that the first to come is the first to go.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some(first) = self.entries.first_entry() {
            if first.get().until > now {
                return;
            }
            let number = *first.key();
            self.take_out(number);
        }
    }

    /// Registers a peer under a namespace, in place of what was registered there before; `record` was signed by it. Gives
    /// for how many seconds.
    pub(super) fn register(
        &mut self,
        (peer, source): (PeerId, Source),
        (namespace, record, ttl): (&str, &[u8], Option<u64>),
        now: Instant,
    ) -> Result<u64, Status> {
        if namespace.is_empty() || namespace.len() > MAX_NAMESPACE {
            return Err(Status::InvalidNamespace);
        }
        if ttl.is_some_and(|ttl| ttl != LONGEST) {
            return Err(Status::InvalidTtl);
        }
        self.expire(now);
        let before = self.number_of(&peer, namespace);
        let others = self.places.get(&peer).map_or(0, Vec::len) - usize::from(before.is_some());
        let full = self.is_full(before, source, record.len());
        let Some(number) = self.newest.checked_add(1).filter(|_| !full && others < PER_PEER) else {
            return Err(Status::Unavailable);
        };
        if let Some(before) = before {
            self.take_out(before);
        }
        self.newest = number;
        self.bytes += record.len();
        *self.sources.entry(source).or_default() += record.len();
        self.places
            .entry(peer)
            .or_default()
            .push((namespace.to_owned(), number));
        let entry = Entry {
            peer,
            source,
            namespace: namespace.to_owned(),
            record: record.to_vec(),
            until: now + Duration::from_secs(LONGEST),
        };
        self.entries.insert(number, entry);
        Ok(LONGEST)
    }

    /// Whether there is no room for so many bytes from this source, when they come in place of what was registered before.
    fn is_full(&self, before: Option<u32>, source: Source, bytes: usize) -> bool {
        let before = before.and_then(|number| self.entries.get(&number));
        let freed = before.map_or(0, |one| one.record.len());
        let freed_there = before.filter(|one| one.source == source).map_or(0, |_| freed);
        let there = self.sources.get(&source).copied().unwrap_or_default();
        self.entries.len() - usize::from(before.is_some()) >= MOST
            || self.bytes - freed + bytes > MOST_BYTES
            || there - freed_there + bytes > BYTES_OF_SOURCE
    }

    /// Takes a peer out.
    pub(super) fn unregister(&mut self, peer: &PeerId, namespace: &str) {
        if let Some(number) = self.number_of(peer, namespace) {
            self.take_out(number);
        }
    }

    /// Who has registered since the cookie was given, those who registered first first, as many as one answer holds and
    /// as fit into `room` bytes; and the cookie for the rest.
    pub(super) fn discover(
        &mut self,
        (namespace, cookie, limit): (Option<&str>, Option<&[u8]>, Option<u64>),
        room: usize,
        now: Instant,
    ) -> Result<(Vec<Register>, Vec<u8>), Status> {
        self.expire(now);
        let namespace = namespace.filter(|namespace| !namespace.is_empty());
        let told = self.told_by(cookie, namespace)?;
        let limit = usize::try_from(limit.unwrap_or(u64::MAX))
            .unwrap_or(usize::MAX)
            .min(PAGE);
        let (mut found, mut until) = (Vec::new(), self.newest);
        let mut room = room.min(MAX_ANSWER).saturating_sub(1_024);
        for (number, entry) in self.entries.range((Bound::Excluded(told), Bound::Unbounded)) {
            if namespace.is_some_and(|namespace| namespace != entry.namespace) {
                continue;
            }
            // The lengths and numbers of its fields take no more than these.
            let bytes = entry.record.len() + entry.namespace.len() + 32;
            if found.len() == limit || bytes > room {
                until = number - 1;
                break;
            }
            room -= bytes;
            found.push(Register {
                namespace: Some(entry.namespace.clone()),
                signed_peer_record: Some(entry.record.clone()),
                ttl: Some(entry.until.saturating_duration_since(now).as_secs()),
            });
        }
        let mut cookie = [self.start.to_be_bytes(), until.to_be_bytes()].concat();
        cookie.extend(namespace.unwrap_or_default().as_bytes());
        Ok((found, cookie))
    }

    /// Up to which number the holder of a cookie has been told: nothing when it is of another start of this host.
    fn told_by(&self, cookie: Option<&[u8]>, namespace: Option<&str>) -> Result<u32, Status> {
        let Some(cookie) = cookie else {
            return Ok(0);
        };
        let (head, of) = cookie.split_at_checked(HEAD).ok_or(Status::InvalidCookie)?;
        if !of.is_empty() && Some(of) != namespace.map(str::as_bytes) {
            return Err(Status::InvalidCookie);
        }
        let (start, number) = head.split_at(HEAD / 2);
        let number = number.try_into().map(u32::from_be_bytes);
        let known = start == self.start.to_be_bytes() && (!of.is_empty() || namespace.is_none());
        Ok(number
            .ok()
            .filter(|number| known && *number <= self.newest)
            .unwrap_or(0))
    }

    fn number_of(&self, peer: &PeerId, namespace: &str) -> Option<u32> {
        let mut places = self.places.get(peer)?.iter();
        places.find(|(of, _)| of == namespace).map(|(_, number)| *number)
    }

    fn take_out(&mut self, number: u32) {
        let Some(entry) = self.entries.remove(&number) else {
            return;
        };
        self.bytes -= entry.record.len();
        if let Some(there) = self.sources.get_mut(&entry.source) {
            *there -= entry.record.len();
            if *there == 0 {
                self.sources.remove(&entry.source);
            }
        }
        if let Some(places) = self.places.get_mut(&entry.peer) {
            places.retain(|(_, of)| *of != number);
            if places.is_empty() {
                self.places.remove(&entry.peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn source(number: u32) -> Source {
        std::net::IpAddr::from((0xcb00_0000 + number).to_be_bytes()).into()
    }

    fn register(table: &mut Table, peer: PeerId, record: &[u8], now: Instant) -> Result<u64, Status> {
        // Everybody somewhere else.
        let number = u32::from_be_bytes(peer.to_bytes()[6..10].try_into().unwrap());
        table.register((peer, source(number >> 8)), ("network", record, None), now)
    }

    fn ask(table: &mut Table, cookie: Option<&[u8]>, limit: u64, now: Instant) -> (Vec<Vec<u8>>, Vec<u8>) {
        let asked = (Some("network"), cookie, Some(limit));
        let (found, cookie) = table.discover(asked, MAX_ANSWER, now).unwrap();
        let records = found.into_iter().filter_map(|one| one.signed_peer_record);
        (records.collect(), cookie)
    }

    #[test]
    fn each_answer_tells_only_news_and_pages_leave_nobody_out() {
        let (mut table, now) = (Table::new(7), Instant::now());
        let peers: Vec<_> = (0..5).map(|_| PeerId::random()).collect();
        for (number, peer) in (0..).zip(&peers) {
            register(&mut table, *peer, &[number], now).unwrap();
        }
        let (first, cookie) = ask(&mut table, None, 3, now);
        assert_eq!(first, [[0], [1], [2]]);
        // While she reads, one whom she knows already renews, and one whom she does not know yet.
        register(&mut table, peers[1], &[11], now).unwrap();
        register(&mut table, peers[4], &[14], now).unwrap();
        let (second, cookie) = ask(&mut table, Some(&cookie), 3, now);
        assert_eq!(second, [[3], [11], [14]]);
        let (none, cookie) = ask(&mut table, Some(&cookie), 3, now);
        assert!(none.is_empty());
        table.unregister(&peers[3], "network");
        register(&mut table, PeerId::random(), &[20], now).unwrap();
        assert_eq!(ask(&mut table, Some(&cookie), 3, now).0, [[20]]);
        assert_eq!(ask(&mut table, None, 9, now).0.len(), 5);
        // After a new start of this host.
        let mut again = Table::new(8);
        register(&mut again, peers[0], &[0], now).unwrap();
        assert_eq!(ask(&mut again, Some(&cookie), 3, now).0, [[0]]);
    }

    #[test]
    fn a_cookie_of_another_network_is_refused() {
        let (mut table, now) = (Table::new(7), Instant::now());
        register(&mut table, PeerId::random(), &[1], now).unwrap();
        let (_, cookie) = ask(&mut table, None, 1, now);
        for (namespace, cookie) in [
            (Some("other"), &cookie[..]),
            (None, &cookie[..]),
            (Some("network"), &[1, 2, 3]),
        ] {
            let refused = table.discover((namespace, Some(cookie), None), MAX_ANSWER, now);
            assert_eq!(refused, Err(Status::InvalidCookie));
        }
    }

    /// R17 (obstruct): what registrations take is bounded in number and in bytes, also by one peer, and ends by itself; who
    /// is registered may always renew.
    #[test]
    fn r17_registrations_are_bounded_and_expire() {
        let (mut table, now) = (Table::new(7), Instant::now());
        let one = (PeerId::random(), source(1));
        for number in 0..PER_PEER {
            let name = format!("network {number}");
            assert_eq!(table.register(one, (&name, &[1], None), now), Ok(LONGEST));
        }
        assert_eq!(
            table.register(one, ("network", &[1], None), now),
            Err(Status::Unavailable)
        );
        assert!(
            table
                .register(one, ("network 0", &[2], Some(LONGEST)), now)
                .is_ok()
        );
        assert_eq!(
            table.register(one, ("network 0", &[2], Some(3600)), now),
            Err(Status::InvalidTtl)
        );
        let long = "n".repeat(MAX_NAMESPACE + 1);
        assert_eq!(
            table.register(one, (&long, &[2], None), now),
            Err(Status::InvalidNamespace)
        );
        let record = vec![0; 8192];
        let made = (0..MOST).take_while(|_| register(&mut table, PeerId::random(), &record, now).is_ok());
        assert_eq!(made.count(), MOST_BYTES / 8192 - 1);
        table.expire(now + 2 * HOUR);
        assert_eq!((table.len(), table.bytes, table.places.len()), (0, 0, 0));
        assert!(table.sources.is_empty());
        let made = (0..=MOST).take_while(|_| register(&mut table, PeerId::random(), &[1], now).is_ok());
        assert_eq!(made.count(), MOST);
    }

    /// R17 (obstruct): one source fills its own part with the largest records, and neither with new names nor by renewing does it
    /// take the place of others; those who moved are counted where they are now.
    #[test]
    fn r17_one_source_does_not_use_up_the_room_of_others() {
        let (mut table, now) = (Table::new(7), Instant::now());
        let large = vec![0; super::super::wire::MAX_RECORD];
        let mut at = |place, peer, record: &[u8]| {
            table.register((peer, source(place)), ("network", record, None), now)
        };
        let peers: Vec<_> = std::iter::repeat_with(PeerId::random).take(4_000).collect();
        let made = peers
            .iter()
            .take_while(|peer| at(1, **peer, &large).is_ok())
            .count();
        assert_eq!(made, BYTES_OF_SOURCE / large.len());
        assert_eq!(at(1, PeerId::random(), &large), Err(Status::Unavailable));
        assert!(at(1, peers[0], &large).is_ok(), "it renews");
        assert!(at(2, PeerId::random(), &large).is_ok());
        assert!(at(2, peers[0], &large).is_ok(), "it moved");
        assert!(at(1, PeerId::random(), &large).is_ok());
        assert!(table.bytes < MOST_BYTES / 8);
    }

    /// R17 (obstruct): where little room is left, pages are short, and nobody is left out: the rest is told the next time.
    #[test]
    fn r17_pages_are_as_long_as_there_is_room() {
        let (mut table, now) = (Table::new(7), Instant::now());
        for number in 0..10 {
            register(&mut table, PeerId::random(), &[number; 1_000], now).unwrap();
        }
        let (mut cookie, mut told) = (None, Vec::new());
        for room in [0, 1_500, 4_500, MAX_ANSWER] {
            let asked = (Some("network"), cookie.as_deref(), None);
            let (found, next) = table.discover(asked, room, now).unwrap();
            told.push(found.len());
            cookie = Some(next);
        }
        assert_eq!(told, [0, 0, 3, 7]);
    }

    /// R24: an answer is no longer than those who ask can take, however many there are and however long.
    #[test]
    fn r24_an_answer_fits_into_a_message() {
        use prost::Message as _;

        let (mut table, now) = (Table::new(7), Instant::now());
        for _ in 0..1_000 {
            register(&mut table, PeerId::random(), &[0; 2048], now).unwrap();
        }
        let (mut cookie, mut told) = (None, 0);
        while told < 1_000 {
            let asked = (Some("network"), cookie.as_deref(), None);
            let (found, next) = table.discover(asked, MAX_ANSWER, now).unwrap();
            assert!(!found.is_empty());
            told += found.len();
            let answer = super::super::wire::Message::discovered(Ok((found, next.clone())));
            assert!(answer.encoded_len() <= MAX_ANSWER, "{}", answer.encoded_len());
            cookie = Some(next);
        }
        assert_eq!(told, 1_000);
    }
}
