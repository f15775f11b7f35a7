//! A live consult as one of those sees it who may take part.

use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_live::{Participant, Said};
use serde_json::{Value, json};

use super::key_of;
use crate::clock;
use crate::service::Node;
use crate::service::error::ServiceError;

impl Node {
    /// Who takes part; to who does herself, what they show and have written; and who could be asked.
    pub(super) fn live_view(&self, case: &Case, me: &Fingerprint) -> Result<Value, ServiceError> {
        let (mut people, said, joined) = {
            let consults = self.0.lives.lock();
            let consult = consults.get(&key_of(case));
            let people = consult.into_iter().flat_map(dokuei_live::Session::people);
            let people: Vec<(Fingerprint, Participant)> =
                people.map(|(who, one)| (*who, one.clone())).collect();
            let joined = consult.is_some_and(|consult| consult.has_joined(me));
            let said = consult
                .filter(|_| joined)
                .into_iter()
                .flat_map(dokuei_live::Session::said);
            let said: Vec<Said> = said.cloned().collect();
            (people, said, joined)
        };
        people.sort_by_key(|(who, one)| (one.since, *who));
        let participant = |(who, one): &(Fingerprint, Participant)| {
            json!({
                "practitioner": who,
                "name": self.live_name(who),
                "mine": who == me,
                "connected": one.connected,
                "sharing": one.sharing,
                "since": clock::rfc3339(one.since),
                "look": one.look.as_ref().filter(|_| joined),
            })
        };
        let message = |said: &Said| {
            json!({
                "number": said.number,
                "practitioner": said.who,
                "at": clock::rfc3339(said.note.at),
                "text": said.note.text.as_str(),
            })
        };
        let takes_part = |who: &Fingerprint| who == me || people.iter().any(|(one, _)| one == who);
        Ok(json!({
            "participants": people.iter().map(participant).collect::<Vec<_>>(),
            "messages": said.iter().map(message).collect::<Vec<_>>(),
            "reachable": self.live_reachable(case, takes_part)?,
        }))
    }

    /// Those who could be asked to join: their node is connected, or they are signed in at this one.
    fn live_reachable(
        &self,
        case: &Case,
        takes_part: impl Fn(&Fingerprint) -> bool,
    ) -> Result<Vec<Fingerprint>, ServiceError> {
        let parts = self.live_parts(case)?;
        let (there, here) = (self.live_nodes(&parts)?, self.own_key()?);
        let signed_in = self.sessions().all(self.now());
        let is_here = |who: &Fingerprint| signed_in.iter().any(|one| self.me(one) == *who);
        let others = parts.into_iter().filter(|part| !takes_part(&part.who));
        let reached = others.filter(|part| {
            let mut nodes = part.nodes.iter();
            nodes.any(|node| there.contains_key(node) || (*node == here && is_here(&part.who)))
        });
        Ok(reached.map(|part| part.who).collect())
    }

    fn live_name(&self, who: &Fingerprint) -> String {
        let certificate = self.people().certificate(who);
        certificate.map(|one| one.name.japanese).unwrap_or_default()
    }
}
