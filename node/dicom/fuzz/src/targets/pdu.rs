//! What comes on a connection from whoever: an association from its request to its end.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use dokuei_dicom::network::{
    AeTitle, Caller, CommitmentRequest, CommitmentResult, Committing, Peer, Received, Reception, Refused,
    Rejection, Settings, Stored, Transport, serve,
};

/// The bytes of a peer who says all at once and listens to nothing.
struct Said<'a>(&'a [u8]);

impl Read for Said<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Said<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for Said<'_> {
    fn read_until(&mut self, _: Instant) {}
}

/// Takes whatever comes, and counts it.
#[derive(Default)]
struct Taker(std::cell::Cell<u32>);

impl Reception for Taker {
    fn opened(&self, _: &Caller) -> bool {
        self.0.set(self.0.get() + 1);
        true
    }

    fn rejected(&self, _: IpAddr, calling: &str, _: Rejection) {
        assert!(calling.len() <= 16 && calling.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
    }

    fn store(&self, _: &Caller, instance: &mut Received<'_>) -> Result<Stored, Refused> {
        let _ = io::copy(instance, &mut io::sink());
        Ok(Stored::New)
    }

    fn commit(&self, _: &Caller, _: &CommitmentRequest) -> Result<Committing, Refused> {
        Ok(Committing::Later)
    }

    fn committed(&self, _: &Caller, _: &CommitmentResult) -> Result<(), Refused> {
        Ok(())
    }

    fn refused(&self, _: &Caller, refused: &Refused) {
        assert!(refused.comment.is_ascii(), "{}", refused.comment);
    }
}

pub(super) fn run(data: &[u8]) -> bool {
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let title = |text: &str| text.parse::<AeTitle>().expect("a title");
    let settings = Settings {
        aet: title("DOKUEI"),
        peers: vec![Peer {
            aet: title("CBCT1"),
            address: None,
        }],
        max_object: 1 << 20,
        idle: Duration::from_secs(5),
    };
    let taker = Taker::default();
    let _ = serve(Said(data), here, &settings, &taker);
    taker.0.get() > 0
}

/// What a device says that stores a small instance: a request of an association, a C-STORE, a release.
pub fn first_input() -> Vec<u8> {
    let item = |kind: u8, value: &[u8]| [&[kind, 0], &(value.len() as u16).to_be_bytes()[..], value].concat();
    let mut context = vec![1, 0, 0, 0];
    context.extend(item(0x30, b"1.2.840.10008.5.1.4.1.1.2"));
    context.extend(item(0x40, b"1.2.840.10008.1.2.1"));
    context.extend(item(0x40, b"1.2.840.10008.1.2"));
    let user = [item(0x51, &16384_u32.to_be_bytes()), item(0x52, b"1.2.3")].concat();
    let mut request = vec![0, 1, 0, 0];
    request.extend_from_slice(b"DOKUEI          CBCT1           ");
    request.extend_from_slice(&[0; 32]);
    request.extend(item(0x10, b"1.2.840.10008.3.1.1.1"));
    request.extend(item(0x20, &context));
    request.extend(item(0x50, &user));
    let pdu = |kind: u8, value: &[u8]| [&[kind, 0], &(value.len() as u32).to_be_bytes()[..], value].concat();
    let implicit = |element: u16, value: &[u8]| {
        let length = (value.len() as u32).to_le_bytes();
        [&[0, 0], &element.to_le_bytes()[..], &length, value].concat()
    };
    let fields = [
        implicit(0x0002, b"1.2.840.10008.5.1.4.1.1.2\0"),
        implicit(0x0100, &1_u16.to_le_bytes()),
        implicit(0x0110, &7_u16.to_le_bytes()),
        implicit(0x0700, &0_u16.to_le_bytes()),
        implicit(0x0800, &0_u16.to_le_bytes()),
        implicit(0x1000, b"1.2.3.4\0"),
    ]
    .concat();
    let command = [implicit(0, &(fields.len() as u32).to_le_bytes()), fields].concat();
    let uid = |group: u16, element: u16, value: &[u8]| {
        let length = (value.len() as u16).to_le_bytes();
        [
            &group.to_le_bytes()[..],
            &element.to_le_bytes(),
            b"UI",
            &length,
            value,
        ]
        .concat()
    };
    let data = [
        uid(8, 0x16, b"1.2.840.10008.5.1.4.1.1.2\0"),
        uid(8, 0x18, b"1.2.3.4\0"),
        uid(0x20, 0x0d, b"1.2.3\0"),
        uid(0x20, 0x0e, b"1.2.3.1\0"),
    ]
    .concat();
    let value = |flags: u8, bytes: &[u8]| {
        let length = (bytes.len() as u32 + 2).to_be_bytes();
        pdu(4, &[&length[..], &[1, flags], bytes].concat())
    };
    [
        pdu(1, &request),
        value(3, &command),
        value(2, &data),
        pdu(5, &[0; 4]),
    ]
    .concat()
}
