//! Associations that we open, with an archive of the house: it is asked whether it is there (C-ECHO), given instances
//! (C-STORE) and asked to commit itself to them (N-ACTION, PS3.4 J).

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use dicom_dictionary_std::uids;
use dicom_ul::pdu::{
    AssociationAC, AssociationRJ, AssociationRJResult, AssociationRJServiceUserReason as ByUser,
    AssociationRJSource as Source, AssociationRQ, PDataValueType, Pdu, PresentationContextProposed,
    PresentationContextResultReason as Outcome, RequestorRoles, UserVariableItem,
};

use super::command::{self, Command, MAX_COMMAND, field};
use super::commitment::{CommitmentRequest, CommitmentResult, MAX_DATA};
use super::negotiation::APPLICATION_CONTEXT;
use super::syntaxes::is_storage;
use super::transport::Transport;
use super::wire::{Message, Wire, WireError, invalid, unexpected};
use super::{AeTitle, MAX_PDU, Refused};
use crate::uid::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION, Uid};

/// Presentation contexts of one association, at most (PS3.8 9.3.2.2: odd numbers of one byte).
pub const MAX_CONTEXTS: usize = 128;

/// Type, length, length of the value, context, and its header: what comes before a piece of a data set.
const VALUE_HEADER: usize = 6;
/// The longest piece that is sent at once, whatever the peer would take.
const MAX_PIECE: usize = MAX_PDU as usize;

/// Why an association with a peer is not, or did not do what it was opened for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The peer does not want us.
    #[error("it rejects the association: {0}")]
    Rejected(String),
    /// The peer ended it in the middle.
    #[error("it aborted the association")]
    Aborted,
    /// The connection ended, or the peer did not keep to the protocol.
    #[error("{0}")]
    Broken(String),
    /// It offers no such service.
    #[error("it does not offer this service")]
    NotOffered,
    /// It refuses what it was asked.
    #[error("it answers with status {:04X}{}", .0.status, .0.words())]
    Answered(Answer),
    /// What we were to send could not be read.
    #[error("what is to be sent cannot be read: {0}")]
    Unreadable(io::Error),
}

impl From<WireError> for CallError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Aborted => Self::Aborted,
            other => Self::Broken(other.to_string()),
        }
    }
}

/// How a peer answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// (0000,0900).
    pub status: u16,
    /// (0000,0902), made printable; often empty.
    pub comment: String,
}

impl Answer {
    /// Done, perhaps with a warning (PS3.7 C, PS3.4 B.2.3). An instance that it has already (0111) is there, too.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(
            self.status,
            0x0000 | 0x0001 | 0x0107 | 0x0111 | 0x0116 | 0xb000..=0xbfff
        )
    }

    /// What the status means, for people, with the peer's own comment (PS3.4 C.4); empty when neither says anything.
    #[must_use]
    pub fn words(&self) -> String {
        let meaning = match self.status {
            0x0122 => "it does not know this service",
            0x0124 => "this node may not ask for it there",
            0xa700..=0xa701 => "it has no room or time for it now",
            0xa801 => {
                "it does not know this node's AE title, address and port as a place to send to: add them there"
            }
            0xa900 => "it does not understand the question",
            0xa702 | 0xb000 => "not everything could be given, or was taken",
            0xc000..=0xcfff => "it cannot do it",
            0xfe00 => "it was cancelled",
            _ => "",
        };
        [meaning, &self.comment]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| format!(": {part}"))
            .collect()
    }

    /// Not now: it may be tried again as it is.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self.status, 0x0210 | 0x0213 | 0xa700..=0xa7ff | 0xfe00)
    }
}

/// What is to be said: a service or storage class in one transfer syntax, which is a presentation context of its own, so
/// that the peer's choice is known for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// SOP class.
    pub abstract_syntax: String,
    /// Transfer syntax.
    pub transfer_syntax: String,
}

impl Wanted {
    /// A class in a transfer syntax.
    pub fn new(abstract_syntax: impl Into<String>, transfer_syntax: impl Into<String>) -> Self {
        Self {
            abstract_syntax: abstract_syntax.into(),
            transfer_syntax: transfer_syntax.into(),
        }
    }

    /// To ask whether the peer is there.
    #[must_use]
    pub fn verification() -> Self {
        Self::new(uids::VERIFICATION, uids::IMPLICIT_VR_LITTLE_ENDIAN)
    }

    /// To ask for storage commitment, or to tell its outcome.
    #[must_use]
    pub fn commitment() -> Self {
        Self::new(
            uids::STORAGE_COMMITMENT_PUSH_MODEL,
            uids::IMPLICIT_VR_LITTLE_ENDIAN,
        )
    }
}

