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

seconds=10 connections=32 bin=""
needs_value() { [ $# -ge 2 ] || { echo "bench-jobs: $1 needs a value" >&2; exit 2; }; }
absolute() { case "$1" in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$caller" "$1" ;; esac; }
while [ $# -gt 0 ]; do
    case "$1" in
        --seconds) needs_value "$@"; seconds=$2; shift 2 ;;
        --connections) needs_value "$@"; connections=$2; shift 2 ;;
        --bin) needs_value "$@"; bin=$(absolute "$2"); shift 2 ;;
        -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "bench-jobs: unknown option $1" >&2; exit 2 ;;
    esac
done

scripts/setup.sh --bench
if [ -z "$bin" ]; then
    bin=$PWD/.build/release
    for product in platform job-runner service-b; do swift build -c release --product "$product" >&2; done
fi

work=$(mktemp -d)
cleanup() {
    # Before the platform: a worker that is told to end says good-bye to its broker.
    [ -z "${service:-}" ] || end_service
    scripts/stop-all.sh --data "$work" >&2 || true
    rm -rf "$work"
}
end_service() {
    echo "$service" >"$work/service-b.pid"
    kill "$service" 2>/dev/null || true
    timeout 10 pidwait --pidfile "$work/service-b.pid" || kill -KILL "$service" 2>/dev/null || true
    wait "$service" 2>/dev/null || true
}
trap cleanup EXIT
free_ports() {
    python3 - "$1" <<'P'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in sockets: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in sockets])
P
}
read -r bus publish subscribe http discovery state job < <(free_ports 7)
export PLATFORM_BUS=tcp://127.0.0.1:$bus PLATFORM_EVENTS_PUBLISH=tcp://127.0.0.1:$publish
export PLATFORM_EVENTS_SUBSCRIBE=tcp://127.0.0.1:$subscribe PLATFORM_HTTP_PORT=$http
export PLATFORM_DISCOVERY_PORT=$discovery PLATFORM_STATE_PORT=$state PLATFORM_JOB_PORT=$job
export JOB_RUNNER_EVENTS=$PLATFORM_EVENTS_SUBSCRIBE
scripts/start-all.sh --bin "$bin" --data "$work" --no-examples >&2
"$bin/service-b" >"$work/logs/service-b.log" 2>&1 &
service=$!
"$bin/job-runner" services --bus "$PLATFORM_BUS" --wait-for service-b --within 10 >/dev/null

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
