//! Who works here: named operators, what each did, and what waits for a second one.

pub(crate) mod actor;
pub(crate) mod log;
pub(crate) mod member;
pub(crate) mod naming;
pub(crate) mod pending;

use crate::failure::Failure;
use crate::registry::layout::Layout;
use crate::registry::{Registry, Rules};
pub(crate) use actor::Actor;

/// Opens the registry for an operator with her own passphrase; or, as long as no operator is named here, with the
/// registry's.
pub(crate) fn open(
    layout: &Layout,
    operator: Option<&str>,
    passphrase: &str,
    rules: Rules,
) -> Result<(Registry, Actor), Failure> {
    match operator {
        Some(name) => {
            let (actor, secret) = member::open(layout, name, passphrase)?;
            let registry = Registry::open(layout.clone(), &secret, rules)?;
            admit(&registry, &actor)?;
            Ok((registry, actor))
        }
        None => {
            let registry = Registry::open(layout.clone(), passphrase, rules)?;
            // The log decides: a crash can leave the file of one who was not named yet.
            if !member::list(registry.operator_log().rows()).is_empty() {
                return Err(Failure::OperatorNeeded);
            }
            let actor = registry.unnamed();
            Ok((registry, actor))
        }
    }
}

/// A sealed file alone makes no operator: the operator log must know her, with this key.
pub(crate) fn admit(registry: &Registry, actor: &Actor) -> Result<(), Failure> {
    let key = hex::encode(actor.key.public().as_bytes());
    let known = member::list(registry.operator_log().rows())
        .iter()
        .any(|member| member.name == actor.name && member.key == key);
    if known {
        Ok(())
    } else {
        Err(Failure::UnknownOperator(actor.name.clone()))
    }
}
