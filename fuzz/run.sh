#!/bin/sh
# fuzz/run.sh SECONDS [parse|structured|recorder|redact]: fuzzes one target or all, each for so long, from its corpus. Works with stable
# Rust: the coverage flags are those that cargo-fuzz passes. No sanitizer: the core has no unsafe code.
# A finding is left in fuzz/artifacts; fuzz/run.sh 0 TARGET FILE runs one again.
set -eu
cd "$(dirname "$0")"
seconds=$1
host=$(rustc -vV | sed -n 's/^host: //p')
level='-Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table'
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module $level -Cllvm-args=-sanitizer-coverage-trace-compares"
cargo build --release --target "$host"
binaries=${CARGO_TARGET_DIR:-target}/$host/release
if [ "$seconds" = 0 ]; then exec "$binaries/$2" "$3"; fi

for target in ${2:-parse structured recorder redact}; do
  mkdir -p "found/$target" "artifacts/$target" "corpus/$target"
  # New inputs go to found/; `-merge=1 corpus/TARGET found/TARGET` adds those that are worth keeping.
  "$binaries/$target" "found/$target" "corpus/$target" -artifact_prefix="artifacts/$target/" -max_total_time="$seconds" \
    -timeout=20 -rss_limit_mb=1024 -max_len=16384 -dict=snapshot.dict -print_final_stats=1
done
