//! `[audit]`: where the audit trail goes besides this node.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where the audit trail goes besides this node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// The collector of the house; unset: the trail stays here.
    pub syslog: Option<Syslog>,
}

/// A collector of audit messages: syslog over TLS (RFC 5425), as IHE ATNA has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Syslog {
    /// Its name or address, as its certificate has it.
    pub host: String,
    /// Its port.
    #[serde(default = "standard_port")]
    pub port: u16,
    /// Who issues its certificate, PEM.
    pub authorities: PathBuf,
    /// The certificate that is shown to it, with those between it and the root, PEM.
    pub certificate: PathBuf,
    /// That certificate's private key, PEM.
    pub key: PathBuf,
}

const fn standard_port() -> u16 {
    6514
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_a_collector_is_a_matter_of_four_lines() {
        let text = "[syslog]\nhost='logs.example.org'\nauthorities='/etc/dokuei/ca.pem'\n\
                    certificate='/etc/dokuei/node.pem'\nkey='/etc/dokuei/node.key'\n";
        let audit: Audit = toml::from_str(text).unwrap();
        assert_eq!(audit.syslog.unwrap().port, 6514);
        assert!(
            toml::from_str::<Audit>("[syslog]\nhost='a'\n").is_err(),
            "never without certificates"
        );
    }
}
