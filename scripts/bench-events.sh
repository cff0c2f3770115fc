#!/usr/bin/env bash
# Measures how long it takes from a task's end until somebody who watches the job knows, beside the bus alone.
#
#   scripts/bench-events.sh [--rate N] [--seconds N] [--rounds N] [--bin DIR]
#
# --bin DIR uses the programs in DIR; otherwise a release build is made first. The clock runs from the last instruction of
# the task's handler until the watcher, another connection to the bus, has read `task.completed`; the service's answer,
# the write of the journal to the disk, and the event's way lie between. The watcher sees N events a second (default:
# 1,000) for some seconds (default: 10). The cases take turns; a line each, of medians over rounds, in ms:
#
#   one-way     the reference: events of the same size, published and subscribed to through the same broker
#   answer      N/2 calls of the service a second without a job: from the end of its handler to its answer
#   one-job     one job of many tasks, which end at even intervals; watched the way job-runner does
#   many-jobs   jobs of one task, submitted at even intervals; watched by the prefix of all jobs
#
# `events CASE events/s=N p50=X p99=Y p99-ratio=Y/Z`, Z being the p99 of one-way.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."
source scripts/lib/scratch-platform.sh

rate=1000 seconds=10 rounds=3 bin=""
while [ $# -gt 0 ]; do
    case "$1" in
        --rate) needs_value bench-events "$@"; rate=$2; shift 2 ;;
        --seconds) needs_value bench-events "$@"; seconds=$2; shift 2 ;;
        --rounds) needs_value bench-events "$@"; rounds=$2; shift 2 ;;
        --bin) needs_value bench-events "$@"; bin=$(absolute "$caller" "$2"); shift 2 ;;
        -h | --help) sed -n '2,17s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "bench-events: unknown option $1" >&2; exit 2 ;;
    esac
done

scripts/setup.sh
if [ -z "$bin" ]; then
    bin=$PWD/.build/release
    for product in platform job-runner service-b job-benchmark; do
        swift build -c release --product "$product" >&2
    done
fi
open_scratch_platform "$bin"
# Four loads a round, and as long again for a machine that is busy with others.
timeout $((60 + rounds * 4 * seconds * 2)) "$bin/job-benchmark" events "$PLATFORM_BUS" "$PLATFORM_EVENTS_PUBLISH" \
    "$PLATFORM_EVENTS_SUBSCRIBE" "$rate" "$seconds" "$rounds"
