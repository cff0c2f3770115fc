#!/usr/bin/env bash
# A PostgreSQL server of its own in a folder, for tests and trials; nothing of the system's is touched.
#
#   scripts/postgres.sh start FOLDER        makes it where there is none, starts it, prints its URL
#   scripts/postgres.sh stop FOLDER [MODE]  stops it: fast (default), or immediate, as a power cut would
#
# It listens on a Unix socket in FOLDER only, trusts whoever may enter that folder, and does not wait for the disk:
# keep nothing in it. Remove the folder when it is stopped.
set -euo pipefail

usage() { sed -n '4,5s/^# *//p' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage
command=$1 folder=$(realpath -m "$2") mode=${3:-fast}

shopt -s nullglob
programs=(/usr/lib/postgresql/*/bin)
[ ${#programs[@]} -gt 0 ] || { echo "postgres: no server is installed; run scripts/setup.sh" >&2; exit 1; }
programs=$(printf '%s\n' "${programs[@]}" | sort -V | tail -n 1)

# The server refuses to run as root.
as_owner=()
[ "$(id -u)" -ne 0 ] || as_owner=(setpriv --reuid postgres --regid postgres --init-groups)

# What it inherits it keeps open as long as it runs, and somebody may wait for the other end.
close_inherited() {
    local path
    for path in /proc/self/fd/*; do
        case ${path##*/} in 0 | 1 | 2 | 255) ;; *) eval "exec ${path##*/}>&-" ;; esac
    done
}

run() { (cd / && close_inherited && exec "${as_owner[@]}" "$@"); }

case $command in
start)
    if [ ! -d "$folder/data" ]; then
        mkdir -p "$folder"
        [ "$(id -u)" -ne 0 ] || chown postgres: "$folder"
        chmod 700 "$folder"
        run "$programs/initdb" --pgdata "$folder/data" --username postgres --auth trust --encoding UTF8 --locale C \
            --no-sync >/dev/null
        run tee -a "$folder/data/postgresql.conf" >/dev/null <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$folder'
max_connections = 500
fsync = off
SETTINGS
    fi
    run "$programs/pg_ctl" --pgdata "$folder/data" --log "$folder/log" --wait start >/dev/null ||
        { tail -n 5 "$folder/log" >&2; exit 1; }
    echo "postgres://postgres@${folder//\//%2F}/postgres"
    ;;
stop)
    run "$programs/pg_ctl" --pgdata "$folder/data" --mode "$mode" --wait stop >/dev/null
    ;;
*) usage ;;
esac
