#!/usr/bin/env bash
# Fuzzes the bus with libFuzzer: what it finds is written to .build/fuzz/TARGET/ and ends it with an error.
#
#   scripts/fuzz.sh codec 10000000      any bytes as frames, annotations, events and problems: so many inputs
#   scripts/fuzz.sh machine 1000000     anything that four peers may do to a broker's machine: so many plays
#   scripts/fuzz.sh codec 1000000 address   the same with the address sanitizer, at a third of the speed
#
# Only the sources that are fuzzed are built, without the package: in a minute.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:-codec} runs=${2:-1000000} sanitizers=fuzzer${3:+,$3}
[ "$target" = codec ] || [ "$target" = machine ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
folder=.build/fuzz/$target
mkdir -p "$folder/corpus"

features=(-enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
    -enable-upcoming-feature MemberImportVisibility -swift-version 6)
# module NAME SOURCE…: an object file and what others need to import it.
module() {
    local name=$1
    shift
    swiftc -O -parse-as-library -wmo -module-name "$name" "${features[@]}" -I CZMQ -I "$folder" -package-name fuzz \
        -sanitize="$sanitizers" -emit-module -emit-module-path "$folder/$name.swiftmodule" -c -o "$folder/$name.o" "$@"
}

echo "fuzz: building" >&2
module JSON Sources/JSON/*.swift
module ZeroMQ Sources/ZeroMQ/*.swift
sources=(Sources/Bus/Envelope/*.swift)
if [ "$target" = codec ]; then
    sources+=(Tests/Fuzz/CodecFuzz.swift)
else
    # The broker without its loops, which need sockets and the modules of other packages.
    loops='import (DequeModule|Logging|ServiceLifecycle)|BrokerLoop|AccessGate|EventProxy'
    mapfile -t pure < <(grep -LE "$loops" Sources/Bus/{Access,Broker,Broker/Majordomo,Link,Statistics}/*.swift)
    sources+=("${pure[@]}" Sources/Bus/Events/SyncTopic.swift Tests/Fuzz/MachineFuzz.swift)
fi
module Bus "${sources[@]}"
swiftc -sanitize="$sanitizers" "$folder"/{JSON,ZeroMQ,Bus}.o -lzmq -o "$folder/fuzz"

# Well-formed frames to begin with: the examples of the protocol's page.
python3 - "$folder/corpus" <<'P'
import re, sys
page = open("docs/protocol.md").read()
for name, text in re.findall(r"```hex (\w+)\n(.*?)```", page, re.S):
    open(f"{sys.argv[1]}/{name}", "wb").write(bytes.fromhex("".join(text.split())))
P
exec "$folder/fuzz" -runs="$runs" -max_len=400 -print_final_stats=1 -artifact_prefix="$folder/" "$folder/corpus"
