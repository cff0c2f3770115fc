#!/usr/bin/env bash
# Sets up this machine, builds everything and runs every test. What continuous integration runs.
#
#   scripts/test.sh                     all of them
#   scripts/test.sh --filter BusTests   what `swift test --filter` selects
#
# The last line counts the tests: `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/.."

echo "== set-up: Debian packages that are missing"
scripts/setup.sh || { echo "0 passed, 1 failed"; exit 1; }

echo "== build: all targets, debug, warnings are errors"
swift build --build-tests || { echo "0 passed, 1 failed"; exit 1; }

report=$(mktemp -d) server=$(mktemp -d)
end() {
    scripts/postgres.sh stop "$server" 2>/dev/null
    rm -rf "$report" "$server"
}
trap end EXIT

echo "== PostgreSQL: a server for this run alone, on a socket in $server"
PLATFORM_TEST_POSTGRES=$(scripts/postgres.sh start "$server") || { echo "0 passed, 1 failed"; exit 1; }
export PLATFORM_TEST_POSTGRES

passed=0 failed=0

# stage NAME ARGUMENT…: one run of `swift test`, whose counts are added to the whole.
stage() {
    local name=$1 status summary total failures
    shift
    echo "== test: $name"
    rm -f "$report"/*
    swift test --skip-build --disable-xctest --xunit-output "$report/tests.xml" "$@"
    status=$?
    summary=$(grep -o '<testsuite [^>]*>' "$report/tests.xml" 2>/dev/null | head -n 1)
    attribute() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$summary" | grep . || echo 0; }
    total=$(attribute tests)
    failures=$(grep -c '<failure' "$report/tests.xml" 2>/dev/null)
    # A run that crashed, or that selected no test, is no success.
    if [ "$total" -eq 0 ] || { [ "$status" -ne 0 ] && [ "${failures:-0}" -eq 0 ]; }; then failures=1; fi
    failed=$((failed + ${failures:-0}))
    [ "$total" -eq 0 ] || passed=$((passed + total - failures - $(attribute skipped)))
}

if [ $# -gt 0 ]; then
    stage "$*" "$@"
else
    # Whole platforms under load beside a thousand small tests would only measure how slow two cores can be.
    foundation='^(JSONTests|ZeroMQTests|BusTests)[.]'
    stage "JSON, sockets and the bus" --filter "$foundation"
    stage "services, and the contracts of their stores" --skip "$foundation|GatewayTests|IntegrationTests|ChaosTests"
    stage "the HTTP contract, over real sockets" --filter 'GatewayTests'
    stage "processes: examples, scripts, the command line" --filter 'IntegrationTests'
    # These measure time: one after the other.
    stage "processes that are killed" --no-parallel --filter 'ChaosTests'
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
