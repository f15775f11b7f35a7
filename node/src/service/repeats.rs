//! Requests that are sent again: what has been done is answered and not done twice.

use dokuei_store::{Known, Repeatable};

pub use dokuei_store::{KeptAnswer, MAX_ANSWER, Repeatable as Request, within};

use super::Node;
use super::codes::Code;
use super::error::ServiceError;

/// What is to become of a request with a key.
#[derive(Debug)]
pub enum Turn {
    /// It is to be done.
    Do,
    /// It was done; this was answered.
    Answer(KeptAnswer),
    /// It is not to be done, and why: a code, what and why, and what to do next.
    Refuse(Code, &'static str, &'static str),
}

impl Node {
    /// Decides about a request: `digest` is that of all that it says, `run` that of this run of the node.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn turn_of(
        &self,
        request: &Repeatable,
        digest: &[u8; 32],
        run: &[u8; 16],
    ) -> Result<Turn, ServiceError> {
        // The jobs of an earlier run are gone: what they had not written down by then is begun anew.
        let began_a_job = |status| status == 202;
        let known = self
            .store()
            .reserve(request, digest, run, self.now(), began_a_job)?;
        Ok(match known {
            Known::Nothing => Turn::Do,
            Known::Answered(answer, _) => Turn::Answer(answer),
            Known::OfAnother => Turn::Refuse(
                Code::KeyReused,
                "this idempotency key was used for another request",
                "give each action a key of its own",
            ),
            Known::UnderWay => Turn::Refuse(
                Code::UnderWay,
                "the same request is being done",
                "wait a moment and ask again",
            ),
            Known::Done => Turn::Refuse(
                Code::AlreadyDone,
                "what this asks for was written down before it could be answered, and is not done again",
                "look at what has changed",
            ),
            Known::Unkept => Turn::Refuse(
                Code::AlreadyDone,
                "this was done and answered; the answer was too large to be kept, and it is not done again",
                "look at what has changed",
            ),
        })
    }

    /// Writes down that what was answered before is shown again: to whom, and of which path below the API.
    ///
    /// # Errors
    /// [`ServiceError::Store`]: then it is not shown.
    pub fn note_replay(&self, person: &str, path: &str) -> Result<(), ServiceError> {
        self.audit(person, "replayed", path, "success")
    }

    /// Keeps what was answered; `None` when it was refused or failed.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn settle_request(
        &self,
        request: &Repeatable,
        answer: Option<&KeptAnswer>,
    ) -> Result<(), ServiceError> {
        Ok(self.store().settle(request, answer)?)
    }
}
