//! Two institutions find and reach each other in networks as they are: behind routers and firewalls, by IPv6, inside a
//! VPN, with a bootstrap that died, and with a clock that is wrong.
//!
//! Shows R11, R16 and R17 on the real programs, in network namespaces.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::net::IpAddr;
use std::time::Duration;

use dokuei_tests::bootstrap::Bootstrap;
use dokuei_tests::internet::{Internet, Place};
use dokuei_tests::lab::Lab;
use dokuei_tests::link::{Link, Links, Nat};
use dokuei_tests::node::Node;
use dokuei_tests::pair::{Pair, Session};
use dokuei_tests::people::TANAKA;
use dokuei_tests::site::Site;
use dokuei_tests::{consult, fixtures, wait};
use serde_json::Value;

/// How long a way may take to be found: dials that end in nothing, three punches, and a busy machine.
const FOUND: Duration = Duration::from_secs(120);

/// How a node reaches the only peer that it has: direct, relayed, and by which address.
fn way(node: &Node) -> Option<(bool, bool, String)> {
    let status: Value = node.operator().ok()?.get("/status").ok()?;
    let peer = status["peers"].as_array()?.first()?;
    Some((
        peer["direct"] == true,
        peer["relayed"] == true,
        peer["address"].as_str()?.to_owned(),
    ))
}

/// A pair in an internet, running and signed in.
fn start(internet: &Internet, clinic: &Place, hospital: &Place) -> (Pair, Session) {
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.spread(&clinic.site, &hospital.site, &internet.public());
    pair.start_bootstraps().unwrap();
    pair.start_nodes().unwrap();
    let session = pair.sign_in().unwrap();
    (pair, session)
}

/// A small study goes to the specialist, is opened there, and the receipt comes back. Gives the case.
fn consult(pair: &Pair, session: &Session) -> String {
    session.agree().unwrap();
    let source = pair.lab.folder().join("source");
    fixtures::phantom_of(&pair.clinic, &source, 4, 64).unwrap();
    consult::import(&session.clinic, &source, |_| ()).unwrap();
    let study = session.clinic.get::<Vec<Value>>("/studies").unwrap()[0]["study_instance_uid"].clone();
    let study = study.as_str().unwrap();
    let reader = session.meet().unwrap();
    let case = consult::request(&session.clinic, study, &reader, |_| ()).unwrap();
    consult::accept(&session.specialist, &case).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    consult::wait_delivered(&session.clinic, &case).unwrap();
    assert_eq!(
        consult::hashes(&session.clinic, study).unwrap(),
        consult::hashes(&session.specialist, study).unwrap()
    );
    case
}

/// The specialist reports, and the dentist hears of it.
fn report(session: &Session, case: &str) {
    consult::report(&session.specialist, case).unwrap();
    consult::wait_state(&session.clinic, case, "reported").unwrap();
}

/// Waits until a node reaches its peer as `wanted` says of (direct, relayed).
fn wait_way(node: &Node, what: &str, wanted: impl Fn(bool, bool) -> bool) -> String {
    wait::until(what, FOUND, || {
        let found = way(node).filter(|(direct, relayed, _)| wanted(*direct, *relayed));
        Ok(found.map(|(.., address)| address))
    })
    .unwrap()
}

#[test]
fn a_hidden_clinic_and_an_open_hospital_have_a_direct_way() {
    let mut internet = Internet::new().unwrap();
    let clinic = internet.behind("clinic", Link::METRO, Nat::Symmetric).unwrap();
    let hospital = internet.open("hospital", Link::METRO).unwrap();
    let (pair, session) = start(&internet, &clinic, &hospital);
    session.meet().unwrap();
    let address = wait_way(&pair.clinic, "a direct way", |direct, relayed| direct && !relayed);
    assert!(address.contains("/quic-v1"), "{address}");
    assert!(internet.asked().unwrap() > 0, "they met by a bootstrap");
    consult(&pair, &session);
}

/// Both behind routers whose ports keep their numbers: they meet by a relay, and go on by a hole through both routers.
#[test]
fn two_hidden_places_meet_by_a_relay_and_punch_a_direct_way() {
    let mut internet = Internet::new().unwrap();
    let clinic = internet.behind("clinic", Link::METRO, Nat::Cone).unwrap();
    let hospital = internet.behind("hospital", Link::METRO, Nat::Cone).unwrap();
    let (pair, session) = start(&internet, &clinic, &hospital);
    session.meet().unwrap();
    for node in [&pair.clinic, &pair.specialist] {
        wait_way(node, "a direct way and no relay", |direct, relayed| {
            direct && !relayed
        });
    }
    consult(&pair, &session);
}

