//! The signature algorithms of HPKI: RSA (PKCS#1 v1.5 and PSS, RFC 8017) and ECDSA, with SHA-2.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{
    ECDSA_WITH_SHA_256, ECDSA_WITH_SHA_384, ECDSA_WITH_SHA_512, ID_EC_PUBLIC_KEY, ID_MGF_1, ID_RSASSA_PSS,
    ID_SHA_256, ID_SHA_384, ID_SHA_512, RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1,
    SHA_256_WITH_RSA_ENCRYPTION, SHA_384_WITH_RSA_ENCRYPTION, SHA_512_WITH_RSA_ENCRYPTION,
};
use der::asn1::Any;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs1::RsaPssParams;
use rsa::traits::PublicKeyParts;
use sha2::{Digest, Sha256, Sha384, Sha512};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::error::HpkiError;

/// The length of an RSA key, bits: not weak, and not so long that looking at it costs time without end.
const RSA_BITS: std::ops::RangeInclusive<u32> = 2048..=4096;

/// SHA-2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(super) fn of(oid: ObjectIdentifier) -> Result<Self, HpkiError> {
        match oid {
            ID_SHA_256 => Ok(Self::Sha256),
            ID_SHA_384 => Ok(Self::Sha384),
            ID_SHA_512 => Ok(Self::Sha512),
            _ => Err(unknown(oid)),
        }
    }

    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Scheme {
    Pkcs1,
    Pss { salt: usize },
    Ecdsa,
}

/// Verifies `signature` over `message`. `digest` is the algorithm that a CMS signer names beside the signature's, which
/// must agree. Gives the algorithm's name.
pub(super) fn verify(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    digest: Option<Hash>,
    message: &[u8],
    signature: &[u8],
) -> Result<&'static str, HpkiError> {
    let (scheme, hash) = scheme(algorithm, digest)?;
    if digest.is_some_and(|digest| digest != hash) {
        return Err(unknown(algorithm.oid));
    }
    let prehash = hash.digest(message);
    match (scheme, key.algorithm.oid) {
        (Scheme::Ecdsa, ID_EC_PUBLIC_KEY) => ecdsa(key, hash, &prehash, signature),
        (Scheme::Pkcs1, RSA_ENCRYPTION) => pkcs1(&rsa_key(key)?, hash, &prehash, signature),
        (Scheme::Pss { salt }, RSA_ENCRYPTION | ID_RSASSA_PSS) => {
            pss(rsa_key(key)?, hash, salt, &prehash, signature)
        }
        _ => Err(HpkiError::Signature),
    }
}

fn scheme(algorithm: &AlgorithmIdentifierOwned, digest: Option<Hash>) -> Result<(Scheme, Hash), HpkiError> {
    Ok(match algorithm.oid {
        SHA_256_WITH_RSA_ENCRYPTION => (Scheme::Pkcs1, Hash::Sha256),
        SHA_384_WITH_RSA_ENCRYPTION => (Scheme::Pkcs1, Hash::Sha384),
        SHA_512_WITH_RSA_ENCRYPTION => (Scheme::Pkcs1, Hash::Sha512),
        // RFC 3370 §3.2: CMS may name the key's algorithm, and leave the hash to the signer's digest algorithm.
        RSA_ENCRYPTION => (Scheme::Pkcs1, digest.ok_or_else(|| unknown(algorithm.oid))?),
        ID_RSASSA_PSS => pss_parameters(algorithm)?,
        ECDSA_WITH_SHA_256 => (Scheme::Ecdsa, Hash::Sha256),
        ECDSA_WITH_SHA_384 => (Scheme::Ecdsa, Hash::Sha384),
        ECDSA_WITH_SHA_512 => (Scheme::Ecdsa, Hash::Sha512),
        oid => return Err(unknown(oid)),
    })
}

/// RFC 4055 §3.1. The defaults are SHA-1, and so not accepted.
fn pss_parameters(algorithm: &AlgorithmIdentifierOwned) -> Result<(Scheme, Hash), HpkiError> {
    let refused = || unknown(algorithm.oid);
    let parameters = algorithm.parameters.as_ref().ok_or_else(refused)?;
    let parameters: RsaPssParams<Any> = parameters.decode_as().map_err(|_| refused())?;
    let hash = Hash::of(parameters.hash.oid)?;
    let mask = parameters.mask_gen.parameters.ok_or_else(refused)?;
    if parameters.mask_gen.oid != ID_MGF_1 || Hash::of(mask.oid)? != hash {
        return Err(refused());
    }
    let salt = usize::from(parameters.salt_len);
    Ok((Scheme::Pss { salt }, hash))
}

