//! Who signed what somebody answers, judged before anything of it is believed.

use super::checkpoint::{Checkpoint, VerifiedCheckpoint};
use super::replica::{RegisterError, Replica};
use super::standing::Standing;
use super::store::HashStore;
use super::succession::{KeyFault, KeySchedule, among, documents, learned};
use super::wire::Answer;
use crate::certificate::RegistryCertificate;
use crate::chain::{Anchors, verify_registry};
use crate::network::NetworkName;
use crate::revocation::RevocationList;
use crate::time::Timestamp;

/// An answer's checkpoint with the certificate of the key that signed it.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The checkpoint.
    pub checkpoint: VerifiedCheckpoint,
    /// The registry's certificate.
    pub registry: RegistryCertificate,
    /// Whether what is here is a thief's, as the root says: forget it ([`Replica::begin_anew`]) and ask again.
    pub void: bool,
}

impl<S: HashStore> Replica<S> {
    /// The schedule of keys that the entries here give; the register's successor roots are believed as far as the
    /// roots of `anchors` prove them.
    #[must_use]
    pub fn schedule<A: Anchors + ?Sized>(&self, anchors: &A) -> KeySchedule {
        let entered = self.standings().successions();
        KeySchedule::of(documents(entered), &learned(anchors, entered))
    }

    /// Verifies who signed an answer's checkpoint: its registry's certificate leads to the root, or to a successor of it
    /// that the answer proves; neither `revoked` (the newest list of its authority) nor the register says that it no
    /// longer holds; and the key is the one that signed what is here, or the one that the root put in its place.
    ///
    /// # Errors
    /// [`RegisterError::Registry`], [`RegisterError::RegistryNotInForce`], [`RegisterError::Key`] or
    /// [`RegisterError::Checkpoint`].
    pub fn verify<A: Anchors + ?Sized>(
        &self,
        answer: &Answer,
        anchors: &A,
        revoked: Option<&RevocationList>,
        network: &NetworkName,
        now: Timestamp,
    ) -> Result<Signed, RegisterError> {
        let brought = among(answer.successions.iter().chain(&answer.entries));
        let known = self.standings().successions().iter().chain(&brought);
        let anchors = learned(anchors, known.clone());
        let registry = verify_registry(&answer.registry, &anchors, now, revoked)?;
        if matches!(
            self.standing(&registry.fingerprint),
            Some(Standing::Revoked { .. } | Standing::Suspended { .. })
        ) {
            return Err(RegisterError::RegistryNotInForce(registry.fingerprint));
        }
        let checkpoint = Checkpoint::parse(&answer.checkpoint)?.verify(&[registry.key], network)?;
        checkpoint.check_clock(now)?;
        let schedule = KeySchedule::of(documents(known), &anchors);
        schedule.check(&registry.key, checkpoint.size(), checkpoint.time(), None)?;
        let held = || [self.checkpoint(), self.target()].into_iter().flatten();
        // Without a succession the key stays that of what is here. It is not kept, but shows by its signature.
        if schedule.successions().is_empty() && !held().all(|held| held.signed_by(&registry.key, network)) {
            return Err(KeyFault::NotNamed.into());
        }
        let void = held().any(|held| schedule.voids(held, network));
        Ok(Signed {
            checkpoint,
            registry,
            void,
        })
    }
}
