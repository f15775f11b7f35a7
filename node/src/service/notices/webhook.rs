//! Telling a program of the house by HTTPS, with a signature over time and body.

use std::sync::Arc;
use std::time::Duration;

use dokuei_identity::time::Timestamp;
use dokuei_notice::{Matter, Told, body, signature};
use dokuei_store::NoticeRow;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// How long it may take altogether.
const PATIENCE: Duration = Duration::from_secs(15);

/// Sends the notices; why they were not taken, otherwise. Where it redirects to nobody follows.
pub(super) fn send(
    url: &str,
    secret: &[u8],
    rows: &[NoticeRow],
    (authorities, now): (Option<&str>, Timestamp),
) -> Result<(), String> {
    let told: Vec<Told> = rows
        .iter()
        .filter_map(|row| {
            let matter = Matter::named(&row.matter)?;
            Some(Told::new(
                row.id,
                matter,
                row.case_id.map(hex::encode),
                row.queued_at,
            ))
        })
        .collect();
    let body = body(&told);
    let sent = agent(authorities)?
        .post(url)
        .header("Content-Type", "application/json")
        .header("Dokuei-Signature", signature(secret, now, &body))
        .send(&body);
    match sent {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("the webhook answered {}", answer.status().as_u16())),
        Err(error) => Err(error.to_string()),
    }
}

fn agent(authorities: Option<&str>) -> Result<Agent, String> {
    let roots = match authorities {
        None => RootCerts::WebPki,
        Some(pem) => {
            let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
            let found =
                found.map_err(|error| format!("the authorities for webhooks cannot be read: {error}"))?;
            found
                .iter()
                .map(|one| Certificate::from_der(one).to_owned())
                .collect::<Vec<_>>()
                .into()
        }
    };
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
        .build();
    let agent = Agent::config_builder()
        .tls_config(tls)
        .https_only(true)
        .max_redirects(0)
        .max_redirects_will_error(true)
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .user_agent("dokuei")
        .build();
    Ok(agent.new_agent())
}