/// Which side of a service we are on an association that we open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// We ask.
    User,
    /// We ask, and keep instances of these storage classes that come on the same association (C-GET, PS3.4 C.5.3).
    Keeper,
    /// We tell the outcome: the peer asked before (PS3.4 J.3.3, PS3.7 D.3.3.4).
    Provider,
}

/// An open association.
pub struct Calling<T: Transport> {
    pub(super) wire: Wire<T>,
    /// Context identifiers of what the peer accepts.
    pub(super) accepted: Vec<(u8, Wanted)>,
    piece: usize,
    last_message: u16,
    pub(super) idle: Duration,
}

impl<T: Transport> Calling<T> {
    /// Opens an association; each message of the peer may take `idle`.
    ///
    /// # Errors
    /// [`CallError`].
    pub fn open(
        transport: T,
        (ours, theirs): (&AeTitle, &AeTitle),
        wanted: &[Wanted],
        role: Role,
        idle: Duration,
    ) -> Result<Self, CallError> {
        let mut wire = Wire::new(transport, idle);
        match wire.propose(request(ours, theirs, wanted, role))? {
            Pdu::AssociationAC(answer) => Ok(Self {
                piece: piece(&answer),
                accepted: accepted(&answer, wanted),
                wire,
                last_message: 0,
                idle,
            }),
            Pdu::AssociationRJ(rejection) => Err(CallError::Rejected(words(&rejection))),
            _ => Err(unexpected("it answers the request with something else").into()),
        }
    }

    /// Whether the peer takes this.
    #[must_use]
    pub fn takes(&self, abstract_syntax: &str, transfer_syntax: &str) -> bool {
        self.context(abstract_syntax, transfer_syntax).is_ok()
    }

    pub(super) fn context(&self, abstract_syntax: &str, transfer_syntax: &str) -> Result<u8, CallError> {
        let found = self.accepted.iter().find(|(_, one)| {
            one.abstract_syntax == abstract_syntax && one.transfer_syntax == transfer_syntax
        });
        found.map(|(id, _)| *id).ok_or(CallError::NotOffered)
    }

    pub(super) fn message(&mut self) -> u16 {
        self.last_message = self.last_message.wrapping_add(1).max(1);
        self.last_message
    }

    /// C-ECHO.
    ///
    /// # Errors
    /// [`CallError`].
    pub fn echo(&mut self) -> Result<Answer, CallError> {
        let context = self.context(uids::VERIFICATION, uids::IMPLICIT_VR_LITTLE_ENDIAN)?;
        let message = self.message();
        self.wire.answer(context, command::echo(message))?;
        self.answer(context, message)
    }

