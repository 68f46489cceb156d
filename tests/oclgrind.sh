#!/usr/bin/env bash
# Runs the GPU kernels under oclgrind, which watches every access of every item: data races, bounds, wrong API calls, then
# reads of memory that nobody has written. Fails on any report; oclgrind itself exits 0. Also fails if a kernel whose
# barriers were taken out goes unnoticed: a detector that is silent there is not looking.
#   [UNINITIALIZED=1] tests/oclgrind.sh [CONFIGURATION [FILTER]]       default: Release, the backward tests of every operation
# It simulates, so cases with more than TRIPLETGPU_MOST_ELEMENTS input elements are left to the other drivers.
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-Release} filter=${2:-Backward_MatchesOracle}
runtime=$(ls /usr/lib/oclgrind/liboclgrind-rt-icd.so /usr/lib/*/oclgrind/liboclgrind-rt-icd.so 2>/dev/null | head -n 1)
[ -n "$runtime" ] || { echo "oclgrind is not installed"; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# As an ICD: the oclgrind command preloads symbols that the runtime's loader never looks at.
mkdir "$work/vendors" && echo "$runtime" >"$work/vendors/oclgrind.icd"
export OCL_ICD_VENDORS=$work/vendors OCLGRIND_CHECK_API=1 TRIPLETGPU_REQUIRE=opencl
export TRIPLETGPU_MOST_ELEMENTS=${TRIPLETGPU_MOST_ELEMENTS:-1000}

# run NAME FILTER: runs some tests and leaves oclgrind's log in NAME.log. Programs are built differently in each run, so
# each has a cache of its own.
run() {
    TRIPLETGPU_CACHE=$work/$1 OCLGRIND_LOG=$work/$1.log dotnet test tests/Engine.Tests -c "$configuration" --no-build --nologo -v quiet --filter "$2" >"$work/$1.out" 2>&1
    local status=$?
    touch "$work/$1.log"
    tail -n 1 "$work/$1.out"
    return $status
}

failed=0
operations="FullyQualifiedName~OpTests&FullyQualifiedName~opencl&FullyQualifiedName~$filter"
OCLGRIND_DATA_RACES=1 run races "$operations" || { failed=1; cat "$work/races.out"; }
# Takes minutes, so only when asked. Not optimised: the plugin does not know LLVM's freeze.
if [ "${UNINITIALIZED:-0}" = 1 ]; then
    OCLGRIND_UNINITIALIZED=1 OCLGRIND_BUILD_OPTIONS=-cl-opt-disable run uninitialized "$operations" || failed=1
fi
for log in races uninitialized; do
    if [ -s "$work/$log.log" ]; then # a report, or the plugin's own failure
        failed=1
        echo "oclgrind reports ($log):"
        head -n 40 "$work/$log.log"
    fi
done
TRIPLETGPU_RACE=1 OCLGRIND_DATA_RACES=1 run negative "FullyQualifiedName~RaceTests" || failed=1
grep -qi race "$work/negative.log" || { failed=1; echo "oclgrind did not see the race that it was given"; }
exit $failed
