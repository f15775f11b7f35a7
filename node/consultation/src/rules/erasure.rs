//! Erasing at the other side what need not be kept any longer: asked by whom, answered by whom, once.

use super::Place;
use crate::body::{EraseAnswer, EraseRequest};
use crate::refusal::Refusal;

/// The most requests to erase in one case.
const MAX_REQUESTS: usize = 16;

impl Place<'_> {
    /// The requester, whose images they are, asks when the case has ended, and again when everybody has answered.
    pub(super) fn erase_asked(&self, _: &EraseRequest) -> Result<(), Refusal> {
        self.by_requester()?;
        if self.facts.erasures.len() >= MAX_REQUESTS {
            return Err(Refusal::Full { limit: MAX_REQUESTS });
        }
        let requester = self.requester();
        let others = self.facts.parties().into_iter().filter(|who| *who != requester);
        let others: Vec<_> = others.collect();
        let open = self.facts.erasures.last().is_some_and(|asked| {
            let answered = |who: &_| asked.answers.iter().any(|answer| answer.by == *who);
            !others.iter().all(answered)
        });
        self.only_if(self.state.is_ended() && !others.is_empty() && !open)
    }

    /// Each of the others answers for her house; whoever has erased it has nothing more to say.
    pub(super) fn erase_answered(&self, answer: &EraseAnswer) -> Result<(), Refusal> {
        let mut asked = self.facts.erasures.iter();
        let asked = asked
            .find(|one| one.id == answer.request)
            .ok_or(Refusal::UnknownReference)?;
        let author = self.author;
        self.take_part(&[author])?;
        if author == self.requester() {
            return Err(Refusal::NotAParty);
        }
        let mut hers = asked.answers.iter().filter(|one| one.by == author);
        let erased = hers.clone().any(|one| one.body.is_erased());
        let again = hers.next().is_some() && !answer.is_erased();
        self.only_if(!erased && !again)
    }
}
