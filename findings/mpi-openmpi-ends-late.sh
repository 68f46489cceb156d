#!/usr/bin/env bash
# Open MPI 4.1.4 (Debian 12), mpirun of 2 ranks: when the other rank hears that one has failed, and when mpirun ends.
#
# Expected:  odls_base_sigkill_timeout is, as ompi_info says, the time to wait for a process to die after a kill signal:
#            the other rank gets SIGTERM at once and SIGKILL so much later, and a rank that exits on SIGTERM ends it all.
# Happens:   mpirun waits the time twice. First it sends SIGCONT and waits, then SIGTERM, and waits it again, whether any
#            rank is left or not. With 6 seconds the rank hears after 6, exits at once, and mpirun ends after 12. Ctrl-C is
#            the same.
# Matters:   who gives ranks twenty seconds to save a checkpoint when they are interrupted makes them go on training for
#            twenty, and every failure, a misspelt file name too, take forty. Signal the ranks yourself.
cd "$(dirname "$0")" && source ./fetch.bash
cat >"$work/program.c" <<'PROGRAM'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

static void say(const char *what) {
    struct timeval now;
    gettimeofday(&now, NULL);
    printf("%s %ld.%06ld\n", what, (long)now.tv_sec, (long)now.tv_usec);
    fflush(stdout);
}

static void told(int signal) {
    say("told");
    _exit(4);
}

int main(void) {
    if (getenv("OMPI_COMM_WORLD_RANK")[0] == '1') {
        sleep(1);
        say("failed");
        return 3;
    }
    signal(SIGTERM, told);
    for (;;) pause();
}
PROGRAM
export OMPI_MCA_odls_base_sigkill_timeout=6
output=$( (mpi_openmpi 2 2>"$work/err"; date +'ended %s.%N') |
    awk '/^failed/ { failed = $2 }
        /^told/ { told = sprintf("%.0f", ($2 - failed) / 6) }
        /^ended/ { ended = sprintf("%.0f", ($2 - failed) / 6) }
        END { print "told after " told ", ended after " ended }')
[ -s "$work/program.openmpi" ] || cannot "$(tail -n 1 "$work/err")"
echo "in times of six seconds:"
compare "$output" <<'STATED'
told after 1, ended after 2
STATED
