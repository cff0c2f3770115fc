#!/usr/bin/env bash
# Measures HTTP → bus → service → HTTP against a server that answers `hello` from memory, both on the same cores.
#
#   scripts/bench-http.sh [--seconds N] [--rounds N] [--bin DIR]
#
# --bin DIR uses the programs in DIR; otherwise a release build is made first. The gateway and the reference, Hummingbird
# with its router (Benchmarks/HelloHTTP), take turns in every round. One line a case, of medians in requests a second:
# `http CONNECTIONS ours=X reference=Y ratio=X/Y errors=N`.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."
source scripts/lib/scratch-platform.sh
source scripts/lib/load.sh

seconds=4 rounds=3 bin=""
while [ $# -gt 0 ]; do
    case "$1" in
        --seconds) needs_value bench-http "$@"; seconds=$2; shift 2 ;;
        --rounds) needs_value bench-http "$@"; rounds=$2; shift 2 ;;
        --bin) needs_value bench-http "$@"; bin=$(absolute "$caller" "$2"); shift 2 ;;
        -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "bench-http: unknown option $1" >&2; exit 2 ;;
    esac
done

scripts/setup.sh --bench
if [ -z "$bin" ]; then
    bin=$PWD/.build/release
    for product in platform job-runner service-b hello-http; do swift build -c release --product "$product" >&2; done
fi
open_scratch_platform "$bin"
read -r hello_port < <(free_ports 1)
"$bin/hello-http" "$hello_port" >"$work/logs/hello-http.log" 2>&1 &
hello=$!
trap 'end_process hello-http "$hello"; close_scratch_platform' EXIT
timeout 10 bash -c "until (exec 3<>/dev/tcp/127.0.0.1/$hello_port) 2>/dev/null; do sleep 0.05; done"

write_case "$work/case.lua" "{}"
ask() { load "$work/case.lua" "$1" "$seconds" "$2"; }

for connections in 32 256; do
    ours="" theirs="" errors=0
    for _ in $(seq "$rounds"); do
        read -r rate _ _ failures _ < <(ask "$connections" "http://127.0.0.1:$http/services/service-b/execute")
        ours+=$rate$'\n' errors=$((errors + failures))
        read -r rate _ _ failures _ < <(ask "$connections" "http://127.0.0.1:$hello_port/hello")
        theirs+=$rate$'\n' errors=$((errors + failures))
    done
    awk -v "ours=$(printf %s "$ours" | median)" -v "theirs=$(printf %s "$theirs" | median)" -v "n=$errors" \
        -v "c=$connections" \
        'BEGIN { printf "http %d ours=%d reference=%d ratio=%.2f errors=%d\n", c, ours, theirs, ours / theirs, n }'
done
