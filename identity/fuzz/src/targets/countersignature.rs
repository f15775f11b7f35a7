//! A countersignature by an HPKI card, as it comes and with its certificates and its signature made anew.

use cms::cert::CertificateChoices;
use cms::cert::x509::Certificate;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerInfo, SignerInfos};
use der::asn1::{Any, OctetString, SetOfVec};
use der::{Decode, Encode};
use dokuei_identity::certificate::LicenceKind;
use dokuei_identity::hpki::{HpkiError, HpkiEvidence, HpkiTrust, verify};
use dokuei_identity::time::Timestamp;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use std::sync::LazyLock;

use super::{anew, seeds};

/// When the vectors in `tests/vectors/hpki` are judged.
const THEN: Timestamp = Timestamp(1_800_000_000);
/// What their cards signed.
const CONTENT: &[u8] = b"an application's statement";
/// `ecdsa-with-SHA256`.
const ECDSA: [u8; 12] = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

struct Setting {
    trust: HpkiTrust,
    root: SigningKey,
    issuing: SigningKey,
    card: SigningKey,
}

/// The stand-in for HPKI that made the vectors, with keys that everybody knows.
static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let read = |name: &str| std::fs::read_to_string(seeds::folder().join("hpki").join(name)).unwrap();
    let key = |byte| SigningKey::from_slice(&[byte; 32]).unwrap();
    Setting {
        trust: HpkiTrust::of_roots(&read("root.crt"))
            .and_then(|trust| trust.with_list(read("list.crl").as_bytes()))
            .unwrap(),
        root: key(9),
        issuing: key(8),
        card: key(7),
    }
});

pub(crate) fn run(data: &[u8]) -> bool {
    if let Ok(trust) = HpkiTrust::default().with_list(data) {
        assert!(trust.is_empty(), "a list is not trust");
    }
    let as_it_comes = judge(data).is_ok();
    let anew = signed_anew(data).is_some_and(|signed| judge(&signed).is_ok());
    as_it_comes || anew
}

fn judge(signature: &[u8]) -> Result<HpkiEvidence, HpkiError> {
    let judged = verify(signature, CONTENT, LicenceKind::Dentist, &SETTING.trust, THEN);
    match &judged {
        Ok(evidence) => {
            assert_eq!(evidence.hc_role, LicenceKind::Dentist);
            assert!(evidence.not_after >= THEN);
        }
        Err(error) => assert!(!error.code().is_empty() && !error.japanese().is_empty()),
    }
    judged
}

fn signed_anew(data: &[u8]) -> Option<Vec<u8>> {
    let info = ContentInfo::from_der(data).ok()?;
    let mut signed: SignedData = info.content.decode_as().ok()?;
    if let Some(set) = &mut signed.certificates {
        let certificates: Vec<_> = set.0.iter().map(issued_anew).collect::<Option<_>>()?;
        set.0 = SetOfVec::try_from(certificates).ok()?;
    }
    let signers = signed.signer_infos.0.iter().map(signer_anew);
    signed.signer_infos = SignerInfos::try_from(signers.collect::<Option<Vec<_>>>()?).ok()?;
    ContentInfo {
        content_type: info.content_type,
        content: Any::encode_from(&signed).ok()?,
    }
    .to_der()
    .ok()
}

fn issued_anew(choice: &CertificateChoices) -> Option<CertificateChoices> {
    let CertificateChoices::Certificate(certificate) = choice else {
        return Some(choice.clone());
    };
    let der = certificate.to_der().ok()?;
    let by_root = certificate
        .tbs_certificate()
        .issuer()
        .to_string()
        .contains("root");
    let key = if by_root { &SETTING.root } else { &SETTING.issuing };
    let anew = anew::der_by(&der, &ECDSA, |body| sign(key, body))?;
    Some(CertificateChoices::Certificate(
        Certificate::from_der(&anew).ok()?,
    ))
}

fn signer_anew(signer: &SignerInfo) -> Option<SignerInfo> {
    let mut signer = signer.clone();
    let attributes = signer.signed_attrs.as_ref()?.to_der().ok()?;
    signer.signature = OctetString::new(sign(&SETTING.card, &attributes)).ok()?;
    Some(signer)
}

fn sign(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    let signature: Signature = key.sign(message);
    signature.to_der().as_bytes().to_vec()
}
