//! What is counted for Prometheus. No label names a peer, an address or an institution.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::config::Config;
use crate::limits::Refusal;
use crate::state::State;

/// The type that text in this format has (OpenMetrics 1.0, which Prometheus reads).
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    of: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Named {
    source: &'static str,
}

/// A number that goes up and down.
type Level = Gauge<u64, AtomicU64>;

/// All meters. Clones are the same meters.
#[derive(Debug, Clone)]
pub(crate) struct Meters {
    registry: Arc<Registry>,
    refusals: Family<Reason, Counter>,
    /// Bytes through circuits, both directions.
    pub(crate) relayed: Counter,
    levels: Levels,
    totals: Totals,
    limits: Family<Of, Level>,
    sources: Family<Named, Level>,
}

#[derive(Debug, Clone, Default)]
struct Levels {
    healthy: Level,
    started: Level,
    memory: Level,
    connections: Level,
    peers: Level,
    circuits: Level,
    registered: Level,
    deposits: Level,
    deposit_bytes: Level,
    register_entries: Level,
    register_signed: Level,
}

#[derive(Debug, Clone, Default)]
struct Totals {
    circuits: Counter,
    reservations: Counter,
    registrations: Counter,
    discoveries: Counter,
}

impl Meters {
    /// Meters at zero, and the limits of `config`.
    pub(crate) fn new(config: &Config, started: u64) -> Self {
        let mut all = Registry::with_prefix("dokuei_bootstrap");
        let (refusals, relayed) = (Family::<Reason, Counter>::default(), Counter::default());
        let (levels, totals) = (Levels::default(), Totals::default());
        let (limits, sources) = (Family::<Of, Level>::default(), Family::<Named, Level>::default());
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        all.register("build", "This program", version);
        all.register(
            "refusals",
            "What was refused, by the bound that was reached",
            refusals.clone(),
        );
        all.register_with_unit(
            "relayed",
            "Bytes that went through circuits, both directions",
            Unit::Bytes,
            relayed.clone(),
        );
        all.register("limit", "The bounds that are configured", limits.clone());
        let source = "Whether a source of the register could be used when it was last looked at";
        all.register("register_source_up", source, sources.clone());
        levels.register(&mut all);
        totals.register(&mut all);
        levels.started.set(started);
        for refusal in Refusal::ALL {
            // So that it is counted from zero on.
            drop(refusals.get_or_create(&Reason {
                reason: refusal.name(),
            }));
        }
        for (of, most) in config.limits() {
            limits.get_or_create(&Of { of }).set(most);
        }
        Self {
            registry: Arc::new(all),
            refusals,
            relayed,
            levels,
            totals,
            limits,
            sources,
        }
    }

    /// Counts a refusal.
    pub(crate) fn refused(&self, refusal: Refusal) {
        let reason = refusal.name();
        self.refusals.get_or_create(&Reason { reason }).inc();
    }

    /// How often something was refused for this reason.
    pub(crate) fn refusals(&self, refusal: Refusal) -> u64 {
        let reason = refusal.name();
        self.refusals.get_or_create(&Reason { reason }).get()
    }

    /// Whether a source of the register (`folder`, `web`, `peers`) could be used.
    pub(crate) fn source_up(&self, source: &'static str, up: bool) {
        self.sources.get_or_create(&Named { source }).set(up.into());
    }

    /// The sources of the register that could not be used when they were last looked at.
    pub(crate) fn sources_down(&self) -> Vec<&'static str> {
        let up = |source: &&'static str| self.sources.get(&Named { source }).is_none_or(|up| up.get() == 1);
        ["folder", "web", "peers"]
            .into_iter()
            .filter(|source| !up(source))
            .collect()
    }

    /// The configured bounds.
    pub(crate) fn limit(&self, of: &'static str) -> u64 {
        self.limits.get(&Of { of }).map_or(0, |most| most.get())
    }

    /// Takes over the numbers of the state.
    pub(crate) fn show(&self, state: &State) {
        let (levels, totals) = (&self.levels, &self.totals);
        levels.healthy.set(state.is_healthy().into());
        levels.memory.set(state.memory_bytes);
        levels.connections.set(state.connections.into());
        levels.peers.set(state.peers as u64);
        levels.circuits.set(state.circuits_open);
        levels.registered.set(state.registered as u64);
        let waiting = state.drop_box.unwrap_or_default();
        levels.deposits.set(waiting.deposits as u64);
        levels.deposit_bytes.set(waiting.bytes);
        if let Some(register) = &state.register {
            levels.register_entries.set(register.entries);
            levels.register_signed.set(register.signed_at.unwrap_or(0));
        }
        advance(&totals.circuits, state.circuits_total);
        advance(&totals.reservations, state.reservations);
        advance(&totals.registrations, state.registrations);
        advance(&totals.discoveries, state.discoveries);
    }

    /// All of them in the text format.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = text::encode(&mut text, &self.registry);
        text
    }
}

impl Levels {
    fn register(&self, all: &mut Registry) {
        let bytes = || Unit::Bytes;
        let time = || Unit::Other("timestamp_seconds".to_owned());
        all.register(
            "healthy",
            "1 when everything that is checked holds",
            self.healthy.clone(),
        );
        all.register_with_unit(
            "start",
            "When this program was started",
            time(),
            self.started.clone(),
        );
        all.register_with_unit("memory", "Resident memory", bytes(), self.memory.clone());
        all.register("connections", "Connections", self.connections.clone());
        all.register("peers", "Peers that are connected", self.peers.clone());
        all.register("circuits", "Circuits that are open", self.circuits.clone());
        all.register(
            "rendezvous_registered",
            "Registrations that stand",
            self.registered.clone(),
        );
        all.register(
            "drop_box_deposits",
            "Applications that wait",
            self.deposits.clone(),
        );
        all.register_with_unit(
            "drop_box",
            "Bytes of applications that wait",
            bytes(),
            self.deposit_bytes.clone(),
        );
        all.register(
            "register_entries",
            "Entries of the register that are mirrored",
            self.register_entries.clone(),
        );
        all.register_with_unit(
            "register_signed",
            "When the registry signed the newest checkpoint; 0: there is none",
            time(),
            self.register_signed.clone(),
        );
    }
}

impl Totals {
    fn register(&self, all: &mut Registry) {
        for (name, help, counter) in [
            ("circuits_opened", "Circuits that were opened", &self.circuits),
            (
                "reservations",
                "Relay reservations that were made",
                &self.reservations,
            ),
            (
                "rendezvous_registrations",
                "Registrations that were made",
                &self.registrations,
            ),
            (
                "rendezvous_discoveries",
                "Questions who is there that were answered",
                &self.discoveries,
            ),
        ] {
            all.register(name, help, counter.clone());
        }
    }
}

fn advance(counter: &Counter, to: u64) {
    counter.inc_by(to.saturating_sub(counter.get()));
}
