//! Received images that this disk has damaged: found when somebody reads one, told, and taken once more from the package in
//! which they came. What the disk has damaged of the package too is fetched anew from its holders, its sender's node before
//! all, as it was fetched the first time: every slice is proven against the signed root before it is kept.
//!
//! What is damaged is written down ([`Node::keep_damaged`]), so that it is tried again after a restart.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dokuei_consultation::body::PackageOffered;
use dokuei_consultation::id::{CaseId, PackageId};
use dokuei_identity::time::Timestamp;
use dokuei_net::Network;
use dokuei_package::chunk::CHUNK;
use dokuei_package::schedule::{Cek, PackageKey};
use dokuei_package::verifier::Verifier;
use dokuei_store::{Direction, PackageRow, PackageState, StoreError};
use tokio_util::sync::CancellationToken;

use super::Node;
use super::delivery::blocking;
use super::error::ServiceError;
use super::events::EventKind;
use super::fetch::{Pulled, Wanted};
use super::receiving::Receiving;

/// Seconds after which it is tried again, at first; twice as long each time after that.
const FIRST_WAIT: u64 = 10;
/// Seconds after which it is tried again at the latest.
const LONGEST_WAIT: u64 = 3600;

/// Studies of which images are to be had again. There are no more of them than received studies.
#[derive(Debug, Default)]
pub(super) struct Renewals(Mutex<HashMap<String, Due>>);

#[derive(Debug, Default)]
struct Due {
    /// When it is tried next; `None`: at once.
    at: Option<Timestamp>,
    tries: u32,
    busy: bool,
    /// Why it did not succeed, when that was last told.
    told: Option<&'static str>,
}

impl Renewals {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Due>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Images of a study are damaged. That one is waited for already changes nothing.
    pub(super) fn want(&self, study: &str) {
        self.lock().entry(study.to_owned()).or_default();
    }

    /// Those whose time has come, and that nobody works at; somebody does from now on.
    fn begin(&self, now: Timestamp) -> Vec<String> {
        let mut all = self.lock();
        let due = all
            .iter_mut()
            .filter(|(_, due)| !due.busy && due.at.is_none_or(|at| at <= now));
        due.map(|(study, due)| {
            due.busy = true;
            study.clone()
        })
        .collect()
    }

    /// Whoever works at it has ended: it is whole, or is tried again later for this reason. Whether the reason is another
    /// one than before.
    fn ended(&self, study: &str, outcome: Result<(), &'static str>, now: Timestamp) -> bool {
        let mut all = self.lock();
        let Err(why) = outcome else {
            all.remove(study);
            return false;
        };
        let Some(due) = all.get_mut(study) else {
            return false;
        };
        let wait = FIRST_WAIT
            .saturating_mul(1 << due.tries.min(16))
            .min(LONGEST_WAIT);
        due.at = Some(now.plus(wait));
        due.tries = due.tries.saturating_add(1);
        due.busy = false;
        due.told.replace(why) != Some(why)
    }

    /// Whether nobody tried it before.
    fn is_first(&self, study: &str) -> bool {
        self.lock().get(study).is_none_or(|due| due.tries == 0)
    }

    /// Somebody came who may have it: all are tried at once.
    pub(super) fn soon(&self) {
        self.lock().values_mut().for_each(|due| due.at = None);
    }
}

impl Node {
    /// Begins to have again what was found damaged of received studies, and what is to be tried again.
    pub(super) async fn renew_damaged(&self, network: &Network) {
        if self.is_frozen() {
            return;
        }
        let node = self.clone();
        match blocking(move || node.due_renewals()).await {
            Ok(due) => due.into_iter().for_each(|study| self.renew(network, study)),
            Err(error) => {
                tracing::error!(code = error.code(), %error, "damaged images could not be looked up")
            }
        }
    }

    fn due_renewals(&self) -> Result<Vec<String>, ServiceError> {
        self.keep_damaged()?;
        Ok(self.0.renewals.begin(self.now()))
    }

    fn renew(&self, network: &Network, study: String) {
        let (node, network) = (self.clone(), network.clone());
        tokio::spawn(async move {
            let outcome = match node.renew_study(&network, &study).await {
                Ok(Pulled::All) => Ok(()),
                Ok(Pulled::Stands(why)) => Err(why),
                Ok(Pulled::Stopped) => Err("stopped"),
                Err(error) => {
                    tracing::warn!(code = error.code(), %error, "damaged images could not be had again yet");
                    Err(error.code())
                }
            };
            if node.0.renewals.ended(&study, outcome, node.now())
                && let Err(why) = outcome
            {
                let told = blocking(move || node.audit("node", "mend", &study, &format!("not yet: {why}")));
                if let Err(error) = told.await {
                    tracing::error!(%error, "nobody could be told of it");
                }
            }
        });
    }

