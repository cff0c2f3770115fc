#!/usr/bin/env bash
# Sets up this machine, builds the platform and starts it with its example services in the background.
#
#   scripts/start-all.sh [--run FILE] [--separate [--brokers N]] [--data DIR] [--no-examples] [--bin DIR]
#
#   --run FILE      runs this job when all is ready, prints its final state, and leaves the platform up
#   --separate      one process per part, instead of one for all; where PLATFORM_BUS names several brokers, one for each
#   --brokers N     with --separate: N brokers, at ports 5550, 5560, 5570 … of loopback unless PLATFORM_BUS says where
#   --data DIR      where the store, the logs and the pids are kept (default: .platform in the checkout)
#   --no-examples   the platform alone
#   --bin DIR       uses the programs in DIR and builds nothing (default: a release build, made when sources changed)
#
# Every other setting comes from PLATFORM_… in the environment; `platform all --help` lists them.
# Ready means: every part has said so itself, and discovery lists every service. stop-all.sh ends what this started.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."

data=$PWD/.platform bin="" job="" separate=false brokers="" examples=true
usage() { sed -n '2,15s/^# \{0,1\}//p' "$0"; }
needs_value() { [ $# -ge 2 ] || { echo "start-all: $1 needs a value" >&2; exit 2; }; }
absolute() { case "$1" in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$caller" "$1" ;; esac; }
while [ $# -gt 0 ]; do
    case "$1" in
        --run) needs_value "$@"; job=$(absolute "$2"); shift 2 ;;
        --data) needs_value "$@"; data=$(absolute "$2"); shift 2 ;;
        --bin) needs_value "$@"; bin=$(absolute "$2"); shift 2 ;;
        --separate) separate=true; shift ;;
        --brokers) needs_value "$@"; brokers=$2; shift 2 ;;
        --no-examples) examples=false; shift ;;
        -h | --help) usage; exit 0 ;;
        *) echo "start-all: unknown option $1" >&2; usage >&2; exit 2 ;;
    esac
done
case "$brokers" in
    "") ;;
    [1-9]) $separate || { echo "start-all: --brokers needs --separate: one process has one broker" >&2; exit 2; } ;;
    *) echo "start-all: --brokers takes 1 to 9, not $brokers" >&2; exit 2 ;;
esac
[ -z "$job" ] || [ -r "$job" ] || { echo "start-all: cannot read the job $job" >&2; exit 2; }

if [ -z "$bin" ]; then
    scripts/setup.sh
    bin=$PWD/.build/release
    # SwiftPM needs a second or two to find that there is nothing to do; `find` needs milliseconds.
    newer() { find Package.swift CZMQ Sources gateway examples -name '*.swift' -newer "$bin/$1" -print -quit; }
    if ! [ -x "$bin/platform" ] || ! [ -x "$bin/service-b" ] || [ -n "$(newer platform)" ]; then
        echo "start-all: building (minutes the first time)" >&2
        for product in platform job-runner service-a service-b; do
            swift build -c release --product "$product" >&2
        done
        # A product that did not change keeps its time; this marks the build as newer than the sources.
        touch "$bin/platform"
    fi
fi

run=$data/run logs=$data/logs
mkdir -p "$run" "$logs"
if [ -s "$run/processes" ]; then
    while read -r name pid start; do
        if [ "$(cut -d' ' -f22 "/proc/$pid/stat" 2>/dev/null)" = "$start" ]; then
            echo "start-all: $name (pid $pid) is running already; scripts/stop-all.sh ends it" >&2
            exit 1
        fi
    done <"$run/processes"
fi
: >"$run/processes"
if [ -z "${PLATFORM_BUS:-}" ]; then
    PLATFORM_BUS=tcp://127.0.0.1:5550
    for ((n = 1; n < ${brokers:-1}; n++)); do PLATFORM_BUS+=,tcp://127.0.0.1:$((5550 + 10 * n)); done
