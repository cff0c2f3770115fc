# shellcheck shell=bash
# For scripts that measure with wrk: one request, asked again and again over some connections. Source it; then
# `write_case FILE BODY` and `load FILE CONNECTIONS SECONDS URL`.

# median: of the numbers in the lines of its input.
median() { sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
# median_of_column N LINES: of the N-th words of the lines.
median_of_column() { printf %s "$2" | awk -v "n=$1" '{ print $n }' | median; }

# write_case FILE BODY: makes FILE wrk's script for `POST` with a JSON body.
write_case() {
    cat >"$1" <<LUA
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[$2]]
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init() failed = 0 end
function response(status) if status ~= 200 then failed = failed + 1 end end
function done(summary, latency)
    local failures = 0
    for _, thread in ipairs(threads) do failures = failures + thread:get("failed") end
    local good = summary.requests - failures
    local e = summary.errors
    failures = failures + e.connect + e.read + e.write + e.timeout
    io.write(string.format("%.0f %.1f %.1f %d %d\n", good / (summary.duration / 1e6),
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failures, good))
end
LUA
}

# load FILE CONNECTIONS SECONDS URL: prints answers of 200 a second, p50 and p99 in milliseconds, how many requests were
# not answered so, and how many were.
load() { wrk -t 1 -c "$2" -d "${3}s" -s "$1" "$4" | tail -n 1; }
