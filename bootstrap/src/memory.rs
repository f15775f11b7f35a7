//! The memory of this process.

/// Resident memory, bytes; 0 where the system does not tell.
pub(crate) fn resident() -> u64 {
    // Linux: `VmRSS:     12345 kB`.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0).saturating_mul(1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn a_running_process_has_memory() {
        assert!(super::resident() > 1 << 20);
    }
}
