use libp2p::Multiaddr;
use libp2p::core::ConnectedPoint;
use libp2p::swarm::behaviour::{ConnectionClosed, ConnectionEstablished, ListenFailure};
use libp2p::swarm::{FromSwarm, ListenError, NetworkBehaviour as _};

use super::door::Door;
use super::*;

fn conduct(helpers: &[PeerId]) -> (Conduct, mpsc::Receiver<Ban>, Gate) {
    let gate = Gate::default();
    let (conduct, told) = Conduct::new(&Limits::default(), gate.clone(), helpers.iter().copied());
    (conduct, told, gate)
}

fn connect(conduct: &Conduct, gate: &Gate, peer: PeerId, number: usize, from: Option<&str>) {
    let place = from.map(|from| from.parse().unwrap());
    let id = ConnectionId::new_unchecked(number);
    let mut inner = conduct.lock();
    inner.guests.come(id, place).unwrap();
    inner.guests.opened(id, peer, place, Duration::ZERO);
    gate.connected(peer, id);
}

/// R17: an admission is over before the driver hears of the connection, when the machine is busy. It holds all the same,
/// and ends with the connection, or with one that somebody else refused in the end.
#[test]
fn r17_an_admission_holds_that_is_over_before_the_connection_is_told() {
    let (conduct, _told, gate) = conduct(&[]);
    let (mut door, peer) = (Door::new(conduct.clone()), PeerId::random());
    let [here, there]: [Multiaddr; 2] =
        ["192.0.2.1", "192.0.2.2"].map(|ip| format!("/ip4/{ip}/udp/4600/quic-v1").parse().unwrap());
    let come = |door: &mut Door, number| {
        let id = ConnectionId::new_unchecked(number);
        door.handle_pending_inbound_connection(id, &here, &there).unwrap();
        assert_eq!(gate.enter_admission(peer).err(), Some(RefusalCode::NotAdmitted));
        let _ = door
            .handle_established_inbound_connection(id, peer, &here, &there)
            .unwrap();
        let pass = gate.enter_admission(peer).unwrap();
        assert!(gate.admit(peer));
        drop(pass);
        assert!(gate.is_admitted(&peer), "nobody has told of the connection yet");
        id
    };
    let id = come(&mut door, 1);
    let endpoint = ConnectedPoint::Listener {
        local_addr: here.clone(),
        send_back_addr: there.clone(),
    };
    door.on_swarm_event(FromSwarm::ConnectionEstablished(ConnectionEstablished {
        peer_id: peer,
        connection_id: id,
        endpoint: &endpoint,
        failed_addresses: &[],
        other_established: 0,
    }));
    assert!(gate.is_admitted(&peer) && conduct.who(&peer) == Who::Node(peer));
    door.on_swarm_event(FromSwarm::ConnectionClosed(ConnectionClosed {
        peer_id: peer,
        connection_id: id,
        endpoint: &endpoint,
        cause: None,
        remaining_established: 0,
    }));
    assert!(!gate.is_admitted(&peer) && conduct.lock().guests.is_known(&peer));
    let id = come(&mut door, 2);
    door.on_swarm_event(FromSwarm::ListenFailure(ListenFailure {
        local_addr: &here,
        send_back_addr: &there,
        error: &ListenError::Aborted,
        connection_id: id,
        peer_id: Some(peer),
    }));
    assert!(!gate.is_admitted(&peer) && !gate.is_connected(&peer));
}

/// R17: an admitted node answers by its own name; nobody else from the same place does.
#[test]
fn r17_a_node_that_was_admitted_answers_for_itself() {
    let (conduct, mut told, gate) = conduct(&[]);
    let (bad, good) = (PeerId::random(), PeerId::random());
    for (number, peer) in [bad, good].into_iter().enumerate() {
        connect(&conduct, &gate, peer, number, Some("192.0.2.1"));
        assert!(gate.admit(peer));
    }
    (0..4).for_each(|_| conduct.charge(bad, Misdeed::Garbage));
    let ban = told.try_recv().unwrap();
    assert_eq!(
        (ban.who, ban.misdeed, ban.times),
        (Who::Node(bad), Misdeed::Garbage, 1)
    );
    assert_eq!(conduct.bans().len(), 1);
    assert!(conduct.is_banned(&bad) && !gate.is_admitted(&bad) && gate.is_held(&bad));
    assert!(!conduct.is_banned(&good) && gate.is_admitted(&good));
    assert_eq!(conduct.lock().closing, [(bad, None)]);
    assert!(conduct.may_come("192.0.2.1".parse().unwrap()));
    assert!(conduct.forgive(&Who::Node(bad)).is_some());
    assert_eq!(gate.release(), [bad]);
    assert!(!conduct.is_banned(&bad) && conduct.bans().is_empty());
}

/// R17: a stranger answers by the place that it comes from, whatever it calls itself; whoever was admitted from there goes
/// on, and comes in.
#[test]
fn r17_strangers_answer_for_their_place_and_known_nodes_are_spared() {
    let (conduct, mut told, gate) = conduct(&[]);
    let (place, honest) = ("192.0.2.1", PeerId::random());
    connect(&conduct, &gate, honest, 100, Some(place));
    gate.admit(honest);
    for number in 0..2 {
        let stranger = PeerId::random();
        connect(&conduct, &gate, stranger, number, Some(place));
        conduct.charge(stranger, Misdeed::Forged);
    }
    let ban = told.try_recv().unwrap();
    assert_eq!(ban.who, Who::Place(place.parse().unwrap()));
    let closing: Vec<_> = conduct.lock().closing.drain(..).collect();
    assert!(
        closing.len() == 2 && closing.iter().all(|(peer, _)| *peer != honest),
        "{closing:?}"
    );
    assert!(gate.is_admitted(&honest));
    let id = ConnectionId::new_unchecked(100);
    for _ in 0..2 {
        assert!(
            conduct.may_come(place.parse().unwrap()),
            "as far as the handshake, which tells who it is"
        );
        conduct.lock().guests.closed(&id, true, conduct.now());
    }
    assert!(conduct.lock().guests.is_known(&honest));
}

