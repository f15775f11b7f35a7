//! Peers that want to be kept in memory.

use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use dokuei_identity::cbor;
use dokuei_net::wire::package::{ChunkRange, PackageId, PackageRequest};
use dokuei_net::{Multiaddr, PullRequest};
use futures::{AsyncReadExt as _, AsyncWrite as _, AsyncWriteExt as _};
use libp2p::core::Endpoint;
use libp2p::core::muxing::StreamMuxerExt as _;
use libp2p::core::transport::{DialOpts, PortUse};
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::{Transport as _, tcp, tls, yamux};
use tokio::time::timeout;

use crate::common::TestSink;
use crate::raw::{CASE, PACKAGE, Raw, seed, write_frame};
use crate::victim::Victim;
use crate::{honest, is_served};

/// How long an attack goes on.
const ATTACK: Duration = Duration::from_secs(4);

/// Writes as much as is taken, on so many streams at once, and reads nothing.
async fn stuff(raw: &Raw, protocol: &'static str, streams: usize) -> usize {
    let each = (0..streams).map(|_| async {
        let Some(mut stream) = raw.stream(protocol).await else {
            return 0;
        };
        let (junk, mut sent) = (vec![0; 64 * 1024], 0);
        // As if a frame of almost a megabyte was on its way.
        let _ = timeout(ATTACK, stream.write_all(&[0, 15, 0, 0])).await;
        let stuffing = async {
            while let Ok(written) = stream.write(&junk).await {
                sent += written;
                if written == 0 {
                    break;
                }
            }
        };
        let _ = timeout(ATTACK, stuffing).await;
        sent
    });
    futures::future::join_all(each).await.into_iter().sum()
}

/// A stranger by TCP, below what libp2p does for an honest one: opens as many streams as one connection may have, holds the
/// first up in the middle of their negotiation, so that nobody reads the others, and fills those. Gives what was taken.
async fn stuff_unread(number: u64, address: &Multiaddr) -> usize {
    let key = Keypair::ed25519_from_bytes(seed(number)).unwrap();
    let mut transport = tcp::tokio::Transport::new(tcp::Config::default())
        .upgrade(Version::V1)
        .authenticate(tls::Config::new(&key).unwrap())
        .multiplex(yamux::Config::default());
    let options = DialOpts {
        role: Endpoint::Dialer,
        port_use: PortUse::New,
    };
    let dialled = transport.dial(address.clone(), options).unwrap();
    let Ok(Ok((_, mut muxer))) = timeout(ATTACK, dialled).await else {
        return 0;
    };
    let (mut streams, junk): (Vec<(_, usize)>, _) = (Vec::new(), vec![b'/'; 64 * 1024]);
    let attack = std::future::poll_fn(|cx| {
        if let Poll::Ready(Err(_)) = muxer.poll_unpin(cx) {
            return Poll::Ready(());
        }
        while streams.len() < 148 {
            match muxer.poll_outbound_unpin(cx) {
                Poll::Ready(Ok(stream)) => streams.push((stream, 0)),
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => break,
            }
        }
        for (index, (stream, sent)) in streams.iter_mut().enumerate() {
            // A line of 47 bytes is announced.
            let most = if index < 128 { 20 } else { 256 * 1024 };
            while *sent < most {
                let room = junk.len().min(most - *sent);
                match Pin::new(&mut *stream).poll_write(cx, &junk[..room]) {
                    Poll::Ready(Ok(written)) if written > 0 => *sent += written,
                    Poll::Ready(_) => return Poll::Ready(()),
                    Poll::Pending => break,
                }
            }
            let _ = Pin::new(stream).poll_flush(cx);
        }
        Poll::Pending
    });
    let _ = timeout(ATTACK, attack).await;
    streams.iter().map(|(_, sent)| sent).sum()
}

/// R17, R24: strangers by TCP send what nobody reads. An honest peer is served.
#[tokio::test(flavor = "multi_thread")]
async fn r17_strangers_cannot_fill_the_memory() {
    let mut victim = Victim::start();
    let honest = honest(2, &victim).await;
    let before = victim.is_well();
    let by_tcp = (100..112).map(|number| stuff_unread(number, &victim.tcp));
    let served = async {
        for _ in 0..10 {
            is_served(&honest, &victim).await;
            tokio::time::sleep(ATTACK / 10).await;
        }
    };
    let (sent, ()) = tokio::join!(futures::future::join_all(by_tcp), served);
    let sent: usize = sent.into_iter().sum();
    let after = victim.is_well();
    println!("{sent} bytes sent; peak {before} KiB before, {after} after");
    // Without the leash it is 7 MB for each by TCP.
    assert!(after < before + 40 * 1024, "{before} KiB before, {after} after");
}

/// R17, R24: admitted peers announce large messages on as many streams as they get, take no replies, and ask for a package
/// that they do not read. An honest peer's calls and its transfer go on.
#[tokio::test(flavor = "multi_thread")]
async fn r17_admitted_peers_cannot_fill_the_memory_either() {
    let mut victim = Victim::start();
    let honest = honest(2, &victim).await;
    let before = victim.is_well();
    let attackers = (200..203).map(|number| {
        let victim = &victim;
        async move {
            let address = if number % 2 == 0 {
                &victim.tcp
            } else {
                &victim.quic
            };
            let raw = Raw::connect(seed(number), address, 4).await.unwrap();
            raw.be_admitted().await;
            let request = cbor::encode(&PackageRequest {
                package: PackageId([1; 16]),
                ranges: vec![ChunkRange {
                    first: 0,
                    count: 1024,
                }],
                held: 0,
            });
            let mut unread = Vec::new();
            for _ in 0..20 {
                let Ok(mut stream) = raw.open(PACKAGE).await else {
                    break;
                };
                let _ = write_frame(&mut stream, &request).await;
                unread.push(stream);
            }
            let sent = stuff(&raw, CASE, 100).await;
            for stream in &mut unread {
                let _ = timeout(Duration::from_millis(10), stream.read(&mut [0; 10])).await;
            }
            sent
        }
    });
    let served = async {
        let sink = TestSink::default();
        let request = PullRequest {
            package: PackageId([1; 16]),
            ranges: sink.missing(1024),
            held: 0,
            progress: None,
            faults: None,
        };
        for _ in 0..5 {
            is_served(&honest, &victim).await;
            tokio::time::sleep(ATTACK / 10).await;
        }
        let pulled = honest
            .pull_package(&[victim.peer()], request, Box::new(sink))
            .await;
        assert_eq!(pulled.unwrap().chunks, 1024);
    };
    let (sent, ()) = tokio::join!(futures::future::join_all(attackers), served);
    let sent: usize = sent.into_iter().sum();
    println!(
        "{sent} bytes sent; peak {before} KiB before, {} after",
        victim.is_well()
    );
}
