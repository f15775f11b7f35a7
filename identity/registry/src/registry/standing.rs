//! What stands: the roots, the issuing authorities and the key that signs the register, as the console shows them.

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::TrustAnchor;
use dokuei_identity::fingerprint::Fingerprint;
use serde_json::{Value, json};

use super::Registry;
use super::authorities::Member;
use crate::ceremony::make;
use crate::failure::Failure;

impl Registry {
    /// All of it; nothing secret.
    pub(crate) fn standing(&self) -> Result<Value, Failure> {
        let chain = &self.registry_chain;
        Ok(json!({
            "name": self.name(),
            "roots": self.anchors.all().iter().map(|root| self.root_view(root)).collect::<Vec<_>>(),
            "authorities": self.authorities.all().iter().map(|one| self.authority_view(one)).collect::<Vec<_>>(),
            "register_key": {
                "key": hex::encode(self.unnamed.key.public().as_bytes()),
                "fingerprint": chain.fingerprint(),
                "validity": Validity::of_der(&chain.end),
            },
            "next_authority": self.next_authority(),
            "request": self.requested()?,
        }))
    }

    /// The registry's name, as it stands in its certificates.
    pub(crate) fn name(&self) -> String {
        make::registry_name(self.anchors.all().last().unwrap_or(self.anchors.first()))
    }

    fn root_view(&self, root: &TrustAnchor) -> Value {
        let key = self.layout.key_of_root(&self.anchors, root);
        let here = key.exists().then(|| {
            let inside = key.strip_prefix(&self.layout.dir).unwrap_or(&key);
            inside.display().to_string()
        });
        json!({
            "subject": root.common_name(),
            "fingerprint": root.fingerprint(),
            "validity": Validity::of_der(root.der()),
            "current": self.anchors.all().last() == Some(root),
            // Where its key lies in the data directory, when it does.
            "key_here": here,
        })
    }

    fn authority_view(&self, member: &Member) -> Value {
        let now = self.time();
        let issued = self.of_authority(member);
        let out = issued.filter(|credential| credential.validity.not_after >= now);
        json!({
            "subject": member.authority.name(),
            "fingerprint": member.fingerprint,
            "validity": member.authority.validity(),
            "current": member.fingerprint == self.authorities.current().fingerprint,
            "certificates": out.count(),
            "signs_list": self.still_signs(member, now),
        })
    }
}

/// A certificate of an authority that is not in service yet, so that it can be compared before it is.
pub(crate) fn preview(name: &str, der: &[u8]) -> Value {
    json!({"subject": name, "fingerprint": Fingerprint::of(der), "validity": Validity::of_der(der)})
}
