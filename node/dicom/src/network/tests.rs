//! Associations with a scripted stranger: what each gets for an answer, and that none stops the thread.

use std::cell::RefCell;
use std::io::{self, Cursor, Read, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use dicom_ul::pdu::{
    AssociationRQ, PDataValue, PDataValueType, Pdu, PresentationContextProposed,
    PresentationContextResultReason, UserVariableItem, read_pdu, write_pdu,
};
use proptest::prelude::*;

use super::*;
use crate::header::read_instance;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const CT: &str = "1.2.840.10008.5.1.4.1.1.2";
const EXPLICIT: &str = "1.2.840.10008.1.2.1";
const IMPLICIT: &str = "1.2.840.10008.1.2";

/// What a stranger sends, whatever it is answered, and what it is answered.
struct Script {
    sent: Cursor<Vec<u8>>,
    answers: Vec<u8>,
}

impl Transport for &mut Script {
    fn read_until(&mut self, _: Instant) {}
}

impl Read for &mut Script {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.sent.read(buffer)
    }
}

impl Write for &mut Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.answers.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes what can be read.
#[derive(Default)]
struct Shelf {
    full: bool,
    files: RefCell<Vec<Vec<u8>>>,
    refused: RefCell<Vec<Refused>>,
    rejected: RefCell<Vec<Rejection>>,
}

impl Reception for Shelf {
    fn opened(&self, _: &Caller) -> bool {
        !self.full
    }

    fn rejected(&self, _: IpAddr, _: &str, why: Rejection) {
        self.rejected.borrow_mut().push(why);
    }

    fn store(&self, _: &Caller, instance: &mut Received<'_>) -> Result<Stored, Refused> {
        let mut file = Vec::new();
        let cannot = |error: &dyn std::error::Error| Refused::new(Failure::CannotUnderstand, error);
        instance.read_to_end(&mut file).map_err(|error| cannot(&error))?;
        read_instance(file.as_slice()).map_err(|error| cannot(&error))?;
        self.files.borrow_mut().push(file);
        Ok(Stored::New)
    }

    fn commit(&self, _: &Caller, request: &CommitmentRequest) -> Result<Committing, Refused> {
        Ok(Committing::Now(CommitmentResult {
            transaction_uid: request.transaction_uid.clone(),
            safe: request.instances.clone(),
            failed: Vec::new(),
        }))
    }

    fn committed(&self, _: &Caller, _: &CommitmentResult) -> Result<(), Refused> {
        Err(Refused::new(Failure::Mismatch, "nobody asked for it"))
    }

    fn refused(&self, _: &Caller, refused: &Refused) {
        self.refused.borrow_mut().push(refused.clone());
    }
}

fn settings() -> Settings {
    Settings {
        aet: "DOKUEI".parse().unwrap(),
        peers: vec![Peer {
            aet: "CBCT1".parse().unwrap(),
            address: Some(HERE),
        }],
        max_object: 100_000,
        idle: Duration::from_secs(5),
    }
}

/// The whole association of a stranger who says this.
fn hear(shelf: &Shelf, sent: Vec<u8>) -> (Ended, Vec<Pdu>) {
    let mut script = Script {
        sent: Cursor::new(sent),
        answers: Vec::new(),
    };
    let ended = serve(&mut script, HERE, &settings(), shelf);
    let (mut answers, mut rest) = (Vec::new(), script.answers.as_slice());
    while let [_, _, a, b, c, d, ..] = *rest {
        let (one, more) = rest.split_at(6 + u32::from_be_bytes([a, b, c, d]) as usize);
        answers.push(read_pdu(one, MAX_PDU, true).unwrap().unwrap());
        rest = more;
    }
    (ended, answers)
}

fn bytes(pdu: &Pdu) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_pdu(&mut bytes, pdu).unwrap();
    bytes
}

fn request() -> AssociationRQ {
    let context = |id, abstract_syntax: &str, transfer_syntaxes: &[&str]| PresentationContextProposed {
        id,
        abstract_syntax: abstract_syntax.to_owned(),
        transfer_syntaxes: transfer_syntaxes.iter().map(|one| (*one).to_owned()).collect(),
    };
    AssociationRQ {
        protocol_version: 1,
        application_context_name: "1.2.840.10008.3.1.1.1".to_owned(),
        called_ae_title: "DOKUEI".to_owned(),
        calling_ae_title: "CBCT1".to_owned(),
        presentation_contexts: vec![
            context(1, CT, &[IMPLICIT, EXPLICIT, "1.2.840.10008.1.2.4.50"]),
            context(3, "1.2.840.10008.1.1", &[IMPLICIT]),
            context(5, "1.2.840.10008.5.1.4.1.2.2.1", &[IMPLICIT]),
            context(
                7,
                "1.2.840.10008.5.1.4.1.1.13.1.2",
                &["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.90"],
            ),
            context(9, "1.2.840.10008.5.1.4.1.1.104.3", &["1.2.3.4"]),
        ],
        user_variables: vec![UserVariableItem::MaxLength(16_384)],
    }
}

