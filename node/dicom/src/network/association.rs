//! One association from its request to its end.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::IpAddr;

use dicom_dictionary_std::uids;
use dicom_ul::pdu::{PDataValue, PDataValueType, Pdu};

use super::command::{self, Command, MAX_COMMAND, field, printable};
use super::commitment::{self, CommitmentRequest, CommitmentResult, MAX_DATA};
use super::negotiation::{Agreed, Context, agree, rejection};
use super::received::{DataSet, Named, Received, Whole};
use super::transport::Transport;
use super::wire::{Message, Wire, WireError, invalid, unexpected};
use super::{Caller, Committing, Failure, Reception, Refused, Rejection, Settings, Stored};

/// How much of an answer goes into one PDU: what every implementation takes.
const MAX_PIECE: usize = 4096;

/// How an association ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Ended {
    /// As it should.
    #[error("it was released")]
    Released,
    /// The peer ended it in the middle.
    #[error("the peer aborted it")]
    Aborted,
    /// It never began.
    #[error("it was rejected: {0}")]
    Rejected(Rejection),
    /// The connection was closed before anything came: whoever looks whether somebody listens does that.
    #[error("it was closed before anything came")]
    Unused,
    /// The connection ended, or the peer did not keep to the protocol.
    #[error("{0}")]
    Broken(String),
}

/// Serves one association over `transport` until its end.
pub fn serve<T: Transport>(
    transport: T,
    address: IpAddr,
    settings: &Settings,
    reception: &dyn Reception,
) -> Ended {
    let mut wire = Wire::new(transport, settings.idle);
    let ended = begin(&mut wire, address, settings, reception);
    match ended {
        Ok(ended) => ended,
        Err(WireError::Aborted) => Ended::Aborted,
        Err(error) => {
            wire.abort(&error);
            Ended::Broken(error.to_string())
        }
    }
}

fn begin<T: Transport>(
    wire: &mut Wire<T>,
    address: IpAddr,
    settings: &Settings,
    reception: &dyn Reception,
) -> Result<Ended, WireError> {
    let request = match wire.request() {
        Err(WireError::Closed) => return Ok(Ended::Unused),
        request => request?,
    };
    // Last, so that strangers do not learn how many are here.
    let seated = |agreed: Agreed| {
        let seated = reception.opened(&agreed.caller);
        seated.then_some(agreed).ok_or(Rejection::Busy)
    };
    let agreed = match agree(&request, settings, address).and_then(seated) {
        Ok(agreed) => agreed,
        Err(why) => {
            reception.rejected(address, &printable(&request.calling_ae_title, 16), why);
            wire.send(&Pdu::AssociationRJ(rejection(why)))?;
            wire.close();
            return Ok(Ended::Rejected(why));
        }
    };
    wire.send(&Pdu::AssociationAC(agreed.answer))?;
    let mut open = Association {
        wire,
        caller: agreed.caller,
        contexts: agreed.contexts,
        max_object: settings.max_object,
        reception,
        told: 0,
    };
    open.serve()
}

struct Association<'a, T> {
    wire: &'a mut Wire<T>,
    caller: Caller,
    contexts: BTreeMap<u8, Context>,
    max_object: u64,
    reception: &'a dyn Reception,
    /// Outcomes of commitments that were told here and are not confirmed yet.
    told: u16,
}

