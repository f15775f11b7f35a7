//! Routers as clinics and mobile carriers have them: a network behind one address, and firewalls. By nftables.

use std::io::Write as _;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use super::{Host, Wire};

/// How a router gives out ports (RFC 4787, 4.1). Both kinds let in only what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nat {
    /// A host's port keeps its number outside, whomever the host speaks to: two such routers can be passed by holes
    /// that both sides punch at once.
    Cone,
    /// Another number for every peer ("symmetric"): what a bootstrap sees is of no use to anybody else.
    Symmetric,
}

impl Host {
    /// Passes on what comes from its other links by `outer`, under its own address there.
    ///
    /// # Errors
    /// When `outer` is no link of this host, or nftables refuses.
    pub fn hide_behind(&self, outer: &Wire, nat: Nat) -> Result<()> {
        self.forward()?;
        let device = outer.device_of(self)?;
        let how = match nat {
            Nat::Cone => "persistent",
            Nat::Symmetric => "fully-random",
        };
        // What nobody asked for is dropped before it makes an entry of its own in the table of connections: that entry
        // would take the port from the one that is punched a moment later.
        self.nft(&format!(
            "table inet nat {{
                chain leaving {{ type nat hook postrouting priority srcnat; oifname {device} masquerade {how}; }}
                chain arriving {{ type filter hook input priority filter;
                    iifname {device} ct state {{ new, invalid }} drop; }}
                chain passing {{ type filter hook forward priority filter;
                    iifname {device} ct state {{ new, invalid }} drop; }}
            }}"
        ))
    }

    /// Passes on no UDP, as the firewalls of many hospitals do.
    ///
    /// # Errors
    /// When nftables refuses.
    pub fn block_udp(&self) -> Result<()> {
        self.block("udp")
    }

    /// Passes on no TCP.
    ///
    /// # Errors
    /// When nftables refuses.
    pub fn block_tcp(&self) -> Result<()> {
        self.block("tcp")
    }

    fn block(&self, protocol: &str) -> Result<()> {
        self.nft(&format!(
            "table inet firewall {{
                chain passing {{ type filter hook forward priority filter - 1; meta l4proto {protocol} drop; }}
            }}"
        ))
    }

    /// Ends [`Self::block_udp`] or [`Self::block_tcp`].
    ///
    /// # Errors
    /// When there is none, or nftables refuses.
    pub fn lift_firewall(&self) -> Result<()> {
        self.nft("delete table inet firewall")
    }

    /// Adds nftables rules to this host.
    ///
    /// # Errors
    /// When nftables is missing or refuses.
    pub(crate) fn nft(&self, rules: &str) -> Result<()> {
        let mut nft = self.command("nft");
        nft.args(["-f", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut nft = nft.spawn().context("cannot start ip netns exec")?;
        if let Some(mut rules_go) = nft.stdin.take() {
            // A program that did not start takes nothing; its words say why.
            let _ = rules_go.write_all(rules.as_bytes());
        }
        let ended = nft.wait_with_output()?;
        if !ended.status.success() {
            bail!(
                "nft (Debian package nftables) on {}: {}",
                self.name(),
                String::from_utf8_lossy(&ended.stderr).trim()
            );
        }
        Ok(())
    }
}
