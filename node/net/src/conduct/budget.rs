//! What others make us hold at once, bytes or places at work: so much in all and so much for each.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A budget that many share.
#[derive(Debug)]
pub(crate) struct Budget<K> {
    /// One permit is so much.
    unit: usize,
    all: Arc<Semaphore>,
    each: u32,
    shares: Mutex<HashMap<K, Weak<Semaphore>>>,
}

/// What is held; given back when dropped.
#[derive(Debug)]
pub(crate) struct Held {
    _of_all: OwnedSemaphorePermit,
    _of_share: OwnedSemaphorePermit,
}

impl<K: Eq + Hash> Budget<K> {
    /// Bytes for all together, and for each.
    pub(crate) fn of_bytes(all: usize, each: usize) -> Self {
        Self::new(1024, all, each)
    }

    /// Places for all together, and for each.
    pub(crate) fn of_places(all: usize, each: usize) -> Self {
        Self::new(1, all, each)
    }

    fn new(unit: usize, all: usize, each: usize) -> Self {
        let (all, each) = (units(all, unit), units(each, unit));
        Self {
            unit,
            all: Arc::new(Semaphore::new(all as usize)),
            each: each.min(all),
            shares: Mutex::default(),
        }
    }

    /// Waits until `name` may hold so much; more than a share is a whole share. The own share first: whoever waits for it
    /// keeps nothing from others. None is never given: the semaphores are not closed.
    pub(crate) async fn hold(&self, name: K, amount: usize) -> Option<Held> {
        let (share, units) = (self.share(name), self.units(amount));
        let of_share = share.acquire_many_owned(units).await.ok()?;
        let of_all = Arc::clone(&self.all).acquire_many_owned(units).await.ok()?;
        Some(Held {
            _of_all: of_all,
            _of_share: of_share,
        })
    }

    /// The same without waiting.
    pub(crate) fn try_hold(&self, name: K, amount: usize) -> Option<Held> {
        let (share, units) = (self.share(name), self.units(amount));
        let of_share = share.try_acquire_many_owned(units).ok()?;
        let of_all = Arc::clone(&self.all).try_acquire_many_owned(units).ok()?;
        Some(Held {
            _of_all: of_all,
            _of_share: of_share,
        })
    }

    fn units(&self, amount: usize) -> u32 {
        units(amount, self.unit).min(self.each)
    }

    fn share(&self, name: K) -> Arc<Semaphore> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares.get(&name).and_then(Weak::upgrade) {
            return share;
        }
        // Those of which nothing is held are full: forgetting them changes nothing.
        shares.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(self.each as usize));
        shares.insert(name, Arc::downgrade(&share));
        share
    }
}

fn units(amount: usize, unit: usize) -> u32 {
    u32::try_from(amount.div_ceil(unit)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    const MIB: usize = 1 << 20;

    /// R17 (obstruct): the sum of what lies in memory is bounded, and nobody takes all of it.
    #[tokio::test]
    async fn r17_nobody_holds_more_than_a_share_and_all_together_no_more_than_there_is() {
        let budget = Budget::of_bytes(4 * MIB, 2 * MIB);
        let first = budget.hold("a", MIB).await.unwrap();
        let second = budget.hold("a", MIB).await.unwrap();
        assert!(
            budget.hold("a", 1).now_or_never().is_none(),
            "its share is used up"
        );
        let third = budget.try_hold("b", 2 * MIB).unwrap();
        assert!(budget.try_hold("c", 1).is_none(), "all is used up");
        drop(first);
        let c = budget.hold("c", MIB).now_or_never().flatten().unwrap();
        drop((second, third, c));
        // More than a share is a whole share, and what nobody holds is forgotten.
        assert!(budget.hold("d", 100 * MIB).await.is_some());
        assert_eq!(budget.shares.lock().unwrap().len(), 1);
    }
}
