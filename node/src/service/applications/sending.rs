//! How an application reaches the registry, sealed to it, and how an answer comes back.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use dokuei_identity::application::{
    Answer, ApplicationId, ApplicationKey, ApplicationSecretKey, Decision, open_answer, seal, sealed_to,
};
use dokuei_identity::kem::KemPublicKey;
use dokuei_net::wire::register::Receipt;
use dokuei_net::{CallError, Network, PeerId, RefusalCode};
use dokuei_store::ApplicationRow;
use tokio::time::{Instant, sleep};
use zeroize::Zeroizing;

use crate::service::Node;
use crate::service::delivery::blocking;
use crate::service::error::ServiceError;
use crate::service::jobs::Job;

/// How long a bootstrap host is waited for that is not connected yet.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked whether one is.
const LOOK: Duration = Duration::from_millis(250);
/// How often bootstrap hosts are asked for answers while something is undecided.
pub(in crate::service) const ASK_ANSWERS: Duration = Duration::from_secs(30);

impl Node {
    /// The application, sealed to the registry: to be brought there as a file. `key` is the registry's application key
    /// (hexadecimal) when it is not to be taken from the register.
    ///
    /// # Errors
    /// [`ServiceError::NoApplicationKey`] or [`ServiceError::ApplicationDecided`].
    pub fn write_application(&self, id: &str, key: Option<&str>) -> Result<Vec<u8>, ServiceError> {
        let (row, sealed) = self.seal_application(id, key)?;
        self.store().note_application_written(&row.id, self.now())?;
        self.changed_application(ApplicationId::from_bytes(row.id), "operator", "written")?;
        Ok(sealed)
    }

    /// Seals an application, or takes it as it was sealed before: a drop box keeps the same bytes once.
    fn seal_application(
        &self,
        id: &str,
        key: Option<&str>,
    ) -> Result<(ApplicationRow, Vec<u8>), ServiceError> {
        let row = self.application_row(id)?;
        let to = match key {
            Some(hexadecimal) => key_of(hexadecimal)?,
            None => self.application_key()?,
        };
        if row.digest.is_some() && row.open {
            let sealed = self.store().application_sealed(&row.id)?;
            if sealed_to(&sealed).as_ref() == Ok(to.kid()) {
                return Ok((row, sealed));
            }
        }
        let made = Zeroizing::new(self.application_made(id)?.to_bytes());
        let root = self.trust()?.credentials.anchors.first().fingerprint();
        let sealed = seal(&made, &to, &root, &mut rand::rng())?;
        self.store().keep_sealed_application(&row.id, &sealed)?;
        Ok((row, sealed))
    }

    /// What applications are sealed to, as the register says.
    fn application_key(&self) -> Result<ApplicationKey, ServiceError> {
        let entered = self
            .register()
            .with_standings(|standings| standings.application_key().cloned());
        let entered = entered.ok_or(ServiceError::NoApplicationKey)?;
        Ok(ApplicationKey::try_from(&entered)?)
    }

    /// Leaves an application at a bootstrap host, in the background. The job's result is how it then stands.
    ///
    /// # Errors
    /// As [`Self::write_application`], or [`ServiceError::NotDeposited`] when the node meets nobody.
    pub fn deposit_application(&self, id: &str) -> Result<Arc<Job>, ServiceError> {
        let (row, sealed) = self.seal_application(id, None)?;
        let network = self
            .network()
            .cloned()
            .ok_or_else(|| ServiceError::NotDeposited("this node is not in the network".to_owned()))?;
        let (node, runtime) = (self.clone(), tokio::runtime::Handle::current());
        Ok(self.jobs().start("application", self.events(), move |job| {
            job.expect(sealed.len() as u64);
            let (bootstrap, _) = runtime.block_on(leave(&network, &sealed))?;
            job.reached(sealed.len() as u64);
            node.store()
                .note_application_deposited(&row.id, &bootstrap, node.now())?;
            let id = ApplicationId::from_bytes(row.id);
            node.changed_application(id, "operator", "deposited")?;
            node.one_application(&id.to_string())
        }))
    }

    /// Takes an answer that came as a file, or from a bootstrap host.
    ///
    /// # Errors
    /// [`ServiceError::Answer`] when it is to no application of this node, or not the registry's.
    pub fn take_answer(&self, sealed: &[u8]) -> Result<serde_json::Value, ServiceError> {
        let held = self.trust()?;
        let root = held.credentials.anchors.first().fingerprint();
        let refused = |error: &dyn std::fmt::Display| ServiceError::Answer(error.to_string());
        let to = sealed_to(sealed).map_err(|error| refused(&error))?;
        for row in self.store().applications()? {
            let key =
                ApplicationSecretKey::from_seed(Zeroizing::new(self.store().application_reply(&row.id)?));
            if *key.public().kid() != to {
                continue;
            }
            let lists = &held.credentials.lists;
            let answer = open_answer(
                sealed,
                &key,
                &root,
                &held.credentials.anchors,
                self.now(),
                |chain| lists.of(chain).cloned(),
            )
            .map_err(|error| refused(&error))?;
            return self.keep_answer(&row, &answer);
        }
        Err(refused(&"it is to no application of this node"))
    }

