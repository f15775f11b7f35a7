//! The archives of the house: studies and reports go to them, again and again until they are there; and what they have is
//! looked for and fetched.
//!
//! What is to be sent lies in a durable queue with one row for each instance, so that a node that was killed goes on where
//! it was. An archive is sent to over one association at a time; it sees the bytes that are kept here, streamed out of
//! the sealed store.

mod asking;
mod commitment;
mod documents;
mod fetching;
mod queue;
mod sending;

use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dokuei_dicom::network::{AeTitle, CallError, Calling, Plain, Role, TlsClient, Transport, Wanted};
use dokuei_identity::time::Timestamp;
use dokuei_store::Id16;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub(super) use self::asking::ArchiveError;
pub use self::asking::StudyQuestion;
use self::fetching::Fetch;
use self::sending::Stuck;
use super::Node;
use super::delivery::blocking;
use super::error::ServiceError;
use super::reception::ReceptionError;
use crate::clock;
use crate::config::Archive;

/// How often the queue is looked through even when nothing rang.
const PATROL: u64 = 60;
/// How long an archive may take to take a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// The first pause after a failure, and the longest, seconds; each is twice the one before.
const FIRST_PAUSE: u64 = 10;
const LONGEST_PAUSE: u64 = 3_600;
/// For how long what came of a dispatch is kept, seconds, and how often what is older is forgotten.
const REMEMBERED: u64 = 90 * 86_400;
const FORGETTING: u64 = 86_400;

/// What goes to archives now.
#[derive(Debug, Default)]
pub(super) struct Archives {
    stop: CancellationToken,
    /// Rung when something is to be sent.
    bell: Notify,
    /// Whether there may be reports that no archive has been sent yet.
    reports: AtomicBool,
    under_way: Mutex<BTreeMap<String, UnderWay>>,
    /// What is fetched from them, by its job.
    fetches: Mutex<BTreeMap<String, Fetch>>,
    /// Archives that are left alone until then, because what became of the last attempt could not be written down.
    resting: Mutex<BTreeMap<String, Timestamp>>,
}

/// What goes to one archive.
#[derive(Debug)]
struct UnderWay {
    dispatch: Id16,
    /// Instances that are there.
    sent: u64,
    /// To end it by.
    stream: Option<TcpStream>,
}

impl Archives {
    fn under_way(&self) -> MutexGuard<'_, BTreeMap<String, UnderWay>> {
        // Names and counters: whole after each assignment.
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fetches(&self) -> MutexGuard<'_, BTreeMap<String, Fetch>> {
        // Marks and connections: whole after each assignment.
        self.fetches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is sent to this archive before then.
    fn rest(&self, archive: &str, until: Timestamp) {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.insert(archive.to_owned(), until);
    }

    fn rests(&self, archive: &str, now: Timestamp) -> bool {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back holds nothing up.
        let until = resting.get(archive);
        until.is_some_and(|until| now < *until && until.0 - now.0 <= PATROL)
    }

    /// A report was received or written.
    pub(super) fn report_came(&self) {
        self.reports.store(true, Ordering::Relaxed);
        self.bell.notify_one();
    }

    /// An incident began: what is under way is broken off, and what is fetched is cancelled. What was to be sent waits.
    pub(super) fn halt(&self) {
        for one in self.under_way().values() {
            one.break_off();
        }
        for one in self.fetches().values_mut() {
            one.cancel();
        }
    }

    /// The incident is over.
    pub(super) fn go_on(&self) {
        self.bell.notify_one();
    }

    /// Ends everything that is under way; it goes on after the next start.
    pub(super) fn end(&self) {
        self.stop.cancel();
        for one in self.under_way().values() {
            one.break_off();
        }
        for one in self.fetches().values_mut() {
            one.cancel();
        }
    }
}

