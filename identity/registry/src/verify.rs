//! `verify`: whether a certificate stands, and if not, why. It needs no registry and no passphrase.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use dokuei_identity::chain::{self, Chain, ChainError, EndKind, TrustAnchors, Verified};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::pem::PemError;
use dokuei_identity::revocation::{RevocationError, RevocationList};
use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};

/// The largest file that is read, bytes: a revocation list of the greatest size, as PEM.
const MAX_FILE: u64 = 2 << 20;

pub(crate) const HELP: &str = "\
CERT.pem holds the certificate, and after it, if --chain is not given, its issuing authority's;
the root may follow. A revocation list is PEM or DER. Practitioners', nodes' and registries'
certificates are all understood.

Text goes to standard output when the certificate stands, else to standard error: one line in
Japanese, one in English. With --json one object goes to standard output either way:
  ok           true when the certificate stands
  kind         practitioner, node or registry; null when it claims to be none of them
  code         ok, or the reason; stable, kebab-case
  japanese     the reason as a sentence
  english      the same
  at           the time it was judged for, RFC 3339
  certificate  what it attests (fingerprint, serial, name, licence, ...; times in seconds since
               1970); when it does not stand, only its fingerprint, or null
A code of the certificate stands alone: expired, revoked, on-hold, signature, key-usage, policy.
One of the issuing authority begins with issuing-, of the root with root-, of the list with crl-.
A file that cannot be used has its role, -file- and missing, unreadable, too-large, not-text or
not-alone; one that is not PEM has its role, -pem- and malformed, label or too-large. The roles
are root, chain, crl and certificate: crl-file-missing, root-pem-malformed.
Exit codes: 0 it stands, 1 it does not, 2 usage, 5 a file cannot be read.

Example:
  dokuei-registry verify --root root.pem --crl crl.pem --at 2026-11-24T09:00:00Z tanaka.pem";

/// `verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The root to verify to, PEM; its successors may follow, as `root` prints them. Compare its fingerprint with the one that the registry publishes.
    #[arg(long, value_name = "ROOT.pem")]
    root: PathBuf,
    /// The issuing authority's certificate, PEM, when CERT.pem does not hold it.
    #[arg(long, value_name = "C.pem")]
    chain: Option<PathBuf>,
    /// The revocation list of that issuing authority, PEM or DER. Without it revocation is not looked at.
    #[arg(long, value_name = "L.crl")]
    crl: Option<PathBuf>,
    /// The time to judge for, RFC 3339; now without it.
    #[arg(long, value_name = "RFC3339", value_parser = time)]
    at: Option<Timestamp>,
    /// The certificate, PEM.
    #[arg(value_name = "CERT.pem")]
    certificate: PathBuf,
}

/// Which file, as codes and sentences name it.
#[derive(Debug, Clone, Copy)]
enum Role {
    Root,
    Chain,
    Crl,
    Certificate,
}

impl Role {
    const fn japanese(self) -> &'static str {
        match self {
            Self::Root => "ルート証明書",
            Self::Chain => "発行認証局の証明書",
            Self::Crl => "失効リスト",
            Self::Certificate => "証明書",
        }
    }

    const fn english(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Chain => "chain",
            Self::Crl => "revocation list",
            Self::Certificate => "certificate",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Chain => "chain",
            Self::Crl => "crl",
            Self::Certificate => "certificate",
        }
    }
}

/// Why the certificate does not stand, or could not be looked at.
#[derive(Debug)]
struct Reason {
    code: String,
    japanese: String,
    english: String,
    exit: u8,
}

impl Reason {
    /// A file that cannot be used.
    fn file(role: Role, path: &Path, (what, japanese, english): (&str, &str, &str)) -> Self {
        let (path, ja, en) = (path.display(), role.japanese(), role.english());
        Self {
            code: format!("{}-file-{what}", role.word()),
            japanese: format!("{ja}のファイル{path}{japanese}"),
            english: format!("the {en} file {path} {english}"),
            exit: 5,
        }
    }

