#!/usr/bin/env bash
# Measures durable jobs over HTTP: POST /run-job from 32 connections, on SQLite with every commit on the disk.
#
#   scripts/bench-jobs.sh [--seconds N] [--connections N] [--bin DIR]
#
# --bin DIR uses the programs in DIR; otherwise a release build is made first.
# One line a case: `<case> jobs/s=<x> p50=<ms> p99=<ms> errors=<n>`. The platform runs on free ports with its data in a
# temporary folder, and all that this started has ended when it returns.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."

source scripts/lib/scratch-platform.sh

seconds=10 connections=32 bin=""
while [ $# -gt 0 ]; do
    case "$1" in
        --seconds) needs_value bench-jobs "$@"; seconds=$2; shift 2 ;;
        --connections) needs_value bench-jobs "$@"; connections=$2; shift 2 ;;
        --bin) needs_value bench-jobs "$@"; bin=$(absolute "$caller" "$2"); shift 2 ;;
        -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "bench-jobs: unknown option $1" >&2; exit 2 ;;
    esac
done

scripts/setup.sh --bench
if [ -z "$bin" ]; then
    bin=$PWD/.build/release
    for product in platform job-runner service-b; do swift build -c release --product "$product" >&2; done
fi
open_scratch_platform "$bin"

# run_case NAME JSON: wrk for some seconds; anything but 200 counts as an error.
run_case() {
    cat >"$work/case.lua" <<LUA
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[$2]]
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init() failed = 0 end
function response(status) if status ~= 200 then failed = failed + 1 end end
function done(summary, latency)
    local failures = 0
    for _, thread in ipairs(threads) do failures = failures + thread:get("failed") end
    local e = summary.errors
    failures = failures + e.connect + e.read + e.write + e.timeout
    io.write(string.format("$1 jobs/s=%.0f p50=%.1f p99=%.1f errors=%d\n",
        (summary.requests - failures) / (summary.duration / 1e6),
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failures))
end
LUA
    wrk -t 1 -c "$connections" -d "${seconds}s" -s "$work/case.lua" "http://127.0.0.1:$http/run-job" | tail -n 1
}

task='{"tag":"timestamp"}'
stored='{"tag":"timestamp","storeResultAt":{"targetPath":"/at","sourcePath":"/timestamp"}}'
four="$task,$task,$task,$task"
run_case "one-task http $connections" "{\"steps\":[{\"tasks\":[$task]}]}"
run_case "one-task-with-state http $connections" "{\"sharedState\":{\"n\":1},\"steps\":[{\"tasks\":[$stored]}]}"
run_case "three-steps-of-four http $connections" \
    "{\"steps\":[{\"tasks\":[$four]},{\"tasks\":[$four]},{\"tasks\":[$four]}]}"
