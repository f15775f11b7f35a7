//! The certificates installed on this node: the root it trusts, its own chain, the revocation list.

use std::fs;
use std::io;
use std::path::PathBuf;

use dokuei_identity::certificate::{NodeCertificate, PractitionerCertificate, RegistryCertificate};
use dokuei_identity::chain::{self, Chain, ChainError, Fault, TrustAnchor, TrustAnchors};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::PublicKey;
use dokuei_identity::revocation::{RevocationError, RevocationList, RevocationLists};
use dokuei_identity::time::Timestamp;
use thiserror::Error;

use crate::data_dir::{DataDir, write_durably};
use crate::practitioners::{PractitionerError, Practitioners};

/// Why certificates could not be installed or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// A file cannot be read or written.
    #[error("the file {path} cannot be used: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The chain does not stand.
    #[error("the certificate is refused: {0}")]
    Chain(#[from] ChainError),
    /// The revocation list does not stand.
    #[error("the certificate revocation list is refused: {0}")]
    Revocation(#[from] RevocationError),
    /// Neither this node nor one of its practitioners has the key.
    #[error("the certificate is for a key that is neither this node's nor one of its practitioners'")]
    ForeignKey,
    /// Another root is trusted already.
    #[error("this node trusts another registry's root already ({known}); this one has the fingerprint {got}")]
    AnotherRoot {
        /// Fingerprint of the installed root.
        known: String,
        /// Fingerprint of the offered root.
        got: String,
    },
    /// The root is not the one that was published.
    #[error("the root has the fingerprint {got}, and {expected} was given")]
    OtherFingerprint {
        /// As it was given.
        expected: String,
        /// Of the file.
        got: String,
    },
    /// A node never goes back to an older revocation list: it would forget who was revoked.
    #[error("the revocation list has number {got}, and number {known} is installed already")]
    OlderList {
        /// Number of the installed list.
        known: u64,
        /// Number of the offered list.
        got: u64,
    },
    /// A practitioner's files cannot be used.
    #[error(transparent)]
    Practitioner(#[from] PractitionerError),
}

/// What certificates are verified against, as it stands in the data directory.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The root of trust, with its successors.
    pub anchors: TrustAnchors,
    /// The newest revocation list of each issuing authority.
    pub lists: RevocationLists,
}

/// For whom a certificate was installed.
#[derive(Debug, Clone)]
pub enum Installed {
    /// For this node.
    Node(NodeCertificate),
    /// For a practitioner; with her sign-in name.
    Practitioner(String, PractitionerCertificate),
}

impl Credentials {
    /// Reads what is installed, with the node's own chain once there is one; `None` while there is no root.
    ///
    /// # Errors
    /// [`CredentialError`] when a file is unreadable or does not stand.
    pub fn read(dir: &DataDir, now: Timestamp) -> Result<Option<(Self, Option<Chain>)>, CredentialError> {
        let Some(anchor) = text(dir.root_certificate())? else {
            return Ok(None);
        };
        let anchors = TrustAnchors::from_pem(&anchor)?;
        let chain = text(dir.node_chain())?
            .map(|pem| Chain::from_pem(&pem))
            .transpose()?;
        // Its issuer is found by a chain: without one there was nothing that the list could have come with.
        let list = match (text(dir.crl())?, &chain) {
            (Some(pem), Some(chain)) => match RevocationList::verify_pem(&pem, chain, &anchors, now) {
                // The certificate was renewed by another authority since, and the register brings that one's lists.
                Err(RevocationError::AnotherIssuer) => None,
                list => Some(list?),
            },
            _ => None,
        };
        let credentials = Self {
            anchors,
            lists: list.into_iter().collect(),
        };
        Ok(Some((credentials, chain)))
    }

    /// A node's certificate, verified now.
    ///
    /// # Errors
    /// [`ChainError`], for example when it has expired or was revoked.
    pub fn node(&self, chain: &Chain, now: Timestamp) -> Result<NodeCertificate, ChainError> {
        chain::verify_node(chain, &self.anchors, now, self.lists.of(chain))
    }

    /// The registry's certificate, whose key signs the register, verified now.
    ///
    /// # Errors
    /// [`ChainError`], for example when it has expired or was revoked.
    pub fn registry(&self, chain: &Chain, now: Timestamp) -> Result<RegistryCertificate, ChainError> {
        chain::verify_registry(chain, &self.anchors, now, self.lists.of(chain))
    }

    /// A practitioner's certificate, verified now.
    ///
    /// # Errors
    /// [`ChainError`], for example when it has expired or was revoked.
    pub fn practitioner(&self, chain: &Chain, now: Timestamp) -> Result<PractitionerCertificate, ChainError> {
        chain::verify_practitioner(chain, &self.anchors, now, self.lists.of(chain))
    }
}

/// What an operator sent back, as PEM texts.
#[derive(Debug)]
pub struct Delivery<'a> {
    /// The root certificate; after it may come its successors, each with its proof.
    pub root: &'a str,
    /// The issued certificate, followed by the issuing CA's.
    pub chain: &'a str,
    /// The newest revocation list.
    pub crl: Option<&'a str>,
}