/// A firewall that let no UDP out does so again: the hole that could not be punched is tried again, with what both sides
/// know of themselves by then.
#[test]
#[ignore = "takes a minute or two"]
fn a_hole_that_failed_is_tried_again() {
    let mut internet = Internet::new().unwrap();
    let clinic = internet.behind("clinic", Link::METRO, Nat::Cone).unwrap();
    let router = clinic.router.clone().unwrap();
    router.block_udp().unwrap();
    let hospital = internet.behind("hospital", Link::METRO, Nat::Cone).unwrap();
    hospital.router.as_ref().unwrap().block_tcp().unwrap();
    let (pair, session) = start(&internet, &clinic, &hospital);
    session.meet().unwrap();
    wait_way(&pair.clinic, "a relayed way", |direct, relayed| {
        !direct && relayed
    });
    router.lift_firewall().unwrap();
    for node in [&pair.clinic, &pair.specialist] {
        let address = wait_way(node, "a direct way", |direct, _| direct);
        assert!(address.contains("/quic-v1"), "{address}");
    }
}

/// R17: both behind routers that give another port to everybody: the relay stays, and the app is told so. When that relay
/// dies, they go on by the other one.
#[test]
fn r17_two_symmetric_places_are_relayed_and_say_so_and_a_relay_may_die() {
    let mut internet = Internet::new().unwrap();
    let clinic = internet.behind("clinic", Link::METRO, Nat::Symmetric).unwrap();
    let hospital = internet.behind("hospital", Link::METRO, Nat::Symmetric).unwrap();
    let (mut pair, session) = start(&internet, &clinic, &hospital);
    session.meet().unwrap();
    let case = consult(&pair, &session);
    let mut ways = [&pair.clinic, &pair.specialist]
        .map(|node| wait_way(node, "a relayed way", |direct, relayed| !direct && relayed));
    assert!(ways.iter().all(|way| way.contains("/p2p-circuit")), "{ways:?}");
    let mut status = pair.clinic.command_here(&["status"]);
    let said = dokuei_tests::process::output(&mut status).unwrap();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.contains("(relayed)"), "{said}");
    let way = std::mem::take(&mut ways[0]);
    let relays = |bootstrap: &&mut Bootstrap| {
        let id = bootstrap.addresses[0].rsplit('/').next().unwrap();
        way.contains(&format!("/p2p/{id}/p2p-circuit"))
    };
    let relay = pair.bootstraps.iter_mut().find(relays);
    relay.unwrap().process().kill();
    report(&session, &case);
    let other = wait_way(&pair.clinic, "another relay", |direct, relayed| {
        !direct && relayed
    });
    assert_ne!(other, way);
}

/// A firewall that lets no UDP out: TCP with TLS carries everything.
#[test]
fn where_udp_is_blocked_tcp_is_used() {
    let mut internet = Internet::new().unwrap();
    let clinic = internet.behind("clinic", Link::METRO, Nat::Cone).unwrap();
    clinic.router.as_ref().unwrap().block_udp().unwrap();
    let hospital = internet.open("hospital", Link::METRO).unwrap();
    let (pair, session) = start(&internet, &clinic, &hospital);
    session.meet().unwrap();
    let address = wait_way(&pair.clinic, "a direct way", |direct, _| direct);
    assert!(address.contains("/tcp/"), "{address}");
    consult(&pair, &session);
}

/// R1: across the country, with a round trip of 100 ms and 0.1 % loss.
#[test]
fn r1_a_consultation_goes_far_by_ipv6_alone() {
    let mut links = Links::new().unwrap();
    let (clinic, hospital) = (links.host("clinic").unwrap(), links.host("hospital").unwrap());
    let [near, far]: [IpAddr; 2] = ["fd00:d0c::1", "fd00:d0c::2"].map(|address| address.parse().unwrap());
    links
        .link_at((&clinic, near), (&hospital, far), 64, Link::FAR)
        .unwrap();
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.place(&Site::on(&clinic, near).everywhere(), &Site::on(&hospital, far));
    pair.start_bootstraps().unwrap();
    pair.start_nodes().unwrap();
    let session = pair.sign_in().unwrap();
    session.meet().unwrap();
    let address = wait_way(&pair.clinic, "a direct way", |direct, _| direct);
    assert!(address.starts_with("/ip6/"), "{address}");
    consult(&pair, &session);
}

