#!/usr/bin/env bash
# Runs every operation, forward and backward, and every kernel on Mesa's OpenCL driver, whose compiler shares nothing
# with PoCL's: the GPU's code on a second opinion. On the CPU, by llvmpipe.
#   tests/rusticl.sh [CONFIGURATION]       default: Release
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-Release}
# A skip on a user's machine; a failure where TRIPLETGPU_REQUIRE names it.
missing() {
    echo "$0: SKIPPED: $1 is not installed"
    case ",${TRIPLETGPU_REQUIRE:-}," in *",$1,"*) exit 1 ;; *) exit 0 ;; esac
}
icd=/etc/OpenCL/vendors/rusticl.icd
[ -e "$icd" ] || missing rusticl

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/vendors" && cp "$icd" "$work/vendors"
export OCL_ICD_VENDORS=$work/vendors RUSTICL_ENABLE=llvmpipe TRIPLETGPU_CACHE=$work/cache TRIPLETGPU_REQUIRE=opencl TRIPLETGPU_DEVICES=opencl
echo "On rusticl:"
failed=0
run() { dotnet test "tests/$1" -c "$configuration" --no-build --nologo --logger "console;verbosity=minimal" --filter "$2" || failed=1; }

run Engine.Tests "FullyQualifiedName~OpTests"
run Kernels.Tests "FullyQualifiedName~KernelSuiteTests"
exit $failed
