//! The mail server of the house, and whose certificates webhooks may show: set by whoever runs the node, kept in the sealed
//! database, its password shown to nobody.

use std::fmt;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::ZeroizeOnDrop;

use super::super::Node;
use super::super::error::ServiceError;

/// Where it is kept.
const SETTING: &str = "notice_outlets";
/// The longest text of certificates, bytes.
const MAX_AUTHORITIES: usize = 64 * 1024;
/// The longest of all other fields, bytes.
const MAX_FIELD: usize = 254;

/// How a mail server is spoken to. In the clear it never is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// TLS from the first byte (RFC 8314), usually port 465.
    Tls,
    /// TLS after STARTTLS, usually port 587.
    Starttls,
}

/// A mail server that takes our letters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub(super) struct Smtp {
    #[zeroize(skip)]
    pub(super) host: String,
    #[zeroize(skip)]
    pub(super) port: u16,
    #[zeroize(skip)]
    pub(super) security: Security,
    /// Whose letters they are.
    #[zeroize(skip)]
    pub(super) from: String,
    #[zeroize(skip)]
    #[serde(default)]
    pub(super) user: Option<String>,
    #[serde(default)]
    pub(super) password: Option<String>,
    /// Who issues its certificate, PEM; unset: the public authorities.
    #[zeroize(skip)]
    #[serde(default)]
    pub(super) authorities: Option<String>,
}

/// How notices leave this node.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outlets {
    #[serde(default)]
    pub(super) smtp: Option<Smtp>,
    /// Who issues certificates of webhooks, PEM; unset: the public authorities.
    #[serde(default)]
    pub(super) webhook_authorities: Option<String>,
}

/// How notices leave this node, as whoever runs it sets it. A password that is left out stays as it is while host and user do.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOutlets {
    smtp: Option<Smtp>,
    #[serde(default)]
    webhook_authorities: Option<String>,
}

impl fmt::Debug for NewOutlets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewOutlets").finish_non_exhaustive()
    }
}

impl Node {
    /// How notices leave this node.
    pub(super) fn outlets(&self) -> Result<Outlets, ServiceError> {
        let Some(kept) = self.store().setting(SETTING)? else {
            return Ok(Outlets::default());
        };
        Ok(serde_json::from_str(&kept).unwrap_or_else(|_| {
            tracing::error!("the mail server that was set is not understood: set it again");
            Outlets::default()
        }))
    }

    /// The same for whoever runs the node; the password is not told.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn notice_outlets(&self) -> Result<Value, ServiceError> {
        let outlets = self.outlets()?;
        let smtp = outlets.smtp.as_ref().map(|smtp| {
            json!({
                "host": smtp.host,
                "port": smtp.port,
                "security": smtp.security,
                "from": smtp.from,
                "user": smtp.user,
                "has_password": smtp.password.is_some(),
                "authorities": smtp.authorities,
            })
        });
        Ok(json!({"smtp": smtp, "webhook_authorities": outlets.webhook_authorities}))
    }

    /// Sets how notices leave this node.
    ///
    /// # Errors
    /// [`ServiceError::Field`] when something in it is not acceptable.
    pub fn set_notice_outlets(&self, actor: &str, new: NewOutlets) -> Result<Value, ServiceError> {
        let mut outlets = Outlets {
            smtp: new.smtp,
            webhook_authorities: new.webhook_authorities,
        };
        if let (Some(smtp), Some(kept)) = (&mut outlets.smtp, self.outlets()?.smtp) {
            // Never given to another server than it was typed for.
            let same = (&smtp.host, smtp.port, &smtp.user) == (&kept.host, kept.port, &kept.user);
            if smtp.password.is_none() && smtp.user.is_some() && same {
                smtp.password.clone_from(&kept.password);
            }
        }
        check(&outlets)?;
        let text = serde_json::to_string(&outlets).map_err(|error| ServiceError::field("smtp", error))?;
        self.store()
            .set_setting(SETTING, &zeroize::Zeroizing::new(text))?;
        self.audit(actor, "notice_outlets", "node", "success")?;
        self.notice_outlets()
    }
}

fn check(outlets: &Outlets) -> Result<(), ServiceError> {
    if let Some(smtp) = &outlets.smtp {
        let texts = [
            Some(&smtp.host),
            Some(&smtp.from),
            smtp.user.as_ref(),
            smtp.password.as_ref(),
        ];
        if texts
            .into_iter()
            .flatten()
            .any(|text| text.is_empty() || text.len() > MAX_FIELD)
        {
            return Err(ServiceError::field(
                "smtp",
                "host, from, user and password are neither empty nor longer than 254 bytes",
            ));
        }
        if !smtp
            .host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte))
        {
            return Err(ServiceError::field(
                "smtp.host",
                "it is the name or the address of a machine",
            ));
        }
        if smtp.port == 0 {
            return Err(ServiceError::field("smtp.port", "it is a number from 1 to 65535"));
        }
        if smtp.from.parse::<lettre::message::Mailbox>().is_err() {
            return Err(ServiceError::field("smtp.from", "it is an e-mail address"));
        }
        if smtp.user.is_some() != smtp.password.is_some() {
            return Err(ServiceError::field(
                "smtp.password",
                "user and password belong together",
            ));
        }
        check_authorities("smtp.authorities", smtp.authorities.as_deref())?;
    }
    check_authorities("webhook_authorities", outlets.webhook_authorities.as_deref())
}

fn check_authorities(field: &'static str, pem: Option<&str>) -> Result<(), ServiceError> {
    let Some(pem) = pem else { return Ok(()) };
    if pem.len() > MAX_AUTHORITIES {
        return Err(ServiceError::field(field, "it is longer than 64 KiB"));
    }
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(()),
        _ => Err(ServiceError::field(field, "it holds no certificates in PEM")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlets() -> Outlets {
        Outlets {
            smtp: Some(Smtp {
                host: "mail.example.jp".to_owned(),
                port: 465,
                security: Security::Tls,
                from: "dokuei@example.jp".to_owned(),
                user: Some("dokuei".to_owned()),
                password: Some("secret".to_owned()),
                authorities: None,
            }),
            webhook_authorities: None,
        }
    }

    /// What is stored: a changed snapshot is a decision about versions.
    #[test]
    fn stored_form() {
        assert!(check(&outlets()).is_ok());
        insta::assert_snapshot!(serde_json::to_string_pretty(&outlets()).unwrap());
    }

    #[test]
    fn what_no_server_would_take_is_refused_when_it_is_set() {
        type Change = fn(&mut Smtp);
        let changes: [Change; 5] = [
            |smtp| smtp.host = "mail example".to_owned(),
            |smtp| smtp.from = "nobody".to_owned(),
            |smtp| smtp.password = None,
            |smtp| smtp.port = 0,
            |smtp| smtp.authorities = Some("none".to_owned()),
        ];
        for change in changes {
            let mut outlets = outlets();
            outlets.smtp.as_mut().map(change).unwrap();
            assert!(check(&outlets).is_err());
        }
    }
}
