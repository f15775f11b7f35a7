//! TLS 1.3 as libp2p specifies it: each side shows one certificate that it signed itself and that names its peer, and
//! nothing else counts. `libp2p-tls` reads and verifies the certificates; it puts ChaCha20-Poly1305 first everywhere, and
//! here the suites have the order that suits this machine: where the processor has instructions for AES, AES-256-GCM takes
//! less time. The client's order counts, so peers of other programs get what they prefer.

use std::sync::Arc;

use libp2p::identity::Keypair;
use libp2p::tls::certificate;
use quinn::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use quinn::rustls::crypto::CryptoProvider;
use quinn::rustls::crypto::aws_lc_rs::{self, cipher_suite, sign};
use quinn::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use quinn::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use quinn::rustls::sign::{CertifiedKey, SingleCertAndKey};
use quinn::rustls::{
    self, ClientConfig, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme, version,
};

use super::QuicError;

/// Names libp2p within TLS.
const ALPN: &[u8] = b"libp2p";

/// For connections that we dial.
pub(super) fn client(key: &Keypair) -> Result<ClientConfig, QuicError> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(OfAPeer))
        .with_client_cert_resolver(Arc::new(own(key)?));
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}

/// For connections that come.
pub(super) fn server(key: &Keypair) -> Result<ServerConfig, QuicError> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])
        .map_err(failed)?
        .with_client_cert_verifier(Arc::new(OfAPeer))
        .with_cert_resolver(Arc::new(own(key)?));
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}

fn provider() -> Arc<CryptoProvider> {
    let aes = [
        cipher_suite::TLS13_AES_256_GCM_SHA384,
        cipher_suite::TLS13_AES_128_GCM_SHA256,
    ];
    let chacha = [cipher_suite::TLS13_CHACHA20_POLY1305_SHA256];
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites = if has_aes() {
        aes.into_iter().chain(chacha).collect()
    } else {
        chacha.into_iter().chain(aes).collect()
    };
    Arc::new(provider)
}

/// Whether the processor has instructions for AES and for the hash of GCM.
fn has_aes() -> bool {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    return std::arch::is_x86_feature_detected!("aes") && std::arch::is_x86_feature_detected!("pclmulqdq");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("aes")
        && std::arch::is_aarch64_feature_detected!("pmull");
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
    return false;
}

/// The certificate that we show, of a key of its own, signed by the node's.
fn own(key: &Keypair) -> Result<SingleCertAndKey, QuicError> {
    let (certificate, private) = certificate::generate(key).map_err(failed)?;
    let private = sign::any_ecdsa_type(&private).map_err(failed)?;
    Ok(CertifiedKey::new(vec![certificate], private).into())
}

fn failed(error: impl std::fmt::Display) -> QuicError {
    QuicError::Tls(error.to_string())
}

/// Accepts exactly one certificate, of any peer: whom it names is read when the connection stands.
#[derive(Debug)]
struct OfAPeer;

impl OfAPeer {
    fn one(certificate: &CertificateDer<'_>, more: &[CertificateDer<'_>]) -> Result<(), rustls::Error> {
        if !more.is_empty() {
            return Err(rustls::Error::General(
                "a peer shows one certificate and no other".to_owned(),
            ));
        }
        certificate::parse(certificate)?;
        Ok(())
    }

    fn signed(
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        certificate::parse(certificate)?.verify_signature(signed.scheme, message, signed.signature())?;
        Ok(HandshakeSignatureValid::assertion())
    }

    /// TLS 1.2 is not spoken.
    fn too_old() -> rustls::Error {
        rustls::Error::General("TLS 1.3 only".to_owned())
    }

    fn schemes() -> Vec<SignatureScheme> {
        vec![
            SignatureScheme::ECDSA_NISTP384_SHA384,
            SignatureScheme::ECDSA_NISTP256_SHA256,
            SignatureScheme::ED25519,
            SignatureScheme::RSA_PSS_SHA512,
            SignatureScheme::RSA_PSS_SHA384,
            SignatureScheme::RSA_PSS_SHA256,
        ]
    }
}

impl ServerCertVerifier for OfAPeer {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        more: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Self::one(certificate, more)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(Self::too_old())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Self::signed(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        Self::schemes()
    }
}

impl ClientCertVerifier for OfAPeer {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        more: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Self::one(certificate, more)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(Self::too_old())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Self::signed(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        Self::schemes()
    }
}

#[cfg(test)]
mod tests {
    use quinn::rustls::NamedGroup;

    use super::*;

    #[test]
    fn suites_have_the_order_of_the_machine_and_the_exchange_is_post_quantum() {
        let key = Keypair::generate_ed25519();
        let (client, server) = (client(&key).unwrap(), server(&key).unwrap());
        for provider in [client.crypto_provider(), server.crypto_provider()] {
            assert_eq!(provider.kx_groups[0].name(), NamedGroup::X25519MLKEM768);
            assert_eq!(provider.cipher_suites.len(), 3);
            let first = provider.cipher_suites[0].suite();
            let aes = rustls::CipherSuite::TLS13_AES_256_GCM_SHA384;
            assert_eq!(first == aes, has_aes(), "{first:?}");
        }
    }

    /// R17: a certificate that no key of a peer has signed, or one among several, is no peer's.
    #[test]
    fn r17_only_one_certificate_that_names_its_peer_counts() {
        let (one, _) = certificate::generate(&Keypair::generate_ed25519()).unwrap();
        let (other, _) = certificate::generate(&Keypair::generate_ed25519()).unwrap();
        assert!(OfAPeer::one(&one, &[]).is_ok());
        assert!(OfAPeer::one(&one, std::slice::from_ref(&other)).is_err());
        let mut altered = one.to_vec();
        let last = altered.len() - 1;
        altered[last] ^= 1;
        assert!(OfAPeer::one(&CertificateDer::from(altered), &[]).is_err());
    }
}
