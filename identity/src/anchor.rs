//! What chains are verified to: a root, or a root and the successors that it named.

use std::sync::Arc;

use crate::chain::ChainError;
use crate::fault::{Fault, Position};
use crate::fingerprint::Fingerprint;
use crate::issuer::VerifiedIssuers;
use crate::path::Parsed;
use crate::pem;
use crate::time::Timestamp;

/// A root that everything is verified to: a self-signed certificate whose form and signature were checked. That it
/// is the *right* root only its fingerprint tells, which its operator publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustAnchor(Parsed);

impl TrustAnchor {
    /// Takes a root certificate, DER.
    ///
    /// # Errors
    /// [`ChainError::Refused`] when it is not a self-signed root of our profile.
    pub fn from_der(der: &[u8]) -> Result<Self, ChainError> {
        let root = Parsed::read(der, Position::Root)?;
        root.check_issuer(&root)?;
        root.check_authority(1)?;
        Ok(Self(root))
    }

    /// Takes a root certificate, PEM; it must be alone in the text.
    ///
    /// # Errors
    /// As [`Self::from_der`], or [`ChainError::Pem`].
    pub fn from_pem(text: &str) -> Result<Self, ChainError> {
        match pem::all(text, pem::CERTIFICATE)?.as_slice() {
            [der] => Self::from_der(der),
            all => Err(ChainError::Length { got: all.len() }),
        }
    }

    /// Prints PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::print(pem::CERTIFICATE, self.der())
    }

    /// The certificate, DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// SHA-256 of the certificate.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.der())
    }

    /// Its name, as it stands in the certificate.
    #[must_use]
    pub fn common_name(&self) -> String {
        crate::x509::text_of(self.0.subject(), const_oid::db::rfc4519::COMMON_NAME).unwrap_or_default()
    }

    pub(crate) const fn parsed(&self) -> &Parsed {
        &self.0
    }
}

/// A root and its successors. The first root fixes the network's name for ever; a successor is believed because the
/// root before it certified its key (RFC 4210 §4.4, `newWithOld`).
///
/// With them goes what is remembered of their issuing authorities: whoever begins with another root remembers nothing.
#[derive(Debug, Clone)]
pub struct TrustAnchors {
    /// The first is the one that was given; each other was proven by one before it. Never empty.
    roots: Vec<TrustAnchor>,
    /// The cross certificates of the roots after the first, DER.
    proofs: Vec<Vec<u8>>,
    issuers: VerifiedIssuers,
}

/// Two that trust the same are equal, whatever they remember.
impl PartialEq for TrustAnchors {
    fn eq(&self, other: &Self) -> bool {
        (&self.roots, &self.proofs) == (&other.roots, &other.proofs)
    }
}

impl Eq for TrustAnchors {}

/// The most roots that are kept: rollovers are rare, so more is an attack or a mistake.
pub const MAX_ROOTS: usize = 16;

impl TrustAnchors {
    /// Only the first root.
    #[must_use]
    pub fn new(first: TrustAnchor) -> Self {
        Self {
            roots: vec![first],
            proofs: Vec::new(),
            issuers: VerifiedIssuers::default(),
        }
    }

    /// Reads what [`Self::to_pem`] prints: the first root, then each successor with its cross certificate. Whoever gives
    /// somebody this text answers for its first root alone; each successor is proven, at the time at which its cross
    /// certificate begins.
    ///
    /// # Errors
    /// As [`TrustAnchor::from_pem`] and [`Self::add`]; [`ChainError::Length`] when a successor has no proof.
    pub fn from_pem(text: &str) -> Result<Self, ChainError> {
        let all = pem::all(text, pem::CERTIFICATE)?;
        let (first, successors) = all.split_first().ok_or(ChainError::Length { got: 0 })?;
        let mut anchors = Self::new(TrustAnchor::from_der(first)?);
        for pair in successors.chunks(2) {
            let [root, cross] = pair else {
                return Err(ChainError::Length { got: all.len() });
            };
            let begins = Parsed::read(cross, Position::Cross)?.validity.not_before;
            anchors.add(root, cross, begins)?;
        }
        Ok(anchors)
    }

