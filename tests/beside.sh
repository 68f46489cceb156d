# For scripts to source: a command beside others, where none of them keeps more than one core busy. Its output is kept
# and shown when it has ended, so that the lines of each stay together. What leaves the script calls end_beside.
beside_group=

# beside LOG COMMAND...: begins it, in a process group of its own.
beside() {
    local log=$1
    shift
    set -m
    "$@" >"$log" 2>&1 &
    beside_group=$!
    set +m
}

# joined LOG: waits for its end, shows the output and has its status.
joined() {
    local status
    wait "$beside_group"
    status=$?
    beside_group=
    cat "$1"
    return $status
}

end_beside() { [ -z "$beside_group" ] || kill -- "-$beside_group" 2>/dev/null; }
