//! Who fetches which chunks: what is missing is handed out in lots, front first, to as many workers as there are; one
//! who has nothing left takes over the rest of a slow one. Pure: the time comes in as an argument.
//!
//! A chunk belongs to one lot at a time, so none is asked for twice while somebody is about to bring it, and what a
//! holder did not bring, or brought forged, is handed out again. The one exception: a slice that has not come for long
//! is asked of a second worker too, and whoever brings it first has brought it. On a line that needs long for a slice
//! it must not be taken from the first, or they would take it from each other for ever.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::wire::package::{ChunkRange, MAX_SLICE_CHUNKS};

/// The rest of a lot that would be here sooner than this is left to its worker.
const NOT_WORTH_TAKING: Duration = Duration::from_secs(1);

/// A worker that has brought nothing for so long loses all of its lot but the slice that may be on its way, not half.
const NOTHING_CAME: Duration = Duration::from_secs(5);

/// One worker's task.
#[derive(Debug)]
struct Lot {
    rest: ChunkRange,
    /// Chunks that it brought.
    brought: u64,
    since: Duration,
    /// Another worker has the same slice to bring.
    shared: bool,
}

impl Lot {
    /// How long the rest will take at the pace so far.
    fn remaining(&self, now: Duration) -> Duration {
        let passed = now.saturating_sub(self.since);
        if self.brought == 0 {
            return if passed >= NOTHING_CAME {
                Duration::MAX
            } else {
                passed
            };
        }
        passed.mul_f64(self.rest.count as f64 / self.brought as f64)
    }
}

/// Names a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LotId(u64);

/// What is left to fetch.
#[derive(Debug)]
pub(crate) struct Plan {
    todo: VecDeque<ChunkRange>,
    lots: HashMap<LotId, Lot>,
    next: u64,
    /// Chunks that were brought and are not yet judged by the sink.
    unjudged: u64,
}

impl Plan {
    /// All of `ranges` is missing; they are ascending and disjoint.
    pub(crate) fn new(ranges: &[ChunkRange]) -> Self {
        Self {
            todo: ranges.iter().copied().collect(),
            lots: HashMap::new(),
            next: 0,
            unjudged: 0,
        }
    }

    /// Whether every chunk was brought and judged.
    pub(crate) fn is_done(&self) -> bool {
        self.todo.is_empty() && self.lots.is_empty() && self.unjudged == 0
    }

    /// The next lot, of at most `most` chunks: what nobody fetches yet, else the second half of what another is slow to
    /// bring. `None`: nothing to do at this moment.
    pub(crate) fn take(&mut self, most: u64, now: Duration) -> Option<(LotId, ChunkRange)> {
        let (range, shared) = match self.todo.pop_front() {
            Some(range) => {
                let (first, rest) = split(range, most.max(1));
                if let Some(rest) = rest {
                    self.todo.push_front(rest);
                }
                (first, false)
            }
            None => self.take_over(now)?,
        };
        let id = LotId(self.next);
        self.next += 1;
        let lot = Lot {
            rest: range,
            brought: 0,
            since: now,
            shared,
        };
        self.lots.insert(id, lot);
        Some((id, range))
    }

    /// What another is slow to bring, and whether it may still bring it as well.
    fn take_over(&mut self, now: Duration) -> Option<(ChunkRange, bool)> {
        let waiting = self
            .lots
            .values_mut()
            .filter(|lot| lot.rest.count > 0 && !lot.shared);
        let slowest = waiting.max_by_key(|lot| lot.remaining(now))?;
        let remaining = slowest.remaining(now);
        // Where a slice ends: its worker goes on to there, and a slice that is on its way is not thrown away.
        let kept = match remaining {
            Duration::MAX => MAX_SLICE_CHUNKS,
            _ => (slowest.rest.count / 2).next_multiple_of(MAX_SLICE_CHUNKS),
        };
        if remaining == Duration::MAX && slowest.rest.count <= MAX_SLICE_CHUNKS {
            slowest.shared = true;
            return Some((slowest.rest, true));
        }
        if remaining < NOT_WORTH_TAKING || kept >= slowest.rest.count {
            return None;
        }
        let (kept, taken) = split(slowest.rest, kept);
        slowest.rest = kept;
        taken.map(|taken| (taken, false))
    }

