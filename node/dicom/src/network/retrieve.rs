//! What we fetch from an archive: its studies are looked for (C-FIND), and come on the same association (C-GET) or, where
//! that is not offered, on one that the archive opens to our own listener (C-MOVE). PS3.4 C.

use std::time::{Duration, Instant};

use dicom_ul::pdu::PDataValueType;

use super::association::take;
use super::caller::{CallError, Calling, MAX_CONTEXTS, Wanted};
use super::command::{self, Command, STUDY_ROOT_FIND, STUDY_ROOT_GET, STUDY_ROOT_MOVE, Suboperations, field};
use super::negotiation::Context;
use super::query::{self, FoundInstance, FoundStudy, MAX_ANSWER, StudyQuery, Text};
use super::received::Received;
use super::syntaxes::STILL_IMAGES;
use super::transport::Transport;
use super::wire::{invalid, unexpected};
use super::{AeTitle, Answer, Refused, Stored};
use crate::uid::Uid;

/// Series and instances of one study that are asked for, at most.
const MAX_LISTED: usize = 100_000;
/// How long an archive may take between two words on what it sends to others: many say nothing until they are done.
const MOVING: Duration = Duration::from_secs(600);

/// What may be in a study when the archive does not say of which classes it is: what dentists have.
const LIKELY: [&str; 20] = [
    // CT, Enhanced CT, X-Ray 3D Craniofacial, CR.
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.2.1",
    "1.2.840.10008.5.1.4.1.1.13.1.2",
    "1.2.840.10008.5.1.4.1.1.1",
    // Digital X-Ray and intra-oral, for presentation.
    "1.2.840.10008.5.1.4.1.1.1.1",
    "1.2.840.10008.5.1.4.1.1.1.3",
    // MR, Enhanced MR, ultrasound.
    "1.2.840.10008.5.1.4.1.1.4",
    "1.2.840.10008.5.1.4.1.1.4.1",
    "1.2.840.10008.5.1.4.1.1.6.1",
    // Secondary capture, single and multi-frame (true colour, grey of 8 and of 16 bits).
    "1.2.840.10008.5.1.4.1.1.7",
    "1.2.840.10008.5.1.4.1.1.7.2",
    "1.2.840.10008.5.1.4.1.1.7.3",
    "1.2.840.10008.5.1.4.1.1.7.4",
    // Photographs.
    "1.2.840.10008.5.1.4.1.1.77.1.4",
    // Presentation state, text and comprehensive reports, key objects, PDF, STL.
    "1.2.840.10008.5.1.4.1.1.11.1",
    "1.2.840.10008.5.1.4.1.1.88.11",
    "1.2.840.10008.5.1.4.1.1.88.33",
    "1.2.840.10008.5.1.4.1.1.88.59",
    "1.2.840.10008.5.1.4.1.1.104.1",
    "1.2.840.10008.5.1.4.1.1.104.3",
];

impl Wanted {
    /// To look for studies.
    #[must_use]
    pub fn finding() -> Self {
        Self::new(STUDY_ROOT_FIND, query::SYNTAX)
    }

    /// To have an archive send to our listener.
    #[must_use]
    pub fn moving() -> Self {
        Self::new(STUDY_ROOT_MOVE, query::SYNTAX)
    }

    /// To fetch instances of these classes (all that are likely when none is known) on the same association: each in as
    /// many transfer syntaxes as there is room for, so that the archive gives it as it has it.
    #[must_use]
    pub fn getting(classes: &[Uid]) -> Vec<Self> {
        let known: Vec<&str> = classes.iter().map(Uid::as_str).collect();
        let classes = if known.is_empty() {
            LIKELY.as_slice()
        } else {
            known.as_slice()
        };
        let mut wanted = vec![Self::new(STUDY_ROOT_GET, query::SYNTAX)];
        // What more classes need comes by the other way.
        let classes = classes.get(..MAX_CONTEXTS - 1).unwrap_or(classes);
        let each = (MAX_CONTEXTS - 1) / classes.len().max(1);
        for class in classes {
            let syntaxes = STILL_IMAGES.iter().take(each.max(1));
            wanted.extend(syntaxes.map(|syntax| Self::new(*class, *syntax)));
        }
        wanted
    }
}

