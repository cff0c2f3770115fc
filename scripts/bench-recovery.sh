#!/usr/bin/env bash
# Measures how soon running jobs go on after `platform all` was killed with SIGKILL and started again.
#
#   scripts/bench-recovery.sh [--jobs N] [--at-once N] [--bin DIR]
#
# --bin DIR uses the programs in DIR; otherwise a release build is made first. Jobs of one task are submitted (default:
# 10,000) to a platform on SQLite, whose service holds every task. All of them run, unless --at-once N sets jobsAtOnce:
# the others are queued then. When every job that may run holds its task, the platform is killed, and started again on
# the same store; the service, which is not killed, lets every task through from now on. Seconds from the start of the
# process, in one line:
#
#   ready       the platform answers
#   first       the service has the first task again: a job goes on
#   last        the service has had the task of every job
#   all-ended   job-control knows no running job any more
#
# `recovery jobs=N at-once=N ready=X first=X last=X all-ended=X completed=N`, where `completed` counts the jobs that
# ended well; a task that is reverted ends the measurement with an error.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."
source scripts/lib/scratch-platform.sh

jobs=10000 at_once="" bin=""
while [ $# -gt 0 ]; do
    case "$1" in
        --jobs) needs_value bench-recovery "$@"; jobs=$2; shift 2 ;;
        --at-once) needs_value bench-recovery "$@"; at_once=$2; shift 2 ;;
        --bin) needs_value bench-recovery "$@"; bin=$(absolute "$caller" "$2"); shift 2 ;;
        -h | --help) sed -n '2,19s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "bench-recovery: unknown option $1" >&2; exit 2 ;;
    esac
done

scripts/setup.sh
if [ -z "$bin" ]; then
    bin=$PWD/.build/release
    for product in platform job-benchmark; do swift build -c release --product "$product" >&2; done
fi
# What the program starts ends with it, however it ends.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
timeout 420 "$bin/job-benchmark" recovery "$bin/platform" "$work" "$jobs" "${at_once:-$jobs}" ||
    { echo "bench-recovery: failed; the end of the platform's log:" >&2; tail -n 20 "$work/platform.log" >&2; exit 1; }