    /// What this lot's worker is to bring next; `None` when it is through, or another has taken over.
    pub(crate) fn due(&self, lot: LotId) -> Option<ChunkRange> {
        let lot = self.lots.get(&lot)?;
        (lot.rest.count > 0).then_some(lot.rest)
    }

    /// A slice came: whether it is still this worker's to bring.
    pub(crate) fn bring(&mut self, lot: LotId, slice: ChunkRange) -> bool {
        let Some(mine) = self.lots.get_mut(&lot) else {
            return false;
        };
        if slice.first != mine.rest.first || slice.count > mine.rest.count || slice.count == 0 {
            return false;
        }
        let (before, shared) = (mine.rest, mine.shared);
        mine.brought += slice.count;
        self.unjudged += slice.count;
        let left = ChunkRange {
            first: before.first + slice.count,
            count: before.count - slice.count,
        };
        // Who was to bring the same stops there too.
        let same = |id: LotId, other: &Lot| id == lot || (shared && other.shared && other.rest == before);
        for (_, other) in self.lots.iter_mut().filter(|(id, other)| same(**id, other)) {
            other.rest = left;
        }
        true
    }

    /// The sink has judged chunks that were brought; those that it did not take are handed out again.
    pub(crate) fn judged(&mut self, slice: ChunkRange, good: bool) {
        self.unjudged = self.unjudged.saturating_sub(slice.count);
        if !good {
            self.todo.push_front(slice);
        }
    }

    /// A worker is through with its lot, or gives it up: what it did not bring is handed out again, first.
    pub(crate) fn leave(&mut self, lot: LotId) {
        let Some(lot) = self.lots.remove(&lot) else {
            return;
        };
        if lot.rest.count == 0 {
            return;
        }
        let twin = self
            .lots
            .values_mut()
            .find(|other| lot.shared && other.shared && other.rest == lot.rest);
        match twin {
            Some(twin) => twin.shared = false,
            None => self.todo.push_front(lot.rest),
        }
    }
}

