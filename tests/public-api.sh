#!/usr/bin/env bash
# Brings src/*/PublicAPI.Unshipped.txt up to date: adds the public members of the libraries that the compiler misses
# there, and takes out lines that have no member. Look at the difference before you commit it.
#   tests/public-api.sh [PROJECT...]       default: Kernels Engine Models
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
[ $# -gt 0 ] || set -- Kernels Engine Models
for project in "$@"; do
    # Some members (a record's constructor) are missed only once the others are there.
    for _ in 1 2 3 4; do
        CI= dotnet build "src/$project" -c Release -v quiet -clp:ErrorsOnly -nologo --no-incremental \
            -p:BuildProjectReferences=false "-p:ErrorLog=$log/$project.sarif%2Cversion=2.1" >"$log/build" ||
            { cat "$log/build"; exit 1; }
        python3 - "$log/$project.sarif" "src/$project/PublicAPI.Unshipped.txt" <<'END' || break
import json, sys
found = json.load(open(sys.argv[1], encoding="utf-8-sig"))["runs"][0]["results"]
lines = open(sys.argv[2], encoding="utf-8").read().split("\n")[1:]
missing = {r["properties"]["customProperties"]["APIName"] for r in found if r["ruleId"] == "RS0016"}
gone = {r["locations"][0]["physicalLocation"]["region"]["startLine"] - 2 for r in found if r["ruleId"] == "RS0017"}
kept = {line for i, line in enumerate(lines) if line and i not in gone} | missing
open(sys.argv[2], "w", encoding="utf-8").write("\n".join(["#nullable enable", *sorted(kept)]) + "\n")
print(f"{sys.argv[2]}: {len(missing)} added, {len(gone)} taken out, {len(kept)} members")
sys.exit(0 if missing or gone else 1)
END
    done
done
