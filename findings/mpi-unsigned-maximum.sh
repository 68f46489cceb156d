#!/usr/bin/env bash
# MPICH 4.0.2 and Open MPI 4.1.4 (Debian 12), 2 ranks: MPI_MAX and MPI_MIN of unsigned numbers compare them as signed.
#
# Expected:  the maximum of 5 and 2147483648 in MPI_UNSIGNED is 2147483648, and so for every unsigned type.
# Happens:   in MPICH it is 5, and the minimum 2147483648, for all of them: MPI_UNSIGNED_CHAR to MPI_UINT64_T, one
#            element or many, MPI_Allreduce and MPI_Reduce. Open MPI compares MPI_UNSIGNED_LONG as signed, and only
#            that one: MPI_UINT64_T and MPI_UNSIGNED_LONG_LONG, of the same size, are right.
# Matters:   the usual way to find the nearest row of all ranks packs a distance's bits and a row into 64 bits and takes
#            the minimum; ids, masks and bytes above 127 meet it as well. Distances are not negative, so it shows only
#            with keys whose highest bit is set. Use signed types, or MPI_MINLOC.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(mpi 2 <<'PROGRAM'
#include <mpi.h>
#include <stdio.h>

static int rank;

/* Rank 0 has 5, rank 1 a number whose highest bit is set. */
#define SHOW(T, TYPE) do { \
    T x = rank ? (T)((T)1 << (8 * sizeof(T) - 1)) : 5, most, least; \
    MPI_Allreduce(&x, &most, 1, TYPE, MPI_MAX, MPI_COMM_WORLD); \
    MPI_Allreduce(&x, &least, 1, TYPE, MPI_MIN, MPI_COMM_WORLD); \
    if (!rank) printf("%s: max %llu, min %llu\n", #TYPE, (unsigned long long)most, (unsigned long long)least); \
} while (0)

int main(int count, char **arguments) {
    MPI_Init(&count, &arguments);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    SHOW(unsigned char, MPI_UNSIGNED_CHAR);
    SHOW(unsigned short, MPI_UNSIGNED_SHORT);
    SHOW(unsigned, MPI_UNSIGNED);
    SHOW(unsigned, MPI_UINT32_T);
    SHOW(unsigned long, MPI_UNSIGNED_LONG);
    SHOW(unsigned long long, MPI_UNSIGNED_LONG_LONG);
    SHOW(unsigned long, MPI_UINT64_T);
    MPI_Finalize();
    return 0;
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
openmpi: MPI_UNSIGNED_CHAR: max 128, min 5
openmpi: MPI_UNSIGNED_SHORT: max 32768, min 5
openmpi: MPI_UNSIGNED: max 2147483648, min 5
openmpi: MPI_UINT32_T: max 2147483648, min 5
openmpi: MPI_UNSIGNED_LONG: max 5, min 9223372036854775808
openmpi: MPI_UNSIGNED_LONG_LONG: max 9223372036854775808, min 5
openmpi: MPI_UINT64_T: max 9223372036854775808, min 5
mpich: MPI_UNSIGNED_CHAR: max 5, min 128
mpich: MPI_UNSIGNED_SHORT: max 5, min 32768
mpich: MPI_UNSIGNED: max 5, min 2147483648
mpich: MPI_UINT32_T: max 5, min 2147483648
mpich: MPI_UNSIGNED_LONG: max 5, min 9223372036854775808
mpich: MPI_UNSIGNED_LONG_LONG: max 5, min 9223372036854775808
mpich: MPI_UINT64_T: max 5, min 9223372036854775808
STATED
