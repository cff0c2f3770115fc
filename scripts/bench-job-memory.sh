#!/usr/bin/env bash
# Measures whether the memory of `platform all` grows with the jobs that it has run.
#
#   scripts/bench-job-memory.sh [--jobs N] [--minutes N] [--bin DIR]
#
# --bin DIR uses the programs in DIR; otherwise a release build is made first. Jobs of one task are run over HTTP from 32
# connections until N have ended (default: 1,000,000), for 30 minutes at most unless --minutes says otherwise. They stay
# in the store, SQLite in a temporary folder: about 2 GB for a million. The line has the resident memory of the process,
# shared libraries included, after the first 10,000 jobs and after all, in MB:
# `memory-jobs jobs=N rss=X jobs=N rss=Y growth=Y-X errors=N jobs/s=N`. Every ten seconds a line on standard error tells
# how far it is.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."
source scripts/lib/scratch-platform.sh
source scripts/lib/load.sh

jobs=1000000 minutes=30 bin=""
while [ $# -gt 0 ]; do
    case "$1" in
        --jobs) needs_value bench-job-memory "$@"; jobs=$2; shift 2 ;;
        --minutes) needs_value bench-job-memory "$@"; minutes=$2; shift 2 ;;
        --bin) needs_value bench-job-memory "$@"; bin=$(absolute "$caller" "$2"); shift 2 ;;
        -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "bench-job-memory: unknown option $1" >&2; exit 2 ;;
    esac
done

scripts/setup.sh --bench
if [ -z "$bin" ]; then
    bin=$PWD/.build/release
    for product in platform job-runner service-b; do swift build -c release --product "$product" >&2; done
fi
open_scratch_platform "$bin"
platform=$(awk '$1 == "platform" { print $2 }' "$work/run/processes")
write_case "$work/case.lua" '{"steps":[{"tasks":[{"tag":"timestamp"}]}]}'

# In MB.
resident() { awk '/^VmRSS:/ { printf "%.1f", $2 * 1024 / 1e6 }' "/proc/$platform/status"; }

count=0 errors=0 end=$((SECONDS + 60 * minutes))
# run_until N SECONDS: runs jobs, so many seconds at a time, until there have been N.
run_until() {
    local good failures
    while [ "$count" -lt "$1" ] && [ "$SECONDS" -lt "$end" ]; do
        read -r _ _ _ failures good < <(load "$work/case.lua" 32 "$2" "http://127.0.0.1:$http/run-job")
        count=$((count + good)) errors=$((errors + failures))
        [ "$good" -gt 0 ] || { echo "bench-job-memory: no job ends any more" >&2; exit 1; }
        echo "bench-job-memory: jobs=$count rss=$(resident)" >&2
    done
}

begin=$SECONDS
run_until 10000 1
early=$count before=$(resident)
run_until "$jobs" 10
after=$(resident)
awk -v "early=$early" -v "before=$before" -v "count=$count" -v "after=$after" -v "errors=$errors" \
    -v "seconds=$((SECONDS - begin))" 'BEGIN {
        printf "memory-jobs jobs=%d rss=%.1f jobs=%d rss=%.1f growth=%.1f errors=%d jobs/s=%d\n", early, before, count,
            after, after - before, errors, count / seconds }'
