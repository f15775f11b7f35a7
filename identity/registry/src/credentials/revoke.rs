//! `revoke`, `crl` and `list`.

use std::path::Path;

use dokuei_identity::revocation::RevocationReason;

use crate::failure::Failure;
use crate::files;
use crate::journal::Credential;
use crate::registry::{Layout, Registry, now};

pub(crate) fn revoke(registry: &mut Registry, name: &str, reason: &str, json: bool) -> Result<(), Failure> {
    let reason: RevocationReason = reason.parse()?;
    let credential = registry.revoke(name, reason, now())?;
    if json {
        println!(
            "{}",
            serde_json::json!({"credential": credential, "crl_number": registry.register().last_list})
        );
    } else {
        println!("Revoked {} ({}).", credential.fingerprint, credential.subject);
        println!(
            "The revocation list has number {}; nodes fetch it or get it from",
            registry.register().last_list
        );
        println!("  {}", registry.layout().crl().display());
    }
    Ok(())
}

pub(crate) fn crl(registry: &mut Registry, out: Option<&Path>) -> Result<(), Failure> {
    let list = registry.sign_list(now())?;
    files::give_out(out, &list)
}

pub(crate) fn list(layout: &Layout, json: bool) -> Result<(), Failure> {
    let register = layout.read_register()?;
    if json {
        println!("{}", serde_json::json!(register.credentials));
        return Ok(());
    }
    let now = now();
    for Credential {
        kind,
        fingerprint,
        subject,
        validity,
        revoked,
        ..
    } in &register.credentials
    {
        let standing = match revoked {
            Some(standing) => format!("revoked ({})", standing.reason.as_str()),
            None if now > validity.not_after => "expired".to_owned(),
            None => "in force".to_owned(),
        };
        println!(
            "{fingerprint}  {:<12}  {standing:<28}  {subject}",
            format!("{kind:?}").to_lowercase()
        );
    }
    Ok(())
}
