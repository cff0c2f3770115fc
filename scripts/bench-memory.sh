#!/usr/bin/env bash
# Measures the memory of a broker: what an idle worker or client costs, and whether it grows with the messages it passes.
#
#   scripts/bench-memory.sh                    1,000 idle workers, 1,000 idle clients, 10,000,000 requests: three minutes
#   scripts/bench-memory.sh --messages N       so many requests
#   scripts/bench-memory.sh --skip-build       measures what was built before
#
# An idle peer costs the broker what libzmq keeps of any connection, and what the broker keeps of it: the reference, a
# zmq_proxy in C with as many connections, has the first alone. Lines: memory-idle-workers and memory-idle-clients in
# bytes a peer (`ours`, `reference`, and `broker`, their difference), memory-messages in KiB before and after.
set -euo pipefail
cd "$(dirname "$0")/.."

messages=10000000 build=yes peers=1000
while [ $# -gt 0 ]; do
    case $1 in
        --messages) messages=${2:?bench-memory: --messages needs a value}; shift 2 ;;
        --skip-build) build=""; shift ;;
        *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
reference=.build/bus-reference
ours=.build/release/bus-benchmark
if [ "$build" ]; then
    scripts/setup.sh
    echo "building" >&2
    swift build -c release --product bus-benchmark >&2
    cc -O2 -Wall -Wextra Benchmarks/c/{main,support,two-frames,one-frame,events}.c -lzmq -o "$reference"
fi

started=()
trap 'kill "${started[@]}" 2>/dev/null || true; wait 2>/dev/null || true' EXIT
# start PROGRAM ARGUMENTS…: its first line into $line, its id into $pid.
start() {
    local output
    exec {output}< <(exec "$@")
    pid=$!
    started+=("$pid")
    read -r -t 60 line <&"$output" || { echo "bench-memory: no answer from $*" >&2; exit 1; }
}
stop() { kill "$1"; wait "$1" 2>/dev/null || true; }
# Resident KiB, the private part: shared libraries are everybody's.
resident() { awk '/^Rss(Anon):/ { print $2 }' "/proc/$1/status"; }

ulimit -n $((peers * 4 + 1000)) 2>/dev/null || peers=$(($(ulimit -n) / 4))

# difference BROKER COMMAND…: the bytes that each of the idle peers of COMMAND adds to the process BROKER.
difference() {
    local broker=$1 before after
    shift
    before=$(resident "$broker")
    start "$@"
    after=$(resident "$broker")
    result=$(((after - before) * 1024 / peers))
    stop "$pid"
}

for kind in workers clients; do
    start "$ours" broker "tcp://127.0.0.1:*" "tcp://127.0.0.1:*" "tcp://127.0.0.1:*"
    read -r bus _ <<<"$line"
    our_broker=$pid
    start "$reference" csb1-worker "$bus"
    start "$reference" broker "tcp://127.0.0.1:*" "tcp://127.0.0.1:*"
    read -r front back <<<"$line"
    their_broker=$pid
    start "$reference" worker "$back"
    if [ $kind = workers ]; then names=(idle); else names=(); fi
    difference "$our_broker" "$reference" csb1-idle "$bus" $peers "${names[@]}"
    our_bytes=$result
    difference "$their_broker" "$reference" idle "$front" $peers
    echo "memory-idle-$kind ours=$our_bytes reference=$result broker=$((our_bytes - result))"
    [ $kind = workers ] && { stop "$our_broker"; stop "$their_broker"; }
done

timeout 120 "$reference" csb1-client "$bus" 100 256 $((messages / 10)) >/dev/null
before=$(resident "$our_broker")
timeout 900 "$reference" csb1-client "$bus" 100 256 "$messages" >/dev/null
after=$(resident "$our_broker")
echo "memory-messages count=$messages before=${before}KiB after=${after}KiB"
