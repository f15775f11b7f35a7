//! What all logs have in common: an event in, effects out, in an order that is safe when the machine stops between
//! any two of them.

use std::collections::BTreeSet;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::audience;
use crate::body::{Body, Ground};
use crate::effect::{Effect, Notice};
use crate::entry::{EntryHeader, SignedEntry, VerifiedEntry};
use crate::fork::ForkProof;
use crate::id::EntryId;
use crate::log::{Log, Outcome};
use crate::refusal::Refusal;
use crate::standing::Standing;

/// How far clocks may differ, seconds: ±5 minutes, as at admission. A time claim further ahead of now, or further behind
/// what the entry follows, is refused.
pub const CLOCK_TOLERANCE: u64 = 5 * 60;

/// The rules of one kind of log.
pub(crate) type Rules = fn(&Log, &EntryHeader, &Body, &dyn Standing) -> Result<(), Refusal>;

/// Takes in an entry that is new to this node. `fresh` entries were just written here.
pub(crate) fn take(
    log: &mut Log,
    rules: Rules,
    signed: SignedEntry,
    fresh: bool,
    standing: &dyn Standing,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let entry = VerifiedEntry::open(signed, standing)?;
    let header = entry.header();
    if standing.revoked(&header.signer) {
        return Err(Refusal::Revoked(header.signer));
    }
    check_ground(entry.body(), &header.signer, standing)?;
    check_time(header, fresh, now)?;
    log.offer(entry, &|log, entry| {
        rules(log, entry.header(), entry.body(), standing)
    })
}

/// R17: nobody takes over alone from a requester whose certificate may still hold, as far as is known here. Asked when an entry
/// comes, like the standing of its signer: what the register says later, or did not say yet elsewhere, changes no judgement.
pub(crate) fn check_ground(
    body: &Body,
    signer: &Fingerprint,
    standing: &dyn Standing,
) -> Result<(), Refusal> {
    match body {
        Body::TakeOver(taken) if matches!(taken.ground, Ground::Lost { .. }) => {
            if standing.lost_for_good(&taken.from, signer) {
                Ok(())
            } else {
                Err(Refusal::StillHolds(taken.from))
            }
        }
        _ => Ok(()),
    }
}

/// An entry that is just being written has no reason to claim another time than now; one that arrives may have been
/// on the way for long, but does not come from the future.
fn check_time(header: &EntryHeader, fresh: bool, now: Timestamp) -> Result<(), Refusal> {
    let (ahead, age) = (header.time.since(now), now.since(header.time));
    if ahead > CLOCK_TOLERANCE {
        return Err(Refusal::FromTheFuture { ahead });
    }
    if fresh && age > CLOCK_TOLERANCE {
        return Err(Refusal::Outdated { age });
    }
    Ok(())
}

/// Takes in an entry that this node had judged and stored before: signature and place are verified again (R6), the
/// present standing of the signer is not asked. An alarm that is refused is put aside: it may have been taken when the log
/// was frozen already, which is learnt only after all entries.
pub(crate) fn restore(
    log: &mut Log,
    rules: Rules,
    signed: SignedEntry,
    standing: &dyn Standing,
) -> Result<Outcome, Refusal> {
    let entry = VerifiedEntry::open(signed, standing)?;
    let alarm = entry.header().entry_type.alarms().then(|| entry.clone());
    let taken = log.offer(entry, &|log, entry| {
        rules(log, entry.header(), entry.body(), standing)
    });
    taken.or_else(|refusal| match alarm {
        Some(alarm) => log.put_aside(alarm).then(Outcome::default).ok_or(refusal),
        None => Err(refusal),
    })
}

