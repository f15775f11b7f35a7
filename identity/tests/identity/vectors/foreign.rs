//! Authorities and keys of other algorithms, whose signatures are good. RSA keys and ECDSA signatures are drawn from
//! fixed seeds, so the files come out the same every time.

use der::{Decode, Encode};
use dokuei_identity::chain::Chain;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePublicKey;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rsa::{Pkcs1v15Sign, PrivateKey};
use sha2::{Digest, Sha256};
use spki::SubjectPublicKeyInfoOwned;

use super::made::{Bench, Made};
use crate::forge::{assemble, forge, oid, tlv};

const SHA1_RSA: &str = "1.2.840.113549.1.1.5";
const SHA256_RSA: &str = "1.2.840.113549.1.1.11";
const SHA256_ECDSA: &str = "1.2.840.10045.4.3.2";

type Signs = dyn Fn(&[u8]) -> Vec<u8>;

/// A key of another kind: what certifies it, and what signs.
struct Foreign {
    info: Vec<u8>,
    algorithm: Vec<u8>,
    sign: Box<Signs>,
}

fn algorithm(id: &str, null: bool) -> Vec<u8> {
    let null: &[u8] = if null { &[5, 0] } else { &[] };
    tlv(0x30, &[&oid(id).to_der().unwrap(), null].concat())
}

fn rsa(sha1: bool) -> Foreign {
    let key = PrivateKey::new(&mut StdRng::seed_from_u64(4), 2048).unwrap();
    let info = key.to_public_key().to_public_key_der().unwrap().to_vec();
    let sign = move |message: &[u8]| {
        if sha1 {
            let scheme = Pkcs1v15Sign {
                hash_len: Some(20),
                prefix: hex::decode("3021300906052b0e03021a05000414").unwrap().into(),
            };
            key.sign(scheme, &sha1_of(message)).unwrap()
        } else {
            let scheme = Pkcs1v15Sign {
                hash_len: Some(32),
                prefix: hex::decode("3031300d060960864801650304020105000420")
                    .unwrap()
                    .into(),
            };
            key.sign(scheme, &Sha256::digest(message)).unwrap()
        }
    };
    Foreign {
        info,
        algorithm: algorithm(if sha1 { SHA1_RSA } else { SHA256_RSA }, true),
        sign: Box::new(sign),
    }
}

/// OpenSSL's, for this file is the only one that needs it.
fn sha1_of(message: &[u8]) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("message");
    std::fs::write(&path, message).unwrap();
    let output = std::process::Command::new("openssl")
        .args(["dgst", "-sha1", "-binary"])
        .arg(&path)
        .output()
        .unwrap();
    assert_eq!(output.stdout.len(), 20);
    output.stdout
}

fn ecdsa() -> Foreign {
    let key = SigningKey::from_slice(&[5; 32]).unwrap();
    let info = key.verifying_key().to_public_key_der().unwrap().to_vec();
    Foreign {
        info,
        algorithm: algorithm(SHA256_ECDSA, false),
        sign: Box::new(move |message| {
            let signature: Signature = key.sign(message);
            signature.to_der().as_bytes().to_vec()
        }),
    }
}

pub(super) fn all() -> Vec<Made> {
    let bench = Bench::new();
    let issued = |name, defect, foreign: &Foreign| {
        bench.made(name, defect, "issuing-key-algorithm", under(&bench, foreign))
    };
    let certified = |name, defect, foreign: &Foreign| {
        let chain = bench.changed(&bench.person, |body| {
            body.key = SubjectPublicKeyInfoOwned::from_der(&foreign.info).unwrap();
        });
        bench.made(name, defect, "key-algorithm", chain)
    };
    let rsa_key = rsa(false);
    let mut all = vec![
        issued(
            "signed-rsa-sha256",
            "the issuing authority signs with RSA and SHA-256",
            &rsa_key,
        ),
        issued(
            "signed-rsa-sha1",
            "the issuing authority signs with RSA and SHA-1",
            &rsa(true),
        ),
        issued(
            "signed-ecdsa",
            "the issuing authority signs with ECDSA on P-256",
            &ecdsa(),
        ),
        certified("key-rsa", "it certifies an RSA key", &rsa_key),
        certified("key-p256", "it certifies a key on P-256", &ecdsa()),
    ];
    for (name, id, defect) in [
        (
            "claims-sha1",
            SHA1_RSA,
            "it says that it was signed with RSA and SHA-1",
        ),
        (
            "claims-ecdsa",
            SHA256_ECDSA,
            "it says that it was signed with ECDSA",
        ),
    ] {
        let chain = bench.changed(&bench.person, |body| body.signature.oid = oid(id));
        all.push(bench.made(name, defect, "signature-algorithm", chain));
    }
    all
}

/// The practitioner's certificate under an issuing authority that has this key; the root certified it.
fn under(bench: &Bench, foreign: &Foreign) -> Chain {
    let key_id = |body: &mut crate::forge::Body, which: &str, id: &[u8]| {
        let value = match which {
            crate::forge::SUBJECT_KEY_ID => tlv(0x04, id),
            _ => tlv(0x30, &tlv(0x80, id)),
        };
        body.put(which, value);
    };
    let info = SubjectPublicKeyInfoOwned::from_der(&foreign.info).unwrap();
    let id = Sha256::digest(info.subject_public_key.raw_bytes())[..20].to_vec();
    let issuing = forge(
        bench.world.issuing.certificate(),
        bench.world.root.key(),
        |body| {
            body.key = info.clone();
            key_id(body, crate::forge::SUBJECT_KEY_ID, &id);
        },
    );
    let mut signed = Vec::new();
    let _ = crate::forge::forge_bytes(
        &bench.person.end,
        bench.world.issuing.key(),
        |body| {
            body.signature = spki::AlgorithmIdentifierOwned::from_der(&foreign.algorithm).unwrap();
            key_id(body, crate::forge::AUTHORITY_KEY_ID, &id);
        },
        |body| signed.clone_from(body),
    );
    Chain {
        end: assemble(&signed, &foreign.algorithm, &(foreign.sign)(&signed)),
        intermediates: vec![issuing],
    }
}