/// Installs the root alone, so that a node without a certificate can read the register and apply. `expected` is the
/// fingerprint that its operator published.
///
/// # Errors
/// [`CredentialError`]; nothing has changed then.
pub fn trust(
    dir: &DataDir,
    root: &str,
    expected: Option<Fingerprint>,
) -> Result<TrustAnchor, CredentialError> {
    let offered = TrustAnchors::from_pem(root)?;
    let first = offered.first().clone();
    if let Some(expected) = expected.filter(|expected| *expected != first.fingerprint()) {
        return Err(CredentialError::OtherFingerprint {
            expected: expected.to_string(),
            got: first.fingerprint().to_string(),
        });
    }
    let anchors = with_known(dir, offered)?;
    write(dir.root_certificate(), &anchors.to_pem())?;
    Ok(first)
}

/// The first root that was trusted stays: no other takes its place. Its successors that were learnt from the register
/// stay known.
fn with_known(dir: &DataDir, offered: TrustAnchors) -> Result<TrustAnchors, CredentialError> {
    let Some(known) = text(dir.root_certificate())? else {
        return Ok(offered);
    };
    let known = TrustAnchors::from_pem(&known)?;
    let (first, got) = (known.first().fingerprint(), offered.first().fingerprint());
    if first != got {
        let (known, got) = (first.to_string(), got.to_string());
        return Err(CredentialError::AnotherRoot { known, got });
    }
    Ok(if known.all().len() > offered.all().len() {
        known
    } else {
        offered
    })
}

/// Installs what an operator sent back: verifies it whole, then writes it.
///
/// # Errors
/// [`CredentialError`]; nothing has changed then.
pub fn install(
    dir: &DataDir,
    node_key: &PublicKey,
    delivery: &Delivery<'_>,
    now: Timestamp,
) -> Result<Installed, CredentialError> {
    let anchors = with_known(dir, TrustAnchors::from_pem(delivery.root)?)?;
    let chain = Chain::from_pem(delivery.chain)?;
    let verified = |pem: &str| RevocationList::verify_pem(pem, &chain, &anchors, now);
    let offered = delivery.crl.map(verified).transpose()?;
    let installed = match text(dir.crl())?.as_deref().map(verified) {
        Some(Err(RevocationError::AnotherIssuer)) => None,
        installed => installed.transpose()?,
    };
    let revoked = match (offered, installed) {
        (Some(offered), Some(known)) if offered.number() < known.number() => {
            return Err(CredentialError::OlderList {
                known: known.number(),
                got: offered.number(),
            });
        }
        (offered, known) => offered.or(known),
    };
    let installed = judge(dir, node_key, &chain, &anchors, now, revoked.as_ref())?;
    write(dir.root_certificate(), &anchors.to_pem())?;
    if let Some(revoked) = &revoked {
        write(dir.crl(), &revoked.to_pem())?;
    }
    match &installed {
        Installed::Node(_) => write(dir.node_chain(), &chain.to_pem())?,
        Installed::Practitioner(id, _) => Practitioners::of(dir.clone()).install(id, &chain)?,
    }
    Ok(installed)
}

/// Finds out whose certificate it is, by its key.
fn judge(
    dir: &DataDir,
    node_key: &PublicKey,
    chain: &Chain,
    anchors: &TrustAnchors,
    now: Timestamp,
    revoked: Option<&RevocationList>,
) -> Result<Installed, CredentialError> {
    match chain::verify_practitioner(chain, anchors, now, revoked) {
        Ok(certificate) => {
            let people = Practitioners::of(dir.clone());
            let person = people
                .with_key(&certificate.key)?
                .ok_or(CredentialError::ForeignKey)?;
            Ok(Installed::Practitioner(person.id, certificate))
        }
        Err(as_practitioner) => {
            let certificate = match chain::verify_node(chain, anchors, now, revoked) {
                Ok(certificate) => certificate,
                // Of the two reasons the one that is not "this is the other kind" helps.
                Err(ChainError::Refused {
                    fault: Fault::Policy, ..
                }) => return Err(as_practitioner.into()),
                Err(error) => return Err(error.into()),
            };
            if certificate.key == *node_key {
                Ok(Installed::Node(certificate))
            } else {
                Err(CredentialError::ForeignKey)
            }
        }
    }
}

fn text(path: PathBuf) -> Result<Option<String>, CredentialError> {
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(CredentialError::File { path, source }),
    }
}

fn write(path: PathBuf, text: &str) -> Result<(), CredentialError> {
    write_durably(&path, text.as_bytes()).map_err(|source| CredentialError::File { path, source })
}
