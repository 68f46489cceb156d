// What the 32 items of a warp compute together.
#pragma once
#include "kernel_abi.h"

// The lane that a lane reads from; itself where that one would be outside of the warp.
int shuffleSource(int kind, int lane, int operand);

// D = C + A B of mma.sync, spread over the lanes as the PTX ISA's tables say.
void multiplyWarp(int kind, cpu_fragments* const* lanes);
