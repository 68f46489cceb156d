#!/usr/bin/env bash
# Open MPI 4.1.4 and MPICH 4.0.2 (Debian 12), 4 ranks: MPI_Allreduce of a maximum with one NaN in it.
#
# Expected:  MPI says nothing about NaN, so either NaN or the greatest number comes out, whichever the order of
#            comparisons gives; but an allreduce gives every rank the same value, and no number larger than all the
#            others gets lost.
# Happens:   neither holds. Of 1, 2, NaN, 4 Open MPI tells all four ranks that the maximum is 2, and of 1, 2, 3, NaN
#            3. MPICH tells three ranks 4 and the fourth NaN, or each something else: of 1, 2, 3, NaN the ranks hear
#            NaN, 3, 2, 3. Its minimum of NaN, 2, 3, 4 is 2, 3, 2, NaN. Each rank compares in an order of its own. The
#            minimum of -0 and 0s is -0 on one rank of MPICH and 0 on the others.
# Matters:   "stop if the greatest gradient of all ranks is too large or no number" makes ranks of one job decide
#            differently, and the job waits for ever. Reduce a flag (an integer) for "is not finite", never the value.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(mpi 4 <<'PROGRAM'
#include <math.h>
#include <mpi.h>
#include <stdio.h>

static int rank, size;

static void each(const char *name, int nan, float x, MPI_Op operation) {
    float y, all[16];
    MPI_Allreduce(&x, &y, 1, MPI_FLOAT, operation, MPI_COMM_WORLD);
    MPI_Gather(&y, 1, MPI_FLOAT, all, 1, MPI_FLOAT, 0, MPI_COMM_WORLD);
    if (rank) return;
    printf("%s %d:", name, nan);
    for (int i = 0; i < size; i++) printf(" %g", all[i]);
    printf("\n");
}

int main(int count, char **arguments) {
    MPI_Init(&count, &arguments);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int nan = 0; nan < size; nan++) {
        each("max, NaN at", nan, rank == nan ? NAN : rank + 1.0f, MPI_MAX);
        each("min, NaN at", nan, rank == nan ? NAN : rank + 1.0f, MPI_MIN);
    }
    each("min of zeros, -0 at", 0, rank ? 0.0f : -0.0f, MPI_MIN);
    MPI_Finalize();
    return 0;
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
openmpi: max, NaN at 0: nan nan nan nan
openmpi: min, NaN at 0: nan nan nan nan
openmpi: max, NaN at 1: 4 4 4 4
openmpi: min, NaN at 1: 1 1 1 1
openmpi: max, NaN at 2: 2 2 2 2
openmpi: min, NaN at 2: 1 1 1 1
openmpi: max, NaN at 3: 3 3 3 3
openmpi: min, NaN at 3: 1 1 1 1
openmpi: min of zeros, -0 at 0: -0 -0 -0 -0
mpich: max, NaN at 0: 4 4 4 nan
mpich: min, NaN at 0: 2 3 2 nan
mpich: max, NaN at 1: 4 4 nan 4
mpich: min, NaN at 1: 3 1 nan 1
mpich: max, NaN at 2: 4 nan 4 2
mpich: min, NaN at 2: 1 nan 1 1
mpich: max, NaN at 3: nan 3 2 3
mpich: min, NaN at 3: nan 1 1 1
mpich: min of zeros, -0 at 0: 0 0 0 -0
STATED
