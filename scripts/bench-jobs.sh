#!/usr/bin/env bash
# Measures durable jobs over HTTP: POST /run-job from 32 connections, with every commit on the disk.
#
#   scripts/bench-jobs.sh [--store sqlite|postgres] [--seconds N] [--rounds N] [--connections N] [--peers] [--bin DIR]
#
# --bin DIR uses the programs in DIR; otherwise a release build is made first. One line a case, of medians:
# `CASE store=S jobs/s=X p50=MS p99=MS errors=N syncs/s=N`, where syncs/s are the times that the disk was waited for
# (fdatasync, counted by strace in the platform, or in the server's processes that work for it).
# --store postgres starts a server of its own that waits for the disk, with a database each for the platform and DBOS.
# --peers runs others beside it, in turns: a platform of small Node services that keeps nothing (Benchmarks/peers), over
# the same HTTP, and DBOS (PyPI) on the same kind of store, which runs its workflows in its own process without HTTP.
# Then each line goes on with ` node=X ratio=R dbos=X ratio=R`.
# The platform runs on free ports with its data in a temporary folder, and all that this started has ended when it
# returns.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."

source scripts/lib/scratch-platform.sh
source scripts/lib/load.sh

store=sqlite seconds=10 rounds=1 connections=32 bin="" peers=""
while [ $# -gt 0 ]; do
    case "$1" in
        --store) needs_value bench-jobs "$@"; store=$2; shift 2 ;;
        --seconds) needs_value bench-jobs "$@"; seconds=$2; shift 2 ;;
        --rounds) needs_value bench-jobs "$@"; rounds=$2; shift 2 ;;
        --peers) peers=yes; shift ;;
        --connections) needs_value bench-jobs "$@"; connections=$2; shift 2 ;;
        --bin) needs_value bench-jobs "$@"; bin=$(absolute "$caller" "$2"); shift 2 ;;
        -h | --help) sed -n '2,15s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "bench-jobs: unknown option $1" >&2; exit 2 ;;
    esac
done
case $store in sqlite | postgres) ;; *) echo "bench-jobs: --store takes sqlite or postgres" >&2; exit 2 ;; esac

scripts/setup.sh --bench
if [ -z "$bin" ]; then
    bin=$PWD/.build/release
    for product in platform job-runner service-b; do swift build -c release --product "$product" >&2; done
fi

peer_pids=() server=""
# Peers and platform before the server: who loses their database complains.
end_all() {
    local pid
    for pid in ${peer_pids[@]+"${peer_pids[@]}"}; do end_process peer "$pid"; done
    close_scratch_platform
    [ -z "$server" ] || { scripts/postgres.sh stop "$server" 2>/dev/null || true; rm -rf "$server"; }
}
trap end_all EXIT

# --- Store ----------------------------------------------------------------------------------------------------------

# sql TEXT: what the server answers, by lines.
sql() {
    PGOPTIONS="-c client_min_messages=warning" psql --no-psqlrc --quiet --tuples-only --no-align --command "$1" "$server_url"
}

open_server() {
    server=$(mktemp -d)
    server_url=$(scripts/postgres.sh start "$server")
    sql "ALTER SYSTEM SET fsync = on"
    scripts/postgres.sh stop "$server"
    server_url=$(scripts/postgres.sh start "$server")
    [ "$(sql 'SHOW fsync')" = on ] || { echo "bench-jobs: the server does not wait for the disk" >&2; exit 1; }
    sql "CREATE DATABASE platform"
    export PLATFORM_STORE=${server_url%/*}/platform
}
if [ "$store" = postgres ]; then open_server; fi
open_scratch_platform "$bin"

# The processes that wait for the disk when a job is written.
writers() {
    if [ "$store" = sqlite ]; then
        awk '$1 == "platform" { print $2 }' "$work/run/processes"
    else
        sql "SELECT pid FROM pg_stat_activity WHERE datname = 'platform' OR backend_type = 'walwriter'"
    fi
}

# count_syncs: how often they did so in one second of the load that is under way.
count_syncs() {
    local pid options=()
    command -v strace >/dev/null || { echo 0; return; }
    for pid in $(writers); do options+=(-p "$pid"); done
    timeout 1 strace -f -q -e trace=fdatasync,fsync -o "$work/syncs" "${options[@]}" 2>/dev/null || true
    grep -c 'sync(' "$work/syncs" || true
}

# --- Peers ----------------------------------------------------------------------------------------------------------

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

# dbos CASE: its workflows a second, on a database that nobody has used.
dbos() {
    local url=sqlite:///$work/dbos.sqlite
    if [ "$store" = sqlite ]; then
        rm -f "$work"/dbos.sqlite*
    else
        sql "DROP DATABASE IF EXISTS dbos WITH (FORCE)" >&2
        sql "CREATE DATABASE dbos" >&2
        url="postgresql://postgres@/dbos?host=$server"
    fi
    "$python" Benchmarks/peers/dbos_jobs.py "$url" "$1" "$seconds" "$connections"
}

# --- Cases ----------------------------------------------------------------------------------------------------------

# run_case NAME JSON
run_case() {
    write_case "$work/case.lua" "$2"
    local port ours="" node="" dbos="" rate p50 p99 failures errors=0 syncs peer="" case=$work/case.lua
    # What has never run this case is slow at first, Node until it has compiled the code.
    for port in "$http" ${node_jobs:-}; do load "$case" "$connections" 3 "http://127.0.0.1:$port/run-job" >/dev/null; done
    for _ in $(seq "$rounds"); do
        read -r rate p50 p99 failures _ < <(load "$case" "$connections" "$seconds" "http://127.0.0.1:$http/run-job")
        ours+="$rate $p50 $p99"$'\n' errors=$((errors + failures))
        [ "$peers" ] || continue
        read -r rate _ < <(load "$case" "$connections" "$seconds" "http://127.0.0.1:$node_jobs/run-job")
        node+=$rate$'\n'
        dbos+=$(dbos "$1")$'\n'
    done
    # Apart from what is measured: being watched costs a program a good part of its speed.
    load "$case" "$connections" 3 "http://127.0.0.1:$http/run-job" >/dev/null &
    syncs=$(count_syncs)
    wait $!
    rate=$(median_of_column 1 "$ours")
    if [ "$peers" ]; then
        peer=$(awk -v "ours=$rate" -v "node=$(median_of_column 1 "$node")" -v "dbos=$(median_of_column 1 "$dbos")" \
            'BEGIN { printf " node=%d ratio=%.1f dbos=%.1f ratio=%.1f", node, ours / node, dbos, ours / dbos }')
    fi
    p50=$(median_of_column 2 "$ours") p99=$(median_of_column 3 "$ours")
    echo "$1 store=$store jobs/s=$rate p50=$p50 p99=$p99 errors=$errors syncs/s=$syncs$peer"
}

task='{"tag":"timestamp"}'
stored='{"tag":"timestamp","storeResultAt":{"targetPath":"/at","sourcePath":"/timestamp"}}'
four="$task,$task,$task,$task"
run_case one-task "{\"steps\":[{\"tasks\":[$task]}]}"
run_case one-task-with-state "{\"sharedState\":{\"n\":1},\"steps\":[{\"tasks\":[$stored]}]}"
run_case three-steps-of-four "{\"steps\":[{\"tasks\":[$four]},{\"tasks\":[$four]},{\"tasks\":[$four]}]}"
