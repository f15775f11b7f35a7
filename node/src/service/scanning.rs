//! Reading through all stored images, slowly and by itself, so that what a disk has damaged is found while there is somebody
//! who still has it: an image that nobody looks at for years is read as often as the settings say. What is found goes the
//! same way as what somebody found who looked at it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dokuei_identity::time::Timestamp;
use dokuei_store::{DamagedStudy, Origin, Read, ScanResult, ScanState, StoreError, StoredImage};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use crate::clock;

/// From look to look whether there is something to be read.
const EVERY: Duration = Duration::from_secs(5);
/// Images that are read before it is written down how far it is, at most.
const AT_ONCE: u32 = 64;
/// Time after which it is written down how far it is, at an image's end.
const AT_LEAST: Duration = Duration::from_secs(10);

/// The reading of all images.
#[derive(Debug, Default)]
pub(super) struct Scanning {
    stop: CancellationToken,
    /// What hindered reading an image last, and says nothing of the image.
    trouble: Mutex<Option<String>>,
}

impl Scanning {
    /// Nothing is read any more; it goes on after the next start.
    pub(super) fn end(&self) {
        self.stop.cancel();
    }

    fn trouble(&self) -> MutexGuard<'_, Option<String>> {
        // A sentence for people.
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets so many bytes in a second be read, over a while.
struct Pace<'a> {
    rate: u64,
    begun: Instant,
    bytes: u64,
    stop: &'a CancellationToken,
}

impl<'a> Pace<'a> {
    fn new(rate: u64, stop: &'a CancellationToken) -> Self {
        Self {
            rate: rate.max(1),
            begun: Instant::now(),
            bytes: 0,
            stop,
        }
    }

    /// How long whoever has read `bytes` since `elapsed` has to wait before reading on.
    fn wait(rate: u64, bytes: u64, elapsed: Duration) -> Duration {
        Duration::from_secs_f64(bytes as f64 / rate as f64).saturating_sub(elapsed)
    }

    /// So many bytes were read: waits, and tells whether to go on.
    fn read(&mut self, bytes: usize) -> bool {
        self.bytes += bytes as u64;
        let wait = Self::wait(self.rate, self.bytes, self.begun.elapsed());
        if !wait.is_zero() {
            std::thread::sleep(wait);
        }
        !self.stop.is_cancelled()
    }
}

/// Whether it is time to read all of it again. An end that lies in the future is one of a clock that was set back since.
fn is_due(last: Option<ScanResult>, interval: u64, now: Timestamp) -> bool {
    last.is_none_or(|last| last.at > now || now.since(last.at) >= interval)
}

