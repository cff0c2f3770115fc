#!/usr/bin/env bash
# Measures durable jobs over HTTP: POST /run-job from 32 connections, on SQLite with every commit on the disk.
#
#   scripts/bench-jobs.sh [--seconds N] [--rounds N] [--connections N] [--peers] [--bin DIR]
#
# --bin DIR uses the programs in DIR; otherwise a release build is made first. One line a case, of medians:
# `CASE jobs/s=X p50=MS p99=MS errors=N syncs/s=N`, where syncs/s are the times that the disk was waited for (fdatasync).
# --peers runs others beside it, in turns: a platform of small Node services that keeps nothing (Benchmarks/peers), over
# the same HTTP, and DBOS (PyPI) on SQLite, which runs its workflows in its own process without HTTP. Then each line goes
# on with ` node=X ratio=R dbos=X ratio=R`.
# The platform runs on free ports with its data in a temporary folder, and all that this started has ended when it
# returns.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."

source scripts/lib/scratch-platform.sh

seconds=10 rounds=1 connections=32 bin="" peers=""
while [ $# -gt 0 ]; do
    case "$1" in
        --seconds) needs_value bench-jobs "$@"; seconds=$2; shift 2 ;;
        --rounds) needs_value bench-jobs "$@"; rounds=$2; shift 2 ;;
        --peers) peers=yes; shift ;;
        --connections) needs_value bench-jobs "$@"; connections=$2; shift 2 ;;
        --bin) needs_value bench-jobs "$@"; bin=$(absolute "$caller" "$2"); shift 2 ;;
        -h | --help) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "bench-jobs: unknown option $1" >&2; exit 2 ;;
    esac
done

scripts/setup.sh --bench
if [ -z "$bin" ]; then
    bin=$PWD/.build/release
    for product in platform job-runner service-b; do swift build -c release --product "$product" >&2; done
fi
open_scratch_platform "$bin"
platform=$(awk '$1 == "platform" { print $2 }' "$work/run/processes")

# --- Peers ----------------------------------------------------------------------------------------------------------

peer_pids=()
end_peers() { for pid in "${peer_pids[@]}"; do end_process peer "$pid"; done; }
trap 'end_peers; close_scratch_platform' EXIT
python=.build/dbos/bin/python

open_peers() {
    local role ports=()
    read -r -a ports < <(free_ports 4)
    node_jobs=${ports[3]}
    local roles=(discovery state service jobs)
    for index in 0 1 2 3; do
        role=${roles[$index]}
        node Benchmarks/peers/node-platform.mjs "$role" "${ports[$index]}" "${ports[@]:0:3}" >"$work/logs/node-$role.log" &
        peer_pids+=($!)
        timeout 10 bash -c "until grep -q ready '$work/logs/node-$role.log'; do sleep 0.05; done"
    done
    if [ ! -x "$python" ]; then
        python3 -m venv .build/dbos
        "$python" -m pip install --quiet dbos >&2
    fi
}
if [ "$peers" ]; then
    command -v node >/dev/null || { echo "bench-jobs: --peers needs node (Debian: nodejs)" >&2; exit 2; }
    open_peers
fi

# --- Cases ----------------------------------------------------------------------------------------------------------

median() { sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

# load PORT: wrk for some seconds; prints jobs a second, p50 and p99 in milliseconds, and what was not answered by 200.
load() { wrk -t 1 -c "$connections" -d "${seconds}s" -s "$work/case.lua" "http://127.0.0.1:$1/run-job" | tail -n 1; }

# count_syncs: how often the platform waited for the disk in one second of the load that is under way.
count_syncs() {
    command -v strace >/dev/null || { echo 0; return; }
    timeout 1 strace -f -q -e trace=fdatasync,fsync -o "$work/syncs" -p "$platform" 2>/dev/null || true
    grep -c 'sync(' "$work/syncs" || true
}

# run_case NAME JSON
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
    io.write(string.format("%.0f %.1f %.1f %d\n", (summary.requests - failures) / (summary.duration / 1e6),
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failures))
end
LUA
    local ours="" node="" dbos="" rate p50 p99 failures errors=0 syncs peer=""
    for _ in $(seq "$rounds"); do
        read -r rate p50 p99 failures < <(load "$http")
        ours+="$rate $p50 $p99"$'\n' errors=$((errors + failures))
        [ "$peers" ] || continue
        read -r rate _ < <(load "$node_jobs")
        node+=$rate$'\n'
        rm -f "$work"/dbos.sqlite*
        dbos+=$("$python" Benchmarks/peers/dbos_jobs.py "sqlite:///$work/dbos.sqlite" "$1" "$seconds" "$connections")$'\n'
    done
    # Apart from what is measured: being watched costs a program a good part of its speed.
    (seconds=3 load "$http" >/dev/null) &
    syncs=$(count_syncs)
    wait $!
    column() { printf %s "$2" | awk "{ print \$$1 }" | median; }
    rate=$(column 1 "$ours")
    if [ "$peers" ]; then
        peer=$(awk -v "ours=$rate" -v "node=$(column 1 "$node")" -v "dbos=$(column 1 "$dbos")" \
            'BEGIN { printf " node=%d ratio=%.1f dbos=%.1f ratio=%.1f", node, ours / node, dbos, ours / dbos }')
    fi
    echo "$1 jobs/s=$rate p50=$(column 2 "$ours") p99=$(column 3 "$ours") errors=$errors syncs/s=$syncs$peer"
}

task='{"tag":"timestamp"}'
stored='{"tag":"timestamp","storeResultAt":{"targetPath":"/at","sourcePath":"/timestamp"}}'
four="$task,$task,$task,$task"
run_case one-task "{\"steps\":[{\"tasks\":[$task]}]}"
run_case one-task-with-state "{\"sharedState\":{\"n\":1},\"steps\":[{\"tasks\":[$stored]}]}"
run_case three-steps-of-four "{\"steps\":[{\"tasks\":[$four]},{\"tasks\":[$four]},{\"tasks\":[$four]}]}"
