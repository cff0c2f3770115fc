#!/usr/bin/env bash
# Ends what start-all.sh started, last started first, and waits until it has ended.
#
#   scripts/stop-all.sh [--data DIR]
#
# SIGTERM first: services finish what they have in hand. What is still there after 30 seconds is killed.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."

data=$PWD/.platform
case "${1:-}" in
    "") ;;
    --data)
        [ $# -eq 2 ] || { echo "stop-all: --data needs a value" >&2; exit 2; }
        case "$2" in /*) data=$2 ;; *) data=$caller/$2 ;; esac
        ;;
    -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "stop-all: unknown option $1" >&2; exit 2 ;;
esac

processes=$data/run/processes
[ -s "$processes" ] || { echo "stop-all: nothing was started with $data" >&2; exit 0; }

# A pid alone may by now belong to somebody else's process: its start time must be the recorded one. A process that
# has ended and was not yet collected by its parent (state Z) is over.
is_ours() {
    local state start
    read -r state start < <(cut -d' ' -f3,22 "/proc/$1/stat" 2>/dev/null) || return 1
    [ "$start" = "$2" ] && [ "$state" != Z ]
}

pidfile=$(mktemp)
trap 'rm -f "$pidfile"' EXIT
while read -r name pid start; do
    is_ours "$pid" "$start" || continue
    kill -TERM "$pid" 2>/dev/null || continue
    echo "$pid" >"$pidfile"
    timeout 30 pidwait --pidfile "$pidfile" || true
    if is_ours "$pid" "$start"; then
        echo "stop-all: $name (pid $pid) did not end in 30 s and is killed" >&2
        kill -KILL "$pid" 2>/dev/null || true
        timeout 5 pidwait --pidfile "$pidfile" || true
    fi
done < <(tac "$processes")
rm -f "$processes"
