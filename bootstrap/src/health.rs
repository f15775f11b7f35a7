//! Whether this host does what it is there for.

use serde::Serialize;

use crate::meters::Meters;
use crate::state::State;

/// How long after the start a register may be missing, seconds.
const GRACE: u64 = 60;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    /// `listening`, `memory`, `connections`, `register` or `drop_box`.
    pub(crate) name: &'static str,
    pub(crate) ok: bool,
    /// What holds, or what to do.
    pub(crate) says: String,
}

/// Looks at everything. `now` is in seconds since 1970.
pub(crate) fn checks(state: &State, meters: &Meters, now: u64) -> Vec<Check> {
    let mut checks = vec![
        listening(state),
        memory(state, meters),
        connections(state, meters),
    ];
    checks.extend(register(state, meters, now));
    checks.extend(drop_box(state, meters));
    checks
}

fn check(name: &'static str, ok: bool, well: String, ill: String) -> Check {
    let says = if ok { well } else { ill };
    Check { name, ok, says }
}

fn listening(state: &State) -> Check {
    check(
        "listening",
        !state.addresses.is_empty(),
        format!("at {} addresses", state.addresses.len()),
        "at no address: see whether the network interfaces are up, and start again".to_owned(),
    )
}

fn memory(state: &State, meters: &Meters) -> Check {
    let (used, most) = (state.memory_bytes >> 20, meters.limit("memory_bytes") >> 20);
    check(
        "memory",
        used <= most,
        format!("{used} of {most} MiB"),
        format!(
            "{used} MiB are used and {most} are allowed: nobody new is let in; raise memory, or lower connections, relay_circuits or window_kib"
        ),
    )
}

fn connections(state: &State, meters: &Meters) -> Check {
    let (open, most) = (u64::from(state.connections), meters.limit("connections"));
    check(
        "connections",
        open < most,
        format!("{open} of {most}"),
        format!(
            "all {most} are in use: nobody new is let in; raise connections, or add another bootstrap host"
        ),
    )
}

fn register(state: &State, meters: &Meters, now: u64) -> Option<Check> {
    let register = state.register.as_ref()?;
    let oldest = meters.limit("register_age_seconds");
    let Some(signed) = register.signed_at else {
        let ok = state.uptime_seconds < GRACE;
        let ill =
            "nothing came yet: see register_dir, register_url or register_peer in the settings, and the log";
        return Some(check(
            "register",
            ok,
            "is being fetched".to_owned(),
            ill.to_owned(),
        ));
    };
    let age = now.saturating_sub(signed);
    let down = meters.sources_down();
    let sources = if down.is_empty() {
        String::new()
    } else {
        format!("; cannot be fetched at the moment from: {}", down.join(", "))
    };
    Some(check(
        "register",
        age <= oldest,
        format!(
            "{} entries, signed {} minutes ago{sources}",
            register.entries,
            age / 60
        ),
        format!(
            "signed {} hours ago{sources}; see whether the registry signs it, and whether its files can be fetched",
            age / 3600
        ),
    ))
}

fn drop_box(state: &State, meters: &Meters) -> Option<Check> {
    let waiting = state.drop_box?;
    let most = meters.limit("drop_box_bytes");
    // Room for one more of the largest.
    let room = most.saturating_sub(waiting.bytes) >= (crate::drop_box::MAX_DEPOSIT as u64).min(most);
    Some(check(
        "drop_box",
        room,
        format!(
            "{} applications, {} of {} MiB",
            waiting.deposits,
            waiting.bytes >> 20,
            most >> 20
        ),
        "full: the registry's operator should collect what waits".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Options;
    use crate::state::{DropBox, Register};

    const NOW: u64 = 1_800_000_000;

    fn meters() -> Meters {
        let options = Options {
            data_dir: Some("/nowhere".into()),
            root: Some("root.pem".into()),
            drop_box_mib: Some(4),
            ..Options::default()
        };
        Meters::new(&crate::config::resolve(options).unwrap(), NOW)
    }

    fn ill(state: &State, meters: &Meters) -> Vec<&'static str> {
        let checks = checks(state, meters, NOW);
        checks.iter().filter(|one| !one.ok).map(|one| one.name).collect()
    }

    #[test]
    fn a_host_is_well_until_something_does_not_hold() {
        let meters = meters();
        let mut state = State {
            addresses: vec!["/ip4/127.0.0.1/tcp/1".to_owned()],
            register: Some(Register {
                entries: 7,
                signed_at: Some(NOW - 5 * 3600),
                head: None,
            }),
            drop_box: Some(DropBox::default()),
            ..State::default()
        };
        assert!(ill(&state, &meters).is_empty());
        state.connections = 4096;
        state.memory_bytes = 1025 << 20;
        assert_eq!(ill(&state, &meters), ["memory", "connections"]);
        state.addresses.clear();
        state.drop_box = Some(DropBox {
            deposits: 2,
            bytes: 2 << 20,
        });
        (state.connections, state.memory_bytes) = (0, 0);
        assert_eq!(ill(&state, &meters), ["listening", "drop_box"]);
    }

    #[test]
    fn a_register_that_is_old_or_never_came_is_an_illness() {
        let meters = meters();
        let register = |signed_at| {
            Some(Register {
                entries: 7,
                signed_at,
                head: None,
            })
        };
        let mut state = State {
            addresses: vec![String::new()],
            register: register(Some(NOW - 7 * 3600)),
            ..State::default()
        };
        assert_eq!(ill(&state, &meters), ["register"]);
        state.register = register(None);
        assert!(ill(&state, &meters).is_empty(), "it has just been started");
        state.uptime_seconds = GRACE;
        assert_eq!(ill(&state, &meters), ["register"]);
        meters.source_up("web", false);
        state.register = register(Some(NOW));
        let said = checks(&state, &meters, NOW);
        assert!(
            said.iter().any(|one| one.ok && one.says.contains("from: web")),
            "{said:?}"
        );
    }
}
