#!/usr/bin/env bash
# Runs jobs over real processes while job-control, engines, the broker and the database are killed and started again, also
# exactly before and after their writes. Then every accepted job must have ended, every effect of a completed job must be
# there once and none of a failed one, every state write must be there, and every watcher must have seen every event once.
#
#   scripts/crash-test.sh --minutes 10              ten minutes, with a seed of the run's own, which it prints
#   scripts/crash-test.sh --seconds 30 --seed 7     half a minute; the same jobs, victims and points as every run with seed 7
#   scripts/crash-test.sh --store postgres --job-controls 2
#   scripts/crash-test.sh --skip-build              with what was built before
#
# Every kill is a line; the last one is `kills=… jobs=… violations=… seed=…`. Ends with 0 when `violations=0`; otherwise
# the data and the logs of the processes are kept, in the folder that the first line names.
set -uo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }
build=yes seconds=60 options=()
while [ $# -gt 0 ]; do
    case $1 in
        --minutes | --seconds)
            [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage
            seconds=$2
            [ "$1" = --seconds ] || seconds=$((60 * $2))
            shift 2
            ;;
        --seed | --store | --job-controls | --customers)
            [ $# -ge 2 ] || usage
            options+=("$1" "$2")
            shift 2
            ;;
        --skip-build) build=""; shift ;;
        *) usage ;;
    esac
done
if [ "$build" ]; then
    scripts/setup.sh || exit 1
    swift build -c release --product platform >&2 && swift build -c release --product chaos-jobs >&2 || exit 1
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/crash-test-XXXXXX")
# Whatever ends this script: its processes go with the program, and the database is stopped here.
end() {
    [ ! -d "$folder/postgres/data" ] || scripts/postgres.sh stop "$folder/postgres" immediate 2>/dev/null
    [ "${status:-1}" -ne 0 ] || rm -rf "$folder"
}
trap end EXIT
.build/release/chaos-jobs --seconds "$seconds" --root . --folder "$folder" ${options[@]+"${options[@]}"}
status=$?
exit "$status"