    /// Text that is not the PEM that belongs there.
    fn pem(role: Role, path: &Path, error: &PemError) -> Self {
        Self {
            code: format!("{}-{}", role.word(), error.code()),
            japanese: format!(
                "{}のファイル{}:{}",
                role.japanese(),
                path.display(),
                error.japanese()
            ),
            english: format!("the {} file {}: {error}", role.english(), path.display()),
            exit: 1,
        }
    }
}

impl From<ChainError> for Reason {
    fn from(error: ChainError) -> Self {
        Self {
            code: error.code().to_owned(),
            japanese: error.japanese(),
            english: error.to_string(),
            exit: 1,
        }
    }
}

impl From<RevocationError> for Reason {
    fn from(error: RevocationError) -> Self {
        Self {
            code: error.code().to_owned(),
            japanese: error.japanese(),
            english: error.to_string(),
            exit: 1,
        }
    }
}

/// What is known about the certificate however the judgement ends.
#[derive(Debug, Default)]
struct Seen {
    kind: Option<EndKind>,
    fingerprint: Option<Fingerprint>,
}

/// Judges, tells, and gives the exit code.
pub(crate) fn run(arguments: &Verify, json: bool) -> ExitCode {
    let now = || Timestamp(u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default());
    let at = arguments.at.unwrap_or_else(now);
    let mut seen = Seen::default();
    let judged = judge(arguments, at, &mut seen);
    if json {
        println!("{}", object(&judged, &seen, at));
    } else {
        tell(&judged, arguments.crl.is_some(), at);
    }
    match judged {
        Ok(_) => ExitCode::SUCCESS,
        Err(reason) => ExitCode::from(reason.exit),
    }
}

fn judge(arguments: &Verify, at: Timestamp, seen: &mut Seen) -> Result<Verified, Reason> {
    let anchors = read_root(&arguments.root)?;
    let mut chain = read_chain(Role::Certificate, &arguments.certificate)?;
    seen.fingerprint = Some(chain.fingerprint());
    seen.kind = EndKind::claimed_by(&chain.end);
    if let Some(path) = &arguments.chain {
        let more = read_chain(Role::Chain, path)?;
        chain.intermediates.push(more.end);
        chain.intermediates.extend(more.intermediates);
    }
    // Many tools write the root too; it was given already, and is trusted for that alone.
    let is_root = |last: &Vec<u8>| anchors.all().iter().any(|root| root.der() == last);
    if chain.intermediates.last().is_some_and(is_root) {
        chain.intermediates.pop();
    }
    let verified = chain::verify(&chain, &anchors, at, None)?;
    let Some(path) = &arguments.crl else {
        return Ok(verified);
    };
    let list = read_list(path, &chain, &anchors, at)?;
    list.check_current(at)?;
    Ok(chain::verify(&chain, &anchors, at, Some(&list))?)
}

fn read_root(path: &Path) -> Result<TrustAnchors, Reason> {
    TrustAnchors::from_pem(&read_text(Role::Root, path)?).map_err(|error| match error {
        ChainError::Pem(error) => Reason::pem(Role::Root, path, &error),
        ChainError::Length { .. } => Reason::file(
            Role::Root,
            path,
            (
                "not-alone",
                "にはルート証明書が1枚だけ、または後継のルートとその相互認証証明書が組で続いている必要があります",
                "must hold one root, and after it only successors, each followed by its cross certificate",
            ),
        ),
        error => error.into(),
    })
}

fn read_chain(role: Role, path: &Path) -> Result<Chain, Reason> {
    Chain::from_pem(&read_text(role, path)?).map_err(|error| match error {
        ChainError::Pem(error) => Reason::pem(role, path, &error),
        error => error.into(),
    })
}

