//! Who may see what: further readers from the consent on, a blind one no report of another before she has committed
//! herself to hers.

use std::collections::BTreeSet;

use dokuei_identity::fingerprint::Fingerprint;

use crate::body::Body;
use crate::effect::Effect;
use crate::entry::SignedEntry;
use crate::facts::Facts;
use crate::id::EntryId;
use crate::log::Log;

/// Everybody who takes part, and from whom something is withheld.
pub(crate) struct Audience {
    parties: Vec<Fingerprint>,
    blind: Vec<(Fingerprint, BTreeSet<EntryId>)>,
}

impl Audience {
    pub(crate) fn of(log: &Log, facts: &Facts<'_>) -> Self {
        let blind = facts.readers.iter().filter(|reader| reader.is_blind());
        Self {
            parties: facts.parties(),
            blind: blind
                .map(|reader| (reader.who, withheld(log, reader.who)))
                .collect(),
        }
    }

    /// What is withheld from a practitioner.
    pub(crate) fn withheld_from(&self, who: &Fingerprint) -> BTreeSet<EntryId> {
        let blind = self.blind.iter().find(|(reader, _)| reader == who);
        blind.map(|(_, hidden)| hidden.clone()).unwrap_or_default()
    }

    /// Those to whom a new entry goes: who takes part after it or took part before, so that who leaves learns of it.
    pub(crate) fn told_of(&self, entry: &EntryId, before: &Self) -> Vec<Fingerprint> {
        let hidden = |who: &Fingerprint| {
            let mut blind = self.blind.iter();
            blind.any(|(reader, hidden)| reader == who && hidden.contains(entry))
        };
        let left = before.parties.iter().filter(|who| !self.parties.contains(who));
        let all = self.parties.iter().chain(left);
        all.filter(|who| !hidden(who)).copied().collect()
    }

    /// Whoever may see more than `before` is given it.
    pub(crate) fn since(&self, before: &Self, log: &Log) -> Vec<Effect> {
        if before.parties.is_empty() {
            return Vec::new();
        }
        let more = |who: &Fingerprint| {
            let hidden = self.withheld_from(who);
            let joined = !before.parties.contains(who);
            let gained: Vec<_> = if joined {
                let all = log.ordered().into_iter().map(|entry| entry.id());
                all.filter(|id| !hidden.contains(id)).collect()
            } else {
                let shown = before.withheld_from(who);
                shown.difference(&hidden).copied().collect()
            };
            (!gained.is_empty()).then(|| Effect::Send {
                to: vec![*who],
                entries: gained,
            })
        };
        self.parties.iter().filter_map(more).collect()
    }

    /// What is withheld from a node: nothing if it is known to be another's than a blind reader's.
    pub(crate) fn withheld_from_node(
        &self,
        log: &Log,
        facts: &Facts<'_>,
        node: &Fingerprint,
    ) -> BTreeSet<EntryId> {
        if self.blind.is_empty() {
            return BTreeSet::new();
        }
        let writers = log.ordered().into_iter();
        let wrote = writers.filter(|entry| entry.header().device == *node && entry.author() != *node);
        let people: BTreeSet<_> = wrote
            .map(crate::entry::VerifiedEntry::author)
            .chain(
                facts
                    .grants
                    .iter()
                    .filter(|granted| granted.grant.node == *node)
                    .map(|granted| granted.grant.recipient),
            )
            .collect();
        let blind = |who: &Fingerprint| self.blind.iter().any(|(reader, _)| reader == who);
        if !people.is_empty() && !people.iter().any(blind) {
            return BTreeSet::new();
        }
        self.blind
            .iter()
            .flat_map(|(_, hidden)| hidden.iter().copied())
            .collect()
    }
}

/// Reports of others, and all that follows them.
fn withheld(log: &Log, who: Fingerprint) -> BTreeSet<EntryId> {
    let mut hidden = BTreeSet::new();
    for entry in log.ordered() {
        let report = matches!(entry.body(), Body::Report(_) | Body::Amendment(_));
        let follows = entry
            .header()
            .parents
            .iter()
            .any(|parent| hidden.contains(parent));
        if follows || (report && entry.author() != who) {
            hidden.insert(entry.id());
        }
    }
    hidden
}

/// The entries that somebody with these heads lacks, without what is withheld from her.
pub(crate) fn entries_since<'a>(
    log: &'a Log,
    heads: &[EntryId],
    hidden: &BTreeSet<EntryId>,
) -> Vec<&'a SignedEntry> {
    let entries = log.entries_since(heads).into_iter();
    entries.filter(|entry| !hidden.contains(&entry.id())).collect()
}