impl UnderWay {
    fn break_off(&self) {
        if let Some(stream) = &self.stream {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// How long after so many failures one waits before the next attempt, seconds.
fn pause(failures: u32) -> u64 {
    let doubled = 1_u64.checked_shl(failures.saturating_sub(1)).unwrap_or(u64::MAX);
    FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE)
}

/// Those that are sent to, and how.
#[derive(Clone)]
struct House {
    archives: Arc<[Archive]>,
    ours: AeTitle,
    tls: Option<TlsClient>,
    idle: Duration,
}

impl House {
    /// Opens an association over this connection.
    fn speak(
        &self,
        stream: TcpStream,
        archive: &Archive,
        wanted: &[Wanted],
        role: Role,
    ) -> Result<Calling<Box<dyn Transport>>, CallError> {
        let broken = |error: std::io::Error| CallError::Broken(error.to_string());
        let plain = Plain::new(stream).map_err(broken)?;
        let transport: Box<dyn Transport> = match (&self.tls, archive.tls) {
            (Some(tls), true) => Box::new(tls.connect(&archive.host, plain).map_err(broken)?),
            _ => Box::new(plain),
        };
        Calling::open(transport, (&self.ours, &archive.aet), wanted, role, self.idle)
    }
}

impl Node {
    /// Sends to the archives of the house from now on, when the settings name any.
    pub(super) fn send_to_archives(&self) -> Result<(), ReceptionError> {
        let dicom = &self.config().dicom;
        let wrong = |error: &dyn std::fmt::Display| ReceptionError::Settings(error.to_string());
        let archives = dicom.archives().map_err(|error| wrong(&error))?;
        let archives: Vec<Archive> = archives.into_iter().filter(|archive| archive.send).collect();
        if archives.is_empty() {
            return Ok(());
        }
        let house = House {
            archives: archives.into(),
            ours: dicom.aet.parse().map_err(|error| wrong(&error))?,
            tls: dicom
                .tls_client_files()
                .as_ref()
                .map(TlsClient::open)
                .transpose()?,
            idle: Duration::from_secs(dicom.idle_seconds),
        };
        self.0.archives.reports.store(true, Ordering::Relaxed);
        tokio::spawn(self.clone().attend(house));
        Ok(())
    }

    async fn attend(self, house: House) {
        let mut forget_at = Timestamp(0);
        loop {
            let now = self.now();
            if forget_at <= now {
                forget_at = now.plus(FORGETTING);
                let (node, long_ago) = (self.clone(), now.minus(REMEMBERED));
                let forgotten = blocking(move || Ok(node.store().forget_dispatches(long_ago)?)).await;
                if let Err(error) = forgotten {
                    tracing::error!(code = error.code(), "old dispatches could not be forgotten");
                }
            }
            let (node, of) = (self.clone(), house.clone());
            let wait = match blocking(move || node.look(&of)).await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(
                        code = error.code(),
                        "what is to be sent to archives could not be read"
                    );
                    PATROL
                }
            };
            let archives = &self.0.archives;
            tokio::select! {
                biased;
                () = archives.stop.cancelled() => return,
                () = archives.bell.notified() => {}
                () = tokio::time::sleep(Duration::from_secs(wait)) => {}
            }
        }
    }

    /// Begins to send to every archive for which something is due; gives after how many seconds to look again.
    fn look(&self, house: &House) -> Result<u64, ServiceError> {
        let archives = &self.0.archives;
        if self.is_frozen() {
            return Ok(PATROL);
        }
        if archives.reports.swap(false, Ordering::Relaxed)
            && let Err(error) = self.queue_new_reports(&house.archives)
        {
            // They are looked for again, and nothing else waits for them.
            archives.reports.store(true, Ordering::Relaxed);
            tracing::error!(
                code = error.code(),
                "reports could not be queued for the archives"
            );
        }
        let now = self.now();
        for (place, archive) in house.archives.iter().enumerate() {
            let name = archive.aet.as_str();
            if archives.under_way().contains_key(name) || archives.rests(name, now) {
                continue;
            }
            let Some(due) = self.store().due_dispatch(name, now)? else {
                continue;
            };
            let one = UnderWay {
                dispatch: due.dispatch_id,
                sent: due.sent,
                stream: None,
            };
            archives.under_way().insert(name.to_owned(), one);
            let (node, house, name) = (self.clone(), house.clone(), name.to_owned());
            let work = move || {
                let _leaving = Leaving { node: &node, name };
                if let Some(archive) = house.archives.get(place) {
                    node.try_to_send(&house, archive, &due);
                }
            };
            match self.0.home.get() {
                Some(home) => drop(home.spawn_blocking(work)),
                None => drop(tokio::runtime::Handle::current().spawn_blocking(work)),
            }
        }
        let mut wait = PATROL;
        for archive in house.archives.iter() {
            let name = archive.aet.as_str();
            // What is under way rings when it ends.
            if archives.under_way().contains_key(name) || archives.rests(name, now) {
                continue;
            }
            if let Some(next) = self.store().next_dispatch(name)? {
                wait = wait.min(next.0.saturating_sub(now.0));
            }
        }
        Ok(wait.max(1))
    }

    /// Opens an association with an archive for a dispatch.
    fn call(
        &self,
        (house, archive, dispatch): (&House, &Archive, &Id16),
        wanted: &[Wanted],
        role: Role,
    ) -> Result<Calling<Box<dyn Transport>>, Stuck> {
        self.still_wanted(dispatch)?;
        let stream = connect(&archive.host, archive.port).map_err(CallError::Broken)?;
        if let Some(one) = self.0.archives.under_way().get_mut(archive.aet.as_str()) {
            one.stream = stream.try_clone().ok();
        }
        // Who cancelled it while it was connected found no connection to break off.
        self.still_wanted(dispatch)?;
        Ok(house.speak(stream, archive, wanted, role)?)
    }

    /// Goes on only with what was not cancelled, and while the node is not leaving.
    fn still_wanted(&self, dispatch: &Id16) -> Result<(), Stuck> {
        let halted = self.0.archives.stop.is_cancelled() || self.is_frozen();
        if !halted && self.store().dispatch_waits(dispatch)? {
            Ok(())
        } else {
            Err(Stuck::Unwanted)
        }
    }

