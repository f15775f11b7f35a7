//! What the targets share: the registry of the test vectors, and a way past the signature.

use std::sync::LazyLock;

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::TrustAnchor;
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// When the vectors are judged.
pub const NOW: Timestamp = Timestamp(1_795_478_400);

/// The registry that made the vectors: the same seed, so the same keys.
pub struct World {
    /// Its root.
    pub anchor: TrustAnchor,
    /// Its issuing authority.
    pub issuing: CertificateAuthority,
    /// Its root's key.
    pub root: CertificateAuthority,
}

/// Made once.
pub static WORLD: LazyLock<World> = LazyLock::new(|| {
    let mut rng = StdRng::seed_from_u64(1);
    let root =
        CertificateAuthority::create_root("Test Root", Validity::days_from(NOW, 3650), &mut rng).unwrap();
    let issuing = root
        .create_issuing("Test Issuing", Validity::days_from(NOW, 1826), &mut rng)
        .unwrap();
    World {
        anchor: TrustAnchor::from_der(root.certificate()).unwrap(),
        issuing,
        root,
    }
});

/// The first value inside a DER SEQUENCE, header and all: the signed part of a certificate or list.
#[must_use]
pub fn signed_part(der: &[u8]) -> Option<&[u8]> {
    let content = der.get(header(der)?..)?;
    let length = header(content)? + length(content)?;
    content.get(..length)
}

/// The same signed part, signed by `key`: a fuzzer cannot find a signature, and what lies behind it must be reached.
#[must_use]
pub fn sign_anew(der: &[u8], key: &SecretKey) -> Option<Vec<u8>> {
    let body = signed_part(der)?;
    let signature = key.sign(body);
    let tail = [&[0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x41, 0][..], &signature].concat();
    let length = u16::try_from(body.len() + tail.len()).ok()?;
    let mut out = match length {
        0..=0x7f => vec![0x30, length.to_be_bytes()[1]],
        0x80..=0xff => vec![0x30, 0x81, length.to_be_bytes()[1]],
        _ => [&[0x30, 0x82], &length.to_be_bytes()[..]].concat(),
    };
    out.extend(body);
    out.extend(tail);
    Some(out)
}

fn header(der: &[u8]) -> Option<usize> {
    match *der.get(1)? {
        0..=0x7f => Some(2),
        0x81 => Some(3),
        0x82 => Some(4),
        _ => None,
    }
}

fn length(der: &[u8]) -> Option<usize> {
    match *der.get(1)? {
        short @ 0..=0x7f => Some(usize::from(short)),
        0x81 => Some(usize::from(*der.get(2)?)),
        0x82 => Some(usize::from(u16::from_be_bytes([*der.get(2)?, *der.get(3)?]))),
        _ => None,
    }
}
