//! `dokuei notices …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `dokuei notices …`
#[derive(Debug, Subcommand)]
pub(crate) enum Notices {
    /// Show what you are told by which ways, and what you were told lately
    Show,
    /// Choose what you are told, by which ways and when not; what is not named stays as it is
    Set(SetNotices),
    /// Send yourself a test at once
    Test {
        /// By which way
        #[arg(value_enum)]
        by: TestBy,
    },
    /// The mail server of the house, for whoever runs this node
    #[command(subcommand)]
    Server(Server),
}

/// A way outside the app.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum TestBy {
    /// By e-mail
    Email,
    /// By your webhook
    Webhook,
}

/// `dokuei notices set`
#[derive(Debug, Args)]
pub(crate) struct SetNotices {
    /// The mailbox that is told; `off` for none
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// Of what by e-mail: urgent, overdue, request, report, query, transfer, progress, credential [default: all]
    #[arg(long, value_delimiter = ',', value_name = "GROUP")]
    pub(crate) email_groups: Vec<String>,
    /// The address that is told by HTTPS; `off` for none. The secret of its signatures is printed once
    #[arg(long, value_name = "URL")]
    pub(crate) webhook: Option<String>,
    /// Of what the webhook is told [default: all]
    #[arg(long, value_delimiter = ',', value_name = "GROUP")]
    pub(crate) webhook_groups: Vec<String>,
    /// Sign messages to the webhook with a new secret from now on
    #[arg(long)]
    pub(crate) new_secret: bool,
    /// Of what on the desktop, while the app is open; `none` for nothing
    #[arg(long, value_delimiter = ',', value_name = "GROUP")]
    pub(crate) desktop: Vec<String>,
    /// Hours in which only what is urgent is told, e.g. 21:00-07:00; `off` for none
    #[arg(long, value_name = "FROM-UNTIL")]
    pub(crate) quiet: Option<String>,
    /// Days that are quiet altogether, e.g. saturday,sunday
    #[arg(long, value_delimiter = ',', requires = "quiet", value_name = "DAY")]
    pub(crate) quiet_days: Vec<String>,
    /// In which language
    #[arg(long, value_enum)]
    pub(crate) language: Option<Tongue>,
}

/// A language of notices.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Tongue {
    /// Japanese
    Ja,
    /// English
    En,
}

/// `dokuei notices server …`
#[derive(Debug, Subcommand)]
pub(crate) enum Server {
    /// Show it, without its password
    Show,
    /// Set it
    Set(SetServer),
    /// Send no more e-mail
    Remove,
}

/// `dokuei notices server set`
#[derive(Debug, Args)]
pub(crate) struct SetServer {
    /// Its name, as its certificate has it
    #[arg(long)]
    pub(crate) host: String,
    /// Its port [default: 465 with tls, 587 with starttls]
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// TLS from the first byte, or after STARTTLS; in the clear it is never spoken to
    #[arg(long, value_enum, default_value = "tls")]
    pub(crate) security: Secured,
    /// Whose letters they are, e.g. "Dokuei <dokuei@example.jp>"
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: String,
    /// Its user
    #[arg(long, requires = "password_file")]
    pub(crate) user: Option<String>,
    /// A file with the user's password in its first line
    #[arg(long, value_name = "FILE", requires = "user")]
    pub(crate) password_file: Option<PathBuf>,
    /// Who issues its certificate, PEM [default: the public authorities]
    #[arg(long, value_name = "FILE")]
    pub(crate) authorities: Option<PathBuf>,
    /// Who issues certificates of webhooks, PEM [default: the public authorities]
    #[arg(long, value_name = "FILE")]
    pub(crate) webhook_authorities: Option<PathBuf>,
}

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Secured {
    /// TLS from the first byte
    Tls,
    /// TLS after STARTTLS
    Starttls,
}