    /// C-STORE of an instance whose data set, in this transfer syntax, `write` writes.
    ///
    /// # Errors
    /// [`CallError`]: the association cannot be used any more then, but after [`CallError::NotOffered`].
    pub fn store(
        &mut self,
        (class, instance): (&Uid, &Uid),
        transfer_syntax: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Answer, CallError> {
        let context = self.context(class.as_str(), transfer_syntax)?;
        let message = self.message();
        self.wire
            .answer(context, command::store(message, class, instance))?;
        let mut data = Pieces {
            wire: &mut self.wire,
            context,
            piece: self.piece,
            held: Vec::with_capacity(self.piece),
            fault: None,
        };
        let written = write(&mut data);
        match (written, data.fault.take()) {
            (_, Some(fault)) => return Err(fault.into()),
            (Err(error), None) => {
                self.wire.abort_by_user();
                return Err(CallError::Unreadable(error));
            }
            (Ok(()), None) => data.end()?,
        }
        self.answer(context, message)
    }

    /// N-ACTION: asks the peer to commit itself to instances. Its answer says whether it will; the outcome comes later.
    ///
    /// # Errors
    /// [`CallError`].
    pub fn ask_commitment(&mut self, request: &CommitmentRequest) -> Result<Answer, CallError> {
        let syntax = uids::IMPLICIT_VR_LITTLE_ENDIAN;
        let context = self.context(uids::STORAGE_COMMITMENT_PUSH_MODEL, syntax)?;
        let message = self.message();
        self.wire.answer(context, command::action(message))?;
        self.send_data(context, &request.encode(syntax))?;
        self.answer(context, message)
    }

    /// N-EVENT-REPORT: tells the outcome of a commitment.
    ///
    /// # Errors
    /// [`CallError`].
    pub fn tell_commitment(&mut self, result: &CommitmentResult) -> Result<Answer, CallError> {
        let syntax = uids::IMPLICIT_VR_LITTLE_ENDIAN;
        let context = self.context(uids::STORAGE_COMMITMENT_PUSH_MODEL, syntax)?;
        let message = self.message();
        self.wire
            .answer(context, command::event_report(message, result.event()))?;
        self.send_data(context, &result.encode(syntax))?;
        self.answer(context, message)
    }

    /// The outcome of a commitment, when the peer tells it on this association within so much time: `keep` makes it
    /// durable before the peer hears that it is taken. Whether it was: else the peer may open an association of its own.
    ///
    /// # Errors
    /// [`CallError`].
    pub fn await_commitment(
        &mut self,
        within: Duration,
        keep: impl FnOnce(&CommitmentResult) -> Result<(), Refused>,
    ) -> Result<bool, CallError> {
        let syntax = uids::IMPLICIT_VR_LITTLE_ENDIAN;
        let context = self.context(uids::STORAGE_COMMITMENT_PUSH_MODEL, syntax)?;
        let (command, data) = match self.receive(context, MAX_DATA, Instant::now() + within) {
            Ok(message) => message,
            Err(WireError::Slow | WireError::Closed | WireError::Aborted) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        if command.field != field::N_EVENT_REPORT_RQ {
            return Err(unexpected("something else than the outcome of a commitment").into());
        }
        let kept = CommitmentResult::parse(&data, syntax).map(|result| keep(&result));
        let answer = match &kept {
            Some(Ok(())) => command.answer(command::SUCCESS, ""),
            Some(Err(refused)) => command.answer(refused.failure.normalized_status(), &refused.comment),
            None => command.answer(command::INVALID_ARGUMENT, ""),
        };
        self.wire.answer(context, answer)?;
        Ok(matches!(kept, Some(Ok(()))))
    }

    /// Ends the association as it should.
    pub fn release(mut self) {
        // What was sent was answered: however this ends, it is there.
        if self.wire.send(&Pdu::ReleaseRQ).is_ok() {
            self.wire.await_release();
        }
    }

    pub(super) fn send_data(&mut self, context: u8, data: &[u8]) -> Result<(), CallError> {
        let mut pieces = data.chunks(self.piece).peekable();
        while let Some(piece) = pieces.next() {
            let last = pieces.peek().is_none();
            self.wire.value(context, PDataValueType::Data, last, piece)?;
        }
        Ok(())
    }

    /// The answer to a message of ours.
    fn answer(&mut self, context: u8, message: u16) -> Result<Answer, CallError> {
        let deadline = Instant::now() + self.idle;
        loop {
            let (command, _) = self.receive(context, MAX_DATA, deadline)?;
            if command.field & field::RESPONSE == 0 || command.answered() != Some(message) {
                return Err(unexpected("an answer to another question").into());
            }
            let status = command
                .status()
                .ok_or_else(|| invalid("an answer without a status"))?;
            // Pending (PS3.7 C.1): the answer is still to come.
            if !matches!(status, 0xff00 | 0xff01) {
                return Ok(Answer {
                    status,
                    comment: command.comment(),
                });
            }
        }
    }

    /// A whole message with its data set, of at most so many bytes.
    pub(super) fn receive(
        &mut self,
        context: u8,
        most: u64,
        deadline: Instant,
    ) -> Result<(Command, Vec<u8>), WireError> {
        let (_, command) = self.next_command(Some(context), deadline)?;
        let data = if command.has_data_set() {
            self.message_part(context, PDataValueType::Data, most, deadline)?
        } else {
            Vec::new()
        };
        Ok((command, data))
    }

    /// The next command, on this presentation context or on any; and on which it came.
    pub(super) fn next_command(
        &mut self,
        context: Option<u8>,
        deadline: Instant,
    ) -> Result<(u8, Command), WireError> {
        let left = deadline.saturating_duration_since(Instant::now());
        let first = match self.wire.next_within(left)? {
            Message::Value(value) => value,
            Message::Release => return Err(unexpected("a release of what it did not open")),
        };
        let id = context.unwrap_or(first.presentation_context_id);
        self.wire.put_back(first);
        let bytes = self.message_part(id, PDataValueType::Command, MAX_COMMAND as u64, deadline)?;
        let command = Command::parse(&bytes).ok_or_else(|| invalid("a command is damaged"))?;
        Ok((id, command))
    }

    pub(super) fn message_part(
        &mut self,
        context: u8,
        kind: PDataValueType,
        most: u64,
        deadline: Instant,
    ) -> Result<Vec<u8>, WireError> {
        let mut bytes = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let value = match self.wire.next_within(left)? {
                Message::Value(value) => value,
                Message::Release => return Err(unexpected("a release of what it did not open")),
            };
            if value.presentation_context_id != context || value.value_type != kind {
                return Err(unexpected("a message on another presentation context"));
            }
            if (bytes.len() + value.data.len()) as u64 > most {
                return Err(invalid("a message is longer than allowed"));
            }
            bytes.extend_from_slice(&value.data);
            if value.is_last {
                return Ok(bytes);
            }
        }
    }
}

fn request(ours: &AeTitle, theirs: &AeTitle, wanted: &[Wanted], role: Role) -> AssociationRQ {
    let mut user_variables = vec![
        UserVariableItem::MaxLength(MAX_PDU),
        UserVariableItem::ImplementationClassUID(IMPLEMENTATION_CLASS_UID.to_owned()),
        UserVariableItem::ImplementationVersionName(IMPLEMENTATION_VERSION.to_owned()),
    ];
    if role == Role::Provider {
        let roles = RequestorRoles {
            scu: false,
            scp: true,
        };
        let class = uids::STORAGE_COMMITMENT_PUSH_MODEL.to_owned();
        user_variables.push(UserVariableItem::ScuScpRoleSelectionSubItem(class, roles));
    }
    if role == Role::Keeper {
        let classes: BTreeSet<&str> = wanted.iter().map(|one| one.abstract_syntax.as_str()).collect();
        for class in classes.into_iter().filter(|class| is_storage(class)) {
            let roles = RequestorRoles {
                scu: false,
                scp: true,
            };
            let class = class.to_owned();
            user_variables.push(UserVariableItem::ScuScpRoleSelectionSubItem(class, roles));
        }
    }
    AssociationRQ {
        protocol_version: 1,
        application_context_name: APPLICATION_CONTEXT.to_owned(),
        called_ae_title: theirs.to_string(),
        calling_ae_title: ours.to_string(),
        presentation_contexts: numbered(wanted)
            .map(|(id, one)| PresentationContextProposed {
                id,
                abstract_syntax: one.abstract_syntax.clone(),
                transfer_syntaxes: vec![one.transfer_syntax.clone()],
            })
            .collect(),
        user_variables,
    }
}

fn numbered(wanted: &[Wanted]) -> impl Iterator<Item = (u8, &Wanted)> {
    (1..=u8::MAX).step_by(2).zip(wanted)
}

fn accepted(answer: &AssociationAC, wanted: &[Wanted]) -> Vec<(u8, Wanted)> {
    let accepts = |id: u8, one: &Wanted| {
        answer.presentation_contexts.iter().any(|result| {
            let syntax = result.transfer_syntax.trim_matches([' ', '\0']);
            result.id == id && result.reason == Outcome::Acceptance && syntax == one.transfer_syntax
        })
    };
    numbered(wanted)
        .filter(|(id, one)| accepts(*id, one))
        .map(|(id, one)| (id, one.clone()))
        .collect()
}

/// How much of a data set goes into one PDU (PS3.8 D.1: 0 says that there is no limit).
fn piece(answer: &AssociationAC) -> usize {
    let told = answer.user_variables.iter().find_map(|item| match item {
        UserVariableItem::MaxLength(length) if *length > 0 => usize::try_from(*length).ok(),
        _ => None,
    });
    let most = told.map_or(MAX_PIECE, |told| told.min(MAX_PIECE));
    // Even: a value of 16 bits is not divided.
    (most.saturating_sub(VALUE_HEADER) & !1).max(256)
}

/// Why we are rejected, for people: what they can change.
fn words(rejection: &AssociationRJ) -> String {
    let why = match &rejection.source {
        Source::ServiceUser(ByUser::CalledAETitleNotRecognized) => {
            "it has another AE title than the one set for it here".to_owned()
        }
        Source::ServiceUser(ByUser::CallingAETitleNotRecognized) => {
            "it does not know this node's AE title: add it there".to_owned()
        }
        other => other.to_string(),
    };
    match rejection.result {
        AssociationRJResult::Permanent => why,
        AssociationRJResult::Transient => format!("not now, {why}"),
    }
}

/// A data set on its way, cut into pieces.
struct Pieces<'a, T: Transport> {
    wire: &'a mut Wire<T>,
    context: u8,
    piece: usize,
    held: Vec<u8>,
    fault: Option<WireError>,
}

impl<T: Transport> Pieces<'_, T> {
    fn end(mut self) -> Result<(), WireError> {
        // Every piece has an even length (PS3.8 9.3.5.1); a deflated data set need not have one in its file (PS3.5 A.5).
        if self.held.len() % 2 == 1 {
            self.held.push(0);
        }
        self.wire
            .value(self.context, PDataValueType::Data, true, &self.held)
    }
}

impl<T: Transport> Write for Pieces<'_, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The last piece is only known at the end, so a full one waits for what follows.
        if self.held.len() == self.piece {
            let sent = self
                .wire
                .value(self.context, PDataValueType::Data, false, &self.held);
            if let Err(fault) = sent {
                self.fault = Some(fault);
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            self.held.clear();
        }
        let taken = bytes.len().min(self.piece - self.held.len());
        self.held
            .extend_from_slice(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
