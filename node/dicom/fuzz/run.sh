#!/bin/sh
# Usage: node/dicom/fuzz/run.sh TARGET [SECONDS [PYDICOM_DATA]]
# Builds the targets on the toolchain that the repository pins, writes the first inputs, and runs one target.
# Needs a C++ compiler, cmake and `cargo install --locked cargo-fuzz`.
set -eu
cd "$(dirname "$0")"
target=$1
seconds=${2:-60}
triple=$(rustc -vV | sed -n 's/^host: //p')
export RUSTC_BOOTSTRAP=1
cargo fuzz build --fuzz-dir .
"${CARGO_TARGET_DIR:-target}/$triple/release/seeds" corpus ${3:+"$3"}
exec cargo fuzz run --fuzz-dir . "$target" -- \
    -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=2048 -timeout=10 -print_final_stats=1
