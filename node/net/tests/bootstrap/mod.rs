//! A bootstrap as `dokuei-bootstrap` is one, within this process.

use std::time::Duration;

use dokuei_net::Multiaddr;
use futures::StreamExt as _;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{
    StreamProtocol, Swarm, SwarmBuilder, autonat, identify, kad, ping, relay, rendezvous, tcp, tls, yamux,
};

const ROUTING: StreamProtocol = StreamProtocol::new("/dokuei/kad/1");

#[derive(NetworkBehaviour)]
struct Bootstrap {
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    kad: kad::Behaviour<kad::store::MemoryStore>,
    rendezvous: rendezvous::server::Behaviour,
    relay: relay::Behaviour,
    autonat: autonat::v2::server::Behaviour,
}

/// Starts one that listens there; gives its address.
pub async fn bootstrap(listen: &str) -> Multiaddr {
    let mut swarm = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default(), tls::Config::new, yamux::Config::default)
        .unwrap()
        .with_quic()
        .with_behaviour(|key| {
            let me = key.public().to_peer_id();
            let mut routing = kad::Config::new(ROUTING);
            routing.set_kbucket_inserts(kad::BucketInserts::Manual);
            let mut kad = kad::Behaviour::with_config(me, kad::store::MemoryStore::new(me), routing);
            kad.set_mode(Some(kad::Mode::Server));
            let circuits = relay::Config {
                max_circuit_bytes: 1 << 30,
                ..relay::Config::default()
            };
            Bootstrap {
                identify: identify::Behaviour::new(identify::Config::new(
                    "/dokuei/1".to_owned(),
                    key.public(),
                )),
                ping: ping::Behaviour::default(),
                kad,
                rendezvous: rendezvous::server::Behaviour::new(rendezvous::server::Config::default()),
                relay: relay::Behaviour::new(me, circuits),
                autonat: autonat::v2::server::Behaviour::default(),
            }
        })
        .unwrap()
        .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(Duration::from_secs(900)))
        .build();
    swarm.listen_on(listen.parse().unwrap()).unwrap();
    let address = loop {
        if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
            break address;
        }
    };
    swarm.add_external_address(address.clone());
    let named = address.with_p2p(*swarm.local_peer_id()).unwrap();
    tokio::spawn(serve(swarm));
    named
}

async fn serve(mut swarm: Swarm<Bootstrap>) {
    loop {
        let event = swarm.select_next_some().await;
        if let SwarmEvent::Behaviour(BootstrapEvent::Identify(identify::Event::Received {
            peer_id,
            info,
            ..
        })) = event
            && info.protocols.contains(&ROUTING)
        {
            for address in info.listen_addrs {
                swarm.behaviour_mut().kad.add_address(&peer_id, address);
            }
        }
    }
}