fi
export PLATFORM_BUS
IFS=, read -ra buses <<<"$PLATFORM_BUS"
IFS=, read -ra publishes <<<"${PLATFORM_EVENTS_PUBLISH:-}"
IFS=, read -ra subscribes <<<"${PLATFORM_EVENTS_SUBSCRIBE:-}"
if [ "${brokers:-${#buses[@]}}" -ne "${#buses[@]}" ]; then
    echo "start-all: --brokers $brokers, but PLATFORM_BUS names ${#buses[@]}: $PLATFORM_BUS" >&2
    exit 2
fi
# job-runner reads events where the platform was told to offer them.
[ -z "${PLATFORM_EVENTS_SUBSCRIBE:-}" ] || export JOB_RUNNER_EVENTS=$PLATFORM_EVENTS_SUBSCRIBE
http_port=${PLATFORM_HTTP_PORT:-8080}

# start NAME COMMAND…: in the background, in a session of its own so that Ctrl-C here does not reach it.
start() {
    local name=$1
    shift
    setsid "$@" >>"$logs/$name.log" 2>&1 </dev/null &
    local pid=$!
    echo "$name $pid $(cut -d' ' -f22 "/proc/$pid/stat")" >>"$run/processes"
}

failed() {
    echo "start-all: $1; the end of its log ($logs/$2.log):" >&2
    tail -n 20 "$logs/$2.log" >&2
    scripts/stop-all.sh --data "$data" >&2
    exit 1
}

# start_part NAME ARGUMENT…: a part of the platform, which writes a line to descriptor 3 when it is ready.
start_part() {
    local name=$1
    shift
    rm -f "$run/$name.ready"
    mkfifo "$run/$name.ready"
    start "$name" bash -c 'exec "$@" 3>"$0"' "$run/$name.ready" "$bin/platform" "$@" --ready-fd 3
}

await_part() {
    local line=""
    read -r -t 30 line <"$run/$1.ready" || true
    rm -f "$run/$1.ready"
    [ "$line" = ready ] || failed "$1 did not get ready" "$1"
}

store=(--store "${PLATFORM_STORE:-sqlite:$data/platform.db}")
if $separate; then
    for i in "${!buses[@]}"; do
        broker=broker
        [ ${#buses[@]} -eq 1 ] || broker=broker-$((i + 1))
        start_part "$broker" broker --bus "${buses[i]}" \
            ${publishes[i]:+--events-publish "${publishes[i]}"} ${subscribes[i]:+--events-subscribe "${subscribes[i]}"}
        await_part "$broker"
    done
    start_part discovery discovery "${store[@]}"
    start_part shared-state shared-state "${store[@]}"
    start_part job-control job-control "${store[@]}"
    start_part gateway gateway
    for part in discovery shared-state job-control gateway; do await_part "$part"; done
else
    start_part platform all "${store[@]}"
    await_part platform
fi

services=discovery,shared-state,job-control
if $examples; then
    for engine in person todo; do
        start "$engine" "$bin/platform" engine-service --design "examples/$engine/design.json" \
            --store "sqlite:$data/$engine.db"
    done
    start service-a "$bin/service-a"
    start service-b "$bin/service-b"
    start http-service python3 examples/http-service/service.py --register "http://127.0.0.1:$http_port"
    services+=,person,todo,service-a,service-b,http-service
fi
if ! "$bin/job-runner" services --bus "$PLATFORM_BUS" --wait-for "$services" --within 20 >/dev/null; then
    echo "start-all: not every service was registered in time; the logs are in $logs" >&2
    scripts/stop-all.sh --data "$data" >&2
    exit 1
fi
echo "start-all: ready: http://127.0.0.1:$http_port, bus $PLATFORM_BUS; data in $data; scripts/stop-all.sh ends it" >&2

if [ -n "$job" ]; then
    "$bin/job-runner" run "$job" --bus "$PLATFORM_BUS" --emit
fi