/// R17: where nobody is known, whoever comes from a banned place does not get as far as a handshake, and whoever hangs up
/// at once answers all the same.
#[test]
fn r17_a_place_of_strangers_is_shut() {
    let (conduct, mut told, gate) = conduct(&[]);
    for number in 0..2 {
        let stranger = PeerId::random();
        connect(&conduct, &gate, stranger, number, Some("192.0.2.1"));
        let id = ConnectionId::new_unchecked(number);
        conduct.lock().guests.closed(&id, false, conduct.now());
        gate.disconnected(&id);
        conduct.charge(stranger, Misdeed::Forged);
    }
    assert_eq!(told.try_recv().unwrap().who.to_string(), "192.0.2.1");
    assert!(!conduct.may_come("192.0.2.1".parse().unwrap()));
    assert!(conduct.may_come("192.0.2.2".parse().unwrap()));
}

/// R17: those behind a relay share an address: none is banned for another, and neither is the relay.
#[test]
fn r17_nobody_behind_a_relay_is_banned_for_another() {
    let relay = PeerId::random();
    let (conduct, mut told, gate) = conduct(&[relay]);
    let (bad, good) = (PeerId::random(), PeerId::random());
    connect(&conduct, &gate, bad, 1, None);
    connect(&conduct, &gate, good, 2, None);
    connect(&conduct, &gate, relay, 3, Some("192.0.2.9"));
    (0..2).for_each(|_| conduct.charge(bad, Misdeed::Replay));
    (0..20).for_each(|_| conduct.charge(relay, Misdeed::Replay));
    assert_eq!(told.try_recv().unwrap().who, Who::Node(bad));
    assert!(told.try_recv().is_err());
    assert!(!conduct.is_banned(&good) && conduct.may_come("192.0.2.9".parse().unwrap()));
}

/// R17: a burst is served; what goes on like that is a ban, and is not the trouble of others.
#[test]
fn r17_a_flood_is_refused_and_others_are_served() {
    let (conduct, _told, gate) = conduct(&[]);
    let (flood, honest) = (PeerId::random(), PeerId::random());
    for (number, peer) in [flood, honest].into_iter().enumerate() {
        connect(&conduct, &gate, peer, number, Some("192.0.2.1"));
        gate.admit(peer);
    }
    let served = (0..2000).filter(|_| conduct.request(flood).is_ok()).count();
    assert!((512..700).contains(&served), "{served}");
    assert!(!conduct.is_banned(&flood), "it was one second");
    assert!(conduct.request(honest).is_ok());
    assert!(conduct.take_entries(flood, 8192).is_ok());
    assert_eq!(conduct.take_entries(flood, 1000), Err(RefusalCode::Busy));
    assert!(conduct.take_bytes(flood, 60 << 20).is_ok());
    assert_eq!(conduct.take_bytes(flood, 10 << 20), Err(RefusalCode::Busy));
    assert!(conduct.take_bytes(honest, 10 << 20).is_ok());
}

#[test]
fn a_ban_of_a_node_survives_a_restart() {
    let (conduct, _told, gate) = conduct(&[]);
    let peer = PeerId::random();
    let ban = Ban {
        who: Who::Node(peer),
        misdeed: Misdeed::Fork,
        left: Duration::from_secs(100),
        times: 2,
    };
    let known = PeerId::random();
    conduct.restore(std::slice::from_ref(&ban), &[known]);
    assert!(conduct.lock().guests.is_known(&known));
    let here = conduct.bans();
    assert!(conduct.is_banned(&peer) && gate.is_held(&peer));
    assert_eq!((here[0].times, here[0].misdeed), (2, Misdeed::Fork));
    assert!(here[0].left <= ban.left && here[0].left > Duration::from_secs(90));
}

#[test]
fn only_those_whom_we_ask_are_let_off_the_leash() {
    let helper = PeerId::random();
    let (conduct, _told, gate) = conduct(&[helper]);
    let peer = PeerId::random();
    connect(&conduct, &gate, peer, 1, None);
    assert_eq!(conduct.leash_of(&peer), Leash::Tight);
    assert_eq!(conduct.leash_of(&helper), Leash::Off);
    let (first, second) = (conduct.asking(peer), conduct.asking(peer));
    drop(first);
    assert_eq!(conduct.leash_of(&peer), Leash::Slack);
    drop(second);
    assert_eq!(conduct.leash_of(&peer), Leash::Tight);
    gate.admit(peer);
    assert_eq!(conduct.leash_of(&peer), Leash::Off);
}

#[test]
fn whoever_is_banned_is_written_and_read() {
    for who in [
        Who::Node(PeerId::random()),
        Who::Place("192.0.2.1".parse().unwrap()),
        Who::Place("2001:db8::".parse().unwrap()),
    ] {
        assert_eq!(who.to_string().parse(), Ok(who));
    }
    assert_eq!("the clinic".parse::<Who>(), Err(UnknownName));
}
