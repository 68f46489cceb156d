#!/usr/bin/env bash
# Runs every operation, forward and backward, and every kernel on Mesa's OpenCL driver, whose compiler shares nothing
# with PoCL's: the GPU's code on a second opinion. On the CPU, by llvmpipe.
#   tests/rusticl.sh [CONFIGURATION]       default: Release
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-Release}
icd=/etc/OpenCL/vendors/rusticl.icd
[ -e "$icd" ] || { echo "rusticl is not installed"; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/vendors" && cp "$icd" "$work/vendors"
export OCL_ICD_VENDORS=$work/vendors RUSTICL_ENABLE=llvmpipe TRIPLETGPU_CACHE=$work/cache TRIPLETGPU_REQUIRE=opencl
echo "On rusticl:"
failed=0
run() { dotnet test "tests/$1" -c "$configuration" --no-build --nologo --logger "console;verbosity=minimal" --filter "$2" || failed=1; }

run Engine.Tests "FullyQualifiedName~OpTests&FullyQualifiedName~opencl"
run Kernels.Tests "FullyQualifiedName~KernelSuiteTests"
exit $failed
