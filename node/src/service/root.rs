//! Setting up in the app: how far it is, and which registry this node trusts when that is chosen while it runs.

use std::sync::Arc;

use dokuei_identity::chain::{TrustAnchor, TrustAnchors};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::network::NetworkName;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::Node;
use super::delivery::blocking;
use super::error::ServiceError;
use super::trust::Held;
use crate::credentials::{self, CredentialError, Credentials};

impl Node {
    /// How far the setting up is, for a page on which nobody can sign in yet.
    #[must_use]
    pub fn setup_progress(&self) -> Value {
        let trusted = self.0.trust.get().is_some();
        json!({"trusted": trusted, "certified": self.own().is_ok()})
    }

    /// What an application starts from: the institution of the settings, the registry, and where it can be left.
    #[must_use]
    pub fn setup_view(&self) -> Value {
        let held = self.0.trust.get();
        let root = held
            .as_ref()
            .map(|held| root_view(held.credentials.anchors.first()));
        let institution = &self.config().institution;
        json!({
            "institution": {
                "name": institution.name,
                "code": institution.code,
                "device_class": institution.device_class,
            },
            "root": root,
            "certified": self.own().is_ok(),
            "bootstraps": self.0.meeting.get().map_or(0, |meeting| meeting.bootstraps.len()),
        })
    }

    /// What a root certificate says of itself, for people to compare. Nothing is trusted by this.
    ///
    /// # Errors
    /// [`ServiceError::RootRefused`] when it is none, or another one is trusted already.
    pub fn look_at_root(&self, pem: &str) -> Result<Value, ServiceError> {
        let offered = TrustAnchors::from_pem(pem).map_err(|error| ServiceError::RootRefused(error.into()))?;
        let got = offered.first().fingerprint();
        match self.0.trust.get() {
            Some(held) if held.credentials.anchors.first().fingerprint() != got => {
                let known = held.credentials.anchors.first().fingerprint().to_string();
                let got = got.to_string();
                Err(ServiceError::RootRefused(CredentialError::AnotherRoot {
                    known,
                    got,
                }))
            }
            _ => Ok(root_view(offered.first())),
        }
    }

    /// Trusts the registry whose root this is; its fingerprint was compared. The node joins the network at once.
    ///
    /// # Errors
    /// [`ServiceError::RootRefused`], or [`ServiceError::CannotListen`]: then the root is trusted all the same.
    pub async fn trust_root(&self, pem: String, fingerprint: Fingerprint) -> Result<Value, ServiceError> {
        let node = self.clone();
        let first = blocking(move || node.take_root(&pem, fingerprint)).await?;
        if let (true, Some(meeting)) = (first, self.0.meeting.get()) {
            let (node, meeting) = (self.clone(), meeting.clone());
            let home = self.0.home.get().cloned().unwrap_or_else(Handle::current);
            home.spawn(async move { node.join(meeting).await })
                .await
                .map_err(|_| ServiceError::Interrupted)?
                .map_err(|error| ServiceError::CannotListen(error.to_string()))?;
        }
        Ok(self.setup_view())
    }

    /// Whether it is the first root of this node.
    fn take_root(&self, pem: &str, fingerprint: Fingerprint) -> Result<bool, ServiceError> {
        let _one = self.write_lock();
        credentials::trust(&self.0.dir, pem, Some(fingerprint)).map_err(ServiceError::RootRefused)?;
        if self.0.trust.get().is_some() {
            return Ok(false);
        }
        let now = self.now();
        let read = Credentials::read(&self.0.dir, now)?.ok_or(ServiceError::NoRoot)?;
        let held = Held::take_up(read, Arc::clone(&self.0.register), self.store(), now)?;
        self.audit("operator", "trust", &fingerprint.to_string(), "success")?;
        self.0.trust.replace(held);
        Ok(true)
    }
}

fn root_view(root: &TrustAnchor) -> Value {
    json!({
        "name": root.common_name(),
        "fingerprint": root.fingerprint(),
        "network": NetworkName::of(root).to_string(),
    })
}
