#!/usr/bin/env bash
# Installs from Debian what the platform needs and this machine lacks. Does nothing, quickly, when all is there.
#
#   scripts/setup.sh            what building, running and testing need
#   scripts/setup.sh --bench    also what the benchmarks under scripts/bench-*.sh need
set -euo pipefail

packages=(
    curl            # the scripts and the README speak HTTP with it
    g++             # Swift's linker driver and the C++ runtime of its packages
    iproute2        # the tests of two hosts make network namespaces
    libpq-dev       # the store that machines share
    libsqlite3-dev  # the embedded store
    libzmq3-dev     # the bus
    postgresql      # a server for the tests, which start one of their own (scripts/postgres.sh)
    procps          # pidwait, for stopping what was started
    python3         # the HTTP service among the examples
    python3-zmq     # the Python worker and client among the examples
)
if [ "${1:-}" = "--bench" ]; then
    packages+=(libnats-dev strace wrk)
    python3 -m pip --version >/dev/null 2>&1 || packages+=(python3-pip)
fi

missing=()
for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done

no_swift() { echo "setup: Swift 6.3 or later is needed, $1; see https://www.swift.org/install/linux/" >&2; exit 1; }
command -v swift >/dev/null || no_swift "and no \`swift\` is on the PATH"
version=$(swift --version 2>/dev/null) || no_swift "and \`swift --version\` fails for $(command -v swift)"
[[ $version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || no_swift "and \`swift --version\` names no version"
major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
((major > 6 || (major == 6 && minor >= 3))) || no_swift "and $(command -v swift) is $major.$minor"
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo "setup: installing ${missing[*]}" >&2
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
