//! `dokuei peers …` as it is written.

use clap::Subcommand;

/// `dokuei peers …`
#[derive(Debug, Subcommand)]
pub(crate) enum Peers {
    /// Show who does not keep to the rules and is banned for a time, and why
    Bans,
    /// Lift a ban, and forget what is held against whoever was banned
    Forgive {
        /// The id of the node or the address, as `dokuei peers bans` shows it
        who: String,
    },
}
