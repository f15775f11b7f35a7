//! The program `dokuei`: see `dokuei --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    dokuei_node::cli::main()
}
