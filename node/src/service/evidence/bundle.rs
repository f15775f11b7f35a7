//! The files of a bundle, as `verify.sh` expects them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use dokuei_identity::chain::Chain;
use dokuei_identity::fingerprint::Fingerprint;
use sha2::{Digest, Sha256};

use crate::service::register::{RegisterProof, RegisterProofs};

/// One entry of the log, taken apart.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) signer: Fingerprint,
    pub(super) parents: Vec<String>,
    pub(super) signed: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) cose: Vec<u8>,
    pub(super) body: Vec<u8>,
    pub(super) salt: Vec<u8>,
}

/// Files by their path.
#[derive(Default)]
pub(in crate::service) struct Bundle {
    files: BTreeMap<String, Vec<u8>>,
    entries: String,
    count: usize,
    forks: String,
    forked: usize,
}

impl Bundle {
    pub(in crate::service) fn add(&mut self, path: impl Into<String>, bytes: impl AsRef<[u8]>) {
        self.files.insert(path.into(), bytes.as_ref().to_vec());
    }

    pub(super) fn add_entry(&mut self, entry: &Entry) {
        self.count += 1;
        let number = format!("{:03}", self.count);
        for (name, bytes) in [
            ("entry.cose", &entry.cose),
            ("signed", &entry.signed),
            ("signature", &entry.signature),
            ("body", &entry.body),
            ("salt", &entry.salt),
        ] {
            self.add(format!("entries/{number}/{name}"), bytes);
        }
        let parents = match entry.parents.as_slice() {
            [] => "-".to_owned(),
            parents => parents.join(","),
        };
        let _ = writeln!(self.entries, "{number} {} {} {parents}", entry.id, entry.signer);
    }

    /// Two entries for one place.
    pub(super) fn add_fork(&mut self, two: [&Entry; 2]) {
        self.forked += 1;
        let number = self.forked;
        for (which, entry) in ["a", "b"].into_iter().zip(two) {
            for (name, bytes) in [
                ("entry.cose", &entry.cose),
                ("signed", &entry.signed),
                ("signature", &entry.signature),
                ("body", &entry.body),
                ("salt", &entry.salt),
            ] {
                self.add(format!("forks/{number}/{which}/{name}"), bytes);
            }
        }
        let [first, second] = two;
        let _ = writeln!(self.forks, "{number} {} {} {}", first.id, second.id, first.signer);
    }

    /// A certificate by its fingerprint, and those between it and the root.
    pub(super) fn add_chain(&mut self, chain: &Chain) {
        let name = format!("certificates/{}", chain.fingerprint());
        self.add(format!("{name}.pem"), pem(&chain.end));
        let issuers: Vec<String> = chain.intermediates.iter().map(|der| pem(der)).collect();
        self.add(format!("{name}.issuers.pem"), issuers.concat());
    }

    pub(super) fn add_register(&mut self, proofs: &RegisterProofs) {
        self.add("register/checkpoint", &proofs.checkpoint);
        self.add("register/checkpoint.signed", &proofs.signed);
        self.add("register/checkpoint.signature", proofs.signature);
        self.add(
            "register/signer.txt",
            format!("{} {}\n", proofs.signer, proofs.signed_at.0),
        );
        let mut list = String::new();
        for one in &proofs.entries {
            let RegisterProof { number, entry, .. } = one;
            let at = format!("register/{number}");
            let _ = writeln!(list, "{number} {} {} {}", one.fingerprint, one.act, one.at.0);
            self.add(format!("{at}/entry"), entry);
            if let Some((before, after)) = one.certificate.as_deref().and_then(|der| around(entry, der)) {
                self.add(format!("{at}/before"), before);
                self.add(format!("{at}/after"), after);
            }
            let mut path = String::new();
            for (left, hash) in sides(*number, proofs.size, &one.path) {
                let _ = writeln!(path, "{} {}", if left { 'L' } else { 'R' }, BASE64.encode(hash));
            }
            self.add(format!("{at}/proof"), path);
        }
        self.add("register.txt", list);
    }

    /// What `sha256sum -c` reads; the same for `b3sum` is one of the files.
    pub(in crate::service) fn sums(&mut self) -> String {
        let entries = std::mem::take(&mut self.entries);
        // A bundle of something else has none.
        if self.count > 0 {
            self.add("entries.txt", entries);
            let forks = std::mem::take(&mut self.forks);
            if self.forked > 0 {
                self.add("forks.txt", forks);
            }
        }
        let of = |files: &BTreeMap<String, Vec<u8>>, hash: fn(&[u8]) -> String| {
            let lines = files
                .iter()
                .map(|(path, bytes)| format!("{}  {path}\n", hash(bytes)));
            lines.collect::<String>()
        };
        let sums = of(&self.files, |bytes| blake3::hash(bytes).to_hex().to_string());
        self.add("B3SUMS", sums);
        of(&self.files, |bytes| hex::encode(Sha256::digest(bytes)))
    }

    pub(in crate::service) fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        self.files
    }
}

/// What stands before and after a certificate in an entry of the register.
fn around<'a>(entry: &'a [u8], der: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memchr::memmem::find(entry, der)?;
    Some((entry.get(..at)?, entry.get(at + der.len()..)?))
}

/// On which side each hash of an inclusion proof stands (RFC 9162 §2.1.3.2): `true` is left.
fn sides(number: u64, size: u64, path: &[[u8; 32]]) -> Vec<(bool, [u8; 32])> {
    let (mut node, mut last) = (number, size.saturating_sub(1));
    let mut sides = Vec::with_capacity(path.len());
    for hash in path {
        let left = node & 1 == 1 || node == last;
        sides.push((left, *hash));
        if left {
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        }
        (node, last) = (node >> 1, last >> 1);
    }
    sides
}

fn pem(der: &[u8]) -> String {
    let body = BASE64.encode(der);
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in body.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn up(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
        let hash = Sha256::new()
            .chain_update([1])
            .chain_update(left)
            .chain_update(right);
        hash.finalize().into()
    }

    /// The root of a tree and the proof of a leaf, as RFC 9162 §2.1 defines them.
    fn tree(leaves: &[[u8; 32]], number: usize) -> ([u8; 32], Vec<[u8; 32]>) {
        if leaves.len() == 1 {
            return (leaves[0], Vec::new());
        }
        let half = leaves.len().next_power_of_two() / 2;
        let (left, right) = leaves.split_at(half);
        let inside = if number < half {
            (tree(left, number), tree(right, 0).0)
        } else {
            (tree(right, number - half), tree(left, 0).0)
        };
        let ((own, mut path), other) = inside;
        path.push(other);
        let root = if number < half {
            up(&own, &other)
        } else {
            up(&other, &own)
        };
        (root, path)
    }

    #[test]
    fn each_hash_of_a_proof_stands_on_its_side_in_trees_of_every_size() {
        for size in 1..40_usize {
            let leaves: Vec<[u8; 32]> = (0..size).map(|one| [one as u8; 32]).collect();
            for (number, leaf) in leaves.iter().enumerate() {
                let (root, path) = tree(&leaves, number);
                let found =
                    sides(number as u64, size as u64, &path)
                        .into_iter()
                        .fold(
                            *leaf,
                            |node, (left, hash)| if left { up(&hash, &node) } else { up(&node, &hash) },
                        );
                assert_eq!(found, root, "leaf {number} of {size}");
            }
        }
    }
}
