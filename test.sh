#!/usr/bin/env bash
# Builds everything and runs every test; the last line is "N passed, N failed".
#   ./test.sh               all tests
#   ./test.sh FILTER        only tests whose full name contains FILTER
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# What some tests use and this machine lacks is installed where that is allowed; a test whose tool is missing is
# skipped, visibly (TRIPLETGPU_REQUIRE names devices that must be there).
install_packages() {
    command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 0
    local missing=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "test.sh: installing ${missing[*]}"
    { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 ||
        echo "test.sh: that did not work; tests that need them are skipped"
}
install_packages dataset-fashion-mnist ocl-icd-libopencl1 pocl-opencl-icd mesa-opencl-icd oclgrind clang gcc g++ \
    libc6-dev libonnx-testdata libturbojpeg0 debootstrap openmpi-bin mpich chromium python3-protobuf

# Where PoCL is, no test of the GPU may be skipped.
if [ -e /etc/OpenCL/vendors/pocl.icd ]; then export TRIPLETGPU_REQUIRE=${TRIPLETGPU_REQUIRE:-opencl}; fi

dotnet build TripletGpu.sln -c Release -v quiet -clp:ErrorsOnly || { echo "0 passed, 1 failed"; exit 1; }

passed=0 failed=0

# run COMMAND...: runs tests and adds the counts of each closing line: "Passed! - Failed: 0, Passed: 12, Skipped: 1, ..."
run() {
    local log status failures=0 line
    log=$(mktemp)
    "$@" 2>&1 | tee "$log"
    status=$?
    while read -r line; do
        failures=$((failures + $(sed -E 's/.*Failed: +([0-9]+).*/\1/' <<<"$line")))
        passed=$((passed + $(sed -E 's/.*Passed: +([0-9]+).*/\1/' <<<"$line")))
    done < <(grep -E 'Failed: +[0-9]+, Passed: +[0-9]+' "$log")
    rm -f "$log"
    # A crashed runner, or a report of oclgrind, is not in the counts: that is a failure as well.
    if [ $status -ne 0 ] && [ $failures = 0 ]; then failures=1; fi
    failed=$((failed + failures))
}

# shown LOG STATUS: what a command has printed, with its status.
shown() { cat "$1"; return "$2"; }

for project in tests/*.Tests; do
    run dotnet test "$project" -c Release --no-build --nologo --logger "console;verbosity=minimal" ${1:+--filter "FullyQualifiedName~$1"}
done
if [ $# = 0 ]; then
    # One beside the others: compilers of kernels keep one core busy.
    debian13=$(mktemp)
    . tests/beside.sh
    trap 'end_beside; rm -f "$debian13"' EXIT
    beside "$debian13" tests/debian13.sh
    run tests/rusticl.sh
    run tests/cuda-toolchain.sh
    run tests/cuda-on-cpu.sh
    run tests/oclgrind.sh
    joined "$debian13" >/dev/null
    run shown "$debian13" $?
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
