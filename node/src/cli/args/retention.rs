//! Until when what a case left is kept, and holds.

use clap::Subcommand;

/// `dokuei retention …`
#[derive(Debug, Subcommand)]
pub(crate) enum RetentionCommand {
    /// Every case with the last day on which records and images must be kept, and what holds it
    List,
    /// Stop every deletion of what belongs to a case here, until it is released
    Hold {
        /// Case identifier
        case: String,
        /// Why, without any patient's data
        #[arg(long)]
        why: String,
    },
    /// Release a hold; where somebody else could, not by whoever placed it
    Release {
        /// Case identifier
        case: String,
        /// Why, without any patient's data
        #[arg(long)]
        why: String,
    },
}