fn read_list(
    path: &Path,
    chain: &Chain,
    anchors: &TrustAnchors,
    at: Timestamp,
) -> Result<RevocationList, Reason> {
    let bytes = read(Role::Crl, path)?;
    // DER begins with the tag of a SEQUENCE; a PEM text with a word or a dash.
    if bytes.first() == Some(&0x30) {
        return Ok(RevocationList::verify(&bytes, chain, anchors, at)?);
    }
    let text = text(Role::Crl, path, bytes)?;
    RevocationList::verify_pem(&text, chain, anchors, at).map_err(|error| match error {
        RevocationError::Pem(error) => Reason::pem(Role::Crl, path, &error),
        error => error.into(),
    })
}

fn read(role: Role, path: &Path) -> Result<Vec<u8>, Reason> {
    let unreadable = |error: std::io::Error| {
        let why = if error.kind() == std::io::ErrorKind::NotFound {
            ("missing", "が見つかりません", "does not exist")
        } else {
            ("unreadable", "を読み取れません", "cannot be read")
        };
        Reason::file(role, path, why)
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        let why = ("too-large", "が2 MiBを超えています", "is larger than 2 MiB");
        return Err(Reason::file(role, path, why));
    }
    Ok(bytes)
}

fn text(role: Role, path: &Path, bytes: Vec<u8>) -> Result<String, Reason> {
    let why = ("not-text", "は文字のファイルではありません", "is not a text");
    String::from_utf8(bytes).map_err(|_| Reason::file(role, path, why))
}

fn read_text(role: Role, path: &Path) -> Result<String, Reason> {
    text(role, path, read(role, path)?)
}

fn object(judged: &Result<Verified, Reason>, seen: &Seen, at: Timestamp) -> Value {
    let (code, japanese, english) = match judged {
        Ok(_) => ("ok", STANDS_JA, STANDS_EN),
        Err(reason) => (&*reason.code, &*reason.japanese, &*reason.english),
    };
    let certificate = match judged {
        Ok(verified) => json!(verified),
        Err(_) => seen
            .fingerprint
            .map_or(Value::Null, |fingerprint| json!({"fingerprint": fingerprint})),
    };
    json!({
        "ok": judged.is_ok(),
        "kind": seen.kind,
        "code": code,
        "japanese": japanese,
        "english": english,
        "at": rfc3339(at),
        "certificate": certificate,
    })
}

const STANDS_JA: &str = "この証明書は有効です";
const STANDS_EN: &str = "the certificate stands";

fn tell(judged: &Result<Verified, Reason>, with_list: bool, at: Timestamp) {
    match judged {
        Ok(verified) => {
            println!("{STANDS_JA}");
            println!("{STANDS_EN}");
            println!("  kind         {}", verified.kind().as_str());
            println!("  of           {}", name(verified));
            println!("  fingerprint  {}", verified.fingerprint());
            println!("  at           {}", rfc3339(at));
            if !with_list {
                println!("  revocation   not looked at: no --crl");
            }
        }
        Err(reason) => {
            eprintln!("{}", reason.japanese);
            eprintln!("{}", reason.english);
            eprintln!("  code         {}", reason.code);
            eprintln!("  at           {}", rfc3339(at));
        }
    }
}

fn name(verified: &Verified) -> String {
    match verified {
        Verified::Practitioner(person) => format!("{} ({})", person.name.japanese, person.name.latin),
        Verified::Node(node) => format!("{} [{}]", node.institution, node.institution_code),
        Verified::Registry(registry) => registry.name.clone(),
    }
}

fn rfc3339(at: Timestamp) -> String {
    i64::try_from(at.0)
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map_or_else(|| at.0.to_string(), |time| time.to_string())
}

fn time(text: &str) -> Result<Timestamp, String> {
    let refused = || "it is not a time from 1970 on, as 2026-11-24T09:00:00Z".to_owned();
    let time: jiff::Timestamp = text.parse().map_err(|_| refused())?;
    u64::try_from(time.as_second())
        .map(Timestamp)
        .map_err(|_| refused())
}