/// The effects of an outcome that do not depend on the kind of log, for `parties`.
pub(crate) fn effects(log: &Log, outcome: &Outcome, fresh: bool, parties: &[Fingerprint]) -> Vec<Effect> {
    let admitted = outcome.admitted.iter();
    let mut effects: Vec<_> = admitted
        .clone()
        .filter_map(|id| log.get(id))
        .map(|entry| Effect::Persist(entry.signed().clone()))
        .collect();
    effects.extend(outcome.fork.iter().cloned().map(Effect::PersistForkProof));
    if fresh && !outcome.admitted.is_empty() {
        effects.push(Effect::Send {
            to: parties.to_vec(),
            entries: outcome.admitted.clone(),
        });
    } else {
        effects.extend(admitted.copied().map(Effect::Acknowledge));
    }
    let rejected = outcome.rejected.iter().cloned();
    effects.extend(rejected.map(|(entry, refusal)| Effect::Reject { entry, refusal }));
    if !outcome.missing.is_empty() {
        effects.push(Effect::Ask {
            missing: outcome.missing.clone(),
        });
    }
    if let Some(proof) = &outcome.fork {
        effects.extend(alarm(proof, parties));
    }
    effects
}

/// Takes in evidence of a fork.
pub(crate) fn freeze(
    log: &mut Log,
    rules: Rules,
    proof: ForkProof,
    parties: &[Fingerprint],
    standing: &dyn Standing,
) -> Result<Vec<Effect>, Refusal> {
    if proof.verify(standing)? != log.id() {
        return Err(Refusal::OtherLog);
    }
    let judge = |log: &Log, entry: &VerifiedEntry| rules(log, entry.header(), entry.body(), standing);
    if log.fork().is_some() {
        let taken = alarms_of(log, &judge, &proof, standing)?;
        return Ok(effects(log, &taken, false, parties));
    }
    // A stranger's fork says nothing about this log: one of the two must be, or claim to be, of somebody in it.
    let signer = proof.first.unverified_header()?.signer;
    if !log.ordered().iter().any(|entry| entry.header().signer == signer) {
        return Err(Refusal::NotAParty);
    }
    log.freeze(proof.clone());
    // The two first: what waited may be about one of them.
    let mut outcome = alarms_of(log, &judge, &proof, standing)?;
    outcome.absorb(log.release(&judge));
    let mut all = vec![Effect::PersistForkProof(proof.clone())];
    all.extend(effects(log, &outcome, false, parties));
    all.extend(alarm(&proof, parties));
    Ok(all)
}

/// Of two entries for one place each may be an urgent finding or an acknowledgement: neither is held back for that.
fn alarms_of(
    log: &mut Log,
    judge: &dyn Fn(&Log, &VerifiedEntry) -> Result<(), Refusal>,
    proof: &ForkProof,
    standing: &dyn Standing,
) -> Result<Outcome, Refusal> {
    let mut outcome = Outcome::default();
    for signed in [&proof.first, &proof.second] {
        let entry = VerifiedEntry::open(signed.clone(), standing)?;
        if !entry.header().entry_type.alarms() {
            continue;
        }
        match log.offer(entry.clone(), judge) {
            Ok(taken) => outcome.absorb(taken),
            Err(_) => {
                log.put_aside(entry);
            }
        }
    }
    Ok(outcome)
}

fn alarm(proof: &ForkProof, parties: &[Fingerprint]) -> Vec<Effect> {
    let [entry, _] = proof.ids();
    let notify = |who: &Fingerprint| Effect::Notify {
        who: *who,
        notice: Notice::Forked,
        entry,
    };
    let mut effects = vec![Effect::SendForkProof {
        to: parties.to_vec(),
        proof: proof.clone(),
    }];
    effects.extend(parties.iter().map(notify));
    effects
}

/// Answers a peer that told its heads: gives what it lacks and may see, asks for what it has and we lack.
pub(crate) fn compare(
    log: &Log,
    peer: Fingerprint,
    heads: &[EntryId],
    hidden: &BTreeSet<EntryId>,
) -> Vec<Effect> {
    let entries: Vec<_> = audience::entries_since(log, heads, hidden)
        .into_iter()
        .cloned()
        .collect();
    let missing: Vec<_> = heads.iter().copied().filter(|id| log.get(id).is_none()).collect();
    let mut effects = Vec::new();
    if !entries.is_empty() {
        effects.push(Effect::Give { peer, entries });
    }
    if !missing.is_empty() {
        effects.push(Effect::Ask { missing });
    }
    effects
}