    /// Has images of a study again that are damaged, from the packages that brought it, one after the other.
    async fn renew_study(&self, network: &Network, study: &str) -> Result<Pulled, ServiceError> {
        let (node, of) = (self.clone(), study.to_owned());
        let (damaged, packages) = blocking(move || node.what_is_damaged(&of)).await?;
        if damaged.is_empty() {
            return Ok(Pulled::All);
        }
        let mut reached = Pulled::Stands("no_package");
        for row in packages {
            reached = self.renew_from(network, row, study, &damaged).await?;
            let (node, of) = (self.clone(), study.to_owned());
            let left = blocking(move || node.damaged_in(&of)).await?.len();
            if left == 0 {
                let (node, of) = (self.clone(), study.to_owned());
                blocking(move || {
                    node.store().forget_damage(&of)?;
                    node.audit("node", "mend", &of, "success")
                })
                .await?;
                tracing::warn!(
                    images = damaged.len(),
                    "images that the disk had damaged are whole again"
                );
                self.events().publish(EventKind::Study, study);
                return Ok(Pulled::All);
            }
            if reached == Pulled::All {
                // It was not in this package.
                reached = Pulled::Stands("not_in_package");
            }
        }
        Ok(reached)
    }

    /// Which images of a study are damaged, which is told once, and the packages that may have them, the likeliest first.
    fn what_is_damaged(&self, study: &str) -> Result<(BTreeSet<String>, Vec<PackageRow>), ServiceError> {
        let damaged = self.damaged_in(study)?;
        if damaged.is_empty() {
            self.store().forget_damage(study)?;
            return Ok((damaged, Vec::new()));
        }
        if self.0.renewals.is_first(study) {
            tracing::error!(
                images = damaged.len(),
                "received images were damaged by this disk"
            );
            let told = format!("{} images cannot be read", damaged.len());
            self.audit("node", "damage", study, &told)?;
        }
        let known = self.store().study(study)?.study.case_id;
        let mut packages = self.store().packages(None)?;
        packages.retain(|row| {
            row.package.direction == Direction::Incoming
                && row.state == PackageState::Opened
                && self.may_bring(&row.package, study, known.as_ref())
        });
        packages.sort_by_key(|row| known.as_ref() != Some(&row.package.case_id));
        Ok((damaged, packages))
    }

