//! `import`: a certificate for every row of a file of practitioners.
//!
//! Rows are read as a stream and issued in batches: one line flush, one signature of the register, one checkpoint of
//! the operator log for each. Each certificate carries the hash of its row in the journal, so an import that was
//! interrupted, at whatever moment, goes on where it stopped when it is started again.

mod jobs;
mod known;
mod report;
pub(crate) mod routes;
mod row;
mod run;
mod table;
mod work;

use std::path::PathBuf;

use clap::Args;

pub(crate) use jobs::Jobs;
pub(crate) use run::run;

pub(crate) const HELP: &str = "\
The file is CSV (RFC 4180) in UTF-8 with a first line that names its columns, in any order:
  name_ja         the name as on the licence                                  required
  name_latin      the name in Latin letters                                   required
  licence_type    dentist or physician                                        required
  licence_number  the registration number of the licence                      required
  request         PKCS#10 request: PEM, or the name of a file beside the CSV  required
  jurisdiction    the state that gave the licence                             JP without it
  registered_on   the day the licence was registered, YYYY-MM-DD
  qualifications  CODE or equivalent=GROUND, several with ; between them
  institution     where the practitioner works
  days            how long the certificate is valid, at most 366              365 without it

Every row has a line in the report: issued, already (by an earlier run of the same row), duplicate (the same licence
or key, in the file or in force here) or bad, with the line of the file and the reason. Bad and duplicate rows keep
nobody else waiting; correct them and import the file again.
Exit codes: 0 every row was issued, now or earlier; 1 some were not; 2 usage; 5 storage.";

/// `import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The CSV file.
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Where to put the chains, PEM: one file each, named by licence and number.
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// Where to write the report; FILE.csv.report.csv without it.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Check every row as if it were issued, and issue nothing.
    #[arg(long)]
    dry_run: bool,
}
