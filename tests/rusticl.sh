#!/usr/bin/env bash
# Runs the gradients of every operation on Mesa's OpenCL driver, whose compiler shares nothing with PoCL's: the GPU's
# code on a second opinion. On the CPU, by llvmpipe.
#   tests/rusticl.sh [CONFIGURATION]       default: Release
set -uo pipefail
cd "$(dirname "$0")/.."
icd=/etc/OpenCL/vendors/rusticl.icd
[ -e "$icd" ] || { echo "rusticl is not installed"; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/vendors" && cp "$icd" "$work/vendors"
export OCL_ICD_VENDORS=$work/vendors RUSTICL_ENABLE=llvmpipe TRIPLETGPU_CACHE=$work/cache TRIPLETGPU_REQUIRE=opencl
echo "On rusticl:"
dotnet test tests/Engine.Tests -c "${1:-Release}" --no-build --nologo -v quiet \
    --filter "FullyQualifiedName~OpTests&FullyQualifiedName~opencl&FullyQualifiedName~Backward_MatchesOracle"
