//! Naming an operator, and her passphrase.

use dokuei_identity::passphrase::{self, Rule};

use super::{Actor, member};
use crate::credentials::act::Act;
use crate::failure::Failure;
use crate::operators::log::{Draft, Outcome};
use crate::registry::Registry;

/// Whether an operator of this name can be named.
pub(crate) fn check(registry: &Registry, name: &str) -> Result<(), Failure> {
    member::check_name(name)?;
    let members = member::list(registry.operator_log().rows());
    if members.iter().any(|member| member.name == name) {
        return Err(Failure::OperatorThere(name.to_owned()));
    }
    Ok(())
}

/// What names an operator: her new key, sealed under her own passphrase, with what opens the registry's keys.
pub(crate) fn act(registry: &Registry, name: &str, own: &str) -> Result<Act, Failure> {
    check(registry, name)?;
    passphrase::check(own, Rule::Alone, &[name])?;
    let (key, sealed) = member::seal(name, own, registry.passphrase())?;
    Ok(Act::OperatorAdd {
        name: name.to_owned(),
        key: hex::encode(key.as_bytes()),
        sealed: hex::encode(sealed),
    })
}

impl Registry {
    /// Gives an operator another passphrase; her key stays. `own` is the one she has, to be proved unless she just did.
    pub(crate) fn change_passphrase(
        &mut self,
        actor: &Actor,
        own: Option<&str>,
        new: &str,
    ) -> Result<(), Failure> {
        if !actor.named() {
            return Err(Failure::OperatorNeeded);
        }
        let changed = self.seal_again(actor, own, new);
        let outcome = match &changed {
            Ok(()) => Outcome::Done,
            Err(_) => Outcome::Refused,
        };
        let code = changed.as_ref().err().map(Failure::code);
        let draft = Draft {
            act: "operator_passphrase",
            about: Some(actor.name.clone()),
            detail: code.map_or_else(|| serde_json::json!({}), |code| serde_json::json!({"code": code})),
            outcome,
            journal: self.register().lines.len() as u64,
        };
        self.note(actor, vec![draft])?;
        changed
    }

    fn seal_again(&self, actor: &Actor, own: Option<&str>, new: &str) -> Result<(), Failure> {
        if let Some(own) = own {
            member::open(self.layout(), &actor.name, own)?;
        }
        passphrase::check(new, Rule::Alone, &[&actor.name])?;
        let sealed = member::seal_key(&actor.name, &actor.key, new, self.passphrase())?;
        member::install(self.layout(), &actor.name, &sealed)
    }
}
