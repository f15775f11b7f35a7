//! `crl` and `list`.

use std::path::Path;

use crate::failure::Failure;
use crate::files;
use crate::journal::Credential;
use crate::registry::{Layout, Registry, now};

pub(crate) fn crl(registry: &mut Registry, out: Option<&Path>) -> Result<(), Failure> {
    let list = registry.sign_list(now())?;
    files::give_out(out, &list)
}

pub(crate) fn list(layout: &Layout, json: bool) -> Result<(), Failure> {
    let register = layout.read_register()?;
    let now = now();
    if json {
        let views: Vec<_> = register
            .credentials
            .iter()
            .map(|credential| credential.view(now))
            .collect();
        println!("{}", serde_json::json!(views));
        return Ok(());
    }
    for credential in &register.credentials {
        let Credential {
            kind,
            fingerprint,
            subject,
            revoked,
            ..
        } = credential;
        let mut standing = credential.state(now).as_str().replace('_', " ");
        if let Some(revoked) = revoked {
            standing = format!("{standing} ({})", revoked.reason.as_str());
        }
        println!(
            "{fingerprint}  {:<12}  {standing:<28}  {subject}",
            format!("{kind:?}").to_lowercase()
        );
    }
    Ok(())
}