fn value(kind: PDataValueType, is_last: bool, data: Vec<u8>) -> PDataValue {
    PDataValue {
        presentation_context_id: 1,
        value_type: kind,
        is_last,
        data,
    }
}

fn element(group: u16, element: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), element.to_le_bytes(), *vr].concat();
    bytes.extend_from_slice(&(value.len().next_multiple_of(2) as u16).to_le_bytes());
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

fn data_set() -> Vec<u8> {
    [
        element(8, 0x16, b"UI", CT.as_bytes()),
        element(8, 0x18, b"UI", b"1.2.3.4"),
        element(0x20, 0x0d, b"UI", b"1.2.3"),
        element(0x20, 0x0e, b"UI", b"1.2.3.1"),
    ]
    .concat()
}

/// A C-STORE-RQ for the data set, in the one form that is tested against.
fn store_command(class: &str) -> Vec<u8> {
    let mut rest = Vec::new();
    for (number, value) in [
        (0x0002_u16, [class.as_bytes(), b"\0"].concat()),
        (0x0100, 1_u16.to_le_bytes().to_vec()),
        (0x0110, 7_u16.to_le_bytes().to_vec()),
        (0x0700, 0_u16.to_le_bytes().to_vec()),
        (0x0800, 1_u16.to_le_bytes().to_vec()),
        (0x1000, b"1.2.3.4\0".to_vec()),
    ] {
        let value = value.get(..value.len() / 2 * 2).unwrap();
        rest.extend_from_slice(&[0, 0]);
        rest.extend_from_slice(&number.to_le_bytes());
        rest.extend_from_slice(&(value.len() as u32).to_le_bytes());
        rest.extend_from_slice(value);
    }
    rest
}

/// An association in which this is stored, in pieces.
fn storing(command: Vec<u8>, data: &[u8]) -> Vec<u8> {
    let mut sent = bytes(&Pdu::AssociationRQ(request()));
    let pieces: Vec<&[u8]> = data.chunks(17).collect();
    let last = pieces.len().saturating_sub(1);
    // Command and data set in one PDU are allowed, and some do it.
    let mut values = vec![value(PDataValueType::Command, true, command)];
    for (number, piece) in pieces.iter().enumerate() {
        values.push(value(PDataValueType::Data, number == last, piece.to_vec()));
    }
    for some in values.chunks(3) {
        sent.extend(bytes(&Pdu::PData { data: some.to_vec() }));
    }
    sent.extend(bytes(&Pdu::ReleaseRQ));
    sent
}

fn status(answer: &Pdu) -> u16 {
    let Pdu::PData { data } = answer else {
        panic!("no answer: {answer:?}")
    };
    let bytes = &data[0].data;
    let at = bytes
        .windows(8)
        .position(|one| one == [0, 0, 0, 9, 2, 0, 0, 0])
        .unwrap();
    u16::from_le_bytes([bytes[at + 8], bytes[at + 9]])
}

#[test]
fn r13_an_instance_is_handed_on_as_the_file_that_it_becomes() {
    let shelf = Shelf::default();
    let (ended, answers) = hear(&shelf, storing(store_command(CT), &data_set()));
    assert!(matches!(ended, Ended::Released), "{ended}");
    assert_eq!(status(&answers[1]), 0);
    assert!(matches!(answers[2], Pdu::ReleaseRP));
    let file = shelf.files.borrow()[0].clone();
    assert!(file.ends_with(&data_set()));
    let header = read_instance(file.as_slice()).unwrap();
    assert!(header.notes.is_empty(), "{:?}", header.notes);
    let (syntax, mut rest) = data_set_of(file.as_slice()).unwrap();
    let mut data = Vec::new();
    rest.read_to_end(&mut data).unwrap();
    assert_eq!((syntax.as_str(), data), (EXPLICIT, data_set()));
    // The same again is the same file.
    hear(&shelf, storing(store_command(CT), &data_set()));
    assert_eq!(shelf.files.borrow()[1], file);
}

#[test]
fn r13_the_best_of_the_offered_transfer_syntaxes_is_taken() {
    let (_, answers) = hear(&Shelf::default(), bytes(&Pdu::AssociationRQ(request())));
    let Pdu::AssociationAC(accepted) = &answers[0] else {
        panic!("{answers:?}")
    };
    use PresentationContextResultReason::{
        AbstractSyntaxNotSupported, Acceptance, TransferSyntaxesNotSupported,
    };
    let told: Vec<_> = accepted
        .presentation_contexts
        .iter()
        .map(|one| (one.id, one.reason.clone(), one.transfer_syntax.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (1, Acceptance, EXPLICIT),
            (3, Acceptance, IMPLICIT),
            (5, AbstractSyntaxNotSupported, IMPLICIT),
            (7, Acceptance, "1.2.840.10008.1.2.4.90"),
            (9, TransferSyntaxesNotSupported, IMPLICIT),
        ]
    );
}

