//! What this node trusts at this moment, and its own certificate once it has one. Both change while the node runs: a
//! newer revocation list, a first or a renewed certificate, a successor of the root.

use std::sync::{Arc, PoisonError, RwLock};

use dokuei_identity::certificate::{NodeCertificate, PractitionerCertificate};
use dokuei_identity::chain::{self, Chain, ChainError};
use dokuei_identity::revocation::RevocationList;
use dokuei_identity::time::Timestamp;
use dokuei_store::Store;

use super::error::ServiceError;
use super::register::Register;
use crate::credentials::Credentials;

/// What is in force, shared by all that verify. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Trust(Arc<RwLock<Option<Arc<Held>>>>);

/// What others are verified against, and who this node is.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) credentials: Credentials,
    /// The node's own certificate; absent until the registry has issued one.
    pub(super) own: Option<Arc<Own>>,
    /// What the register says, which grows while credentials stay as they are.
    pub(super) register: Arc<Register>,
}

/// The node's own certificate, verified when it was taken up.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) chain: Chain,
    pub(super) certificate: NodeCertificate,
}

impl Held {
    /// Takes up what is installed, together with the revocation lists and successors of the root that are kept. A node
    /// that was itself revoked is taken up all the same, since what is here stays readable; others refuse it.
    ///
    /// # Errors
    /// [`ServiceError::Certificate`] when the node's certificate does not stand for another reason.
    pub(super) fn take_up(
        (mut credentials, chain): (Credentials, Option<Chain>),
        register: Arc<Register>,
        store: &Store,
        now: Timestamp,
    ) -> Result<Self, ServiceError> {
        for error in register.with_standings(|standings| standings.teach(&mut credentials.anchors)) {
            tracing::error!(%error, "a successor of the root is not believed");
        }
        // Beside what the register says: it may be that nothing of it has arrived yet.
        for issuing in chain.iter().flat_map(|chain| &chain.intermediates) {
            // One that no root signed is refused below, with its reason.
            let _ = credentials.anchors.remember_issuer(issuing);
        }
        for der in store.revocation_lists()? {
            match register.verified_list(&credentials, chain.as_slice(), &der, now) {
                Some(list) => drop(credentials.lists.insert(list)),
                None => tracing::warn!("a stored revocation list does not verify now"),
            }
        }
        let own = chain
            .map(|chain| Own::take_up(&credentials, chain, now))
            .transpose()?;
        Ok(Self {
            credentials,
            own: own.map(Arc::new),
            register,
        })
    }

    /// The newest revocation list of the authority that certified this node.
    pub(super) fn own_list(&self) -> Option<&RevocationList> {
        self.credentials.lists.of(&self.own.as_ref()?.chain)
    }

    /// Another node's certificate, verified now: path, revocation lists and register.
    ///
    /// # Errors
    /// [`ServiceError::Certificate`] or [`ServiceError::Unlogged`].
    pub(super) fn node(&self, chain: &Chain, now: Timestamp) -> Result<NodeCertificate, ServiceError> {
        let certificate = self.credentials.node(chain, now)?;
        self.register
            .require(&certificate.fingerprint, certificate.validity.not_before)?;
        Ok(certificate)
    }

    /// A practitioner's certificate, verified now: path, revocation lists and register.
    ///
    /// # Errors
    /// [`ServiceError::Certificate`] or [`ServiceError::Unlogged`].
    pub(super) fn practitioner(
        &self,
        chain: &Chain,
        now: Timestamp,
    ) -> Result<PractitionerCertificate, ServiceError> {
        let certificate = self.credentials.practitioner(chain, now)?;
        self.register
            .require(&certificate.fingerprint, certificate.validity.not_before)?;
        Ok(certificate)
    }
}

impl Own {
    /// Verifies the node's own chain. One that was revoked is taken up all the same.
    fn take_up(credentials: &Credentials, chain: Chain, now: Timestamp) -> Result<Self, ChainError> {
        let certificate = match credentials.node(&chain, now) {
            Err(ChainError::Revoked { .. }) => chain::verify_node(&chain, &credentials.anchors, now, None)?,
            other => other?,
        };
        Ok(Self { chain, certificate })
    }
}

impl Trust {
    pub(super) fn new(held: Option<Held>) -> Self {
        Self(Arc::new(RwLock::new(held.map(Arc::new))))
    }

    /// What is trusted now; `None` while no root is installed.
    pub(super) fn get(&self) -> Option<Arc<Held>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// As [`Self::get`].
    ///
    /// # Errors
    /// [`ServiceError::NoRoot`].
    pub(super) fn require(&self) -> Result<Arc<Held>, ServiceError> {
        self.get().ok_or(ServiceError::NoRoot)
    }

    /// The node's own certificate.
    ///
    /// # Errors
    /// [`ServiceError::NoNodeCertificate`].
    pub(super) fn own(&self) -> Result<Arc<Own>, ServiceError> {
        self.get()
            .and_then(|held| held.own.clone())
            .ok_or(ServiceError::NoNodeCertificate)
    }

    /// Puts newer credentials in force: what is verified from now on is verified against them.
    pub(super) fn replace(&self, held: Held) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(held));
    }
}
