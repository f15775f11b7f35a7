//! What the domain must be told about others: their verified certificates and the agreements in force.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::PublicKey;
use dokuei_identity::time::Timestamp;

use crate::agreement::AgreementInForce;
use crate::id::AgreementId;

/// What a practitioner does in a consultation, as far as it needs a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Asks for a consultation.
    Request,
    /// Takes on a consultation, reads images (R3, R4).
    Consult,
    /// Signs a final report (R3, R4, R5).
    SignReport,
}

/// Why a credential does not allow an [`Act`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// The rule, stable.
    pub rule: String,
    /// The reason in Japanese, one sentence naming the clause.
    pub ja: String,
    /// The reason in English, one sentence naming the clause.
    pub en: String,
}

/// What the domain uses of a practitioner's verified certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The certified key.
    pub key: PublicKey,
    /// The name in Japanese script.
    pub name_ja: String,
    /// The name in Latin script.
    pub name_latin: String,
    /// The institution named in the certificate.
    pub institution: Option<String>,
}

/// What the domain uses of a node's verified certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The certified key.
    pub key: PublicKey,
    /// The institution that it belongs to.
    pub institution: String,
    /// The code of that institution.
    pub institution_code: String,
}

/// The directory handed in by the caller. Everything in it has been verified to the trust anchor; the domain itself
/// verifies no chain. For reading stored entries it must still know certificates that have since expired.
pub trait Standing {
    /// The practitioner with this certificate.
    fn practitioner(&self, fingerprint: &Fingerprint) -> Option<Person>;

    /// The node with this certificate.
    fn node(&self, fingerprint: &Fingerprint) -> Option<Machine>;

    /// Whether the practitioner's credential allows `act` at the time `at`.
    ///
    /// # Errors
    /// [`Denied`] with the reason.
    fn may(&self, fingerprint: &Fingerprint, act: Act, at: Timestamp) -> Result<(), Denied>;

    /// Whether the certificate (of a person or a node) is revoked or suspended as far as is known now. Entries by
    /// such a signer that are not in the log yet are refused, whatever time they claim.
    fn revoked(&self, _fingerprint: &Fingerprint) -> bool {
        false
    }

    /// The same, of somebody who is named by the first certificate of hers: with whichever she had at that time.
    ///
    /// # Errors
    /// [`Denied`] with the reason.
    fn person_may(&self, fingerprint: &Fingerprint, act: Act, at: Timestamp) -> Result<(), Denied> {
        self.may(fingerprint, act, at)
    }

    /// Whose certificate it is, named by the first that she had: itself, unless it is attested that it took the place of
    /// an earlier one of hers. Whoever is named in an entry and whoever signs it is the same person when this is the same.
    /// What has been attested never changes.
    fn person(&self, fingerprint: &Fingerprint) -> Fingerprint {
        *fingerprint
    }

    /// Whether the practitioner's credential is lost for good as far as is known now, so that this colleague may take over
    /// from her: revoked or expired, not merely suspended. Where another certificate took its place, only its holder may.
    fn lost_for_good(&self, _fingerprint: &Fingerprint, _colleague: &Fingerprint) -> bool {
        false
    }

    /// The countersigned agreement with this id.
    fn agreement(&self, id: &AgreementId) -> Option<AgreementInForce>;
}