    fn keep_answer(&self, row: &ApplicationRow, answer: &Answer) -> Result<serde_json::Value, ServiceError> {
        let id = ApplicationId::from_bytes(row.id);
        if answer.application != id {
            return Err(ServiceError::Answer("it is to another application".to_owned()));
        }
        let Decision::Refused { reason } = &answer.decision else {
            return Err(ServiceError::Answer(
                "it says what this program does not know; use a newer program".to_owned(),
            ));
        };
        if row.refused.is_none() {
            self.store()
                .note_application_refused(&row.id, reason, answer.at)?;
            tracing::warn!(application = %id, "the registry refused an application");
            self.changed_application(id, "registry", "refused")?;
        }
        self.one_application(&id.to_string())
    }

    /// Looks at once for what the registry decided: answers at the bootstrap hosts, and certificates in the register. Gives
    /// how many hosts could be asked, and how the applications stand then.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub async fn look_for_answers(&self) -> Result<serde_json::Value, ServiceError> {
        let mut hosts = 0;
        if let Some(network) = self.network().cloned() {
            hosts = connected(&network).len();
            tokio::join!(
                self.clone().ask_for_answers(network.clone()),
                self.catch_up(&network, None)
            );
        }
        let node = self.clone();
        let applications = blocking(move || node.list_applications()).await?;
        Ok(serde_json::json!({"hosts": hosts, "applications": applications}))
    }

    /// Asks the bootstrap hosts for answers to what was left there.
    pub(in crate::service) async fn ask_for_answers(self, network: Network) {
        let node = self.clone();
        let waiting = blocking(move || {
            let rows = node.store().applications()?;
            let waits = rows.into_iter().filter(|row| row.open && row.deposited.is_some());
            Ok(waits.filter_map(|row| row.digest).collect::<Vec<_>>())
        });
        let Ok(waiting) = waiting.await else {
            return;
        };
        let hosts = connected(&network);
        for deposit in waiting {
            for host in &hosts {
                let answer = match network.ask_answer(*host, &deposit).await {
                    Ok(Some(answer)) => answer,
                    Ok(None) => continue,
                    Err(error) => {
                        tracing::debug!(%host, %error, "no answer could be asked for");
                        continue;
                    }
                };
                let node = self.clone();
                if let Err(error) = blocking(move || node.take_answer(&answer)).await {
                    tracing::warn!(%host, code = error.code(), %error, "an answer was not believed");
                }
            }
        }
    }
}

/// The bootstrap hosts that can be asked now.
fn connected(network: &Network) -> BTreeSet<PeerId> {
    let status = network.status();
    let connected = status.bootstraps.iter().filter(|one| one.connected);
    connected.map(|one| one.peer).collect()
}

/// Leaves it at one of the bootstrap hosts, whichever takes it first; gives its address.
async fn leave(network: &Network, sealed: &[u8]) -> Result<(String, Receipt), ServiceError> {
    let until = Instant::now() + PATIENCE;
    let mut tried = BTreeSet::new();
    let mut why = String::new();
    loop {
        let status = network.status();
        if status.bootstraps.is_empty() {
            let why = "no bootstrap host is configured";
            return Err(ServiceError::NotDeposited(why.to_owned()));
        }
        for host in status.bootstraps.iter().filter(|one| one.connected) {
            if !tried.insert(host.peer) {
                continue;
            }
            match network.deposit(host.peer, sealed).await {
                Ok(receipt) => return Ok((host.address.to_string(), receipt)),
                Err(error) => {
                    tracing::info!(host = %host.address, %error, "an application was not taken");
                    let _ = write!(why, "{} {}; ", host.address, in_words(&error));
                }
            }
        }
        let all = status.bootstraps.iter().all(|one| tried.contains(&one.peer));
        if all || Instant::now() >= until {
            break;
        }
        sleep(LOOK).await;
    }
    if tried.is_empty() {
        why = "no bootstrap host can be reached".to_owned();
    }
    Err(ServiceError::NotDeposited(why.trim_end_matches("; ").to_owned()))
}

/// Why a bootstrap host did not take it.
fn in_words(error: &CallError) -> String {
    match error {
        CallError::Refused(RefusalCode::Busy) => "has taken too many from here within the hour".to_owned(),
        CallError::Refused(RefusalCode::Full) => "has no room left".to_owned(),
        CallError::Refused(code) => format!("refused it ({code})"),
        CallError::Lost(_) => "keeps no drop box for this network, or the connection was lost".to_owned(),
        other => format!("did not take it ({other})"),
    }
}

/// The registry's application key as `dokuei-registry application key` prints it.
fn key_of(hexadecimal: &str) -> Result<ApplicationKey, ServiceError> {
    let refused = |why: &str| ServiceError::field("registry_key", why);
    let mut bytes = [0; KemPublicKey::LENGTH];
    hex::decode_to_slice(hexadecimal.trim(), &mut bytes).map_err(|_| {
        refused("it is not the hexadecimal text that `dokuei-registry application key` prints")
    })?;
    ApplicationKey::new(KemPublicKey::from_bytes(bytes)).map_err(|error| refused(&error.to_string()))
}
