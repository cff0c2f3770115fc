#!/usr/bin/env bash
# Measures requests over the bus against the C reference of Benchmarks/c, both in the same minutes on the same cores.
#
#   scripts/bench-bus.sh                 sets up, builds both in release mode, then measures: about two minutes
#   scripts/bench-bus.sh --skip-build    measures what was built before
#   scripts/bench-bus.sh --rounds 9      more rounds: steadier medians. Default: 5
#
# Client, broker and worker are three processes on TCP. Ours and the reference take turns within every round, because
# single figures drift by a third while their ratio stays. One line a case, of medians:
#
#   end-to-end tcp BYTES WINDOW ours=REQUESTS_PER_SECOND reference=REQUESTS_PER_SECOND ratio=OURS/REFERENCE
#   latency-p50 tcp BYTES WINDOW ours=MICROSECONDS reference=MICROSECONDS ratio=OURS/REFERENCE
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=5 build=yes
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) [ $# -ge 2 ] || { echo "bench-bus: --rounds needs a value" >&2; exit 2; }; rounds=$2; shift 2 ;;
        --skip-build) build=no; shift ;;
        *) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done

reference=.build/bus-reference
ours=.build/release/bus-benchmark
if [ "$build" = yes ]; then
    scripts/setup.sh
    echo "building" >&2
    swift build -c release --product bus-benchmark >&2
    cc -O2 -Wall Benchmarks/c/bus-reference.c -lzmq -o "$reference"
fi

started=()
# Ends what was started here, by its pid, and waits for it.
end_all() {
    [ ${#started[@]} -gt 0 ] || return 0
    kill "${started[@]}" 2>/dev/null || true
    wait "${started[@]}" 2>/dev/null || true
}
trap end_all EXIT

# start PROGRAM ARGUMENTS…: runs it in the background and puts the first line that it prints into $line.
start() {
    local output
    exec {output}< <(exec "$@")
    started+=($!)
    read -r -t 20 line <&"$output" || { echo "bench-bus: no answer from $*" >&2; exit 1; }
}

start "$reference" broker
read -r reference_front reference_back <<<"$line"
start "$reference" worker "$reference_back"
start "$ours" broker
ours_endpoint=$line
start "$ours" worker "$ours_endpoint"

median() { sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
column() { awk -v column="$1" '{ print $column }'; }
# compare NAME BYTES WINDOW OURS REFERENCE
compare() {
    awk -v name="$1" -v size="$2" -v window="$3" -v ours="$4" -v reference="$5" \
        'BEGIN { printf "%s tcp %d %d ours=%s reference=%s ratio=%.2f\n", name, size, window, ours, reference, ours / reference }'
}

# measure BYTES WINDOW COUNT
measure() {
    local size=$1 window=$2 count=$3 ours_runs="" reference_runs="" run
    for _ in $(seq "$rounds"); do
        run=$(timeout 60 "$ours" client "$ours_endpoint" "$size" "$window" "$count")
        ours_runs+=$run$'\n'
        run=$(timeout 60 "$reference" client "$reference_front" "$size" "$window" "$count")
        reference_runs+=$run$'\n'
    done
    local metrics=("end-to-end") index
    [ "$window" -eq 1 ] && metrics+=("latency-p50")
    for index in "${!metrics[@]}"; do
        compare "${metrics[$index]}" "$size" "$window" \
            "$(printf %s "$ours_runs" | column $((index + 1)) | median)" \
            "$(printf %s "$reference_runs" | column $((index + 1)) | median)"
    done
}

measure 100 256 200000
measure 1024 256 100000
measure 100 1 10000
