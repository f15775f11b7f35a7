//! Evidence as a file: with all that a stranger needs to verify it, who has nothing but the network's root.

use minicbor::{Decode, Encode};

use super::checkpoint::{Checkpoint, VerifiedCheckpoint};
use super::evidence::{Charge, Evidence, EvidenceError};
use super::succession::{KeySchedule, among, documents, learned};
use super::wire::{bounded_chains, successions};
use crate::cbor;
use crate::certificate::RegistryCertificate;
use crate::chain::{Anchors, Chain, verify_registry};
use crate::network::NetworkName;

/// The largest file of evidence that is read, bytes.
pub const MAX_EVIDENCE_FILE: usize = 256 * 1024;

/// Evidence with the certificates of whoever signed its checkpoints.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct EvidenceFile {
    /// The [`Evidence`], encoded.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub evidence: Vec<u8>,
    /// Registry certificates with their issuing authorities'; among them those whose keys signed.
    #[n(1)]
    #[cbor(with = "bounded_chains")]
    pub chains: Vec<Chain>,
    /// The register's entries by which a root or its key followed another, as far as they were known.
    #[n(2)]
    #[cbor(with = "successions")]
    pub successions: Vec<Vec<u8>>,
}

/// What evidence proves.
#[derive(Debug, Clone)]
pub struct Conviction {
    /// How the two checkpoints contradict each other.
    pub charge: Charge,
    /// The one of the smaller size.
    pub smaller: VerifiedCheckpoint,
    /// The other.
    pub larger: VerifiedCheckpoint,
    /// Whose keys signed them, in the same order.
    pub signers: [RegistryCertificate; 2],
    /// Whether one was signed with a key that the root had already replaced: then it convicts whoever has that key, and
    /// not the registry.
    pub replaced_key: bool,
}

impl EvidenceFile {
    /// Evidence with the certificates and successions that are known where it was found.
    #[must_use]
    pub fn of(evidence: &Evidence, chains: Vec<Chain>, successions: Vec<Vec<u8>>) -> Self {
        Self {
            evidence: evidence.to_bytes(),
            chains,
            successions,
        }
    }

    /// Its one encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Parses a file from outside; [`Self::verify`] it before believing it.
    ///
    /// # Errors
    /// [`EvidenceError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EvidenceError> {
        cbor::decode_within(bytes, MAX_EVIDENCE_FILE)
            .map_err(|error| EvidenceError::Malformed(error.to_string()))
    }

    /// Verifies it, knowing nothing but the root: each checkpoint was signed with the key of a registry certificate that
    /// was valid then and leads to the root or a successor of it, and the two contradict each other. That a certificate
    /// has ended or was revoked since does not matter.
    ///
    /// # Errors
    /// [`EvidenceError`], telling why it does not convince.
    pub fn verify<A: Anchors + ?Sized>(&self, root: &A) -> Result<Conviction, EvidenceError> {
        let evidence = Evidence::parse(&self.evidence)?;
        let entries = among(&self.successions);
        let anchors = learned(root, &entries);
        let network = NetworkName::of(anchors.first());
        let signed = |note: &[u8]| {
            let checkpoint = Checkpoint::parse(note)?;
            let at = checkpoint.time();
            let mut certificates = self
                .chains
                .iter()
                .filter_map(|chain| verify_registry(chain, &anchors, at, None).ok());
            let signer = certificates.find_map(|certificate| {
                let verified = checkpoint.clone().verify(&[certificate.key], &network).ok()?;
                Some((verified, certificate))
            });
            signer.ok_or(EvidenceError::Signer)
        };
        let (smaller, first) = signed(&evidence.smaller)?;
        let (larger, second) = signed(&evidence.larger)?;
        let charge = evidence.verify(&[first.key, second.key], &network)?;
        let schedule = KeySchedule::of(documents(&entries), &anchors);
        let replaced_key = [&smaller, &larger]
            .iter()
            .any(|one| schedule.voids(one, &network));
        Ok(Conviction {
            charge,
            smaller,
            larger,
            signers: [first, second],
            replaced_key,
        })
    }
}
