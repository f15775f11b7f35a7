//! Signing in, and what concerns keys: passphrase, second factor, recovery, another machine.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{NodePassphrase, PractitionerPassphrase};

/// `dokuei sign-in`
#[derive(Debug, Args)]
pub(crate) struct SignIn {
    /// Sign-in name
    #[arg(long)]
    pub(crate) id: String,
    /// Her passphrase
    #[command(flatten)]
    pub(crate) passphrase: PractitionerPassphrase,
    #[command(flatten)]
    pub(crate) factor: FactorAnswer,
}

/// What her second factor answers.
#[derive(Debug, Args)]
pub(crate) struct FactorAnswer {
    /// Code or answer of her second factor when she has one, or a recovery code [`sign-in` asks when it is needed]
    #[arg(long)]
    pub(crate) code: Option<String>,
    /// The challenge that the answer is for, as the refusal without an answer gives it with --json; a code has none
    #[arg(long, requires = "code")]
    pub(crate) challenge: Option<String>,
}

impl FactorAnswer {
    /// As the node reads it; null when nothing is answered.
    pub(crate) fn body(&self) -> Value {
        self.code.as_ref().map_or(
            Value::Null,
            |code| json!({"answer": code, "challenge": self.challenge}),
        )
    }
}

/// Passphrase and second factor of whoever is signed in, asked for again before keys are changed.
#[derive(Debug, Args)]
pub(crate) struct Proof {
    /// Her passphrase
    #[command(flatten)]
    pub(crate) passphrase: PractitionerPassphrase,
    #[command(flatten)]
    pub(crate) factor: FactorAnswer,
}

/// `dokuei passphrase …`
#[derive(Debug, Subcommand)]
pub(crate) enum Passphrase {
    /// Change the passphrase of whoever is signed in; all her sessions end
    Change {
        #[command(flatten)]
        proof: Proof,
        /// File that holds the new passphrase [default: asked]
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Change the passphrase that unlocks this node at start; it is the next start that asks for it
    ChangeNode {
        /// The present one
        #[command(flatten)]
        passphrase: NodePassphrase,
        /// File that holds the new passphrase [default: asked]
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
}

/// `dokuei second-factor …`
#[derive(Debug, Subcommand)]
pub(crate) enum SecondFactor {
    /// First step: make a secret of one-time passwords and show it to the authenticator
    Enrol {
        /// Her passphrase
        #[command(flatten)]
        passphrase: PractitionerPassphrase,
        /// Write the QR code there, as SVG
        #[arg(long, value_name = "FILE")]
        qr: Option<PathBuf>,
    },
    /// Second step: give the first code; prints the recovery codes, once
    Confirm {
        /// What the authenticator shows
        #[arg(long)]
        code: String,
    },
    /// Remove it
    Remove {
        /// Her passphrase
        #[command(flatten)]
        passphrase: PractitionerPassphrase,
        #[command(flatten)]
        factor: FactorAnswer,
    },
    /// Show whether there is one
    Status,
}

/// `dokuei move …`
#[derive(Debug, Subcommand)]
pub(crate) enum Move {
    /// On the old machine, with the node stopped: write all that it keeps to one sealed file; it will not run here again
    Export {
        /// Where to write it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The passphrase that unlocks this node
        #[command(flatten)]
        passphrase: NodePassphrase,
        /// File that holds a passphrase for the way [default: asked]
        #[arg(long, value_name = "FILE")]
        move_passphrase_file: Option<PathBuf>,
    },
    /// On the new machine, in an empty data directory: take the node up; it gets a new key and needs a new certificate
    Import {
        /// What `dokuei move export` wrote
        file: PathBuf,
        /// The passphrase that will unlock the node here
        #[command(flatten)]
        passphrase: NodePassphrase,
        /// File that holds the passphrase for the way [default: asked]
        #[arg(long, value_name = "FILE")]
        move_passphrase_file: Option<PathBuf>,
    },
}

/// `dokuei recovery …`
#[derive(Debug, Subcommand)]
pub(crate) enum Recovery {
    /// Make a kit for whoever is signed in; an older one is void from then on
    Create {
        #[command(flatten)]
        proof: Proof,
        /// Where to write the page to print (HTML); delete it after printing
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Split it over so many sheets
        #[arg(long, requires = "needed")]
        sheets: Option<u8>,
        /// How many of them are needed
        #[arg(long, requires = "sheets")]
        needed: Option<u8>,
    },
    /// Set a new passphrase with a kit; the second factor is forgotten and the kit is void afterwards
    Restore {
        /// Sign-in name
        #[arg(long)]
        id: String,
        /// File with the sheets, one a line [default: asked]
        #[arg(long, value_name = "FILE")]
        kit_file: Option<PathBuf>,
        /// File that holds the new passphrase [default: asked]
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
}