    /// Prints PEM: the first root, then each successor with its cross certificate.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let successors = self.roots.iter().skip(1).zip(&self.proofs);
        let pairs = successors.flat_map(|(root, cross)| [root.der(), cross.as_slice()]);
        let all = std::iter::once(self.first().der()).chain(pairs);
        all.map(|der| pem::print(pem::CERTIFICATE, der)).collect()
    }

    /// The same roots, for verifying; without the proofs of those that were added before.
    pub(crate) fn of<A: Anchors + ?Sized>(anchors: &A) -> Self {
        Self {
            roots: anchors.roots().to_vec(),
            proofs: Vec::new(),
            issuers: anchors.issuers().clone(),
        }
    }

    /// The root that names the network ([`crate::network::NetworkName::of`]).
    #[must_use]
    pub fn first(&self) -> &TrustAnchor {
        // Made with one root, and roots are only ever added.
        self.roots.first().expect("there is always a first root")
    }

    /// Every root, the oldest first.
    #[must_use]
    pub fn all(&self) -> &[TrustAnchor] {
        &self.roots
    }

    /// Adds a successor (`root`, DER), which a root that is already here certified by `cross`
    /// ([`crate::issue::CertificateAuthority::cross_certify`]). `at` is when it was announced: the old root and the
    /// cross certificate must have been in force then; later they may expire. A successor that is here already changes
    /// nothing.
    ///
    /// # Errors
    /// [`ChainError`]: of the successor ([`Position::Root`]) or of its proof ([`Position::Cross`]), or
    /// [`ChainError::TooManyRoots`].
    pub fn add(&mut self, root: &[u8], cross: &[u8], at: Timestamp) -> Result<(), ChainError> {
        let successor = TrustAnchor::from_der(root)?;
        if self.roots.contains(&successor) {
            return Ok(());
        }
        let proof = cross;
        let cross = Parsed::read(cross, Position::Cross)?;
        let old = issuer_among(&self.roots, &cross);
        cross.check_issuer(old.parsed())?;
        cross.check_authority(1)?;
        if cross.key != successor.0.key {
            return cross.refuse(Fault::Key);
        }
        if cross.subject() != successor.0.subject() {
            return cross.refuse(Fault::Subject);
        }
        old.0.check_time(at)?;
        cross.check_time(at)?;
        if self.roots.len() >= MAX_ROOTS {
            return Err(ChainError::TooManyRoots);
        }
        self.roots.push(successor);
        self.proofs.push(proof.to_vec());
        Ok(())
    }

    /// Remembers that one of the roots signed this issuing authority's certificate (DER), so that chains under it cost
    /// one signature less from now on. At most [`crate::chain::MAX_ISSUERS`] are remembered, the newest. What is judged
    /// of a chain is the same with and without.
    ///
    /// # Errors
    /// [`ChainError`] when none of the roots signed it, or it may not issue; then nothing is remembered.
    pub fn remember_issuer(&mut self, der: &[u8]) -> Result<(), ChainError> {
        self.issuers.remember(der, &self.roots)
    }
}

/// What a chain can be verified to: [`TrustAnchor`] (one root) or [`TrustAnchors`] (a root and its successors).
pub trait Anchors {
    /// The roots, the first root first; never empty.
    fn roots(&self) -> &[TrustAnchor];

    /// What is remembered of issuing authorities under these roots.
    fn issuers(&self) -> &VerifiedIssuers;
}

impl Anchors for TrustAnchor {
    fn roots(&self) -> &[TrustAnchor] {
        std::slice::from_ref(self)
    }

    fn issuers(&self) -> &VerifiedIssuers {
        VerifiedIssuers::NONE
    }
}

impl Anchors for TrustAnchors {
    fn roots(&self) -> &[TrustAnchor] {
        &self.roots
    }

    fn issuers(&self) -> &VerifiedIssuers {
        &self.issuers
    }
}

impl<T: Anchors + ?Sized> Anchors for &T {
    fn roots(&self) -> &[TrustAnchor] {
        (**self).roots()
    }

    fn issuers(&self) -> &VerifiedIssuers {
        (**self).issuers()
    }
}

impl<T: Anchors + ?Sized> Anchors for Arc<T> {
    fn roots(&self) -> &[TrustAnchor] {
        (**self).roots()
    }

    fn issuers(&self) -> &VerifiedIssuers {
        (**self).issuers()
    }
}

/// The root that `certificate` names as its issuer; when none fits, the first, whose check then tells what is wrong.
pub(crate) fn issuer_among<'a>(roots: &'a [TrustAnchor], certificate: &Parsed) -> &'a TrustAnchor {
    let first = roots.first().expect("there is always a first root");
    roots
        .iter()
        .find(|root| certificate.names(&root.0))
        .unwrap_or(first)
}
