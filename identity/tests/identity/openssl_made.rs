//! A registry made by nothing but the OpenSSL command line, with our profile: what it issues is accepted.

use std::path::Path;
use std::process::Command;

use dokuei_identity::chain::{
    Chain, ChainError, TrustAnchor, verify, verify_node, verify_practitioner, verify_registry,
};
use dokuei_identity::revocation::{RevocationList, RevocationReason};

use crate::world::{NOW, clinic, specialist};

const CONFIG: &str = include_str!("openssl_made.cnf");

/// The folder of a registry that OpenSSL keeps.
struct Registry {
    dir: tempfile::TempDir,
}

impl Registry {
    fn new() -> Self {
        let registry = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        registry.write("config.cnf", CONFIG);
        registry.write("crlnumber", "07\n");
        for authority in ["root", "issuing"] {
            registry.write(&format!("{authority}.txt"), "");
        }
        registry.certify(
            "root",
            "root",
            "/C=JP/CN=OpenSSL Root",
            "20361121000000Z",
            &["-selfsign"],
        );
        registry.certify(
            "issuing",
            "root",
            "/C=JP/CN=OpenSSL Issuing",
            "20311124000000Z",
            &[],
        );
        registry
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    fn openssl(&self, key_id: &str, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new("openssl")
            .current_dir(self.path())
            .env("SKI", key_id)
            .env("OPENSSL_CONF", "config.cnf")
            .args(arguments)
            .output()
            .expect("Debian's openssl is there");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments:?}: {text}");
        output.stdout
    }

    /// RFC 7093 method 1: the first 160 bits of the SHA-256 of the key.
    fn key_id(&self, name: &str) -> String {
        let key = format!("{name}.key");
        let info = self.openssl("00", &["pkey", "-in", &key, "-pubout", "-outform", "DER"]);
        std::fs::write(self.path().join("public"), &info[info.len() - 32..]).unwrap();
        let digest = self.openssl("00", &["dgst", "-sha256", "-r", "public"]);
        String::from_utf8(digest[..40].to_vec()).unwrap()
    }

    /// A key, and a certificate for it; `name` also names the section of its extensions.
    fn certify(&self, name: &str, authority: &str, subject: &str, end: &str, more: &[&str]) {
        let (key, request, out) = (
            format!("{name}.key"),
            format!("{name}.csr"),
            format!("{name}.pem"),
        );
        self.openssl("00", &["genpkey", "-algorithm", "ed25519", "-out", &key]);
        let asked = [
            "req", "-new", "-utf8", "-key", &key, "-subj", subject, "-out", &request,
        ];
        self.openssl("00", &asked);
        let extensions = format!("{name}_extensions");
        let ca = [
            "ca",
            "-batch",
            "-notext",
            "-config",
            "config.cnf",
            "-name",
            authority,
        ];
        let times = ["-startdate", "20261124000000Z", "-enddate", end];
        let files = ["-extensions", &extensions, "-in", &request, "-out", &out];
        self.openssl(&self.key_id(name), &[&ca[..], &times, &files, more].concat());
    }

    fn end(&self, name: &str, subject: &str) -> Chain {
        self.certify(name, "issuing", subject, "20271124000000Z", &[]);
        self.chain(name)
    }

    fn chain(&self, name: &str) -> Chain {
        let text = self.read(&format!("{name}.pem")) + &self.read("issuing.pem");
        Chain::from_pem(&text).unwrap()
    }

    fn anchor(&self) -> TrustAnchor {
        TrustAnchor::from_pem(&self.read("root.pem")).unwrap()
    }

    fn list(&self, chain: &Chain) -> RevocationList {
        let ca = ["ca", "-config", "config.cnf", "-name", "issuing", "-gencrl"];
        let times = [
            "-crl_lastupdate",
            "20261124000000Z",
            "-crl_nextupdate",
            "20261125000000Z",
        ];
        self.openssl("00", &[&ca[..], &times, &["-out", "list.pem"]].concat());
        RevocationList::verify_pem(&self.read("list.pem"), chain, &self.anchor(), NOW).unwrap()
    }
}

/// R4: another implementation of the profile makes certificates that say the same as ours.
#[test]
fn r4_a_practitioner_certified_by_openssl_is_accepted() {
    let registry = Registry::new();
    let chain = registry.end("practitioner", "/C=JP/O=みなと歯科/CN=Hanako Tanaka");
    let person = verify_practitioner(&chain, &registry.anchor(), NOW, None).unwrap();
    let ours = specialist();
    assert_eq!(person.name, ours.name);
    assert_eq!(person.licence, ours.licence);
    assert_eq!(person.qualifications, ours.qualifications);
    assert_eq!(person.institution, ours.institution);
}

#[test]
fn a_node_and_a_registry_certified_by_openssl_are_accepted() {
    let registry = Registry::new();
    // The name of a node is that of its key, so the key comes first.
    let name = {
        registry.end("registry", "/C=JP/CN=OpenSSL Registry");
        registry.openssl("00", &["genpkey", "-algorithm", "ed25519", "-out", "node.key"]);
        let info = registry.openssl("00", &["pkey", "-in", "node.key", "-pubout", "-outform", "DER"]);
        hex::encode(&info[info.len() - 32..][..8])
    };
    let subject = format!("/C=JP/O=みなと歯科/CN=node-{name}");
    let asked = [
        "req", "-new", "-utf8", "-key", "node.key", "-subj", &subject, "-out", "node.csr",
    ];
    registry.openssl("00", &asked);
    let ca = [
        "ca",
        "-batch",
        "-notext",
        "-config",
        "config.cnf",
        "-name",
        "issuing",
    ];
    let times = ["-startdate", "20261124000000Z", "-enddate", "20271124000000Z"];
    let files = [
        "-extensions",
        "node_extensions",
        "-in",
        "node.csr",
        "-out",
        "node.pem",
    ];
    registry.openssl(&registry.key_id("node"), &[&ca[..], &times, &files].concat());
    let node = verify_node(&registry.chain("node"), &registry.anchor(), NOW, None).unwrap();
    let ours = clinic();
    assert_eq!(
        (
            node.institution,
            node.institution_code,
            node.device_class,
            node.owner
        ),
        (
            ours.institution,
            ours.institution_code,
            ours.device_class,
            ours.owner
        )
    );
    let certificate = verify_registry(&registry.chain("registry"), &registry.anchor(), NOW, None).unwrap();
    assert_eq!(certificate.name, "OpenSSL Registry");
}

/// R6: the revocation list of OpenSSL is read, and what it revokes is refused.
#[test]
fn r6_a_revocation_list_made_by_openssl_is_accepted() {
    let registry = Registry::new();
    let chain = registry.end("practitioner", "/C=JP/O=みなと歯科/CN=Hanako Tanaka");
    let list = registry.list(&chain);
    assert_eq!(
        (list.number(), list.this_update(), list.revoked().len()),
        (7, NOW, 0)
    );
    assert!(verify(&chain, &registry.anchor(), NOW, Some(&list)).is_ok());
    let ca = ["ca", "-config", "config.cnf", "-name", "issuing"];
    let revoke = ["-revoke", "practitioner.pem", "-crl_reason", "keyCompromise"];
    registry.openssl("00", &[&ca[..], &revoke].concat());
    let list = registry.list(&chain);
    assert_eq!(list.number(), 8);
    let refused = verify(&chain, &registry.anchor(), NOW, Some(&list));
    assert!(
        matches!(
            refused,
            Err(ChainError::Revoked {
                reason: RevocationReason::KeyCompromise,
                ..
            })
        ),
        "{refused:?}"
    );
}
