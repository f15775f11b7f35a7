//! How congestion controllers fare on a line: bytes from memory to memory over one QUIC stream.
//!
//! ```text
//! congestion receive 198.18.0.2:7000
//! congestion send 198.18.0.2:7000 cubic|new-reno|bbr|floored MEGABYTES      prints seconds and packets lost
//! ```
//!
//! The table in docs/transport.md was made with it on the links of `dokuei_tests::link`.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use libp2p::identity::Keypair;
use libp2p::tls;
use quinn::congestion::{BbrConfig, ControllerFactory, CubicConfig, NewRenoConfig};
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use socket2::{Domain, Socket, Type};

#[path = "../src/transport/congestion/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the crate's own module, of which a part is used"
)]
mod congestion;

type Failed = Box<dyn Error + Send + Sync>;

/// As wide as the longest line needs.
const WINDOW: u32 = 32 << 20;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["receive", address] => receive(address.parse()?).await,
        ["send", address, controller, megabytes] => {
            send(address.parse()?, controller, megabytes.parse()?).await
        }
        _ => Err("congestion receive ADDRESS | send ADDRESS CONTROLLER MEGABYTES".into()),
    }
}

fn transport(controller: &str) -> Result<Arc<quinn::TransportConfig>, Failed> {
    let factory: Arc<dyn ControllerFactory + Send + Sync> = match controller {
        "cubic" => Arc::new(CubicConfig::default()),
        "new-reno" => Arc::new(NewRenoConfig::default()),
        "bbr" => Arc::new(BbrConfig::default()),
        "floored" => Arc::new(congestion::FlooredConfig),
        other => return Err(format!("no controller {other}").into()),
    };
    let mut config = quinn::TransportConfig::default();
    config
        .stream_receive_window(WINDOW.into())
        .receive_window(WINDOW.into())
        .send_window(WINDOW.into())
        .congestion_controller_factory(factory);
    Ok(Arc::new(config))
}

/// With the socket's buffers as the node has them.
fn endpoint(address: SocketAddr, config: Option<quinn::ServerConfig>) -> Result<quinn::Endpoint, Failed> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    socket.set_recv_buffer_size(8 << 20)?;
    socket.set_send_buffer_size(8 << 20)?;
    socket.bind(&address.into())?;
    let runtime = Arc::new(quinn::TokioRuntime);
    let endpoint = quinn::EndpointConfig::default();
    Ok(quinn::Endpoint::new(endpoint, config, socket.into(), runtime)?)
}

async fn receive(address: SocketAddr) -> Result<(), Failed> {
    let crypto = tls::make_server_config(&Keypair::generate_ed25519())?;
    let mut config = quinn::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(crypto)?));
    config.transport_config(transport("cubic")?);
    let endpoint = endpoint(address, Some(config))?;
    while let Some(incoming) = endpoint.accept().await {
        tokio::spawn(async move {
            let connection = incoming.await?;
            while let Ok((mut answer, mut stream)) = connection.accept_bi().await {
                while stream.read_chunk(1 << 20, true).await?.is_some() {}
                answer.write_all(b".").await?;
                answer.finish()?;
            }
            Ok::<_, Failed>(())
        });
    }
    Ok(())
}

async fn send(to: SocketAddr, controller: &str, megabytes: u64) -> Result<(), Failed> {
    let crypto = tls::make_client_config(&Keypair::generate_ed25519(), None)?;
    let mut config = quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(crypto)?));
    config.transport_config(transport(controller)?);
    let endpoint = endpoint("0.0.0.0:0".parse()?, None)?;
    let connection = endpoint.connect_with(config, to, "l")?.await?;
    let start = Instant::now();
    let (mut stream, mut answer) = connection.open_bi().await?;
    let piece = vec![7; 1_000_000];
    for _ in 0..megabytes {
        stream.write_all(&piece).await?;
    }
    stream.finish()?;
    answer.read_to_end(1).await?;
    let path = connection.stats().path;
    println!(
        "{controller}: {:.2} s, {} of {} packets lost, window {} kB, round trip {} ms",
        start.elapsed().as_secs_f64(),
        path.lost_packets,
        path.sent_packets,
        path.cwnd / 1000,
        path.rtt.as_millis()
    );
    connection.close(0u32.into(), &[]);
    endpoint.wait_idle().await;
    Ok(())
}
