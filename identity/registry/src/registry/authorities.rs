//! The issuing authorities: one issues, those before it still sign revocation lists for what they issued.

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::Chain;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::register::key_id;

use super::address::RegisterUrl;
use super::keys::{self, ISSUING_PURPOSE};
use super::layout::Layout;
use crate::failure::Failure;
use crate::journal::{Credential, Register};

/// Every issuing authority of this registry, the oldest first; never empty.
pub(crate) struct Authorities(Vec<Member>);

/// One of them.
pub(crate) struct Member {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) authority: CertificateAuthority,
}

impl Authorities {
    /// Opens the key of each.
    pub(crate) fn open(
        layout: &Layout,
        register: &Register,
        passphrase: &str,
        published: Option<&RegisterUrl>,
    ) -> Result<Self, Failure> {
        let first = Member::open(&layout.issuing_key(), layout.first_authority()?, passphrase)?;
        let later = register.authorities.iter().map(|der| {
            let name = Fingerprint::of(der).to_string();
            Member::open(&layout.later_key(&name), der.clone(), passphrase)
        });
        let all = std::iter::once(Ok(first)).chain(later);
        let all = all.map(|member| Ok(member?.publishing_at(published)));
        Ok(Self(all.collect::<Result<_, Failure>>()?))
    }

    /// The one that issues.
    pub(crate) fn current(&self) -> &Member {
        self.0.last().expect("made with one, and never fewer")
    }

    pub(crate) fn all(&self) -> &[Member] {
        &self.0
    }

    /// The one that issued a credential.
    pub(crate) fn of(&self, credential: &Credential) -> Result<&Member, Failure> {
        credential
            .issuer
            .map_or_else(|| self.0.first(), |issuer| self.named(&issuer))
            .ok_or_else(|| {
                Failure::Damaged(format!(
                    "the certificate {} was issued by an authority that is not here; restore the data directory from \
                     a backup",
                    credential.fingerprint
                ))
            })
    }

    /// The one with this certificate.
    pub(crate) fn named(&self, fingerprint: &Fingerprint) -> Option<&Member> {
        self.0.iter().find(|member| member.fingerprint == *fingerprint)
    }

    /// When the first one's certificate holds.
    pub(crate) fn first_validity(&self) -> Validity {
        self.0
            .first()
            .expect("made with one, and never fewer")
            .authority
            .validity()
    }

    /// The chain of a credential.
    pub(crate) fn chain(&self, credential: &Credential) -> Result<Chain, Failure> {
        Ok(Chain {
            end: credential.der.clone(),
            intermediates: vec![self.of(credential)?.authority.certificate().to_vec()],
        })
    }

    pub(crate) fn push(&mut self, authority: CertificateAuthority, published: Option<&RegisterUrl>) {
        self.0.push(Member::of(authority).publishing_at(published));
    }
}

impl Member {
    fn of(authority: CertificateAuthority) -> Self {
        Self {
            fingerprint: Fingerprint::of(authority.certificate()),
            authority,
        }
    }

    /// Its certificates tell where its revocation list lies.
    fn publishing_at(mut self, published: Option<&RegisterUrl>) -> Self {
        if let Some(published) = published {
            let list = published.list(&key_id(&self.authority.key().public()));
            self.authority = self.authority.with_crl_url(list);
        }
        self
    }

    fn open(path: &std::path::Path, der: Vec<u8>, passphrase: &str) -> Result<Self, Failure> {
        let key = keys::open(path, passphrase, ISSUING_PURPOSE)?;
        Ok(Self::of(CertificateAuthority::load(key, der)?))
    }
}