#[test]
fn r13_a_stranger_is_rejected_with_the_reason() {
    let mut wrong = [request(), request(), request(), request(), request()];
    wrong[0].called_ae_title = "ORTHANC".to_owned();
    wrong[1].calling_ae_title = "CBCT2".to_owned();
    wrong[2].calling_ae_title = "CBCT1\\".to_owned();
    wrong[3].application_context_name = "1.2.3".to_owned();
    wrong[4].protocol_version = 2;
    let mut told = Vec::new();
    for request in wrong {
        let (ended, answers) = hear(&Shelf::default(), bytes(&Pdu::AssociationRQ(request)));
        assert!(matches!(ended, Ended::Rejected(_)), "{ended}");
        told.push(bytes(&answers[0])[7..10].to_vec());
    }
    // Result, source, reason: PS3.8 9.3.4.
    assert_eq!(told, [[1, 1, 7], [1, 1, 3], [1, 1, 3], [1, 1, 2], [1, 2, 2]]);
    let full = Shelf {
        full: true,
        ..Shelf::default()
    };
    let (_, answers) = hear(&full, bytes(&Pdu::AssociationRQ(request())));
    assert_eq!(
        bytes(&answers[0])[7..10],
        [2, 3, 2],
        "transient: it may come again"
    );
    assert_eq!(*full.rejected.borrow(), [Rejection::Busy]);
}

#[test]
fn r13_what_is_not_taken_is_answered_with_its_status() {
    let shelf = Shelf::default();
    let failed = |sent: Vec<u8>| {
        let (ended, answers) = hear(&shelf, sent);
        assert!(matches!(ended, Ended::Released), "{ended}");
        status(&answers[1])
    };
    assert_eq!(
        failed(storing(store_command("1.2.840.10008.5.1.4.1.1.7"), &data_set())),
        0x0122
    );
    assert_eq!(
        failed(storing(store_command(CT), &data_set()[..40])),
        0xc000,
        "cut"
    );
    assert_eq!(
        failed(storing(store_command(CT), b"this is no data set at all")),
        0xc000
    );
    let mut large = data_set();
    large.resize(150_000, 0);
    assert_eq!(
        failed(storing(store_command(CT), &large)),
        0xa700,
        "larger than allowed"
    );
    assert_eq!(shelf.refused.borrow().len(), 4);
    assert!(shelf.files.borrow().is_empty());
}

#[test]
fn r17_an_object_without_end_is_not_listened_to_for_ever() {
    let endless = vec![0; 250_000];
    let (ended, answers) = hear(&Shelf::default(), storing(store_command(CT), &endless));
    assert!(matches!(ended, Ended::Broken(_)), "{ended}");
    assert!(matches!(answers[1], Pdu::AbortRQ { .. }), "{answers:?}");
}

#[test]
fn r17_a_length_is_judged_before_it_is_believed() {
    let mut sent = bytes(&Pdu::AssociationRQ(request()));
    sent.extend_from_slice(&[4, 0, 0xff, 0xff, 0xff, 0xff, 0, 0]);
    let (ended, _) = hear(&Shelf::default(), sent);
    assert!(ended.to_string().contains("longer"), "{ended}");
    let (ended, _) = hear(&Shelf::default(), b"GET / HTTP/1.1\r\n\r\n".to_vec());
    assert!(ended.to_string().contains("not DICOM"), "{ended}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// R17: whatever comes, the association ends in words.
    #[test]
    fn r17_no_stranger_stops_the_thread(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        in_request in any::<bool>(),
    ) {
        let mut sent = storing(store_command(CT), &data_set());
        let reach = if in_request { bytes(&Pdu::AssociationRQ(request())).len() } else { sent.len() };
        for (at, to) in flips {
            sent[at.index(reach)] = to;
        }
        if !in_request {
            sent.truncate(cut.index(sent.len()) + 1);
        }
        hear_out(sent);
    }

    /// R17: the same for what has a right length and nothing else.
    #[test]
    fn r17_no_body_of_a_pdu_stops_the_thread(kind in 0_u8..9, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut pdu = vec![kind, 0];
        pdu.extend_from_slice(&(body.len() as u32).to_be_bytes());
        pdu.extend_from_slice(&body);
        hear_out(pdu.clone());
        hear_out([bytes(&Pdu::AssociationRQ(request())), pdu].concat());
    }
}

fn hear_out(sent: Vec<u8>) {
    let mut script = Script {
        sent: Cursor::new(sent),
        answers: Vec::new(),
    };
    assert!(
        !serve(&mut script, HERE, &settings(), &Shelf::default())
            .to_string()
            .is_empty()
    );
}
