//! A stand-in for HPKI, made and run by OpenSSL: a root, an issuing authority, card holders, a revocation list.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use dokuei_identity::hpki::HpkiTrust;
use dokuei_identity::time::Timestamp;
use tempfile::TempDir;

const CONFIG: &str = "
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
certificatePolicies = critical,1.2.392.100495.1.5.1.1.0.1
[dentist]
basicConstraints = critical,CA:FALSE
keyUsage = critical,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
certificatePolicies = critical,1.2.392.100495.1.5.1.1.0.1
2.5.29.9 = ASN1:SEQUENCE:dentist_attributes
[implicit]
basicConstraints = critical,CA:FALSE
keyUsage = critical,nonRepudiation
2.5.29.9 = ASN1:SEQUENCE:implicit_attributes
[physician]
basicConstraints = critical,CA:FALSE
keyUsage = critical,nonRepudiation
2.5.29.9 = ASN1:SEQUENCE:physician_attributes
[roleless]
basicConstraints = critical,CA:FALSE
keyUsage = critical,nonRepudiation
[unusable]
basicConstraints = critical,CA:FALSE
keyUsage = critical,keyEncipherment
2.5.29.9 = ASN1:SEQUENCE:dentist_attributes
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
2.5.29.9 = ASN1:SEQUENCE:dentist_attributes
[strange]
basicConstraints = critical,CA:FALSE
keyUsage = critical,nonRepudiation
1.2.3.4 = critical,ASN1:NULL
2.5.29.9 = ASN1:SEQUENCE:dentist_attributes

[dentist_attributes]
role = SEQUENCE:dentist_role
[dentist_role]
type = OID:1.0.17090.0.1
values = SET:dentist_values
[dentist_values]
actors = SET:dentist_actors
[dentist_actors]
actor = SEQUENCE:dentist_actor
[dentist_actor]
coded = EXPLICIT:0,SET:dentist_coded
[dentist_coded]
scheme = EXPLICIT:0,OID:1.2.392.100495.1.6.1.1
text = EXPLICIT:2,UTF8:Dentist

[implicit_attributes]
role = SEQUENCE:implicit_role
[implicit_role]
type = OID:1.0.17090.0.1
values = SET:implicit_values
[implicit_values]
actors = SET:implicit_actors
[implicit_actors]
actor = SEQUENCE:implicit_actor
[implicit_actor]
coded = IMPLICIT:0,SET:implicit_coded
[implicit_coded]
scheme = IMPLICIT:0,OID:1.2.392.100495.1.6.1.1
text = EXPLICIT:2,UTF8:Dentist

[physician_attributes]
role = SEQUENCE:physician_role
[physician_role]
type = OID:1.0.17090.0.1
values = SET:physician_values
[physician_values]
actors = SET:physician_actors
[physician_actors]
actor = SEQUENCE:physician_actor
[physician_actor]
coded = EXPLICIT:0,SET:physician_coded
[physician_coded]
scheme = EXPLICIT:0,OID:1.2.392.100495.1.6.1.1
text = EXPLICIT:2,UTF8:Medical Doctor

[ca]
default_ca = ours
[ours]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 7
";

/// What is signed.
pub(crate) const CONTENT: &[u8] = b"an application's statement";
pub(crate) const DAY: u64 = 86_400;

pub(crate) struct Authority {
    dir: TempDir,
    /// When all of it was there.
    pub(crate) start: Timestamp,
}

/// One for all tests: making keys takes time.
pub(crate) fn authority() -> &'static Authority {
    static ONE: OnceLock<Authority> = OnceLock::new();
    ONE.get_or_init(Authority::make)
}

/// Runs OpenSSL there; `Err` is what it said.
fn openssl(dir: &Path, line: &str) -> Result<(), String> {
    // A subject's name has spaces: a bar separates words that have them.
    let words: Vec<_> = line
        .split_whitespace()
        .map(|word| word.replace('|', " "))
        .collect();
    let output = Command::new("openssl")
        .current_dir(dir)
        .args(words)
        .stdin(Stdio::null())
        .output()
        .expect("Debian's openssl is there");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    output.status.success().then_some(()).ok_or(said)
}