    /// Asks an archive whether it is there (C-ECHO).
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] when no peer of this title is an archive.
    pub fn echo_archive(&self, name: &str) -> Result<Value, ServiceError> {
        let archive = self.archive(name, |_| true)?;
        let house = self.house_of(&archive)?;
        let begun = std::time::Instant::now();
        let outcome = connect(&archive.host, archive.port)
            .map_err(CallError::Broken)
            .and_then(|stream| house.speak(stream, &archive, &[Wanted::verification()], Role::User))
            .and_then(|mut association| {
                let answer = association.echo()?;
                association.release();
                Ok(answer)
            });
        let why = match outcome {
            Ok(answer) if answer.is_success() => None,
            Ok(answer) => Some(format!("it answers with status {:04X}", answer.status)),
            Err(error) => Some(error.to_string()),
        };
        Ok(json!({
            "aet": archive.aet.as_str(),
            "address": format!("{}:{}", archive.host, archive.port),
            "tls": archive.tls,
            "ok": why.is_none(),
            "why": why,
            "milliseconds": u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        }))
    }

    /// What is needed to speak with this archive.
    fn house_of(&self, archive: &Archive) -> Result<House, ServiceError> {
        let dicom = &self.config().dicom;
        Ok(House {
            archives: Arc::new([]),
            ours: dicom
                .aet
                .parse()
                .map_err(|error| ServiceError::field("aet", error))?,
            tls: match dicom.tls_client_files().filter(|_| archive.tls) {
                Some(files) => {
                    Some(TlsClient::open(&files).map_err(|error| ServiceError::field("tls", error))?)
                }
                None => None,
            },
            idle: Duration::from_secs(dicom.idle_seconds),
        })
    }

    /// The archives of the house, and what waits for each.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn archives(&self) -> Result<Value, ServiceError> {
        let archives = self.config().dicom.archives();
        let archives = archives.map_err(|error| ServiceError::field("dicom", error))?;
        let rows = self.store().dispatches()?;
        let views: Vec<Value> = archives
            .iter()
            .map(|archive| {
                let waiting = rows.iter().filter(|row| {
                    row.peer == archive.aet.as_str() && row.state == dokuei_store::DispatchState::Waiting
                });
                let waiting: Vec<_> = waiting.collect();
                let stuck = waiting.iter().find(|row| row.reason.is_some());
                json!({
                    "aet": archive.aet.as_str(),
                    "address": format!("{}:{}", archive.host, archive.port),
                    "tls": archive.tls,
                    "send": archive.send,
                    "fetch": archive.fetch,
                    "reports": archive.reports,
                    "commitment": archive.commitment,
                    "waiting": waiting.len(),
                    "why": stuck.and_then(|row| row.reason.clone()),
                    "next_try": stuck.map(|row| clock::rfc3339(row.next_try)),
                })
            })
            .collect();
        Ok(views.into())
    }

    /// The archive of this title, when it is as wanted.
    fn archive(&self, name: &str, wanted: impl Fn(&Archive) -> bool) -> Result<Archive, ServiceError> {
        let archives = self.config().dicom.archives().unwrap_or_default();
        let found = archives.into_iter().find(|archive| archive.aet.as_str() == name);
        found
            .filter(wanted)
            .ok_or(ServiceError::Unknown("archive among the settings"))
    }

    /// The archive of this title, which may be sent to.
    fn archive_to_send(&self, name: &str) -> Result<Archive, ServiceError> {
        self.archive(name, |archive| archive.send)
    }

    /// The archive of this title, which may be asked and fetched from.
    fn archive_to_fetch(&self, name: &str) -> Result<Archive, ServiceError> {
        self.archive(name, |archive| archive.fetch)
    }
}

/// Gives the place of an archive free, however the work for it ended.
struct Leaving<'a> {
    node: &'a Node,
    name: String,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.node.0.archives.under_way().remove(&self.name);
        self.node.0.archives.bell.notify_one();
    }
}

fn connect(host: &str, port: u16) -> Result<TcpStream, String> {
    let addresses = (host, port)
        .to_socket_addrs()
        .map_err(|error| format!("{host} has no address: {error}"))?;
    let mut last = format!("{host} has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = format!("{address} does not answer: {}", error.kind()),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end_at_an_hour() {
        let pauses: Vec<u64> = [1, 2, 3, 9, 10, 64, 65, u32::MAX].map(pause).to_vec();
        assert_eq!(pauses, [10, 20, 40, 2_560, 3_600, 3_600, 3_600, 3_600]);
    }

    #[test]
    fn an_archive_whose_outcome_cannot_be_written_down_rests() {
        let archives = Archives::default();
        archives.rest("PACS", Timestamp(1_060));
        let rests = |name, now| archives.rests(name, Timestamp(now));
        assert!(rests("PACS", 1_000) && rests("PACS", 1_059));
        assert!(!rests("PACS", 1_060) && !rests("OTHER", 1_000));
        assert!(!rests("PACS", 900), "a clock that was set back holds nothing up");
    }
}