impl Node {
    /// Reads through what is stored from now on, as often as the settings say.
    pub fn scan_images(&self) {
        if self.config().scan.interval().is_none() {
            return;
        }
        let (node, stop) = (self.clone(), self.0.scanning.stop.clone());
        tokio::spawn(async move {
            let mut pause = EVERY;
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
                let scanning = node.clone();
                pause = match tokio::task::spawn_blocking(move || scanning.scan_some()).await {
                    Ok(Ok(true)) => Duration::ZERO,
                    Ok(Ok(false)) => EVERY,
                    Ok(Err(error)) => {
                        tracing::error!(code = error.code(), %error, "stored images could not be read through");
                        EVERY
                    }
                    // The runtime ends.
                    Err(_) => return,
                };
            }
        });
    }

    /// Reads the next images, if it is time for it; whether there are more.
    fn scan_some(&self) -> Result<bool, ServiceError> {
        let Some(interval) = self.config().scan.interval() else {
            return Ok(false);
        };
        let state = self.store().scan_state()?;
        if state.running.is_none() {
            let now = self.now();
            if !is_due(state.last, interval, now) || self.store().study_count()? == 0 {
                return Ok(false);
            }
            *self.0.scanning.trouble() = None;
            self.store().begin_scan(now)?;
            return Ok(true);
        }
        let images = self.store().images_after(&state.reached, AT_ONCE)?;
        if images.is_empty() {
            self.end_scan()?;
            return Ok(false);
        }
        let read = self.read_images(images);
        // Before it is written down that they were read.
        self.keep_damaged()?;
        self.store().note_scanned(&read)?;
        Ok(!self.0.scanning.stop.is_cancelled())
    }

    /// Reads images, until it is time to write down how far it is; which it read, and what that came to.
    fn read_images(&self, images: Vec<StoredImage>) -> Vec<(StoredImage, Read)> {
        let scanning = &self.0.scanning;
        let mut pace = Pace::new(self.config().scan.rate(), &scanning.stop);
        let mut read = Vec::new();
        for image in images {
            let whole = self
                .store()
                .is_whole_at(&image.sop_instance_uid, &mut |bytes| pace.read(bytes));
            match whole {
                Ok(Some(true)) => read.push((image, Read::Whole)),
                Ok(Some(false)) => {
                    self.store().mark_damaged(&image);
                    read.push((image, Read::Damaged));
                }
                Ok(None) => break,
                // Erased meanwhile.
                Err(StoreError::NotFound(_)) => {}
                // It says nothing of this image, and must not keep the others from being read.
                Err(error) => {
                    tracing::error!(%error, "a stored image could not be read through");
                    *scanning.trouble() = Some(error.to_string());
                    read.push((image, Read::Hindered));
                }
            }
            if scanning.stop.is_cancelled() || pace.begun.elapsed() >= AT_LEAST {
                break;
            }
        }
        read
    }

    fn end_scan(&self) -> Result<(), ServiceError> {
        self.store().end_scan(self.now())?;
        if let Some(last) = self.store().scan_state()?.last {
            tracing::info!(
                images = last.images,
                bytes = last.bytes,
                damaged = last.damaged,
                "all stored images were read through"
            );
        }
        Ok(())
    }

    /// Writes down what was found damaged, by whoever read it, and tells it. What came from another node is had again by
    /// itself; what was taken in here has whoever took it in.
    pub(super) fn keep_damaged(&self) -> Result<(), ServiceError> {
        for found in self.store().keep_damaged(self.now())? {
            let study = &found.study_instance_uid;
            if found.images > 0 {
                self.events().publish(EventKind::Study, study);
            }
            if found.origin == Origin::Received {
                self.0.renewals.want(study);
            } else if found.images > 0 {
                tracing::error!(
                    images = found.images,
                    "images were damaged by this disk; import them again"
                );
                let told = format!("{} images cannot be read; import them again", found.images);
                self.audit("node", "damage", study, &told)?;
            }
        }
        Ok(())
    }

    /// Takes up what was found damaged before the node was ended.
    pub(super) fn remember_damaged(&self) -> Result<(), ServiceError> {
        for found in self.store().damaged_studies()? {
            if found.origin == Origin::Received {
                self.0.renewals.want(&found.study_instance_uid);
            }
        }
        Ok(())
    }

    /// How far the reading is, what the last one came to, and what is damaged.
    pub(super) fn scan_view(&self) -> Result<Value, ServiceError> {
        let state = self.store().scan_state()?;
        let damaged: u64 = self.store().damaged_studies()?.iter().map(|one| one.images).sum();
        Ok(view_of(
            &state,
            self.config().scan.interval(),
            damaged,
            self.0.scanning.trouble().as_ref(),
        ))
    }

    /// The studies of which images are damaged.
    pub(super) fn damaged_view(&self) -> Result<Vec<Value>, ServiceError> {
        let damaged = self.store().damaged_studies()?;
        Ok(damaged.iter().map(damaged_study).collect())
    }
}

fn damaged_study(study: &DamagedStudy) -> Value {
    json!({
        "study_instance_uid": study.study_instance_uid,
        "origin": study.origin,
        "images": study.images,
    })
}

fn view_of(state: &ScanState, interval: Option<u64>, damaged: u64, trouble: Option<&String>) -> Value {
    let result = |one: &ScanResult, at: &str| json!({at: clock::rfc3339(one.at), "images": one.images, "bytes": one.bytes, "damaged": one.damaged});
    let next = interval.filter(|_| state.running.is_none());
    json!({
        "every_days": interval.map_or(0, |seconds| seconds / 86_400),
        "running": state.running.as_ref().map(|one| result(one, "begun")),
        "last": state.last.as_ref().map(|one| result(one, "ended")),
        "next": next.zip(state.last).map(|(seconds, last)| clock::rfc3339(last.at.plus(seconds))),
        "damaged": damaged,
        "trouble": trouble,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(at: u64) -> Option<ScanResult> {
        Some(ScanResult {
            at: Timestamp(at),
            images: 1,
            bytes: 1,
            damaged: 0,
        })
    }

    #[test]
    fn it_is_time_at_first_then_after_the_interval_and_when_the_clock_was_set_back() {
        assert!(is_due(None, 100, Timestamp(5)));
        assert!(!is_due(ended(1000), 100, Timestamp(1099)));
        assert!(is_due(ended(1000), 100, Timestamp(1100)));
        assert!(is_due(ended(1000), 100, Timestamp(999)));
    }

    #[test]
    fn no_more_is_read_in_a_second_than_is_allowed() {
        let wait = |bytes, elapsed| Pace::wait(1 << 20, bytes, Duration::from_millis(elapsed));
        assert_eq!(wait(1 << 20, 0), Duration::from_secs(1));
        assert_eq!(wait(1 << 19, 100), Duration::from_millis(400));
        assert_eq!(wait(1 << 18, 5000), Duration::ZERO);
        let stop = CancellationToken::new();
        let mut pace = Pace::new(u64::MAX, &stop);
        assert!(pace.read(1 << 20));
        stop.cancel();
        assert!(!pace.read(1), "a node that ends waits for nothing");
    }
}
