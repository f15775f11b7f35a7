//! Who is registered, and who is told of whom: libp2p's rendezvous protocol, with bounds.
//!
//! The server that libp2p has remembers what it told to whom, and in it of each peer the registrations that were replaced as
//! well: 300 MB with as many as it may have. This one remembers nothing of it ([`table`]). Whoever overdoes it is kept out.

mod room;
mod table;
mod wire;

use std::time::{Duration, Instant};

use libp2p::core::{PeerRecord, SignedEnvelope};
use libp2p::{Multiaddr, PeerId, rendezvous};
use libp2p_request_response as request_response;

use self::room::Room;
use self::table::{LONGEST, Table};
pub(crate) use self::wire::{Answer, Message, Wire};
use self::wire::{Discover, MAX_RECORD, Register, Status};
use crate::limits::Source;
use crate::limits::rates::{Rate, Rates};
use crate::whereabouts::Whereabouts;

/// Registrations of one peer within an hour. A node renews after 90 minutes, and after changes of its addresses, 22 times
/// in an hour at most as long as it is not started anew.
const PER_HOUR: u32 = 48;

/// The same of all peers of one source.
const PER_SOURCE: u32 = 2000;

/// Registrations of all within [`LONGEST`] beyond which only who is sparing is let register more: each is news that everybody
/// is told.
const LATELY: u32 = 7168;

/// Registrations of one sparing peer, and of all of a source, within an hour.
const SPARING: u32 = 12;
const SPARING_SOURCE: u32 = 256;

/// Questions of one peer within an hour, and of all of a source. A node asks every 20 s, for a while more often, and once
/// for each page of an answer.
const QUESTIONS: u32 = 2400;
const QUESTIONS_SOURCE: u32 = QUESTIONS * 32;

/// Addresses that a registration may have.
const MAX_ADDRESSES: usize = 64;

/// The bytes of these addresses.
const MAX_BYTES: usize = 8192;

/// The protocol.
pub(crate) type Behaviour = request_response::Behaviour<Wire>;

/// How long a question may take, with its answer.
const CALL: Duration = Duration::from_secs(20);

/// Questions of one peer at once.
const AT_ONCE: usize = 8;

pub(crate) fn behaviour() -> Behaviour {
    let protocols = [(
        rendezvous::PROTOCOL_NAME,
        request_response::ProtocolSupport::Inbound,
    )];
    let config = request_response::Config::default()
        .with_request_timeout(CALL)
        .with_max_concurrent_streams(AT_ONCE);
    Behaviour::with_codec(Wire, protocols, config)
}

/// What became of a question.
pub(crate) struct Judged {
    /// What is answered, if anything is.
    pub(crate) answer: Option<Answer>,
    /// What it was.
    pub(crate) what: What,
    /// The peer asked for too much.
    pub(crate) overdone: bool,
}

/// What a question came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Registered,
    Discovered,
    Nothing,
}

/// Who is registered.
pub(crate) struct Registered {
    table: Table,
    rates: Rates,
    sparing: Rates,
    lately: Rate<()>,
    questions: Rates,
    room: Room,
}

impl Registered {
    pub(crate) fn new() -> Self {
        Self {
            table: Table::new(rand::random()),
            rates: Rates::hourly(PER_HOUR, PER_SOURCE),
            sparing: Rates::hourly(SPARING, SPARING_SOURCE),
            lately: Rate::new(LATELY, Duration::from_secs(LONGEST)),
            questions: Rates::hourly(QUESTIONS, QUESTIONS_SOURCE),
            room: Room::default(),
        }
    }

    /// How many registrations stand.
    pub(crate) fn count(&mut self, now: Instant) -> usize {
        self.table.expire(now);
        self.table.len()
    }

    /// Does what a peer asks for, within bounds.
    pub(crate) fn judge(
        &mut self,
        peer: PeerId,
        asked: Message,
        whereabouts: &Whereabouts,
        now: Instant,
    ) -> Judged {
        let nothing = Judged {
            answer: None,
            what: What::Nothing,
            overdone: false,
        };
        if let Some(wanted) = asked.register {
            return self.register(peer, &wanted, whereabouts.of(&peer), now);
        }
        if let Some(wanted) = asked.discover {
            let source = whereabouts.of(&peer);
            let overdone = self.questions.exceed(peer, source, now);
            return Judged {
                overdone,
                ..self.discover(&wanted, source, now)
            };
        }
        if let Some(namespace) = asked.unregister.and_then(|gone| gone.namespace) {
            self.table.unregister(&peer, &namespace);
        }
        nothing
    }

