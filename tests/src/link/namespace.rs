//! Network namespaces by `ip netns`: named after the process that made them, so that a dead one's can be removed.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::output;

/// How names of namespaces begin; the number of the process follows.
const PREFIX: &str = "dokuei-";

/// A host of a network: a namespace in which programs run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    name: String,
    namespace: String,
}

impl Host {
    /// As it was named.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The namespace, for `ip -n` and `ip netns exec`.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// A program to be run on this host. The process is the program itself, no wrapper stays around it.
    #[must_use]
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespace]).arg(program);
        command
    }

    /// Runs a piece of this process on this host, in a thread of its own: the sockets that it makes are the host's.
    ///
    /// # Errors
    /// When the namespace is gone.
    pub fn within<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T> {
        let path = Path::new("/run/netns").join(&self.namespace);
        let namespace = std::fs::File::open(&path).with_context(|| format!("no {}", path.display()))?;
        std::thread::scope(|threads| {
            let there = threads.spawn(|| {
                nix::sched::setns(&namespace, nix::sched::CloneFlags::CLONE_NEWNET)
                    .with_context(|| format!("cannot enter {}", self.namespace))?;
                Ok(work())
            });
            there
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// `ip` for this host's devices, addresses and routes.
    ///
    /// # Errors
    /// When it fails, with its words.
    pub fn ip(&self, arguments: &[&str]) -> Result<()> {
        output(Command::new("ip").args(["-n", &self.namespace]).args(arguments)).map(drop)
    }

    /// Passes packets on between its links, as a router does.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn forward(&self) -> Result<()> {
        let write = "for f in ipv4/ip_forward ipv6/conf/all/forwarding; do echo 1 > /proc/sys/net/$f; done";
        output(self.command("sh").args(["-c", write])).map(drop)
    }

    /// Sends what is for `destination` ("default" or a prefix) by the router `via`.
    ///
    /// # Errors
    /// When `via` is not on one of its links.
    pub fn route(&self, destination: &str, via: std::net::IpAddr) -> Result<()> {
        self.ip(&["route", "add", destination, "via", &via.to_string()])
    }
}

/// The namespaces of one network; removed when dropped.
#[derive(Debug)]
pub(super) struct Namespaces {
    made: Vec<String>,
    /// Tells networks of one process apart.
    network: u64,
}

impl Namespaces {
    /// Removes what dead processes left, and sees whether namespaces can be made at all.
    pub(super) fn new() -> Result<Self> {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NEXT: AtomicU64 = AtomicU64::new(0);
        for namespace in existing()? {
            if maker(&namespace).is_some_and(|process| !Path::new(&format!("/proc/{process}")).exists()) {
                remove(&namespace);
            }
        }
        Ok(Self {
            made: Vec::new(),
            network: NEXT.fetch_add(1, Ordering::Relaxed),
        })
    }

    pub(super) fn add(&mut self, name: &str) -> Result<Host> {
        if name.is_empty()
            || !name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            bail!("{name:?} is no name for a host: letters, digits and hyphens only");
        }
        let namespace = format!("{PREFIX}{}-{}-{name}", std::process::id(), self.network);
        output(Command::new("ip").args(["netns", "add", &namespace])).context(
            "a network of hosts needs root; without it, run the same command in a user namespace: \
             unshare -Urnm sh -c 'mount -t tmpfs tmpfs /run && exec \"$@\"' sh COMMAND…",
        )?;
        self.made.push(namespace.clone());
        let host = Host {
            name: name.to_owned(),
            namespace,
        };
        host.ip(&["link", "set", "lo", "up"])?;
        Ok(host)
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        self.made.iter().for_each(|namespace| remove(namespace));
    }
}

fn existing() -> Result<Vec<String>> {
    let said = output(Command::new("ip").args(["netns", "list"]))
        .context("the network tests need the command ip (Debian package iproute2)")?;
    let said = String::from_utf8_lossy(&said).into_owned();
    let names = said.lines().filter_map(|line| line.split_whitespace().next());
    Ok(names
        .filter(|name| name.starts_with(PREFIX))
        .map(str::to_owned)
        .collect())
}

/// The number of the process that made a namespace.
fn maker(namespace: &str) -> Option<u32> {
    namespace.strip_prefix(PREFIX)?.split('-').next()?.parse().ok()
}

/// Ends the processes in a namespace and removes it with its devices.
fn remove(namespace: &str) {
    let quiet = |command: &mut Command| {
        let command = command.stdin(Stdio::null()).stderr(Stdio::null());
        command.output().map(|said| said.stdout).unwrap_or_default()
    };
    let inside = quiet(Command::new("ip").args(["netns", "pids", namespace]));
    let inside = String::from_utf8_lossy(&inside).into_owned();
    let processes: Vec<&str> = inside.split_whitespace().collect();
    if !processes.is_empty() {
        quiet(Command::new("kill").arg("-KILL").args(processes));
    }
    quiet(Command::new("ip").args(["netns", "delete", namespace]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_tells_who_made_it() {
        assert_eq!(maker("dokuei-4711-0-clinic"), Some(4711));
        assert_eq!(maker("dokuei-x-0-clinic"), None);
        assert_eq!(maker("somebody-4711-0-clinic"), None);
    }
}
