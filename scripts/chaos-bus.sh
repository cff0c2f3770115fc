#!/usr/bin/env bash
# Three brokers, four workers and eight clients at full load, as processes; every second one of them is killed and
# started again. Every request must be answered once, nobody may hang, nothing may be left in the brokers.
#
#   scripts/chaos-bus.sh                          60 seconds, with a seed of the run's own, which it prints
#   scripts/chaos-bus.sh --seconds 600 --seed 7   ten minutes; the same victims as in every run with seed 7
#   scripts/chaos-bus.sh --failover               measures how long clients wait when their broker is lost
#   scripts/chaos-bus.sh --skip-build             with what was built before
#
# The last line tells what was done and found; ends with 0 when `violations=0`.
set -euo pipefail
cd "$(dirname "$0")/.."

command=run build=yes options=()
while [ $# -gt 0 ]; do
    case $1 in
        --seconds | --seed | --rounds)
            [ $# -ge 2 ] || { echo "chaos-bus: $1 needs a value" >&2; exit 2; }
            options+=("$1" "$2")
            shift 2
            ;;
        --failover) command=failover; shift ;;
        --skip-build) build=""; shift ;;
        *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
[[ " ${options[*]} " == *" --seconds "* ]] || options+=(--seconds 60)
if [ "$build" ]; then
    scripts/setup.sh
    swift build -c release --product chaos-bus >&2
fi
exec .build/release/chaos-bus "$command" "${options[@]}"
