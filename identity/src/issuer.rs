//! Issuing authorities that were verified before, so that a chain costs one signature and not two.
//!
//! Almost every chain of a network has the same few issuing authorities between itself and the root. What is remembered
//! of one is what stays true for ever of exactly these bytes: that they have the form of a certificate, that this root
//! signed them, and that the profile lets them issue. What changes with time (validity of root and authority, revocation
//! lists, the register) is looked at each time, remembered or not.
//!
//! It is an explicit value of the [`TrustAnchors`](super::chain::TrustAnchors) that it belongs to and grows only when
//! somebody says so ([`super::chain::TrustAnchors::remember_issuer`]); what peers send is looked up here, never entered.

use std::sync::Arc;

use crate::anchor::{TrustAnchor, issuer_among};
use crate::chain::ChainError;
use crate::fault::Position;
use crate::path::Parsed;

/// The most issuing authorities that are remembered; for a newer one the oldest is forgotten.
pub const MAX_ISSUERS: usize = 16;

/// Issuing authorities whose root was found to have signed them.
#[derive(Debug, Clone, Default)]
pub struct VerifiedIssuers(Vec<Arc<Issuer>>);

#[derive(Debug)]
struct Issuer {
    certificate: Parsed,
    /// The certificate of the root that signed it, whole: under another root nothing is known of it.
    root: Vec<u8>,
}

impl VerifiedIssuers {
    /// Nothing is remembered.
    pub(crate) const NONE: &'static Self = {
        static NONE: VerifiedIssuers = VerifiedIssuers(Vec::new());
        &NONE
    };

    /// How many are remembered.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Verifies an issuing authority's certificate to one of the roots and remembers it. What is refused leaves no trace.
    pub(crate) fn remember(&mut self, der: &[u8], roots: &[TrustAnchor]) -> Result<(), ChainError> {
        if self.find(der, roots).is_some() {
            return Ok(());
        }
        let certificate = signed_by_root(der, roots)?;
        let root = issuer_among(roots, &certificate).der().to_vec();
        if self.0.len() >= MAX_ISSUERS {
            self.0.remove(0);
        }
        self.0.push(Arc::new(Issuer { certificate, root }));
        Ok(())
    }

    /// The certificate, when exactly these bytes were remembered and the root that they name is the one that signed them.
    /// Whole certificates are compared, so that no hash has to be trusted; there are at most [`MAX_ISSUERS`].
    pub(crate) fn find(&self, der: &[u8], roots: &[TrustAnchor]) -> Option<&Parsed> {
        let known = self.0.iter().find(|known| known.certificate.der == der)?;
        let root = issuer_among(roots, &known.certificate);
        (root.der() == known.root).then_some(&known.certificate)
    }
}

/// What stays true of an issuing authority's certificate: its form, the root's signature, its place in a chain.
pub(crate) fn signed_by_root(der: &[u8], roots: &[TrustAnchor]) -> Result<Parsed, ChainError> {
    let issuing = Parsed::read(der, Position::Issuing)?;
    issuing.check_issuer(issuer_among(roots, &issuing).parsed())?;
    issuing.check_authority(0)?;
    Ok(issuing)
}
