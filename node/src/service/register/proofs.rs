//! The register's word for certificates, as outsiders verify it: entries with their inclusion proofs, and the checkpoint
//! to which the proofs lead, with its signature taken out of the note.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use dokuei_identity::chain::{self, Chain};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::register::{Act, ProofError, RegisterError, Standing, VerifiedCheckpoint};
use dokuei_identity::time::Timestamp;

use crate::service::Node;
use crate::service::error::ServiceError;

/// What was signed, the signature, and the certificate of the key that made it.
type Signature = (Vec<u8>, [u8; 64], Fingerprint);

/// An entry of the register with its proof.
pub(in crate::service) struct RegisterProof {
    pub(in crate::service) number: u64,
    pub(in crate::service) fingerprint: Fingerprint,
    /// What the registry did, and when.
    pub(in crate::service) act: &'static str,
    pub(in crate::service) at: Timestamp,
    pub(in crate::service) entry: Vec<u8>,
    /// The certificate that was issued by it.
    pub(in crate::service) certificate: Option<Vec<u8>>,
    pub(in crate::service) path: Vec<[u8; 32]>,
}

/// What the register says of some certificates.
pub(in crate::service) struct RegisterProofs {
    /// The signed note.
    pub(in crate::service) checkpoint: Vec<u8>,
    /// Its text, which was signed.
    pub(in crate::service) signed: Vec<u8>,
    /// Ed25519.
    pub(in crate::service) signature: [u8; 64],
    /// The certificate of the key that signed it.
    pub(in crate::service) signer: Fingerprint,
    pub(in crate::service) signed_at: Timestamp,
    pub(in crate::service) size: u64,
    pub(in crate::service) entries: Vec<RegisterProof>,
}

impl Node {
    /// What the register says of these certificates; `None` while there is none here.
    ///
    /// # Errors
    /// [`ServiceError::Register`] when it cannot be read.
    pub(in crate::service) fn register_proofs(
        &self,
        who: &BTreeSet<Fingerprint>,
    ) -> Result<Option<RegisterProofs>, ServiceError> {
        let Some(checkpoint) = self.register().newest() else {
            return Ok(None);
        };
        let Some((signed, signature, signer)) = self.signature_of(&checkpoint)? else {
            return Ok(None);
        };
        let mut entries = Vec::new();
        for number in self.entries_about(who)? {
            entries.extend(self.register_proof(number)?);
        }
        Ok(Some(RegisterProofs {
            checkpoint: checkpoint.note().to_vec(),
            signed,
            signature,
            signer,
            signed_at: checkpoint.time(),
            size: checkpoint.size(),
            entries,
        }))
    }

    /// The chain of a certificate that signed the register.
    pub(in crate::service) fn register_signer_chain(&self, signer: &Fingerprint) -> Option<Chain> {
        let signers = self.register().signers();
        signers.into_iter().find(|chain| chain.fingerprint() == *signer)
    }

    /// The numbers of the entries about these certificates. Those of what stands are known; for the rest all are read.
    fn entries_about(&self, who: &BTreeSet<Fingerprint>) -> Result<BTreeSet<u64>, ServiceError> {
        let register = self.register();
        let mut numbers = BTreeSet::new();
        let mut read_all = false;
        register.with_standings(|standings| {
            for member in who.iter().filter_map(|one| standings.member(one)) {
                numbers.extend(member.entry);
                read_all |= member.standing != Standing::InForce;
            }
        });
        if read_all {
            for number in 0..register.size() {
                let entry = register.replica().entry(number)?;
                if entry.is_some_and(|entry| entry.act.fingerprint().is_some_and(|one| who.contains(&one))) {
                    numbers.insert(number);
                }
            }
        }
        Ok(numbers)
    }

    fn register_proof(&self, number: u64) -> Result<Option<RegisterProof>, ServiceError> {
        let replica = self.register().replica();
        let Some(entry) = replica.entry(number)? else {
            return Ok(None);
        };
        let Some(fingerprint) = entry.act.fingerprint() else {
            return Ok(None);
        };
        let proof = match replica.inclusion_proof(number) {
            Ok(proof) => proof,
            // Entered after the newest complete checkpoint: it is proven by the next.
            Err(ProofError::OutOfRange) => return Ok(None),
            Err(error) => return Err(RegisterError::from(error).into()),
        };
        let (act, certificate) = match &entry.act {
            Act::Issued { chain, .. } => ("issued", Some(chain.end.clone())),
            Act::Suspended { .. } => ("suspended", None),
            Act::Reinstated { .. } => ("reinstated", None),
            Act::Revoked { .. } => ("revoked", None),
            _ => ("other", None),
        };
        Ok(Some(RegisterProof {
            number,
            fingerprint,
            act,
            at: entry.at,
            entry: entry.to_bytes(),
            certificate,
            path: proof.hashes().iter().map(|hash| *hash.as_bytes()).collect(),
        }))
    }

    /// The text of a checkpoint, its Ed25519 signature and the certificate of the key that made it.
    fn signature_of(&self, checkpoint: &VerifiedCheckpoint) -> Result<Option<Signature>, ServiceError> {
        let note = String::from_utf8_lossy(checkpoint.note()).into_owned();
        // c2sp.org/signed-note: the text with its last newline, an empty line, signatures.
        let Some((text, signatures)) = note.split_once("\n\n") else {
            return Ok(None);
        };
        let signed = format!("{text}\n").into_bytes();
        let held = self.trust()?;
        for signature in signatures.lines().filter_map(signature_in) {
            for signer in self.register().signers() {
                // As it stood when it signed.
                let verified =
                    chain::verify_registry(&signer, &held.credentials.anchors, checkpoint.time(), None);
                let by_it = verified.is_ok_and(|one| one.key.verify(&signed, &signature).is_ok());
                if by_it {
                    return Ok(Some((signed, signature, signer.fingerprint())));
                }
            }
        }
        Ok(None)
    }
}

/// The signature in a line `— NAME BASE64` of a note: after four bytes that name the key.
fn signature_in(line: &str) -> Option<[u8; 64]> {
    let bytes = BASE64.decode(line.strip_prefix("— ")?.rsplit(' ').next()?).ok()?;
    bytes.get(4..)?.try_into().ok()
}
