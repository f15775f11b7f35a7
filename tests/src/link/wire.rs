//! A link that carries packets: a TUN device at each end, and two threads for each direction.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::net::IpAddr;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result};
use tun_rs::{DeviceBuilder, SyncDevice};

use super::pipe::{Counts, Pipe};
use super::{Host, Link};
use crate::process::output;

/// What Ethernet carries in one frame.
const MTU: u16 = 1500;

/// The most packets under way in one direction: 1 Gbit/s for 150 ms in packets of 500 bytes.
const UNDER_WAY: usize = 40_000;

/// A link between two hosts.
#[derive(Debug, Clone)]
pub struct Wire {
    ends: [IpAddr; 2],
    /// Namespace and name of the device at each end.
    devices: [(String, String); 2],
    pipes: [Arc<Mutex<Pipe>>; 2],
}

impl Wire {
    pub(super) fn between(
        near: (&Host, IpAddr, &str),
        far: (&Host, IpAddr, &str),
        prefix: u8,
        link: Link,
    ) -> Result<Self> {
        let [one, two] = [near, far].map(|(host, address, name)| device(host, address, prefix, name));
        let devices = [near, far].map(|(host, _, name)| (host.namespace().to_owned(), name.to_owned()));
        let (one, two) = (Arc::new(one?), Arc::new(two?));
        let pipes = [1, 2].map(|seed: u64| {
            let seed = seed ^ RandomState::new().hash_one(seed);
            Arc::new(Mutex::new(Pipe::new(link, seed)))
        });
        carry(one.clone(), two.clone(), pipes[0].clone());
        carry(two, one, pipes[1].clone());
        Ok(Self {
            ends: [near.1, far.1],
            devices,
            pipes,
        })
    }

    /// The address of the first host on this link.
    #[must_use]
    pub fn near(&self) -> IpAddr {
        self.ends[0]
    }

    /// The address of the second host on this link.
    #[must_use]
    pub fn far(&self) -> IpAddr {
        self.ends[1]
    }

    /// The name of this link's device on `host`.
    ///
    /// # Errors
    /// When the link does not end there.
    pub fn device_of(&self, host: &Host) -> Result<&str> {
        let mut devices = self.devices.iter();
        let device = devices.find(|(namespace, _)| namespace == host.namespace());
        let (_, name) = device.with_context(|| format!("this link does not end at {}", host.name()))?;
        Ok(name)
    }

    /// Behaves like `link` from now on, in both directions.
    pub fn change(&self, link: Link) {
        self.pipes.iter().for_each(|pipe| lock(pipe).change(link));
    }

    /// Cuts the cable: everything is lost until [`Self::mend`].
    pub fn cut(&self) {
        self.pipes.iter().for_each(|pipe| lock(pipe).set_up(false));
    }

    /// Ends a [`Self::cut`].
    pub fn mend(&self) {
        self.pipes.iter().for_each(|pipe| lock(pipe).set_up(true));
    }

    /// What passed from the first host to the second, and back.
    #[must_use]
    pub fn counts(&self) -> [Counts; 2] {
        [0, 1].map(|direction: usize| lock(&self.pipes[direction]).counts())
    }
}

/// A TUN device in the namespace of `host`, with its address.
fn device(host: &Host, address: IpAddr, prefix: u8, name: &str) -> Result<SyncDevice> {
    let device = DeviceBuilder::new()
        .name(name)
        .mtu(MTU)
        .enable(false)
        .build_sync()
        .context("no TUN device can be made: it needs root and /dev/net/tun")?;
    let mut into = std::process::Command::new("ip");
    output(into.args(["link", "set", name, "netns", host.namespace()]))?;
    // Long, because the pipe is the queue: what waits here would be delay that nobody asked for.
    host.ip(&["link", "set", name, "txqueuelen", "1000"])?;
    host.ip(&["addr", "add", &format!("{address}/{prefix}"), "dev", name])?;
    host.ip(&["link", "set", name, "up"])?;
    Ok(device)
}

/// Starts the threads of one direction. They end when a device is gone with its namespace.
fn carry(from: Arc<SyncDevice>, to: Arc<SyncDevice>, pipe: Arc<Mutex<Pipe>>) {
    let (sender, receiver) = sync_channel(UNDER_WAY);
    std::thread::spawn(move || take(&from, &pipe, &sender));
    std::thread::spawn(move || give(&to, &receiver));
}

fn take(from: &SyncDevice, pipe: &Mutex<Pipe>, on: &SyncSender<(Instant, Vec<u8>)>) {
    let mut packet = vec![0; 65_536];
    while let Ok(length) = from.recv(&mut packet) {
        let due = lock(pipe).offer(Instant::now(), length);
        let (Some(due), Some(packet)) = (due, packet.get(..length)) else {
            continue;
        };
        // A packet for which there is no room is a dropped one.
        if let Err(std::sync::mpsc::TrySendError::Disconnected(_)) = on.try_send((due, packet.to_vec())) {
            return;
        }
    }
}

fn give(to: &SyncDevice, from: &Receiver<(Instant, Vec<u8>)>) {
    stay();
    while let Ok((due, packet)) = from.recv() {
        let wait = due.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            std::thread::sleep(wait);
        }
        match to.send(&packet) {
            Ok(_) => {}
            // The interface is down for a moment; the packet is lost as on any interface that is.
            Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => {}
            Err(error) if error.raw_os_error() == Some(5) => {}
            Err(_) => return,
        }
    }
}

/// Keeps this thread on its processor: the kernel queues received packets for each processor apart, so that a thread that
/// moves would let them overtake each other.
fn stay() {
    let stayed = nix::sched::sched_getcpu().and_then(|processor| {
        let mut only = nix::sched::CpuSet::new();
        only.set(processor)?;
        nix::sched::sched_setaffinity(nix::unistd::Pid::from_raw(0), &only)
    });
    if let Err(error) = stayed {
        eprintln!("a link's thread moves between processors, so that the link may reorder: {error}");
    }
}

fn lock(pipe: &Mutex<Pipe>) -> MutexGuard<'_, Pipe> {
    pipe.lock().unwrap_or_else(PoisonError::into_inner)
}