/// What was looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Those that were found, in the archive's order.
    pub studies: Vec<FoundStudy>,
    /// There are more than were asked for.
    pub more: bool,
}

/// Who keeps what is fetched.
pub trait Keeping {
    /// Takes an instance. It must be durable when this returns `Ok`.
    ///
    /// # Errors
    /// [`Refused`] when it is not taken.
    fn store(&mut self, instance: &mut Received<'_>) -> Result<Stored, Refused>;

    /// An instance was not taken, by this or because it is too large.
    fn refused(&mut self, refused: &Refused);

    /// The archive tells how far it is.
    fn progress(&mut self, so_far: &Suboperations);
}

/// How a retrieval ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retrieved {
    /// The last answer.
    pub answer: Answer,
    /// What it counts.
    pub suboperations: Suboperations,
}

impl<T: Transport> Calling<T> {
    /// C-FIND of studies, at most so many.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::Answered`] when the archive refuses the question.
    pub fn find(&mut self, query: &StudyQuery, text: Text, most: usize) -> Result<Found, CallError> {
        let mut found = Found::default();
        found.more = self.ask(&query.encode(text), most, |bytes| {
            // What cannot be read names no study that could be fetched.
            found.studies.extend(FoundStudy::parse(bytes));
        })?;
        Ok(found)
    }

    /// The instances that the archive has of a study, by C-FIND of its series and of each; and whether these are all: none
    /// was left out because there are too many, or because it is not named.
    ///
    /// # Errors
    /// [`CallError`].
    pub fn list(&mut self, study: &Uid) -> Result<(Vec<FoundInstance>, bool), CallError> {
        let (mut series, mut whole) = (Vec::new(), true);
        let more = self.ask(&query::series_of(study), MAX_LISTED, |bytes| {
            let uid = query::series_uid(bytes);
            whole &= uid.is_some();
            series.extend(uid);
        })?;
        whole &= !more;
        let mut instances = Vec::new();
        for one in &series {
            let left = MAX_LISTED.saturating_sub(instances.len());
            let more = self.ask(&query::instances_of(study, one), left, |bytes| {
                let found = FoundInstance::parse(bytes);
                whole &= found.is_some();
                instances.extend(found);
            })?;
            whole &= !more;
        }
        Ok((instances, whole))
    }

    /// Asks and gives each answer to `take`; whether there are more than `most`.
    fn ask(
        &mut self,
        identifier: &[u8],
        most: usize,
        mut take: impl FnMut(&[u8]),
    ) -> Result<bool, CallError> {
        let context = self.context(STUDY_ROOT_FIND, query::SYNTAX)?;
        let message = self.message();
        self.wire.answer(context, command::find(message))?;
        self.send_data(context, identifier)?;
        let (mut answers, mut more) = (0_usize, false);
        loop {
            let deadline = Instant::now() + self.idle;
            let (command, data) = self.receive(context, MAX_ANSWER, deadline)?;
            let answer = answer_to(&command, field::C_FIND_RQ, message)?;
            if !is_pending(answer.status) {
                // Who was told to stop says that it was cancelled, or had come to its end already.
                let stopped = more && answer.status == CANCELLED;
                return if answer.is_success() || stopped {
                    Ok(more)
                } else {
                    Err(CallError::Answered(answer))
                };
            }
            if answers < most {
                answers += 1;
                take(&data);
            } else if !more {
                more = true;
                self.wire.answer(context, command::cancel(message))?;
            } else if answers >= MAX_LISTED {
                return Err(unexpected("answers after it was told to stop").into());
            } else {
                answers += 1;
            }
        }
    }

    /// C-GET of a study: `keeping` keeps each instance, of at most so many bytes.
    ///
    /// # Errors
    /// [`CallError`].
    pub fn get(
        &mut self,
        study: &Uid,
        max_object: u64,
        keeping: &mut dyn Keeping,
    ) -> Result<Retrieved, CallError> {
        let context = self.context(STUDY_ROOT_GET, query::SYNTAX)?;
        let message = self.message();
        self.wire.answer(context, command::get(message))?;
        self.send_data(context, &query::whole(study))?;
        loop {
            let deadline = Instant::now() + self.idle;
            let (id, command) = self.next_command(None, deadline)?;
            if command.field == field::C_STORE_RQ && id != context {
                self.keep(id, &command, max_object, keeping)?;
                continue;
            }
            if id != context {
                return Err(unexpected("an answer on another presentation context").into());
            }
            if let Some(ended) = self.progressed((context, message), &command, field::C_GET_RQ, keeping)? {
                return Ok(ended);
            }
        }
    }

