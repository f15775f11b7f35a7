#!/bin/sh
# Usage: identity/fuzz/run.sh TARGET [SECONDS]
# Builds the targets with coverage and AddressSanitizer on the toolchain that the repository pins, and runs one.
# What cargo-fuzz does, without cargo-fuzz: `cargo +nightly fuzz run TARGET` in identity/ does the same.
set -eu
cd "$(dirname "$0")"
target=$1
seconds=${2:-60}
triple=$(rustc -vV | sed -n 's/^host: //p')
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1 -Zsanitizer=address"
cargo build --release --target "$triple" --bins
dir=${CARGO_TARGET_DIR:-target}
mkdir -p "corpus/$target" "artifacts/$target"
exec "$dir/$triple/release/$target" "corpus/$target" -artifact_prefix="artifacts/$target/" \
    -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=2048 -timeout=10 -print_final_stats=1
