#!/usr/bin/env bash
# Measures what a task costs in a wide job: one step of 10,000 tasks, beside jobs of one step of 100 tasks.
#
#   scripts/bench-wide-jobs.sh [--tasks N] [--rounds N] [--bin DIR]
#
# --bin DIR uses the programs in DIR; otherwise a release build is made first. Each round runs, over one connection, 100
# jobs of N/100 tasks one after the other, then one job of N tasks (default: 10,000): as many tasks each time, of a
# service that answers at once, on SQLite with every commit on the disk. The line has medians, in microseconds a task:
# `wide-jobs tasks=100 us/task=X tasks=10000 us/task=Y ratio=Y/X`.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."
source scripts/lib/scratch-platform.sh
source scripts/lib/load.sh

tasks=10000 rounds=5 bin=""
while [ $# -gt 0 ]; do
    case "$1" in
        --tasks) needs_value bench-wide-jobs "$@"; tasks=$2; shift 2 ;;
        --rounds) needs_value bench-wide-jobs "$@"; rounds=$2; shift 2 ;;
        --bin) needs_value bench-wide-jobs "$@"; bin=$(absolute "$caller" "$2"); shift 2 ;;
        -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "bench-wide-jobs: unknown option $1" >&2; exit 2 ;;
    esac
done
[ "$tasks" -ge 100 ] || { echo "bench-wide-jobs: --tasks is at least 100" >&2; exit 2; }

scripts/setup.sh
if [ -z "$bin" ]; then
    bin=$PWD/.build/release
    for product in platform job-runner service-b; do swift build -c release --product "$product" >&2; done
fi
open_scratch_platform "$bin"

# write_job FILE TASKS
write_job() {
    local list
    printf -v list '{"tag":"timestamp"},%.0s' $(seq "$2")
    printf '{"steps":[{"tasks":[%s]}]}' "${list%,}" >"$1"
}

# run_jobs FILE TASKS COUNT: COUNT jobs one after the other; prints microseconds a task. Fails when a job does.
run_jobs() {
    # What follows # is not sent; curl counts in it.
    curl --silent --show-error --max-time 120 --data-binary "@$1" --header 'Content-Type: application/json' \
        --output /dev/null --write-out '%{http_code} %{time_total}\n' "http://127.0.0.1:$http/run-job#[1-$3]" |
        awk -v "tasks=$2" -v "count=$3" '$1 == 200 { good++; time += $2 }
            END { if (good != count) exit 1; printf "%.1f\n", time * 1e6 / (good * tasks) }' ||
        { echo "bench-wide-jobs: not every job of $2 tasks ended well" >&2; return 1; }
}

narrow=$((tasks / 100))
write_job "$work/narrow.json" "$narrow"
write_job "$work/wide.json" "$tasks"
run_jobs "$work/narrow.json" "$narrow" 10 >/dev/null
run_jobs "$work/wide.json" "$tasks" 1 >/dev/null
narrow_times="" wide_times=""
for _ in $(seq "$rounds"); do
    narrow_times+=$(run_jobs "$work/narrow.json" "$narrow" 100)$'\n'
    wide_times+=$(run_jobs "$work/wide.json" "$tasks" 1)$'\n'
done
awk -v "narrow=$(median_of_column 1 "$narrow_times")" -v "wide=$(median_of_column 1 "$wide_times")" \
    -v "few=$narrow" -v "many=$tasks" \
    'BEGIN { printf "wide-jobs tasks=%d us/task=%.1f tasks=%d us/task=%.1f ratio=%.2f\n", few, narrow, many, wide,
        wide / narrow }'