/// The first `count` chunks, and the others if there are any.
fn split(range: ChunkRange, count: u64) -> (ChunkRange, Option<ChunkRange>) {
    if count >= range.count {
        return (range, None);
    }
    let first = ChunkRange { count, ..range };
    let rest = ChunkRange {
        first: range.first + count,
        count: range.count - count,
    };
    (first, Some(rest))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn range(first: u64, count: u64) -> ChunkRange {
        ChunkRange { first, count }
    }

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn lots_are_handed_out_front_first() {
        let mut plan = Plan::new(&[range(0, 40), range(60, 10)]);
        let lots: Vec<_> = (0..4).map(|_| plan.take(32, at(0)).map(|(_, lot)| lot)).collect();
        assert_eq!(
            lots,
            [Some(range(0, 32)), Some(range(32, 8)), Some(range(60, 10)), None]
        );
    }

    #[test]
    fn an_idle_worker_takes_over_half_of_what_a_slow_one_still_has() {
        let mut plan = Plan::new(&[range(0, 256)]);
        let (slow, _) = plan.take(256, at(0)).unwrap();
        assert!(plan.bring(slow, range(0, 16)));
        let (quick, lot) = plan.take(256, at(10)).unwrap();
        assert_eq!(lot, range(144, 112));
        assert_eq!(plan.due(slow), Some(range(16, 128)));
        assert!(!plan.bring(slow, range(144, 16)) && plan.bring(quick, range(144, 16)));
    }

    #[test]
    fn who_brings_nothing_loses_all_but_a_slice_of_its_lot() {
        let mut plan = Plan::new(&[range(0, 100)]);
        let (dead, _) = plan.take(100, at(0)).unwrap();
        assert_eq!(
            plan.take(100, Duration::from_millis(500)),
            None,
            "it may still come"
        );
        let (_, lot) = plan.take(100, at(6)).unwrap();
        assert_eq!((lot, plan.due(dead)), (range(16, 84), Some(range(0, 16))));
    }

    /// R17 (obstruct): a slice that does not come is asked of another as well, so that nobody can hold a package up;
    /// and on a line that needs long for a slice, it is not thrown away because another began with it.
    #[test]
    fn r17_a_slice_that_does_not_come_is_asked_of_a_second_and_taken_from_whoever_is_first() {
        for first_is_quicker in [true, false] {
            let mut plan = Plan::new(&[range(0, 10)]);
            let (one, _) = plan.take(16, at(0)).unwrap();
            assert_eq!(plan.take(16, at(4)), None, "it may still come");
            let (two, lot) = plan.take(16, at(6)).unwrap();
            assert_eq!(lot, range(0, 10));
            assert_eq!(plan.take(16, at(100)), None, "two are enough");
            let (quick, slow) = if first_is_quicker { (one, two) } else { (two, one) };
            assert!(plan.bring(quick, range(0, 10)));
            assert_eq!(plan.due(slow), None);
            assert!(!plan.bring(slow, range(0, 10)), "it is there");
            plan.judged(range(0, 10), true);
            plan.leave(slow);
            plan.leave(quick);
            assert!(plan.is_done());
        }
    }

    #[test]
    fn of_two_that_are_to_bring_the_same_one_may_leave() {
        let mut plan = Plan::new(&[range(0, 10)]);
        let (one, _) = plan.take(16, at(0)).unwrap();
        let (two, _) = plan.take(16, at(6)).unwrap();
        plan.leave(one);
        assert_eq!(plan.take(16, at(7)), None, "the other has it still");
        let (three, _) = plan.take(16, at(12)).unwrap();
        plan.leave(two);
        plan.leave(three);
        assert_eq!(plan.take(16, at(12)).map(|(_, lot)| lot), Some(range(0, 10)));
    }

    #[test]
    fn what_was_forged_or_not_brought_is_handed_out_again() {
        let mut plan = Plan::new(&[range(0, 32)]);
        let (bad, _) = plan.take(32, at(0)).unwrap();
        assert!(plan.bring(bad, range(0, 16)));
        plan.leave(bad);
        plan.judged(range(0, 16), false);
        let mut again = [plan.take(64, at(0)).unwrap().1, plan.take(64, at(0)).unwrap().1];
        again.sort_by_key(|range| range.first);
        assert_eq!(again, [range(0, 16), range(16, 16)]);
    }

    proptest! {
        /// Workers that stop, are slow or lie, in any order: every chunk is accepted once, and nothing is left.
        #[test]
        fn every_chunk_is_accepted_exactly_once(
            ranges in prop::collection::vec((0u64..40, 1u64..90), 1..6),
            steps in prop::collection::vec((0usize..4, 0u8..10, 1u64..64), 0..600),
        ) {
            let mut first = 0;
            let missing: Vec<_> = ranges
                .iter()
                .map(|(gap, count)| {
                    let one = range(first + gap, *count);
                    first = one.first + one.count;
                    one
                })
                .collect();
            let all: BTreeSet<u64> = missing.iter().flat_map(|one| one.first..one.first + one.count).collect();
            let mut plan = Plan::new(&missing);
            let mut workers: [Option<LotId>; 4] = [None; 4];
            let mut accepted = BTreeSet::new();
            let mut now = Duration::ZERO;
            let finish = (0..4000).map(|step| (step % 4, 0u8, 64u64));
            for (who, what, most) in steps.into_iter().chain(finish) {
                now += Duration::from_millis(most * 200);
                let Some(lot) = workers[who] else {
                    workers[who] = plan.take(most, now).map(|(lot, _)| lot);
                    continue;
                };
                match (plan.due(lot), what) {
                    (None, _) | (_, 9) => {
                        plan.leave(lot);
                        workers[who] = None;
                    }
                    (Some(due), what) => {
                        let slice = range(due.first, due.count.min(MAX_SLICE_CHUNKS));
                        prop_assert!(plan.bring(lot, slice));
                        plan.judged(slice, what != 8);
                        if what != 8 {
                            for chunk in slice.first..slice.first + slice.count {
                                prop_assert!(accepted.insert(chunk), "chunk {chunk} twice");
                            }
                        }
                    }
                }
            }
            prop_assert!(plan.is_done());
            prop_assert_eq!(accepted, all);
        }
    }
}