    fn register(&mut self, peer: PeerId, wanted: &Register, source: Source, now: Instant) -> Judged {
        let overdone = self.is_too_often(peer, source, now);
        let record = wanted.signed_peer_record.as_deref().unwrap_or_default();
        let too_large = Judged {
            answer: Some(self.answer(source, &Message::registered(Err(Status::InvalidSignedPeerRecord)))),
            what: What::Nothing,
            overdone: true,
        };
        // What stands in it beside the addresses, which no signature need be over, would be kept and told as well.
        if record.len() > MAX_RECORD {
            return too_large;
        }
        let registered = match addresses_of(record) {
            Ok((of, _)) if of != peer => Err(Status::NotAuthorized),
            Ok((_, addresses)) if !is_small(&addresses) => return too_large,
            // It would be told to others until it expires.
            Ok(_) if overdone => Err(Status::Unavailable),
            Ok(_) => {
                let namespace = wanted.namespace.as_deref().unwrap_or_default();
                self.table
                    .register((peer, source), (namespace, record, wanted.ttl), now)
            }
            Err(status) => Err(status),
        };
        Judged {
            what: registered.map_or(What::Nothing, |_| What::Registered),
            answer: Some(self.answer(source, &Message::registered(registered))),
            overdone,
        }
    }

    fn answer(&self, source: Source, message: &Message) -> Answer {
        Answer::new(message, |bytes| self.room.take(source, bytes))
    }

    fn discover(&mut self, wanted: &Discover, source: Source, now: Instant) -> Judged {
        let asked = (
            wanted.namespace.as_deref(),
            wanted.cookie.as_deref(),
            wanted.limit,
        );
        let found = self.table.discover(asked, self.room.left(source), now);
        Judged {
            what: found.as_ref().map_or(What::Nothing, |_| What::Discovered),
            answer: Some(self.answer(source, &Message::discovered(found))),
            overdone: false,
        }
    }

    /// Counts a registration. When all together are too many, nobody is to blame who makes no more than a node does.
    fn is_too_often(&mut self, peer: PeerId, source: Source, now: Instant) -> bool {
        let often = self.rates.exceed(peer, source, now);
        let unsparing = self.sparing.exceed(peer, source, now);
        let crowded = self.lately.exceed((), now);
        often || (crowded && unsparing)
    }
}

/// Whose addresses a record tells, and which; its signature is verified.
fn addresses_of(record: &[u8]) -> Result<(PeerId, Vec<Multiaddr>), Status> {
    let envelope = SignedEnvelope::from_protobuf_encoding(record).ok();
    let record = envelope.and_then(|envelope| PeerRecord::from_signed_envelope(envelope).ok());
    let record = record.ok_or(Status::InvalidSignedPeerRecord)?;
    Ok((record.peer_id(), record.addresses().to_vec()))
}