    /// C-MOVE of a study to a title, which is ours: it comes to our listener meanwhile.
    ///
    /// # Errors
    /// [`CallError`].
    pub fn move_to(
        &mut self,
        study: &Uid,
        destination: &AeTitle,
        keeping: &mut dyn Keeping,
    ) -> Result<Retrieved, CallError> {
        let context = self.context(STUDY_ROOT_MOVE, query::SYNTAX)?;
        let message = self.message();
        self.wire
            .answer(context, command::move_to(message, destination))?;
        self.send_data(context, &query::whole(study))?;
        loop {
            let (_, command) = self.next_command(Some(context), Instant::now() + MOVING)?;
            if let Some(ended) = self.progressed((context, message), &command, field::C_MOVE_RQ, keeping)? {
                return Ok(ended);
            }
        }
    }

    /// An answer to a retrieval; how it ended, when it did.
    fn progressed(
        &mut self,
        (context, message): (u8, u16),
        command: &Command,
        asked: u16,
        keeping: &mut dyn Keeping,
    ) -> Result<Option<Retrieved>, CallError> {
        if command.has_data_set() {
            // The list of what failed: it is seen by what is not here.
            let deadline = Instant::now() + self.idle;
            self.message_part(
                context,
                PDataValueType::Data,
                super::commitment::MAX_DATA,
                deadline,
            )?;
        }
        let answer = answer_to(command, asked, message)?;
        let suboperations = command.suboperations();
        keeping.progress(&suboperations);
        Ok((!is_pending(answer.status)).then_some(Retrieved {
            answer,
            suboperations,
        }))
    }

    /// The instance that follows a C-STORE of the archive's.
    fn keep(
        &mut self,
        id: u8,
        command: &Command,
        max_object: u64,
        keeping: &mut dyn Keeping,
    ) -> Result<(), CallError> {
        let agreed = self.accepted.iter().find(|(one, _)| *one == id);
        let agreed = agreed.ok_or_else(|| invalid("a presentation context that was not accepted"))?;
        let context = Context {
            abstract_syntax: agreed.1.abstract_syntax.clone(),
            transfer_syntax: agreed.1.transfer_syntax.clone(),
        };
        let mut store = |instance: &mut Received<'_>| keeping.store(instance);
        let outcome = take(&mut self.wire, id, (&context, command), max_object, &mut store)?;
        let answer = match &outcome {
            Ok(_) => command.answer(command::SUCCESS, ""),
            Err(refused) => {
                keeping.refused(refused);
                command.answer(refused.failure.status(), &refused.comment)
            }
        };
        Ok(self.wire.answer(id, answer)?)
    }
}

/// (0000,0900): it was told to stop.
const CANCELLED: u16 = 0xfe00;

/// (0000,0900): the answer is still to come (PS3.7 C.1).
const fn is_pending(status: u16) -> bool {
    matches!(status, 0xff00 | 0xff01)
}

fn answer_to(command: &Command, asked: u16, message: u16) -> Result<Answer, CallError> {
    if command.field != asked | field::RESPONSE || command.answered() != Some(message) {
        return Err(unexpected("an answer to another question").into());
    }
    let status = command
        .status()
        .ok_or_else(|| invalid("an answer without a status"))?;
    Ok(Answer {
        status,
        comment: command.comment(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_transfer_syntaxes_are_offered_as_there_is_room_for() {
        let uid = |text: &str| text.parse::<Uid>().unwrap();
        let one = Wanted::getting(&[uid("1.2.840.10008.5.1.4.1.1.2")]);
        assert_eq!(one.len(), 1 + STILL_IMAGES.len());
        let likely = Wanted::getting(&[]);
        assert_eq!(likely.len(), 1 + 20 * 6);
        let many: Vec<Uid> = (1..200)
            .map(|n| uid(&format!("1.2.840.10008.5.1.4.1.1.{n}")))
            .collect();
        let wanted = Wanted::getting(&many);
        assert_eq!(wanted.len(), MAX_CONTEXTS);
    }
}
