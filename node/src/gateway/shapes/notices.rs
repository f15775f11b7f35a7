//! What people are told outside the app.

use serde::Serialize;
use utoipa::ToSchema;

/// What one chooses by.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeGroup {
    /// An urgent finding, or its acknowledgement.
    Urgent,
    /// Something is due.
    Overdue,
    /// Somebody is asked to read, or to consent.
    Request,
    /// A report has come.
    Report,
    /// A doubt, or the answer to one.
    Query,
    /// Images have arrived, or will not.
    Transfer,
    /// How else a consultation goes on.
    Progress,
    /// A certificate ends.
    Credential,
}

/// A language of notices.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum NoticeLanguage {
    Ja,
    En,
}

/// A way by which somebody is told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum NoticeChannel {
    Desktop,
    Email,
    Webhook,
}

/// What became of a notice.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum NoticeState {
    Waiting,
    Sent,
    Failed,
}

/// Hours in which only what is urgent is told.
#[derive(Serialize, ToSchema)]
pub struct QuietHours {
    /// `21:00`.
    from: String,
    /// `07:00`; earlier than `from`: on the next day.
    until: String,
    /// Days that are quiet altogether, 0 is Monday.
    #[schema(required = false)]
    days: Vec<u8>,
}

/// A mailbox.
#[derive(Serialize, ToSchema)]
pub struct NoticeEmail {
    address: String,
    groups: Vec<NoticeGroup>,
}

/// A program of the house.
#[derive(Serialize, ToSchema)]
pub struct NoticeWebhook {
    /// `https://…`.
    url: String,
    groups: Vec<NoticeGroup>,
}

/// What somebody wants to be told.
#[derive(Serialize, ToSchema)]
pub struct NoticeChoice {
    /// 1.
    version: u32,
    #[schema(required = false)]
    language: NoticeLanguage,
    #[schema(required = false)]
    quiet: Option<QuietHours>,
    /// On the desktop, while the app is open.
    desktop: Vec<NoticeGroup>,
    #[schema(required = false)]
    email: Option<NoticeEmail>,
    #[schema(required = false)]
    webhook: Option<NoticeWebhook>,
    /// Whether an urgent finding is heard too while the app is open; left out: it is.
    #[schema(required = false)]
    alarm_sound: bool,
}

/// A notice.
#[derive(Serialize, ToSchema)]
pub struct NoticeView {
    id: u64,
    channel: NoticeChannel,
    /// The stable word of what it is about.
    matter: String,
    group: Option<NoticeGroup>,
    urgent: bool,
    /// Its sentence, without anything of a patient.
    text: Option<String>,
    case_id: Option<String>,
    state: NoticeState,
    attempts: u32,
    /// Why it was not taken, the last time.
    why: Option<String>,
    queued: String,
    changed: String,
    next_try: String,
}

/// What somebody is told, and was told lately.
#[derive(Serialize, ToSchema)]
pub struct NoticeSettings {
    settings: NoticeChoice,
    /// All that one can choose.
    groups: Vec<NoticeGroup>,
    /// Whether messages to the webhook are signed with a secret that was made.
    has_secret: bool,
    /// Whether this node has a mail server.
    can_mail: bool,
    /// The newest first.
    recent: Vec<NoticeView>,
    /// A secret that was just made, shown this once.
    secret: Option<String>,
}

/// How a mail server is spoken to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS.
    Starttls,
}

/// A mail server, without its password.
#[derive(Serialize, ToSchema)]
pub struct MailServer {
    host: String,
    port: u16,
    security: MailSecurity,
    from: String,
    user: Option<String>,
    has_password: bool,
    authorities: Option<String>,
}

/// How notices leave this node.
#[derive(Serialize, ToSchema)]
pub struct Outlets {
    smtp: Option<MailServer>,
    /// Who issues certificates of webhooks, PEM.
    webhook_authorities: Option<String>,
}

/// A mail server as it is set.
#[derive(Serialize, ToSchema)]
pub struct NewMailServer {
    host: String,
    port: u16,
    security: MailSecurity,
    from: String,
    #[schema(required = false)]
    user: Option<String>,
    /// Left out: as it was, for the same server and user.
    #[schema(required = false)]
    password: Option<String>,
    #[schema(required = false)]
    authorities: Option<String>,
}

/// How notices leave this node, as it is set.
#[derive(Serialize, ToSchema)]
pub struct NewOutlets {
    #[schema(required = true)]
    smtp: Option<NewMailServer>,
    #[schema(required = false)]
    webhook_authorities: Option<String>,
}
