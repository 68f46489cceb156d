#!/usr/bin/env bash
# Runs every GPU kernel of the catalog under oclgrind, which watches every access of every item: data races, bounds and
# wrong API calls in a first pass, reads of what nobody has written in a second. Fails on any report; oclgrind itself
# exits 0. Also fails if one of the faults it is then given goes unnoticed: a detector that is silent there is not looking.
#   tests/oclgrind.sh [CONFIGURATION]      default: Release
# The suite's buffers have no slack, are written as a whole or not at all, and live to the end. The tests of operations
# would not do: oclgrind 21.10 takes what the host writes to a buffer for all of the buffer's size, and forgets what
# kernels write beyond that; a pooled buffer that was once uploaded in part then gives reports that are wrong.
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-Release}
# A skip on a user's machine; a failure where TRIPLETGPU_REQUIRE names it.
missing() {
    echo "$0: SKIPPED: $1 is not installed"
    case ",${TRIPLETGPU_REQUIRE:-}," in *",$1,"*) exit 1 ;; *) exit 0 ;; esac
}
runtime=$(ls /usr/lib/oclgrind/liboclgrind-rt-icd.so /usr/lib/*/oclgrind/liboclgrind-rt-icd.so 2>/dev/null | head -n 1)
[ -n "$runtime" ] || missing oclgrind

work=$(mktemp -d)
trap 'end_beside; rm -rf "$work"' EXIT
. tests/beside.sh
# As an ICD: the oclgrind command preloads symbols that the runtime's loader never looks at.
mkdir "$work/vendors" && echo "$runtime" >"$work/vendors/oclgrind.icd"
export OCL_ICD_VENDORS=$work/vendors OCLGRIND_CHECK_API=1 TRIPLETGPU_REQUIRE=opencl TRIPLETGPU_DEVICES=opencl
failed=0

# run LOG TESTS SETTING...: runs a class of tests of the kernels with oclgrind's log in LOG. Programs are built
# differently by each setting, so each has a cache of its own.
run() {
    touch "$work/$1.log"
    env "${@:3}" TRIPLETGPU_CACHE="$work/cache-$3" OCLGRIND_LOG="$work/$1.log" \
        dotnet test tests/Kernels.Tests -c "$configuration" --no-build --nologo --filter "FullyQualifiedName~$2" \
        >"$work/$1.out" 2>&1
    echo $? >"$work/$1.status"
}

# ran LOG TESTS: what has failed, or that nothing has run.
ran() {
    [ "$(cat "$work/$1.status")" = 0 ] || { failed=1; grep -v 'Passed: ' "$work/$1.out"; }
    grep -qE 'Passed: +[1-9]' "$work/$1.out" || { failed=1; echo "oclgrind ($1): no test of $2 has run"; }
}

# passes LOG: the suite's line, and whatever oclgrind reports: a fault, or the plugin's own failure.
passes() {
    ran "$1" KernelSuiteTests
    echo "Under oclgrind ($1): $(grep -oE 'Failed: +[0-9]+, Passed: +[0-9]+.*' "$work/$1.out")"
    [ -s "$work/$1.log" ] || return 0
    failed=1
    echo "oclgrind reports ($1):"
    head -n 40 "$work/$1.log"
}

# sees LOG TEXT: oclgrind must have reported this.
sees() { grep -q "$2" "$work/$1.log" || { failed=1; echo "oclgrind did not see what it was given ($1): $2"; }; }

races=(OCLGRIND_DATA_RACES=1)
# Not optimised, and helpers not inlined: the plugin knows neither LLVM's freeze nor its noalias.scope.decl.
unwritten=(OCLGRIND_UNINITIALIZED=1 "OCLGRIND_BUILD_OPTIONS=-cl-opt-disable -DFUNCTION=static")
# One beside the other: oclgrind computes on one core.
watch_races() {
    run races KernelSuiteTests "${races[@]}"
    run faults FaultyKernelTests "${races[@]}" TRIPLETGPU_FAULTS=1
}
beside "$work/beside" watch_races
run unwritten KernelSuiteTests "${unwritten[@]}"
run unwritten-faults FaultyKernelTests "${unwritten[@]}" TRIPLETGPU_FAULTS=1
joined "$work/beside"
passes races
passes unwritten
ran faults FaultyKernelTests
sees faults 'data race at local memory'
sees faults 'divergence detected (barrier)'
sees faults 'Invalid write of size 4 at global memory'
ran unwritten-faults FaultyKernelTests
sees unwritten-faults 'Uninitialized value written to global memory'
sees unwritten-faults 'Kernel: Affine'
exit $failed