/// R16: inside a VPN, with discovery off, a node tells nobody anything but the partner that its settings name. The
/// bootstrap hosts that it is given are not asked.
#[test]
fn r16_inside_a_vpn_only_the_named_partner_is_spoken_to() {
    let mut internet = Internet::new().unwrap();
    let clinic = internet.open("clinic", Link::LAN).unwrap();
    let hospital = internet.open("hospital", Link::LAN).unwrap();
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.spread(&clinic.site, &hospital.site, &internet.public());
    pair.start_bootstraps().unwrap();
    let bootstraps = pair.bootstrap_addresses();
    pair.specialist.set("discovery", "false").unwrap();
    pair.specialist.start(&bootstraps).unwrap();
    let status: Value = pair.specialist.operator().unwrap().get("/status").unwrap();
    let peer = status["peer_id"].as_str().unwrap();
    let partner = format!(
        "/ip4/{}/udp/{}/quic-v1/p2p/{peer}",
        hospital.site.address(),
        pair.ports[3]
    );
    pair.clinic.set("discovery", "false").unwrap();
    pair.clinic.set("peers", &format!("[\"{partner}\"]")).unwrap();
    pair.clinic.start(&bootstraps).unwrap();
    let session = pair.sign_in().unwrap();
    session.meet().unwrap();
    consult(&pair, &session);
    for node in [&pair.clinic, &pair.specialist] {
        let status: Value = node.operator().unwrap().get("/status").unwrap();
        assert_eq!(status["bootstraps"], serde_json::json!([]));
        assert_eq!(status["peers"].as_array().unwrap().len(), 1);
    }
    assert_eq!(internet.asked().unwrap(), 0, "packets went to the bootstraps");
}

/// In one institution's network, without any bootstrap host: two nodes find each other by mDNS where both say so.
#[test]
fn nodes_of_one_local_network_find_each_other_without_anybody() {
    let mut links = Links::new().unwrap();
    let (clinic, hospital) = (links.host("clinic").unwrap(), links.host("hospital").unwrap());
    let wire = links.link(&clinic, &hospital, Link::LAN).unwrap();
    for host in [&clinic, &hospital] {
        let device = wire.device_of(host).unwrap();
        host.ip(&["route", "add", "224.0.0.0/4", "dev", device]).unwrap();
    }
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.place(
        &Site::on(&clinic, wire.near()).everywhere(),
        &Site::on(&hospital, wire.far()).everywhere(),
    );
    for node in [&mut pair.clinic, &mut pair.specialist] {
        node.set("discovery", "false").unwrap();
        node.set("mdns", "true").unwrap();
        node.start(&[]).unwrap();
    }
    let session = pair.sign_in().unwrap();
    session.meet().unwrap();
    consult(&pair, &session);
}

/// Of two bootstrap hosts one dies: who comes afterwards is found all the same. When the other dies too, those who are in
/// touch go on.
#[test]
fn r17_one_of_two_bootstraps_may_die_and_then_the_other() {
    let mut internet = Internet::new().unwrap();
    let clinic = internet.behind("clinic", Link::LAN, Nat::Cone).unwrap();
    let hospital = internet.open("hospital", Link::LAN).unwrap();
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.spread(&clinic.site, &hospital.site, &internet.public());
    pair.start_bootstraps().unwrap();
    let bootstraps = pair.bootstrap_addresses();
    pair.specialist.start(&bootstraps).unwrap();
    pair.bootstraps[0].process().kill();
    pair.clinic.start(&bootstraps).unwrap();
    let session = pair.sign_in().unwrap();
    session.meet().unwrap();
    let case = consult(&pair, &session);
    pair.bootstraps[1].process().kill();
    report(&session, &case);
}

/// R11, R17: a machine in use whose clock goes a day wrong is admitted by nobody, and says in one sentence why and what to
/// do. What it has can be read; when the clock is right again, it meets the others.
#[test]
fn r11_r17_a_node_whose_clock_is_a_day_off_says_so() {
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.start_bootstraps().unwrap();
    let bootstraps = pair.bootstrap_addresses();
    pair.specialist.start(&bootstraps).unwrap();
    // The dentist has worked here before.
    pair.clinic.start(&bootstraps).unwrap();
    pair.clinic.sign_in(&TANAKA).unwrap();
    pair.clinic.stop();
    pair.clinic
        .wrap(&["env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", "-f", "+1d"]);
    pair.clinic.start(&bootstraps).unwrap();
    let refused = wait::until("the node to say what is wrong", FOUND, || {
        let status: Value = pair.clinic.operator()?.get("/status")?;
        Ok((status["refused"]["code"] == "clock_apart").then(|| status["refused"].clone()))
    })
    .unwrap();
    assert!(
        refused["detail"].as_str().unwrap().contains("five minutes"),
        "{refused}"
    );
    assert!(
        refused["next"].as_str().unwrap().contains("timedatectl"),
        "{refused}"
    );
    let dentist = pair.clinic.sign_in(&TANAKA).unwrap();
    dentist.get::<Vec<Value>>("/studies").unwrap();
    pair.clinic.stop();
    pair.clinic.wrap(&[]);
    pair.clinic.start(&bootstraps).unwrap();
    let session = pair.sign_in().unwrap();
    session.meet().unwrap();
}
