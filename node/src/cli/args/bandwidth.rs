//! `dokuei bandwidth …`

use clap::{ArgGroup, Args, Subcommand};

/// `dokuei bandwidth …`
#[derive(Debug, Subcommand)]
pub(crate) enum Bandwidth {
    /// Show the limits, and what holds now
    Show,
    /// Set limits, at once and for what is under way; they are kept, and prevail over the settings file
    Set(SetBandwidth),
    /// Go back to the limits of the settings file
    Reset,
}

/// `dokuei bandwidth set`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("limit").args(["up", "down", "unlimited"]).required(true).multiple(true)))]
pub(crate) struct SetBandwidth {
    /// Mbit/s from here to others [default: no limit, when --down is given]
    #[arg(long, value_name = "MBIT")]
    pub(crate) up: Option<f64>,
    /// Mbit/s from others to here [default: no limit, when --up is given]
    #[arg(long, value_name = "MBIT")]
    pub(crate) down: Option<f64>,
    /// No limit at any time, whatever the settings file says
    #[arg(long, conflicts_with_all = ["up", "down", "between", "days"])]
    pub(crate) unlimited: bool,
    /// Hours at which these limits hold, e.g. 08:30-18:00; at others there is none [default: always]
    #[arg(long, value_name = "FROM-UNTIL")]
    pub(crate) between: Option<String>,
    /// Days on which they hold, e.g. monday,friday [default: every day]
    #[arg(long, value_delimiter = ',', requires = "between", value_name = "DAY")]
    pub(crate) days: Vec<String>,
}
