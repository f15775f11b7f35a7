//! Setting up, and applying for certificates.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// How far the setting up of a node is.
#[derive(Serialize, ToSchema)]
pub struct SetupProgress {
    trusted: bool,
    certified: bool,
}

/// A registry's root certificate, as it names itself.
#[derive(Serialize, ToSchema)]
pub struct Root {
    name: String,
    /// SHA-256.
    fingerprint: String,
    network: String,
}

/// The institution of the settings.
#[derive(Serialize, ToSchema)]
pub struct SetupInstitution {
    name: String,
    code: String,
    device_class: String,
}

/// What an application starts from.
#[derive(Serialize, ToSchema)]
pub struct SetupNode {
    institution: SetupInstitution,
    root: Option<Root>,
    certified: bool,
    /// How many bootstrap hosts are configured.
    bootstraps: u64,
}

/// Whether a passphrase may be chosen, and else why not.
#[derive(Serialize, ToSchema)]
pub struct Verdict {
    acceptable: bool,
    #[schema(nullable = false)]
    code: Option<String>,
    #[schema(nullable = false)]
    detail: Option<String>,
    #[schema(nullable = false)]
    detail_ja: Option<String>,
}

/// What the node keeps of a form that is being filled in, in the page's own form.
#[derive(Serialize, ToSchema)]
pub struct KeptDraft {
    fields: Value,
    evidence: Value,
    sent: bool,
}

/// Who applies.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApplicantKind {
    /// A person.
    Practitioner,
    /// A machine.
    Node,
}

/// Where an application is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationState {
    /// It is here only.
    Made,
    /// It was sealed, to be brought.
    Written,
    /// It waits at a bootstrap host.
    Deposited,
    /// The certificate is installed.
    Issued,
    /// With `reason`.
    Refused,
}

/// An application of this node, and how it stands.
#[derive(Serialize, ToSchema)]
pub struct ApplicationView {
    id: String,
    kind: ApplicantKind,
    /// Her sign-in name.
    practitioner: Option<String>,
    subject: String,
    state: ApplicationState,
    made_at: String,
    written_at: Option<String>,
    deposited_at: Option<String>,
    bootstrap: Option<String>,
    refused_at: Option<String>,
    reason: Option<String>,
    fingerprint: Option<String>,
}

/// Who could be asked, and how the applications stand now.
#[derive(Serialize, ToSchema)]
pub struct LookedFor {
    /// How many bootstrap hosts could be asked.
    hosts: u64,
    applications: Vec<ApplicationView>,
}
