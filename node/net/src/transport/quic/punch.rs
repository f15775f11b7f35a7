//! Punching holes: packets of no meaning from the port on which we listen open our router for the answer.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::QuicError;

/// Sends packets to `to` until `time` is over; ends with an error in any case, because a success is a connection that
/// comes in elsewhere. (libp2p's DCUtR: random payloads every 10 to 200 ms.)
pub(super) async fn holes(socket: UdpSocket, to: SocketAddr, time: Duration) -> QuicError {
    match timeout(time, send(socket, to)).await {
        Ok(Ok(never)) => match never {},
        Ok(Err(error)) => error.into(),
        Err(_) => QuicError::HandshakeTimeout,
    }
}

async fn send(socket: UdpSocket, to: SocketAddr) -> std::io::Result<std::convert::Infallible> {
    let socket = tokio::net::UdpSocket::from_std(socket)?;
    loop {
        let meaningless: [u8; 64] = rand::random();
        socket.send_to(&meaningless, to).await?;
        sleep(Duration::from_millis(rand::random_range(10..=200))).await;
    }
}
