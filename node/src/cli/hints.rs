//! What would make this machine better, though nothing is wrong with it.

use std::path::Path;

use super::client::Client;
use crate::data_dir::DataDir;

/// What the node asks for: 30 ms at 2 Gbit/s. See docs/transport.md.
const SOCKET_BUFFER: u64 = 8 << 20;

/// Where Linux keeps its limits of socket buffers.
const LIMITS: &str = "/proc/sys/net/core";

/// The hints for this machine; none where it says nothing of itself.
pub(super) fn of_this_machine() -> Vec<String> {
    socket_buffers(Path::new(LIMITS)).into_iter().collect()
}

/// What the running node keeps beyond its time; nothing while it does not run.
pub(super) fn past_keeping(dir: &DataDir) -> Option<String> {
    let past = Client::as_operator(dir)
        .and_then(|client| client.get("/retention/past"))
        .ok()?;
    let (cases, studies) = (past["cases"].as_u64()?, past["studies"].as_u64()?);
    (cases + studies > 0).then(|| {
        format!(
            "{cases} cases and {studies} studies are past the time for which they must be kept: `dokuei retention due` \
             lists them, and `dokuei retention delete` deletes with a certificate"
        )
    })
}

/// Linux gives a socket no larger buffer than its limit, often 208 KiB: 1.7 ms at 1 Gbit/s.
fn socket_buffers(limits: &Path) -> Option<String> {
    let small = ["rmem_max", "wmem_max"].into_iter().filter_map(|name| {
        let text = std::fs::read_to_string(limits.join(name)).ok()?;
        let bytes: u64 = text.trim().parse().ok()?;
        (bytes < SOCKET_BUFFER).then(|| format!("net.core.{name}={SOCKET_BUFFER}"))
    });
    let settings: Vec<String> = small.collect();
    if settings.is_empty() {
        return None;
    }
    let settings = settings.join(" ");
    Some(format!(
        "on lines of more than 100 Mbit/s studies travel faster when the system may keep more packets for a moment in \
         which this machine is busy: `sysctl -w {settings}`, and the same in /etc/sysctl.d/dokuei.conf to keep it"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_socket_buffers_are_a_hint_that_names_what_to_set() {
        let dir = tempfile::tempdir().unwrap();
        let limit =
            |name: &str, bytes: u64| std::fs::write(dir.path().join(name), format!("{bytes}\n")).unwrap();
        assert_eq!(socket_buffers(dir.path()), None, "a system without such limits");
        limit("rmem_max", 212_992);
        limit("wmem_max", 8 << 20);
        let hint = socket_buffers(dir.path()).unwrap();
        assert!(hint.contains("sysctl -w net.core.rmem_max=8388608`"), "{hint}");
        limit("rmem_max", 16 << 20);
        assert_eq!(socket_buffers(dir.path()), None);
    }
}