/// Whether these are as many addresses as a node has, and as long.
fn is_small(addresses: &[Multiaddr]) -> bool {
    let bytes: usize = addresses.iter().map(Multiaddr::len).sum();
    addresses.len() <= MAX_ADDRESSES && bytes <= MAX_BYTES
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use libp2p::identity::Keypair;

    use super::*;

    fn source(number: u32) -> Source {
        IpAddr::from((0xcb00_0000 + number).to_be_bytes()).into()
    }

    /// R17 (obstruct): however many strangers there are and wherever, they register so often and no more in all, and
    /// nobody is kept out for it who does as nodes do.
    #[test]
    fn r17_registrations_are_bounded_in_all_and_nodes_are_not_kept_out() {
        let (mut registered, start) = (Registered::new(), Instant::now());
        let nodes: Vec<_> = (0..500)
            .map(|number| (PeerId::random(), source(number)))
            .collect();
        let all_register = |registered: &mut Registered, now| {
            let mut all = nodes.iter();
            all.all(|(node, place)| !registered.is_too_often(*node, *place, now))
        };
        assert!(all_register(&mut registered, start));
        // At each place ever new names, each of which makes as many as a sparing one, until the place is barred.
        let mut made = 0;
        for place in (1000..1016).map(source) {
            let names = std::iter::repeat_with(PeerId::random);
            let attempts = names.flat_map(|name| std::iter::repeat_n(name, SPARING as usize));
            let let_in = attempts.take_while(|name| !registered.is_too_often(*name, place, start));
            made += let_in.count() as u32;
        }
        let bounds = LATELY - 500..LATELY + 16 * SPARING_SOURCE;
        assert!(bounds.contains(&made), "{made}");
        for minutes in [15, 30, 45, 90] {
            let now = start + Duration::from_secs(minutes * 60);
            assert!(all_register(&mut registered, now), "after {minutes} minutes");
        }
    }

    /// R17 (obstruct): strangers behind one address do not use up what all together may register.
    #[test]
    fn r17_registrations_from_one_place_are_bounded() {
        let (mut registered, now) = (Registered::new(), Instant::now());
        let made = (0..10_000).filter(|_| !registered.is_too_often(PeerId::random(), source(1), now));
        let made = made.count() as u32;
        assert!(made <= PER_SOURCE && PER_SOURCE * 3 < LATELY, "{made}");
        assert!(!registered.is_too_often(PeerId::random(), source(2), now));
    }

    /// R17 (obstruct): every question costs the host an answer.
    #[test]
    fn r17_whoever_asks_all_the_time_is_kept_out() {
        let (mut registered, whereabouts) = (Registered::new(), Whereabouts::default());
        let now = Instant::now();
        let mut ask = |enquirer| {
            let question = Message {
                discover: Some(Discover::default()),
                ..Message::default()
            };
            registered.judge(enquirer, question, &whereabouts, now).overdone
        };
        let (greedy, modest) = (PeerId::random(), PeerId::random());
        assert!((0..QUESTIONS).all(|_| !ask(greedy)));
        assert!(ask(greedy));
        assert!((0..3600 / 20).all(|_| !ask(modest)));
    }

    /// R17, R24: libp2p's own client registers 20 addresses at most; another may try more.
    #[test]
    fn r17_r24_a_registration_is_bounded_by_addresses_and_by_bytes() {
        let short: Multiaddr = "/ip4/192.0.2.1/udp/4001/quic-v1".parse().unwrap();
        assert!(
            short.len() * MAX_ADDRESSES < MAX_BYTES,
            "the number is what counts"
        );
        assert!(is_small(&[]));
        assert!(is_small(&vec![short.clone(); MAX_ADDRESSES]));
        assert!(!is_small(&vec![short.clone(); MAX_ADDRESSES + 1]));

        let of_bytes = |length: usize| -> Multiaddr {
            // Code of the protocol, length of the name in two bytes, the name.
            let name = "a".repeat(length - 3);
            format!("/dns/{name}").parse().unwrap()
        };
        let half = of_bytes(MAX_BYTES / 2);
        assert_eq!(half.len(), MAX_BYTES / 2);
        assert!(is_small(&[half.clone(), half.clone()]));
        assert!(!is_small(&[half, of_bytes(MAX_BYTES / 2 + 1)]));
    }

    /// R17 (obstruct): whoever asks and does not read keeps no more than so many bytes waiting, and the others are answered.
    #[test]
    fn r17_answers_that_nobody_reads_are_bounded() {
        let (mut registered, whereabouts, now) = (Registered::new(), Whereabouts::default(), Instant::now());
        let here: Multiaddr = "/ip4/192.0.2.1/udp/4001/quic-v1".parse().unwrap();
        for _ in 0..200 {
            let key = Keypair::generate_ed25519();
            let one = registration(&key, vec![here.clone(); MAX_ADDRESSES]);
            registered.judge(key.public().to_peer_id(), one, &whereabouts, now);
        }
        let mut ask = |source| registered.discover(&Discover::default(), source, now).answer;
        let unread: Vec<_> = (0..2_048).map(|_| ask(source(1))).collect();
        let size = |answer: &Option<Answer>| answer.as_ref().map_or(0, Answer::len);
        let kept: usize = unread.iter().map(size).sum();
        assert!(kept < 5 << 20, "{kept}");
        let whole = size(&ask(source(2)));
        assert!(whole > 100_000 && whole == size(&unread[0]), "{whole}");
        drop(unread);
        assert_eq!(size(&ask(source(1))), whole);
    }

    fn registration(key: &Keypair, addresses: Vec<Multiaddr>) -> Message {
        let record = PeerRecord::new(key, addresses).unwrap();
        Message {
            register: Some(Register {
                namespace: Some("network".to_owned()),
                signed_peer_record: Some(record.into_signed_envelope().into_protobuf_encoding()),
                ttl: None,
            }),
            ..Message::default()
        }
    }

    /// R17 (intercept): nobody registers in another's name, nor with a record that was altered.
    #[test]
    fn r17_a_registration_is_signed_by_whom_it_is_about() {
        let (mut registered, whereabouts, now) = (Registered::new(), Whereabouts::default(), Instant::now());
        let key = Keypair::generate_ed25519();
        let me = key.public().to_peer_id();
        let here: Multiaddr = "/ip4/192.0.2.1/udp/4001/quic-v1".parse().unwrap();
        let good = registration(&key, vec![here.clone()]);
        let mut altered = good.clone();
        if let Some(record) = altered
            .register
            .as_mut()
            .and_then(|one| one.signed_peer_record.as_mut())
        {
            *record.last_mut().unwrap() ^= 1;
        }
        for (peer, message) in [(PeerId::random(), good.clone()), (me, altered)] {
            let judged = registered.judge(peer, message, &whereabouts, now);
            assert_eq!(judged.what, What::Nothing);
        }
        assert_eq!(registered.count(now), 0);
        let judged = registered.judge(me, good, &whereabouts, now);
        assert_eq!(judged.what, What::Registered);
        // What is too large is not kept until it would expire, and its peer is sent away.
        let large = registration(&key, vec![here; MAX_ADDRESSES + 1]);
        let judged = registered.judge(me, large, &whereabouts, now);
        assert!(judged.overdone && judged.what == What::Nothing);
        // Nor with what is in no address: fields that nobody knows, after the envelope.
        let mut padded = registration(&key, vec![]);
        if let Some(record) = padded
            .register
            .as_mut()
            .and_then(|one| one.signed_peer_record.as_mut())
        {
            record.extend([0x7a, 0x80, 0x48]);
            record.extend([0; 9 << 10]);
            assert!(addresses_of(record).is_ok(), "it would be taken");
        }
        let judged = registered.judge(me, padded, &whereabouts, now);
        assert!(judged.overdone && judged.what == What::Nothing);
        assert_eq!(registered.count(now), 1);
        assert_eq!(registered.count(now + Duration::from_secs(LONGEST)), 0);
    }
}