    /// Reads every image of a study; the SOP Instance UIDs of those that cannot be read any more.
    fn damaged_in(&self, study: &str) -> Result<BTreeSet<String>, ServiceError> {
        let mut damaged = BTreeSet::new();
        for series in self.store().series_of(study)? {
            for image in self.store().instances_of(&series.series_instance_uid)? {
                match self.store().is_whole(&image.sop_instance_uid) {
                    Ok(true) | Err(StoreError::NotFound(_)) => {}
                    Ok(false) => drop(damaged.insert(image.sop_instance_uid)),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(damaged)
    }

    async fn renew_from(
        &self,
        network: &Network,
        row: PackageRow,
        study: &str,
        damaged: &BTreeSet<String>,
    ) -> Result<Pulled, ServiceError> {
        let (case, package) = (CaseId::from_bytes(row.package.case_id), row.package.package_id);
        // As long as it is under way nothing of it is erased.
        let Some(stop) = self.0.transfers.begin(case, package) else {
            return Ok(Pulled::Stands("under_way"));
        };
        let filled = self.refill(network, row, &stop).await;
        let outcome = match filled {
            Ok(Pulled::All) => {
                let (node, study, damaged) = (self.clone(), study.to_owned(), damaged.clone());
                blocking(move || node.retake(&package, &study, &damaged))
                    .await
                    .map(|()| Pulled::All)
            }
            other => other,
        };
        self.0.transfers.end(case, package);
        self.events().publish(EventKind::Case, case);
        if stop.is_cancelled() {
            self.sweep_soon();
        }
        outcome
    }

    /// Completes a package from its holders, as far as the disk has damaged it as well.
    async fn refill(
        &self,
        network: &Network,
        row: PackageRow,
        stop: &CancellationToken,
    ) -> Result<Pulled, ServiceError> {
        let (node, kept) = (self.clone(), row.clone());
        let sink = Arc::new(Mutex::new(blocking(move || node.check_package(&kept)).await?));
        let is_whole = |sink: &Mutex<Receiving>| {
            let receiving = sink.lock().unwrap_or_else(PoisonError::into_inner);
            receiving.missing().is_empty()
        };
        if is_whole(&sink) {
            return Ok(Pulled::All);
        }
        let node = self.clone();
        let wanted = blocking(move || node.wanted_again(&row)).await?;
        let holders = self.holders(network, &wanted).await?;
        if holders.is_empty() {
            return Ok(Pulled::Stands("holder_away"));
        }
        let pulled = self.pull_missing(network, &wanted, &holders, &sink, stop).await?;
        blocking(move || sink.lock().unwrap_or_else(PoisonError::into_inner).checkpoint()).await?;
        Ok(pulled)
    }

    /// Reads all of a package that is here, and notes which chunks of it are as they came. Of files that are gone or were
    /// cut what is missing is made room for.
    fn check_package(&self, row: &PackageRow) -> Result<Receiving, ServiceError> {
        let package = row.package.package_id;
        let id = self.core_of(row)?.core().tree();
        let (payload, outboard) = self.store().package_files(&package)?;
        for (path, length) in [(&payload, id.length()), (&outboard, id.outboard_length())] {
            File::options()
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)
                .and_then(|file| file.set_len(length))
                .map_err(ServiceError::file(path))?;
        }
        let verifier = Verifier::new(id)
            .ok_or_else(|| ServiceError::BadPackage("no package has this length".to_owned()))?;
        let mut receiving = self.filling(package, verifier)?;
        if let Err(error) = receiving.recover() {
            // What the disk does not give any more is fetched, and written over it.
            tracing::warn!(code = error.code(), %error, "a package that is here cannot all be read");
        }
        let here = receiving.here();
        self.store().set_verified(&package, &here.to_bytes())?;
        let missing = u64::from(here.chunks().saturating_sub(here.count())) * CHUNK as u64;
        self.require_room(missing)?;
        tracing::info!(
            missing,
            "a package was looked through for what the disk has damaged"
        );
        Ok(receiving)
    }

    /// A package that was received before, as it is asked for again.
    fn wanted_again(&self, row: &PackageRow) -> Result<Wanted, ServiceError> {
        let case = CaseId::from_bytes(row.package.case_id);
        let core = self.core_of(row)?;
        Ok(Wanted {
            case,
            from: core.core().sender,
            offer: PackageOffered {
                package: PackageId::from_bytes(row.package.package_id),
                core: row.package.core.clone(),
                root: row.package.root,
                length: row.package.length,
                instances: 0,
                original_bytes: 0,
            },
        })
    }

    /// Takes the damaged images of a study from a package that is whole, and compares them with what their sender signed.
    fn retake(
        &self,
        package: &[u8; 16],
        study: &str,
        damaged: &BTreeSet<String>,
    ) -> Result<(), ServiceError> {
        let openings = self.openings();
        let row = self.store().package(package)?;
        if row.state != PackageState::Opened {
            return Ok(());
        }
        let core = self.core_of(&row)?;
        let kept = self.store().package_key(package)?.ok_or(ServiceError::NoDevice)?;
        let key = PackageKey::derive(&Cek::from_bytes(kept), core.core())
            .map_err(|error| ServiceError::BadPackage(error.to_string()))?;
        let mut reader = self.reader_of(&core, key)?;
        self.retake_instances(&mut reader, study, damaged)?;
        drop(openings);
        self.prove_received();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_had_is_tried_less_and_less_often_and_at_once_when_somebody_comes() {
        let renewals = Renewals::default();
        renewals.want("1.2");
        let mut now = Timestamp(1000);
        assert_eq!(renewals.begin(now), ["1.2"]);
        assert!(renewals.begin(now).is_empty(), "somebody works at it");
        assert!(renewals.ended("1.2", Err("holder_away"), now));
        for wait in [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600] {
            assert!(renewals.begin(now.plus(wait - 1)).is_empty(), "{wait}");
            now = now.plus(wait);
            assert_eq!(renewals.begin(now), ["1.2"], "{wait}");
            assert!(!renewals.ended("1.2", Err("holder_away"), now), "told already");
        }
        renewals.want("1.2");
        assert!(renewals.begin(now).is_empty(), "found again, it waits still");
        renewals.soon();
        assert_eq!(renewals.begin(now), ["1.2"]);
        assert!(renewals.ended("1.2", Err("stalled"), now), "another reason");
        renewals.soon();
        assert_eq!(renewals.begin(now), ["1.2"]);
        assert!(!renewals.ended("1.2", Ok(()), now));
        renewals.soon();
        assert!(renewals.begin(now).is_empty());
    }
}