fn rsa_key(key: &SubjectPublicKeyInfoOwned) -> Result<rsa::PublicKey, HpkiError> {
    let refused = || HpkiError::Algorithm("RSA key".to_owned());
    let bytes = key.subject_public_key.as_bytes().ok_or_else(refused)?;
    let key =
        <rsa::PublicKey as rsa::pkcs1::DecodeRsaPublicKey>::from_pkcs1_der(bytes).map_err(|_| refused())?;
    if !RSA_BITS.contains(&key.n().bit_width()) {
        return Err(refused());
    }
    Ok(key)
}

fn pkcs1(
    key: &rsa::PublicKey,
    hash: Hash,
    prehash: &[u8],
    signature: &[u8],
) -> Result<&'static str, HpkiError> {
    let (verified, name) = match hash {
        Hash::Sha256 => (
            key.pkcs1v15_verify_prehash::<Sha256>(prehash, signature),
            "rsa-pkcs1-sha256",
        ),
        Hash::Sha384 => (
            key.pkcs1v15_verify_prehash::<Sha384>(prehash, signature),
            "rsa-pkcs1-sha384",
        ),
        Hash::Sha512 => (
            key.pkcs1v15_verify_prehash::<Sha512>(prehash, signature),
            "rsa-pkcs1-sha512",
        ),
    };
    verified.map(|()| name).map_err(|_| HpkiError::Signature)
}

fn pss(
    key: rsa::PublicKey,
    hash: Hash,
    salt: usize,
    prehash: &[u8],
    signature: &[u8],
) -> Result<&'static str, HpkiError> {
    use rsa::pss::VerifyingKey;
    let signature = rsa::pss::Signature::try_from(signature).map_err(|_| HpkiError::Signature)?;
    let (verified, name) = match hash {
        Hash::Sha256 => (
            VerifyingKey::<Sha256>::new_with_salt_len(key, salt).verify_prehash(prehash, &signature),
            "rsa-pss-sha256",
        ),
        Hash::Sha384 => (
            VerifyingKey::<Sha384>::new_with_salt_len(key, salt).verify_prehash(prehash, &signature),
            "rsa-pss-sha384",
        ),
        Hash::Sha512 => (
            VerifyingKey::<Sha512>::new_with_salt_len(key, salt).verify_prehash(prehash, &signature),
            "rsa-pss-sha512",
        ),
    };
    verified.map(|()| name).map_err(|_| HpkiError::Signature)
}

fn ecdsa(
    key: &SubjectPublicKeyInfoOwned,
    hash: Hash,
    prehash: &[u8],
    signature: &[u8],
) -> Result<&'static str, HpkiError> {
    let refused = || HpkiError::Algorithm("ECDSA key".to_owned());
    let curve = key.algorithm.parameters.as_ref().ok_or_else(refused)?;
    let curve: ObjectIdentifier = curve.decode_as().map_err(|_| refused())?;
    let point = key.subject_public_key.as_bytes().ok_or_else(refused)?;
    let wrong = |_| HpkiError::Signature;
    let name = match hash {
        Hash::Sha256 => "ecdsa-sha256",
        Hash::Sha384 => "ecdsa-sha384",
        Hash::Sha512 => "ecdsa-sha512",
    };
    match curve {
        SECP_256_R_1 => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| refused())?;
            let signature = p256::ecdsa::Signature::from_der(signature).map_err(wrong)?;
            key.verify_prehash(prehash, &signature).map_err(wrong)?;
        }
        SECP_384_R_1 => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| refused())?;
            let signature = p384::ecdsa::Signature::from_der(signature).map_err(wrong)?;
            key.verify_prehash(prehash, &signature).map_err(wrong)?;
        }
        _ => return Err(unknown(curve)),
    }
    Ok(name)
}

fn unknown(oid: ObjectIdentifier) -> HpkiError {
    HpkiError::Algorithm(oid.to_string())
}
