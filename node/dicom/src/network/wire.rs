//! Protocol data units over a connection (PS3.8 9.3): each is bounded before it is allocated and has a time by which it
//! must have come whole.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use dicom_ul::pdu::{
    AbortRQServiceProviderReason as Reason, AbortRQSource, MINIMUM_PDU_SIZE, PDataValue, PDataValueType, Pdu,
    read_pdu, write_pdu,
};

use super::transport::Transport;
use super::{MAX_PDU, REQUEST_TIMEOUT};

/// The longest request of an association: 128 presentation contexts with all transfer syntaxes that there are.
const MAX_REQUEST: u32 = 512 * 1024;
/// Type and length of a PDU, bytes.
const HEADER: usize = 6;
/// How long we wait for the peer to close a connection that is at its end.
const CLOSING: Duration = Duration::from_secs(2);

/// The connection cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    /// It ended between two PDUs.
    #[error("the connection was closed without a release")]
    Closed,
    /// It ended, or the system refused.
    #[error("the connection broke: {0}")]
    Io(#[from] io::Error),
    /// Nothing came, or it came too slowly.
    #[error("nothing came for too long")]
    Slow,
    /// What came is not what PS3.8 allows here.
    #[error("the peer does not keep to the protocol: {0}")]
    Protocol(&'static str, Reason),
    /// The peer ended the association.
    #[error("the peer aborted the association")]
    Aborted,
}

/// What comes on an association.
pub(super) enum Message {
    /// A piece of a command or of a data set.
    Value(PDataValue),
    /// The peer is done.
    Release,
}

/// One end of a connection.
pub(super) struct Wire<T> {
    transport: T,
    idle: Duration,
    frame: Vec<u8>,
    /// Of the PDU that came last.
    values: VecDeque<PDataValue>,
}

impl<T: Transport> Wire<T> {
    pub(super) fn new(transport: T, idle: Duration) -> Self {
        Self {
            transport,
            idle,
            frame: Vec::new(),
            values: VecDeque::new(),
        }
    }

    /// The request of an association, which must come first.
    pub(super) fn request(&mut self) -> Result<dicom_ul::pdu::AssociationRQ, WireError> {
        match self.receive(MAX_REQUEST, self.idle.min(REQUEST_TIMEOUT))? {
            Pdu::AssociationRQ(request) => Ok(request),
            Pdu::AbortRQ { .. } => Err(WireError::Aborted),
            _ => Err(unexpected("it does not begin with a request")),
        }
    }

    /// What comes next on an open association.
    pub(super) fn next(&mut self) -> Result<Message, WireError> {
        loop {
            if let Some(value) = self.values.pop_front() {
                return Ok(Message::Value(value));
            }
            match self.receive(MAX_PDU, self.idle)? {
                Pdu::PData { data } => self.values.extend(data),
                Pdu::ReleaseRQ => return Ok(Message::Release),
                Pdu::AbortRQ { .. } => return Err(WireError::Aborted),
                _ => return Err(unexpected("a message of another state of the association")),
            }
        }
    }

    /// Sends an answer, which is short.
    pub(super) fn answer(&mut self, context: u8, command: Vec<u8>) -> Result<(), WireError> {
        let data = vec![PDataValue {
            presentation_context_id: context,
            value_type: PDataValueType::Command,
            is_last: true,
            data: command,
        }];
        self.send(&Pdu::PData { data })
    }

    /// Sends a PDU.
    pub(super) fn send(&mut self, pdu: &Pdu) -> Result<(), WireError> {
        let mut bytes = Vec::new();
        write_pdu(&mut bytes, pdu).map_err(io::Error::other)?;
        self.transport.write_all(&bytes)?;
        self.transport.flush()?;
        Ok(())
    }

    /// Tells the peer that the association cannot go on, as far as it can be told.
    pub(super) fn abort(&mut self, why: &WireError) {
        let reason = match why {
            WireError::Protocol(_, reason) => reason.clone(),
            WireError::Slow => Reason::ReasonNotSpecified,
            WireError::Closed | WireError::Io(_) | WireError::Aborted => return,
        };
        let source = AbortRQSource::ServiceProvider(reason);
        if self.send(&Pdu::AbortRQ { source }).is_ok() {
            self.close();
        }
    }

    /// Waits for the peer to close: what is still on its way to it would be lost if we did so first.
    pub(super) fn close(&mut self) {
        self.transport.read_until(Instant::now() + CLOSING);
        let mut rest = [0; 4096];
        while matches!(self.transport.read(&mut rest), Ok(1..)) {}
    }

    fn receive(&mut self, most: u32, within: Duration) -> Result<Pdu, WireError> {
        self.transport.read_until(Instant::now() + within);
        self.frame.clear();
        self.fill(HEADER)?;
        let length = match *self.frame.as_slice() {
            [0x01..=0x07, _, a, b, c, d] => u32::from_be_bytes([a, b, c, d]),
            _ => return Err(WireError::Protocol("it is not DICOM", Reason::UnrecognizedPdu)),
        };
        if length > most {
            return Err(invalid("a protocol data unit is longer than allowed"));
        }
        self.fill(HEADER + length as usize)?;
        match read_pdu(self.frame.as_slice(), most.max(MINIMUM_PDU_SIZE), true) {
            Ok(Some(pdu)) => Ok(pdu),
            _ => Err(invalid("a protocol data unit is damaged")),
        }
    }

    /// Reads until so many bytes of the PDU are there.
    fn fill(&mut self, length: usize) -> Result<(), WireError> {
        let mut at = self.frame.len();
        self.frame.resize(length, 0);
        while let Some(rest) = self.frame.get_mut(at..).filter(|rest| !rest.is_empty()) {
            match self.transport.read(rest) {
                Ok(0) if at == 0 => return Err(WireError::Closed),
                Ok(0) => return Err(io::Error::from(ErrorKind::UnexpectedEof).into()),
                Ok(read) => at += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::TimedOut => return Err(WireError::Slow),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// A PDU that has no place here.
pub(super) const fn unexpected(what: &'static str) -> WireError {
    WireError::Protocol(what, Reason::UnexpectedPdu)
}

/// A PDU that is not as it should be.
pub(super) const fn invalid(what: &'static str) -> WireError {
    WireError::Protocol(what, Reason::InvalidPduParameter)
}
