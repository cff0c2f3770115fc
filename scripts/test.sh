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
scripts/setup.sh || exit 1

echo "== build: all targets, debug, warnings are errors"
swift build --build-tests || { echo "0 passed, 1 failed"; exit 1; }

echo "== test: unit, contract, integration and a short budget of chaos"
report=$(mktemp -d)
trap 'rm -rf "$report"' EXIT
swift test --skip-build --disable-xctest --xunit-output "$report/tests.xml" "$@"
status=$?

# Swift Testing writes its own file beside XCTest's.
summary=$(grep -o '<testsuite [^>]*>' "$report/tests-swift-testing.xml" 2>/dev/null | head -n 1)
attribute() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$summary"; }
total=$(attribute tests) failed=$(attribute failures) errors=$(attribute errors) skipped=$(attribute skipped)
failed=$((${failed:-0} + ${errors:-0}))
passed=$((${total:-0} - failed - ${skipped:-0}))

# A run that crashed, or that selected nothing, is no success.
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
if [ "$passed" -eq 0 ] && [ "$failed" -eq 0 ]; then
    echo "test: no test ran" >&2
    failed=1
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
