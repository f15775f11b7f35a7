//! What is spoken below: TLS 1.3 by TCP and by QUIC, and nothing else.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::time::Duration;

use dokuei_net::Multiaddr;
use libp2p::multiaddr::Protocol;

use crate::victim::Victim;

const PATIENCE: Duration = Duration::from_secs(10);

fn port(address: &Multiaddr) -> u16 {
    let port = address.iter().find_map(|part| match part {
        Protocol::Tcp(port) | Protocol::Udp(port) => Some(port),
        _ => None,
    });
    port.unwrap()
}

/// A line as multistream-select writes it.
fn line(text: &str) -> Vec<u8> {
    let mut line = vec![u8::try_from(text.len() + 1).unwrap()];
    line.extend_from_slice(text.as_bytes());
    line.push(b'\n');
    line
}

fn read_line(stream: &mut TcpStream) -> String {
    let mut length = [0];
    stream.read_exact(&mut length).unwrap();
    let mut text = vec![0; length[0].into()];
    stream.read_exact(&mut text).unwrap();
    String::from_utf8(text).unwrap().trim_end().to_owned()
}

/// A connection by TCP on which a way to secure it was proposed, and what was answered.
fn proposed(victim: &Victim, security: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port(&victim.tcp))).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(&line("/multistream/1.0.0")).unwrap();
    assert_eq!(read_line(&mut stream), "/multistream/1.0.0");
    stream.write_all(&line(security)).unwrap();
    let answer = read_line(&mut stream);
    (stream, answer)
}

/// What OpenSSL says when it speaks TLS of this version to the victim's TCP port.
fn openssl(victim: &Victim, version: &str) -> String {
    let relay = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = relay.local_addr().unwrap().to_string();
    let (far, answer) = proposed(victim, "/tls/1.0.0");
    assert_eq!(answer, "/tls/1.0.0");
    std::thread::spawn(move || {
        let (near, _) = relay.accept().unwrap();
        let copy = |mut from: TcpStream, mut to: TcpStream| {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        };
        let (from, to) = (near.try_clone().unwrap(), far.try_clone().unwrap());
        let other = std::thread::spawn(move || copy(from, to));
        copy(far, near);
        let _ = other.join();
    });
    let spoken = Command::new("openssl")
        .args([
            "s_client",
            "-connect",
            &here,
            version,
            "-alpn",
            "libp2p",
            "-noservername",
        ])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = [spoken.stdout, spoken.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}

/// R16, R17 (downgrade): by TCP neither plain text nor Noise is spoken, and no TLS older than 1.3; that is OpenSSL's word.
/// By QUIC there is one version, whose handshake is TLS 1.3 (RFC 9001).
#[test]
fn r16_r17_nothing_but_tls_1_3_is_spoken() {
    let mut victim = Victim::start();
    for other in [
        "/noise",
        "/plaintext/2.0.0",
        "/plaintext/1.0.0",
        "/yamux/1.0.0",
        "/secio/1.0.0",
    ] {
        assert_eq!(proposed(&victim, other).1, "na", "{other}");
    }
    let good = openssl(&victim, "-tls1_3");
    assert!(good.contains("TLSv1.3"), "{good}");
    for old in ["-tls1_2", "-tls1_1"] {
        let refused = openssl(&victim, old);
        assert!(
            !refused.contains("Cipher is TLS") && refused.contains("Cipher is (NONE)"),
            "{old}: {refused}"
        );
    }
    assert_eq!(quic_versions(&victim), [1]);
    victim.is_well();
}

/// The versions that the victim names when it is spoken to in one that it does not know (RFC 9000, 6.1); reserved ones,
/// which only keep others exercised, are left out.
fn quic_versions(victim: &Victim) -> Vec<u32> {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    // Draft 29, whose handshake was TLS 1.3 too, with connection ids of eight bytes.
    let mut packet = vec![
        0xc0, 0xff, 0, 0, 29, 8, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 7, 6, 5, 4, 3, 2, 1,
    ];
    packet.resize(1200, 0);
    socket
        .send_to(&packet, ("127.0.0.1", port(&victim.quic)))
        .unwrap();
    let mut answer = [0; 1500];
    let length = socket.recv(&mut answer).unwrap();
    assert!(
        answer[0] & 0x80 != 0 && answer[1..5] == [0; 4],
        "no version negotiation"
    );
    let versions = answer[23..length].chunks(4);
    let versions = versions.map(|four| u32::from_be_bytes(four.try_into().unwrap()));
    versions
        .filter(|version| version & 0x0f0f_0f0f != 0x0a0a_0a0a)
        .collect()
}
