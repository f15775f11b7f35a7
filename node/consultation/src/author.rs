//! Writing the next entry: drafted after the heads that are here, judged, then signed. Nothing is stored or sent.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;
use rand_core::CryptoRng;

use crate::body::Body;
use crate::entry::{EntryHeader, MAX_PARENTS, SignedEntry, commitment};
use crate::id::{EntryId, Sha256Hash};
use crate::log::Log;
use crate::refusal::Refusal;

/// Who writes, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Author {
    /// The certificate whose key will sign: the practitioner's; for a receipt the node's.
    pub signer: Fingerprint,
    /// The certificate of this node.
    pub device: Fingerprint,
    /// The number of the revocation list that this node has.
    pub crl_number: u64,
}

/// An entry that is allowed but not yet signed.
#[derive(Debug, Clone)]
pub struct Draft {
    header: EntryHeader,
    body: Body,
    /// Drawn before, for a body that was committed to.
    salt: Option<[u8; 32]>,
}

impl Draft {
    /// Places `body` after the heads of `log`.
    pub(crate) fn after(log: &Log, author: &Author, body: Body, now: Timestamp) -> Result<Self, Refusal> {
        body.validate()?;
        if log.fork().is_some() && !body.entry_type().alarms() {
            return Err(Refusal::Frozen);
        }
        let previous = log.newest_of(author.signer, author.device);
        let prev_self = previous.map(|entry| entry.id());
        let parents = parents(log, prev_self);
        let clocks = parents
            .iter()
            .filter_map(|id| log.get(id))
            .map(|parent| parent.header().lamport);
        let header = EntryHeader {
            log: log.id(),
            entry_type: body.entry_type(),
            signer: author.signer,
            device: author.device,
            seq: previous.map_or(0, |entry| entry.header().seq) + 1,
            prev_self,
            lamport: clocks.max().unwrap_or(0) + 1,
            parents,
            time: now,
            crl_number: author.crl_number,
            // Known when the salt is drawn.
            body_commit: Sha256Hash::from_bytes([0; 32]),
        };
        log.check_time(&header)?;
        let salt = None;
        Ok(Self { header, body, salt })
    }

    /// The same with this salt: its commitment is known before it is signed.
    #[must_use]
    pub(crate) fn salted(mut self, salt: [u8; 32]) -> Self {
        self.header.body_commit = commitment(&salt, &self.body.encode());
        self.salt = Some(salt);
        self
    }

    /// The header; its commitment is still empty, unless the salt was given.
    #[must_use]
    pub const fn header(&self) -> &EntryHeader {
        &self.header
    }

    /// The body, for the author to look at before signing.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// Signs with the key of the certificate that the draft names. Hand the entry to the machine as
    /// [`crate::event::Event::Authored`]: with another key it is refused there.
    #[must_use]
    pub fn sign<R: CryptoRng + ?Sized>(mut self, key: &SecretKey, rng: &mut R) -> SignedEntry {
        let salt = self.salt.unwrap_or_else(|| {
            let mut salt = [0; 32];
            rng.fill_bytes(&mut salt);
            salt
        });
        let body = self.body.encode();
        self.header.body_commit = commitment(&salt, &body);
        SignedEntry::sign(&self.header, body, salt, key)
    }
}

/// The heads; if there are too many for one entry, as many as fit, with one that follows the author's own newest.
fn parents(log: &Log, prev_self: Option<EntryId>) -> Vec<EntryId> {
    let mut heads = log.heads();
    if heads.len() > MAX_PARENTS {
        let follows = |head: &EntryId| prev_self.is_some_and(|own| log.past(&[*head]).contains(&own));
        heads.sort_by_key(|head| (!follows(head), *head));
        heads.truncate(MAX_PARENTS);
        heads.sort_unstable();
    }
    heads
}
