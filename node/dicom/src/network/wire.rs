//! Protocol data units over a connection (PS3.8 9.3): each is bounded before it is allocated and has a time by which it
//! must have come whole.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use dicom_ul::pdu::{
    AbortRQServiceProviderReason as Reason, AbortRQSource, AssociationRQ, MINIMUM_PDU_SIZE, PDataValue,
    PDataValueType, Pdu, read_pdu, write_pdu,
};

use super::tls;
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
    #[error("{}", broke(.0))]
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

fn broke(error: &io::Error) -> String {
    tls::why(error).unwrap_or_else(|| format!("the connection broke: {error}"))
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
    /// The PDU that was sent last.
    sent: Vec<u8>,
    /// Of the PDU that came last.
    values: VecDeque<PDataValue>,
}

impl<T: Transport> Wire<T> {
    pub(super) fn new(transport: T, idle: Duration) -> Self {
        Self {
            transport,
            idle,
            frame: Vec::new(),
            sent: Vec::new(),
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

    /// Sends the request of an association; gives its acceptance or its rejection.
    pub(super) fn propose(&mut self, request: AssociationRQ) -> Result<Pdu, WireError> {
        self.send(&Pdu::AssociationRQ(request))?;
        match self.receive(MAX_REQUEST, self.idle.min(REQUEST_TIMEOUT))? {
            answer @ (Pdu::AssociationAC(_) | Pdu::AssociationRJ(_)) => Ok(answer),
            Pdu::AbortRQ { .. } => Err(WireError::Aborted),
            _ => Err(unexpected("it answers the request with something else")),
        }
    }

    /// What comes next on an open association.
    pub(super) fn next(&mut self) -> Result<Message, WireError> {
        self.next_within(self.idle)
    }

    /// The same, when it comes within so much time.
    pub(super) fn next_within(&mut self, within: Duration) -> Result<Message, WireError> {
        loop {
            if let Some(value) = self.values.pop_front() {
                return Ok(Message::Value(value));
            }
            match self.receive(MAX_PDU, within)? {
                Pdu::PData { data } => self.values.extend(data),
                Pdu::ReleaseRQ => return Ok(Message::Release),
                Pdu::AbortRQ { .. } => return Err(WireError::Aborted),
                _ => return Err(unexpected("a message of another state of the association")),
            }
        }
    }

    /// Looked at, and to be read again as what comes next.
    pub(super) fn put_back(&mut self, value: PDataValue) {
        self.values.push_front(value);
    }

    /// Sends a command, which is short.
    pub(super) fn answer(&mut self, context: u8, command: Vec<u8>) -> Result<(), WireError> {
        self.value(context, PDataValueType::Command, true, &command)
    }

    /// Sends a piece of a command or of a data set, in a PDU of its own (PS3.8 9.3.5).
    pub(super) fn value(
        &mut self,
        context: u8,
        kind: PDataValueType,
        last: bool,
        data: &[u8],
    ) -> Result<(), WireError> {
        let too_long = || WireError::Io(ErrorKind::InvalidInput.into());
        let item = u32::try_from(data.len() + 2).map_err(|_| too_long())?;
        let control = u8::from(kind == PDataValueType::Command) | (u8::from(last) << 1);
        self.sent.clear();
        self.sent.extend_from_slice(&[0x04, 0]);
        self.sent.extend_from_slice(&item.saturating_add(4).to_be_bytes());
        self.sent.extend_from_slice(&item.to_be_bytes());
        self.sent.extend_from_slice(&[context, control]);
        self.sent.extend_from_slice(data);
        self.transport.write_all(&self.sent)?;
        self.transport.flush()?;
        Ok(())
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

    /// Waits for the peer to confirm a release. Who asked for it closes the connection then (PS3.8 9.2.3, AR-3).
    pub(super) fn await_release(&mut self) {
        let deadline = Instant::now() + CLOSING;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.receive(MAX_PDU, left) {
                // What it still had to say is of no use any more.
                Ok(Pdu::PData { .. }) => {}
                _ => return,
            }
        }
    }

    /// Ends the association in the middle, because we cannot go on.
    pub(super) fn abort_by_user(&mut self) {
        let source = AbortRQSource::ServiceUser;
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
                // Inside TLS, without a word of farewell.
                Err(error) if at == 0 && error.kind() == ErrorKind::UnexpectedEof => {
                    return Err(WireError::Closed);
                }
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
