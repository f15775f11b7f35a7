//! Evidence that two registers were shown, kept here for its user: what it is, and the file that convinces others.

use dokuei_identity::chain::Chain;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::register::{Entry, Evidence, EvidenceFile, VerifiedCheckpoint};
use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};

use crate::clock;
use crate::service::Node;
use crate::service::error::ServiceError;

impl Node {
    /// Two registers were shown: it is told, and kept for whoever asks the registry's operator. `chain` is that of the
    /// certificate that came with what was shown, when one came.
    pub(super) fn keep_evidence(
        &self,
        evidence: &Evidence,
        chain: Option<&Chain>,
    ) -> Result<(), ServiceError> {
        let mut chains: Vec<Chain> = chain.into_iter().cloned().collect();
        let register = self.register();
        chains.extend(
            register
                .signers()
                .into_iter()
                .filter(|known| Some(known) != chain),
        );
        let entered = register.with_standings(|standings| standings.successions().to_vec());
        let successions = entered.iter().map(Entry::to_bytes).collect();
        let file = EvidenceFile::of(evidence, chains, successions);
        if self.store().put_register_evidence(&file.to_bytes(), self.now())? {
            tracing::error!("the registry showed two different registers; the evidence is kept");
            self.audit("registry", "split_view", "register", "evidence kept")?;
        }
        Ok(())
    }

    /// The register as it is here, with the evidence that is kept.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn register_view(&self) -> Result<Value, ServiceError> {
        let register = self.register();
        let checkpoint = register.newest();
        let signer = register.signers().first().map(Chain::fingerprint);
        let kept = self.store().register_evidence()?;
        let evidence: Vec<Value> = kept
            .iter()
            .map(|(at, file)| self.evidence_view(*at, file))
            .collect();
        Ok(json!({
            "entries": register.size(),
            "seen": self.register_seen().map(clock::rfc3339),
            "freshness": self.freshness(self.now()),
            "checkpoint": checkpoint.as_ref().map(checkpoint_view),
            "signer": signer,
            "evidence": evidence,
        }))
    }

    fn evidence_view(&self, found: Timestamp, file: &[u8]) -> Value {
        let root = self.trust().map(|held| held.credentials.anchors.clone());
        let conviction = EvidenceFile::parse(file)
            .ok()
            .zip(root.ok())
            .and_then(|(file, root)| file.verify(&root).ok());
        json!({
            "id": Fingerprint::of(file),
            "found": clock::rfc3339(found),
            "charge": conviction.as_ref().map(|conviction| conviction.charge.code()),
            "replaced_key": conviction.as_ref().map(|conviction| conviction.replaced_key),
            "smaller": conviction.as_ref().map(|conviction| checkpoint_view(&conviction.smaller)),
            "larger": conviction.as_ref().map(|conviction| checkpoint_view(&conviction.larger)),
        })
    }

    /// A piece of evidence as a file that anybody can verify who has the network's root.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] when there is none of this id, or [`ServiceError::Store`].
    pub fn evidence_file(&self, id: &str) -> Result<Vec<u8>, ServiceError> {
        let kept = self.store().register_evidence()?;
        let named = |file: &[u8]| Fingerprint::of(file).to_string() == id.to_ascii_lowercase();
        let found = kept.into_iter().map(|(_, file)| file).find(|file| named(file));
        found.ok_or(ServiceError::Unknown("evidence"))
    }
}

fn checkpoint_view(checkpoint: &VerifiedCheckpoint) -> Value {
    json!({
        "size": checkpoint.size(),
        "root": checkpoint.root().to_string(),
        "signed_at": clock::rfc3339(checkpoint.time()),
    })
}