impl<T: Transport> Association<'_, T> {
    fn serve(&mut self) -> Result<Ended, WireError> {
        loop {
            match self.wire.next()? {
                Message::Value(value) => {
                    let id = value.presentation_context_id;
                    let command = self.command(value)?;
                    self.obey(id, &command)?;
                }
                Message::Release => {
                    self.wire.send(&Pdu::ReleaseRP)?;
                    self.wire.close();
                    return Ok(Ended::Released);
                }
            }
        }
    }

    /// The whole command that begins with this value.
    fn command(&mut self, first: PDataValue) -> Result<Command, WireError> {
        let id = first.presentation_context_id;
        let mut bytes = Vec::new();
        let mut value = first;
        loop {
            if value.value_type != PDataValueType::Command || value.presentation_context_id != id {
                return Err(unexpected("a data set without its command"));
            }
            if bytes.len() + value.data.len() > MAX_COMMAND {
                return Err(invalid("a command is longer than any of the standard"));
            }
            bytes.extend_from_slice(&value.data);
            if value.is_last {
                return Command::parse(&bytes).ok_or_else(|| invalid("a command is damaged"));
            }
            value = match self.wire.next()? {
                Message::Value(value) => value,
                Message::Release => return Err(unexpected("a release in the middle of a command")),
            };
        }
    }

    fn obey(&mut self, id: u8, command: &Command) -> Result<(), WireError> {
        let context = self.contexts.get(&id).cloned();
        let context = context.ok_or_else(|| invalid("a presentation context that was not accepted"))?;
        match command.field {
            field::C_STORE_RQ => self.store(id, &context, command),
            field::C_ECHO_RQ => {
                self.skip_data_set(id, command)?;
                self.wire.answer(id, command.answer(command::SUCCESS, ""))
            }
            field::N_ACTION_RQ => self.commit(id, &context, command),
            field::N_EVENT_REPORT_RQ => self.committed(id, &context, command),
            // Every answer comes at once, so there is nothing to cancel.
            field::C_CANCEL_RQ => Ok(()),
            answer if answer == field::N_EVENT_REPORT_RQ | field::RESPONSE && self.told > 0 => {
                self.told -= 1;
                Ok(())
            }
            answer if answer & field::RESPONSE != 0 => Err(unexpected("an answer to no question")),
            _ => {
                self.skip_data_set(id, command)?;
                let status = command::UNRECOGNIZED_OPERATION;
                self.wire.answer(id, command.answer(status, "not offered here"))
            }
        }
    }

    fn skip_data_set(&mut self, id: u8, command: &Command) -> Result<(), WireError> {
        if command.has_data_set() {
            DataSet::new(self.wire, id, self.max_object).finish()?;
        }
        Ok(())
    }

    /// The data set that follows, whole: it is of a commitment. `None` when there is none, or a larger one than any.
    fn small_data_set(&mut self, id: u8, command: &Command) -> Result<Option<Vec<u8>>, WireError> {
        if !command.has_data_set() {
            return Ok(None);
        }
        let mut data = DataSet::new(self.wire, id, MAX_DATA);
        let mut bytes = Vec::new();
        let read = data.read_to_end(&mut bytes);
        let whole = data.finish()?;
        Ok((read.is_ok() && matches!(whole, Whole::Yes)).then_some(bytes))
    }

    /// Somebody asks whether what he stored is safe (PS3.4 J.3.2).
    fn commit(&mut self, id: u8, context: &Context, command: &Command) -> Result<(), WireError> {
        let data = self.small_data_set(id, command)?;
        let status = |status, words: &str| command.answer(status, words);
        if context.abstract_syntax != uids::STORAGE_COMMITMENT_PUSH_MODEL
            || command.action() != Some(commitment::REQUEST)
        {
            let answer = status(command::NO_SUCH_ACTION, "no such action here");
            return self.wire.answer(id, answer);
        }
        let request = data.and_then(|data| CommitmentRequest::parse(&data, &context.transfer_syntax));
        let Some(request) = request else {
            let answer = status(command::INVALID_ARGUMENT, "the data set is not understood");
            return self.wire.answer(id, answer);
        };
        match self.reception.commit(&self.caller, &request) {
            Ok(Committing::Later) => self.wire.answer(id, status(command::SUCCESS, "")),
            Ok(Committing::Now(result)) => {
                self.wire.answer(id, status(command::SUCCESS, ""))?;
                self.told = self.told.wrapping_add(1);
                let message = self.told;
                let report = command::event_report(message, result.event());
                self.wire.answer(id, report)?;
                let data = result.encode(&context.transfer_syntax);
                self.send_data(id, &data)
            }
            Err(refused) => {
                self.reception.refused(&self.caller, &refused);
                let answer = status(refused.failure.normalized_status(), &refused.comment);
                self.wire.answer(id, answer)
            }
        }
    }

    /// An archive tells what became of a commitment that we asked for (PS3.4 J.3.3).
    fn committed(&mut self, id: u8, context: &Context, command: &Command) -> Result<(), WireError> {
        let data = self.small_data_set(id, command)?;
        let known = [commitment::ALL_SAFE, commitment::FAILURES].map(Some);
        if context.abstract_syntax != uids::STORAGE_COMMITMENT_PUSH_MODEL || !known.contains(&command.event())
        {
            let answer = command.answer(command::NO_SUCH_EVENT, "no such event here");
            return self.wire.answer(id, answer);
        }
        let result = data.and_then(|data| CommitmentResult::parse(&data, &context.transfer_syntax));
        let outcome = result
            .ok_or_else(|| Refused::new(Failure::CannotUnderstand, "the data set is not understood"))
            .and_then(|result| self.reception.committed(&self.caller, &result));
        let answer = match outcome {
            Ok(()) => command.answer(command::SUCCESS, ""),
            Err(refused) => {
                self.reception.refused(&self.caller, &refused);
                command.answer(refused.failure.normalized_status(), &refused.comment)
            }
        };
        self.wire.answer(id, answer)
    }

    fn send_data(&mut self, id: u8, data: &[u8]) -> Result<(), WireError> {
        let mut pieces = data.chunks(MAX_PIECE).peekable();
        while let Some(piece) = pieces.next() {
            let last = pieces.peek().is_none();
            self.wire.value(id, PDataValueType::Data, last, piece)?;
        }
        Ok(())
    }

    fn store(&mut self, id: u8, context: &Context, command: &Command) -> Result<(), WireError> {
        let (caller, reception) = (&self.caller, self.reception);
        let mut store = |instance: &mut Received<'_>| reception.store(caller, instance);
        let outcome = take(
            &mut *self.wire,
            id,
            (context, command),
            self.max_object,
            &mut store,
        )?;
        let answer = match &outcome {
            Ok(Stored::New | Stored::AlreadyHere) => command.answer(command::SUCCESS, ""),
            Err(refused) => {
                self.reception.refused(&self.caller, refused);
                command.answer(refused.failure.status(), &refused.comment)
            }
        };
        self.wire.answer(id, answer)
    }
}

