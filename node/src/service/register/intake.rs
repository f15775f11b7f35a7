//! Takes what others answer about the register: nothing is believed that the registry did not sign, and nothing is
//! kept that does not follow from what is here.

use std::sync::Arc;

use dokuei_identity::cbor;
use dokuei_identity::chain::{Chain, ChainError};
use dokuei_identity::key::PublicKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{Accepted, Answer, RegisterError};
use dokuei_identity::time::Timestamp;
use dokuei_store::StoreError;

use super::Signer;
use crate::credentials::Credentials;
use crate::service::Node;
use crate::service::error::ServiceError;
use crate::service::trust::Held;

/// How many certificates of the registry are kept for evidence.
const SIGNERS: usize = 8;

impl Node {
    /// Verifies an answer and keeps what is new in it; then does what follows from it.
    ///
    /// # Errors
    /// [`ServiceError::Register`] or [`ServiceError::Certificate`]: the answer is worth nothing, ask another.
    pub(in crate::service) fn take_register(&self, answer: &Answer) -> Result<Accepted, ServiceError> {
        let (held, now) = (self.trust()?, self.now());
        let register = self.register();
        let network = NetworkName::of(held.credentials.anchors.first());
        let listed = held.credentials.lists.of(&answer.registry);
        let signed = register
            .replica()
            .verify(answer, &held.credentials.anchors, listed, &network, now)?;
        if signed.void {
            return self.begin_register_anew();
        }
        // By itself: keeping evidence looks at the register again.
        let accepted = register.replica().accept(&signed.checkpoint, answer, now);
        let accepted = match accepted {
            Ok(accepted) => accepted,
            Err(RegisterError::SplitView(evidence)) => {
                self.keep_evidence(&evidence, Some(&answer.registry))?;
                return Err(RegisterError::SplitView(evidence).into());
            }
            Err(error) => return Err(error.into()),
        };
        // An older register, rightly signed by a former key, is no reason to go back to that key.
        if accepted.newer || register.signer().is_none() {
            self.keep_signer(&answer.registry, signed.registry.key)?;
        }
        self.adopt_roots(&accepted)?;
        let held = self.trust()?;
        let lists = self.take_lists(&held, answer, now)?;
        if lists || !accepted.entries.is_empty() {
            self.follow_register(&accepted, now)?;
        }
        Ok(accepted)
    }

    /// What is here was signed with a stolen key, as the root says: it is forgotten, and asked for again.
    pub(super) fn begin_register_anew(&self) -> Result<Accepted, ServiceError> {
        tracing::error!(
            "the register here was signed with a stolen key, as the root says; it is fetched anew"
        );
        self.register().replica().begin_anew()?;
        self.register().signer().take();
        self.audit("registry", "begin_anew", "register", "signed with a stolen key")?;
        Ok(Accepted {
            entries: Vec::new(),
            complete: false,
            newer: false,
        })
    }

    fn keep_signer(&self, chain: &Chain, key: PublicKey) -> Result<(), ServiceError> {
        let mut signer = self.register().signer();
        if signer.as_ref().is_none_or(|known| known.chain != *chain) {
            let mut signers = self.register().signers();
            signers.retain(|known| known != chain);
            signers.insert(0, chain.clone());
            signers.truncate(SIGNERS);
            self.store().put_register_signers(&cbor::encode(&signers))?;
            self.register().set_signers(signers);
            *signer = Some(Signer {
                chain: chain.clone(),
                key,
            });
        }
        Ok(())
    }

    /// Keeps the revocation lists of an answer that are newer than those here; whether there was one.
    fn take_lists(&self, held: &Held, answer: &Answer, now: Timestamp) -> Result<bool, ServiceError> {
        let mut lists = held.credentials.lists.clone();
        let mut newer = false;
        let own = held.own.as_ref().map(|own| own.chain.clone());
        let known: Vec<_> = own.into_iter().chain([answer.registry.clone()]).collect();
        for der in &answer.lists {
            let Some(list) = self.register().verified_list(&held.credentials, &known, der, now) else {
                tracing::warn!(
                    "a revocation list was not taken: no issuing authority of this network signed it"
                );
                continue;
            };
            match self
                .store()
                .put_revocation_list(&list.issuer_key_id(), list.number(), list.der())
            {
                Ok(_) => newer |= lists.insert(list),
                Err(StoreError::Outdated { .. }) => {}
                Err(StoreError::Equivocation { .. }) => {
                    tracing::error!("an issuing authority signed two revocation lists of one number");
                    self.audit("registry", "two_lists", "revocation list", "kept the first")?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        if newer {
            self.retrust(held, |credentials| credentials.lists = lists)?;
        }
        Ok(newer)
    }

    /// Puts changed credentials in force. When this node itself does not stand under them any more, that is what
    /// [`Self::follow_register`] deals with; until then it is trusted as it was.
    pub(super) fn retrust(
        &self,
        held: &Held,
        change: impl FnOnce(&mut Credentials),
    ) -> Result<(), ServiceError> {
        let mut credentials = held.credentials.clone();
        change(&mut credentials);
        let own = match &held.own {
            None => None,
            Some(own) => match credentials.node(&own.chain, self.now()) {
                Ok(_) | Err(ChainError::Revoked { .. }) => Some(Arc::clone(own)),
                Err(error) => return Err(error.into()),
            },
        };
        self.0.trust.replace(Held {
            credentials,
            own,
            register: Arc::clone(&held.register),
        });
        Ok(())
    }
}
