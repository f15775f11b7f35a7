//! How much of the line images may take now: by the settings, or by what was set while the node runs, which prevails and
//! is kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dokuei_identity::time::Timestamp;
use dokuei_net::{Network, Rates};
use dokuei_store::Store;
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use crate::config::Config;
use crate::rates::{Mbit, Moment, Transfer};

/// Where what was set is kept.
const SETTING: &str = "transfer";

/// The limits, and where they come from.
#[derive(Debug, Clone)]
pub(super) struct Bandwidth(Arc<Mutex<Limits>>);

#[derive(Debug)]
struct Limits {
    of_config: Transfer,
    set: Option<Transfer>,
}

impl Bandwidth {
    pub(super) fn open(store: &Store, config: &Config) -> Result<Self, ServiceError> {
        let set = store.setting(SETTING)?.and_then(|text| {
            let read: Result<Transfer, _> = serde_json::from_str(&text);
            read.inspect_err(|error| tracing::error!(%error, "the bandwidth that was set is not understood; the settings file is followed"))
                .ok()
        });
        Ok(Self(Arc::new(Mutex::new(Limits {
            of_config: config.transfer.clone(),
            set,
        }))))
    }

    fn lock(&self) -> MutexGuard<'_, Limits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn at(&self, now: Timestamp) -> (Mbit, Transfer, bool) {
        let limits = self.lock();
        let transfer = limits.set.as_ref().unwrap_or(&limits.of_config);
        (
            transfer.at(Moment::of(now)),
            transfer.clone(),
            limits.set.is_some(),
        )
    }
}

impl Bandwidth {
    /// What images may take from here to others now, bytes in a second.
    pub(super) fn up(&self, now: Timestamp) -> Option<u64> {
        self.at(now).0.up.map(bytes)
    }
}

impl Node {
    /// Holds the network to the limits of this moment; to be called again and again, because they follow a schedule.
    pub(super) fn limit_bandwidth(&self, network: &Network) {
        let (now, ..) = self.0.bandwidth.at(self.now());
        let rates = Rates {
            up: now.up.map(bytes),
            down: now.down.map(bytes),
        };
        if network.rates() != rates {
            tracing::info!(up = ?now.up, down = ?now.down, "images may take so many Mbit/s now");
            network.set_rates(rates);
        }
    }

    /// The limits: what was set, and what holds now.
    #[must_use]
    pub fn bandwidth(&self) -> Value {
        let (now, transfer, set) = self.0.bandwidth.at(self.now());
        json!({
            "limits": transfer,
            "from": if set { "set" } else { "config" },
            "now": {"up_mbit": now.up, "down_mbit": now.down},
        })
    }

    /// Sets the limits, at once and for what is under way; `None`: those of the settings file hold again.
    ///
    /// # Errors
    /// [`ServiceError::Field`] when they make no sense; nothing has changed then.
    pub fn set_bandwidth(&self, limits: Option<Transfer>) -> Result<Value, ServiceError> {
        match &limits {
            Some(limits) => {
                limits
                    .check()
                    .map_err(|error| ServiceError::field(error.field(), error))?;
                let text =
                    serde_json::to_string(limits).map_err(|error| ServiceError::field("limits", error))?;
                self.store().set_setting(SETTING, &text)?;
            }
            None => self.store().remove_setting(SETTING)?,
        }
        let word = if limits.is_some() {
            "set"
        } else {
            "as in the settings file"
        };
        self.0.bandwidth.lock().set = limits;
        if let Some(network) = self.network() {
            self.limit_bandwidth(network);
        }
        self.audit("operator", "bandwidth", "node", word)?;
        Ok(self.bandwidth())
    }
}

fn bytes(mbit: f64) -> u64 {
    (mbit * 125_000.0) as u64
}
