//! A practice passes to a new owner.

use clap::Subcommand;

use super::Proof;

/// `dokuei hand-over …`
#[derive(Debug, Subcommand)]
pub(crate) enum HandOverCommand {
    /// What of yours passes, to whom, and what hinders; what is offered to you, or left by a colleague who lost her credential
    Show {
        /// Fingerprint of somebody to whom it could pass
        #[arg(long, value_name = "FINGERPRINT")]
        to: Option<String>,
    },
    /// Offer every consultation that you have asked for, ended ones too, to a new owner; done again, it goes on with the rest
    Offer {
        /// Fingerprint of the new owner, who works at this node
        to: String,
        /// Why, without any patient's data
        #[arg(long)]
        why: String,
        #[command(flatten)]
        proof: Proof,
    },
    /// Take over what was offered to you, or what a colleague left; done again, it goes on with the rest
    Take {
        /// Fingerprint of the requester
        from: String,
        #[command(flatten)]
        proof: Proof,
    },
    /// Take an offer back, or decline it
    End {
        /// Fingerprint of the other of the two
        with: String,
        /// Why, without any patient's data
        #[arg(long)]
        why: String,
    },
}
