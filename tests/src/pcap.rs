//! Counting in a capture file: how many bytes went between which ports, by UDP or TCP.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// The IP protocol number of UDP, which carries QUIC.
pub const UDP: u8 = 17;
/// The IP protocol number of TCP.
pub const TCP: u8 = 6;

/// One direction between two ports: protocol, from, to.
pub type Flow = (u8, u16, u16);

/// The bytes on the wire by [`Flow`], from a file in classic pcap format with Ethernet frames and IPv4.
///
/// # Errors
/// When the file is no such capture.
pub fn flows(file: &Path) -> Result<BTreeMap<Flow, u64>> {
    let file = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    count(BufReader::with_capacity(1 << 20, file))
}

fn count(mut source: impl Read) -> Result<BTreeMap<Flow, u64>> {
    let mut header = [0; 24];
    source.read_exact(&mut header).context("the capture is empty")?;
    if header[..4] != [0xd4, 0xc3, 0xb2, 0xa1] || header[20] != 1 {
        bail!("the capture is not in the format that tcpdump writes here (little-endian pcap, Ethernet)");
    }
    let mut flows = BTreeMap::new();
    let mut record = [0; 16];
    let mut packet = Vec::new();
    while source.read_exact(&mut record).is_ok() {
        let length = u32::from_le_bytes([record[8], record[9], record[10], record[11]]);
        if length > 1 << 18 {
            bail!("the capture is damaged: a packet of {length} bytes");
        }
        packet.resize(length as usize, 0);
        if source.read_exact(&mut packet).is_err() {
            break; // The last packet may be cut when the capture ends.
        }
        if let Some(flow) = flow(&packet) {
            *flows.entry(flow).or_insert(0) += u64::from(length);
        }
    }
    Ok(flows)
}

/// The ports of an Ethernet frame that carries IPv4 with UDP or TCP.
fn flow(frame: &[u8]) -> Option<Flow> {
    let ip = frame.get(14..).filter(|_| frame[12..14] == [8, 0])?;
    let header = usize::from(*ip.first()? & 15) * 4;
    let (protocol, ports) = (*ip.get(9)?, ip.get(header..header + 4)?);
    let known = matches!(protocol, UDP | TCP);
    known.then(|| {
        (
            protocol,
            u16::from_be_bytes([ports[0], ports[1]]),
            u16::from_be_bytes([ports[2], ports[3]]),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capture(packets: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
        bytes.resize(20, 0);
        bytes.extend([1, 0, 0, 0]);
        for packet in packets {
            bytes.extend([0; 8]);
            bytes.extend((packet.len() as u32).to_le_bytes());
            bytes.extend((packet.len() as u32).to_le_bytes());
            bytes.extend(*packet);
        }
        bytes
    }

    fn udp(from: u16, to: u16, payload: usize) -> Vec<u8> {
        let mut frame = vec![0; 14];
        frame[12] = 8;
        let mut ip = vec![0; 20];
        (ip[0], ip[9]) = (0x45, UDP);
        ip.extend(from.to_be_bytes());
        ip.extend(to.to_be_bytes());
        ip.resize(28 + payload, 0);
        frame.extend(ip);
        frame
    }

    #[test]
    fn bytes_are_counted_by_direction() {
        let (one, back) = (udp(4001, 4002, 100), udp(4002, 4001, 10));
        let flows = count(&capture(&[&one, &one, &back])[..]).unwrap();
        assert_eq!(flows[&(UDP, 4001, 4002)], 2 * (42 + 100));
        assert_eq!(flows[&(UDP, 4002, 4001)], 42 + 10);
    }

    #[test]
    fn a_cut_last_packet_and_other_protocols_are_passed_over() {
        let arp = [0; 60];
        let mut bytes = capture(&[&arp, &udp(1, 2, 3), &udp(1, 2, 3)]);
        bytes.truncate(bytes.len() - 5);
        assert_eq!(count(&bytes[..]).unwrap().values().sum::<u64>(), 45);
    }

    #[test]
    fn another_format_is_named() {
        assert!(
            count(&[0x0a; 32][..])
                .unwrap_err()
                .to_string()
                .contains("not in the format")
        );
    }
}