/// Who takes an instance.
pub(super) type Taking<'a> = &'a mut dyn FnMut(&mut Received<'_>) -> Result<Stored, Refused>;

/// Takes the instance that follows a C-STORE off the wire, whole; what became of it.
pub(super) fn take<T: Transport>(
    wire: &mut Wire<T>,
    id: u8,
    (context, command): (&Context, &Command),
    max_object: u64,
    store: Taking<'_>,
) -> Result<Result<Stored, Refused>, WireError> {
    if !command.has_data_set() {
        return Ok(Err(Refused::new(
            Failure::CannotUnderstand,
            "the command comes without a data set",
        )));
    }
    let mut data = DataSet::new(wire, id, max_object);
    let outcome = hand_on(context, command, &mut data, store);
    Ok(match data.finish()? {
        Whole::Yes => outcome,
        Whole::TooLarge => Err(Refused::new(
            Failure::OutOfResources,
            "the object is larger than this node is set to take",
        )),
    })
}

/// Hands an instance on.
fn hand_on(
    context: &Context,
    command: &Command,
    data: &mut dyn Read,
    store: Taking<'_>,
) -> Result<Stored, Refused> {
    let (Some(sop_class), Some(sop_instance)) = (command.sop_class(), command.sop_instance()) else {
        return Err(Refused::new(
            Failure::CannotUnderstand,
            "the command names no SOP class and instance",
        ));
    };
    if sop_class.as_str() != context.abstract_syntax {
        return Err(Refused::new(
            Failure::SopClassNotSupported,
            "the SOP class is not that of the presentation context",
        ));
    }
    let cannot = |error: &dyn std::error::Error| Refused::new(Failure::CannotUnderstand, error);
    let named = Named {
        sop_class,
        sop_instance,
        transfer_syntax: context.transfer_syntax.parse().map_err(|error| {
            let error: crate::uid::BadUid = error;
            cannot(&error)
        })?,
    };
    let mut received = Received::begin(named, data).map_err(|error| cannot(&error))?;
    store(&mut received)
}
