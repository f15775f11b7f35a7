//! What the network library itself can do: the files of a folder over one stream of libp2p-stream, on stock libp2p-quic or
//! on TCP with TLS and yamux, as the address says. No admission, no sealing, no proof, nothing made durable. `cargo xtask bench transfer` compares with it.
//!
//! ```text
//! bare_stream receive /ip4/127.0.0.1/udp/0/quic-v1 INTO      prints its address, takes one folder and ends
//! bare_stream receive /ip4/127.0.0.1/tcp/0 INTO
//! bare_stream send ADDRESS FOLDER
//! ```

use std::error::Error;
use std::path::Path;

use futures::{AsyncReadExt as _, AsyncWriteExt as _, StreamExt as _};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, Stream, StreamProtocol, Swarm, SwarmBuilder, tcp, tls, yamux};
use libp2p_stream::Behaviour;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;

/// The only protocol.
const PROTOCOL: StreamProtocol = StreamProtocol::new("/dokuei/bare/1");

/// Bytes moved at a time.
const BUFFER: usize = 1 << 20;

type Failed = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["receive", address, into] => receive(address.parse()?, Path::new(into)).await,
        ["send", address, folder] => send(address.parse()?, Path::new(folder)).await,
        _ => Err("bare_stream receive ADDRESS INTO | send ADDRESS FOLDER".into()),
    }
}

fn swarm() -> Result<Swarm<Behaviour>, Failed> {
    Ok(SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(
            tcp::Config::default().nodelay(true),
            tls::Config::new,
            yamux::Config::default,
        )?
        .with_quic()
        .with_behaviour(|_| Behaviour::new())?
        .build())
}

async fn receive(address: Multiaddr, into: &Path) -> Result<(), Failed> {
    let mut swarm = swarm()?;
    let mut incoming = swarm.behaviour().new_control().accept(PROTOCOL)?;
    swarm.listen_on(address)?;
    let me = *swarm.local_peer_id();
    tokio::spawn(async move {
        loop {
            if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
                println!("{}", address.with(Protocol::P2p(me)));
            }
        }
    });
    let (_, stream) = incoming.next().await.ok_or("nobody came")?;
    take(stream, into).await?;
    // Whoever measures looks at this process once more.
    tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    Ok(())
}

/// Files as name length, name, length and bytes, until the stream ends; one byte says that all are here.
async fn take(mut stream: Stream, into: &Path) -> Result<(), Failed> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let mut name = [0; 1];
        if stream.read(&mut name).await? == 0 {
            break;
        }
        let mut name = vec![0; name[0].into()];
        stream.read_exact(&mut name).await?;
        let name = String::from_utf8(name)?;
        if name.contains('/') {
            return Err("a name with a slash".into());
        }
        let mut length = [0; 8];
        stream.read_exact(&mut length).await?;
        let mut rest = u64::from_be_bytes(length);
        let mut file = tokio::fs::File::create(into.join(name)).await?;
        while rest > 0 {
            let room = buffer.len().min(usize::try_from(rest)?);
            let read = stream.read(&mut buffer[..room]).await?;
            if read == 0 {
                return Err("the stream ended within a file".into());
            }
            file.write_all(&buffer[..read]).await?;
            rest -= read as u64;
        }
        file.flush().await?;
    }
    stream.write_all(b".").await?;
    stream.close().await?;
    Ok(())
}

async fn send(address: Multiaddr, folder: &Path) -> Result<(), Failed> {
    let mut swarm = swarm()?;
    let Some(Protocol::P2p(peer)) = address.iter().last() else {
        return Err("the address names no peer".into());
    };
    let mut control = swarm.behaviour().new_control();
    swarm.dial(address)?;
    tokio::spawn(async move {
        loop {
            swarm.select_next_some().await;
        }
    });
    let mut stream = control.open_stream(peer, PROTOCOL).await?;
    let mut buffer = vec![0; BUFFER];
    let mut paths: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    paths.sort_by_key(std::fs::DirEntry::file_name);
    for entry in paths {
        let name = entry
            .file_name()
            .into_string()
            .map_err(|_| "a name that is not text")?;
        stream.write_all(&[u8::try_from(name.len())?]).await?;
        stream.write_all(name.as_bytes()).await?;
        stream.write_all(&entry.metadata()?.len().to_be_bytes()).await?;
        let mut file = tokio::fs::File::open(entry.path()).await?;
        loop {
            let read = file.read(&mut buffer).await?;
            if read == 0 {
                break;
            }
            stream.write_all(&buffer[..read]).await?;
        }
    }
    stream.close().await?;
    let mut done = [0];
    stream.read_exact(&mut done).await?;
    Ok(())
}