impl Authority {
    #[allow(
        clippy::disallowed_methods,
        reason = "OpenSSL's certificates begin by the clock of the computer"
    )]
    fn make() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut new = Self {
            dir,
            start: Timestamp(0),
        };
        std::fs::write(new.path("config"), CONFIG).unwrap();
        std::fs::write(new.path("content"), CONTENT).unwrap();
        std::fs::write(new.path("other"), b"something else").unwrap();
        std::fs::write(new.path("index.txt"), b"").unwrap();
        std::fs::write(new.path("crlnumber"), b"1F\n").unwrap();
        new.root("root");
        new.root("elsewhere");
        new.key("issuing", "RSA -pkeyopt rsa_keygen_bits:3072");
        new.certify("issuing", "issuing", "root", "-sha384");
        for (name, key) in [
            ("rsa", "RSA -pkeyopt rsa_keygen_bits:2048"),
            ("weak", "RSA -pkeyopt rsa_keygen_bits:1024"),
            ("p256", "EC -pkeyopt ec_paramgen_curve:P-256"),
            ("p384", "EC -pkeyopt ec_paramgen_curve:P-384"),
            ("p521", "EC -pkeyopt ec_paramgen_curve:P-521"),
        ] {
            new.key(name, key);
            new.certify(name, "dentist", "issuing", "-sha256");
        }
        for profile in [
            "implicit",
            "physician",
            "roleless",
            "unusable",
            "server",
            "strange",
        ] {
            std::fs::copy(new.path("p256.key"), new.path(&format!("{profile}.key"))).unwrap();
            new.certify(profile, profile, "issuing", "-sha256");
        }
        for (name, issuer, hash) in [
            ("revoked", "issuing", "-sha256"),
            ("sha1", "issuing", "-sha1"),
            ("foreign", "elsewhere", "-sha256"),
            // Issued by a card holder, who is no authority.
            ("usurped", "p384", "-sha256"),
        ] {
            std::fs::copy(new.path("p256.key"), new.path(&format!("{name}.key"))).unwrap();
            new.certify(name, "dentist", issuer, hash);
        }
        let ca = "ca -config config -cert issuing.pem -keyfile issuing.key";
        new.run(&format!("{ca} -revoke revoked.pem -crl_reason keyCompromise"));
        new.run(&format!("{ca} -gencrl -out list.pem"));
        new.run("crl -in list.pem -outform DER -out list.der");
        new.run("ca -config config -cert elsewhere.pem -keyfile elsewhere.key -gencrl -out other-list.pem");
        let start = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        new.start = Timestamp(start.as_secs());
        new
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    fn run(&self, line: &str) {
        openssl(self.dir.path(), line).unwrap_or_else(|said| panic!("openssl {line}: {said}"));
    }

    fn key(&self, name: &str, algorithm: &str) {
        self.run(&format!("genpkey -quiet -algorithm {algorithm} -out {name}.key"));
    }

    fn root(&self, name: &str) {
        self.key(name, "RSA -pkeyopt rsa_keygen_bits:2048");
        self.run(&format!(
            "req -x509 -new -key {name}.key -sha256 -days 3650 -subj /C=JP/O=Test/CN={name} -config config \
             -extensions root -out {name}.pem"
        ));
    }

    fn certify(&self, name: &str, profile: &str, issuer: &str, hash: &str) {
        self.run(&format!(
            "req -new -key {name}.key -config config -subj /C=JP/CN=TANAKA|Hanako|{name} -out {name}.csr"
        ));
        self.run(&format!(
            "x509 -req -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key {hash} -days 730 -extfile config \
             -extensions {profile} -set_serial 0x{} -out {name}.pem",
            hex::encode(name)
        ));
    }

    /// A signature over the content by this holder; `more` are arguments of `openssl cms`.
    pub(crate) fn sign(&self, holder: &str, more: &str) -> Vec<u8> {
        self.sign_file("content", holder, more)
    }

    pub(crate) fn sign_file(&self, content: &str, holder: &str, more: &str) -> Vec<u8> {
        let out = tempfile::NamedTempFile::new_in(self.dir.path()).unwrap();
        let name = out.path().file_name().unwrap().to_str().unwrap();
        let form = if more.contains("-outform") {
            ""
        } else {
            "-outform DER"
        };
        self.run(&format!(
            "cms -sign -binary -in {content} -signer {holder}.pem -inkey {holder}.key -certfile issuing.pem {form} \
             -out {name} {more}"
        ));
        std::fs::read(out.path()).unwrap()
    }

    /// Trust in the root, with the authority's list.
    pub(crate) fn trust(&self) -> HpkiTrust {
        HpkiTrust::of_roots(&self.text("root.pem"))
            .unwrap()
            .with_list(&self.read("list.der"))
            .unwrap()
    }
}
