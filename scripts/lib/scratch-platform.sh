# shellcheck shell=bash
# For scripts that measure: a platform of its own on free ports, with its data in a temporary folder, that is gone when
# the script returns. Source it; then `open_scratch_platform BIN`.
#
# Sets $work (the folder) and $http (the port for everything), and exports where the platform's processes find each other.
# A script with more to end sets its own trap for EXIT before, which calls close_scratch_platform.

# needs_value NAME ARGUMENTS…: ends the script when an option has no value.
needs_value() { [ $# -ge 3 ] || { echo "$1: $2 needs a value" >&2; exit 2; }; }
# absolute FOLDER PATH: PATH as it was meant in FOLDER.
absolute() { case "$2" in /*) printf '%s' "$2" ;; *) printf '%s/%s' "$1" "$2" ;; esac; }

free_ports() {
    python3 - "$1" <<'P'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in sockets: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in sockets])
P
}

# end_process NAME PID: by its own wish, or by force after ten seconds.
end_process() {
    echo "$2" >"$work/$1.pid"
    kill "$2" 2>/dev/null || true
    timeout 10 pidwait --pidfile "$work/$1.pid" || kill -KILL "$2" 2>/dev/null || true
    wait "$2" 2>/dev/null || true
}

close_scratch_platform() {
    [ -n "${work:-}" ] || return 0
    # Before the platform: a worker that is told to end says good-bye to its broker.
    [ -z "${service:-}" ] || end_process service-b "$service"
    scripts/stop-all.sh --data "$work" >&2 || true
    rm -rf "$work"
}

# open_scratch_platform BIN: starts the platform and the example service-b from the programs in BIN.
open_scratch_platform() {
    local bin=$1 bus publish subscribe discovery state job
    work=$(mktemp -d)
    [ -n "$(trap -p EXIT)" ] || trap close_scratch_platform EXIT
    read -r bus publish subscribe http discovery state job < <(free_ports 7)
    export PLATFORM_BUS=tcp://127.0.0.1:$bus PLATFORM_EVENTS_PUBLISH=tcp://127.0.0.1:$publish
    export PLATFORM_EVENTS_SUBSCRIBE=tcp://127.0.0.1:$subscribe PLATFORM_HTTP_PORT=$http
    export PLATFORM_DISCOVERY_PORT=$discovery PLATFORM_STATE_PORT=$state PLATFORM_JOB_PORT=$job
    export JOB_RUNNER_EVENTS=$PLATFORM_EVENTS_SUBSCRIBE
    scripts/start-all.sh --bin "$bin" --data "$work" --no-examples >&2
    "$bin/service-b" >"$work/logs/service-b.log" 2>&1 &
    service=$!
    "$bin/job-runner" services --bus "$PLATFORM_BUS" --wait-for service-b --within 10 >/dev/null
}
