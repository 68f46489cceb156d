#include "warp.h"
#include <cstring>

namespace {

float bits(unsigned from)
{
    float to;
    memcpy(&to, &from, sizeof to);
    return to;
}

// 9.7.13.4.8 (8 or so by release): m16n8k8 with .tf32. Of A (16 x 8) register a_i of a lane holds
//   row = groupID for a0 and a2, groupID + 8 for a1 and a3
//   col = threadID_in_group for a0 and a1, threadID_in_group + 4 for a2 and a3,
// of B (8 x 8)
//   row = threadID_in_group for b0, threadID_in_group + 4 for b1
//   col = groupID.
// The lower 13 bits of a register are not read.
void readTf32(cpu_fragments* const* lanes, float (&a)[16][16], float (&b)[16][8])
{
    for (int lane = 0; lane < 32; lane++)
    {
        int groupID = lane >> 2, threadID = lane % 4;
        for (int i = 0; i < 4; i++)
        {
            int row = i == 0 || i == 2 ? groupID : groupID + 8, col = i == 0 || i == 1 ? threadID : threadID + 4;
            a[row][col] = bits(lanes[lane]->a[i] & ~0x1FFFu);
        }
        for (int i = 0; i < 2; i++)
            b[i == 0 ? threadID : threadID + 4][groupID] = bits(lanes[lane]->b[i] & ~0x1FFFu);
    }
}

// m16n8k16 with .bf16. Of A (16 x 16) a lane holds a0 to a7, two a register, the first in its lower half:
//   row = groupID for a_i where 0 <= i < 2 or 4 <= i < 6, else groupID + 8
//   col = (threadID_in_group * 2) + (i & 0x1) for a_i where i < 4, else that + 8,
// of B (16 x 8) b0 to b3:
//   row = (threadID_in_group * 2) + (i & 0x1) for b_i where i < 2, else that + 8
//   col = groupID.
void readBf16(cpu_fragments* const* lanes, float (&a)[16][16], float (&b)[16][8])
{
    for (int lane = 0; lane < 32; lane++)
    {
        int groupID = lane >> 2, threadID = lane % 4;
        auto element = [](const unsigned* registers, int i) { return bits(registers[i / 2] >> 16 * (i % 2) << 16); };
        for (int i = 0; i < 8; i++)
        {
            int row = i < 2 || (4 <= i && i < 6) ? groupID : groupID + 8;
            a[row][threadID * 2 + (i & 1) + (i < 4 ? 0 : 8)] = element(lanes[lane]->a, i);
        }
        for (int i = 0; i < 4; i++)
            b[threadID * 2 + (i & 1) + (i < 2 ? 0 : 8)][groupID] = element(lanes[lane]->b, i);
    }
}

}

int shuffleSource(int kind, int lane, int operand)
{
    if (kind == cpu_shuffle_lane) return operand & 31;
    int from = kind == cpu_shuffle_down ? lane + operand : lane ^ operand;
    return from >= 0 && from < 32 ? from : lane;
}

void multiplyWarp(int kind, cpu_fragments* const* lanes)
{
    float a[16][16], b[16][8];
    int depth = kind == cpu_m16n8k8_tf32 ? 8 : 16;
    if (kind == cpu_m16n8k8_tf32) readTf32(lanes, a, b);
    else readBf16(lanes, a, b);
    // C and D (16 x 8), of either:
    //   row = groupID for c0 and c1, groupID + 8 for c2 and c3
    //   col = (threadID_in_group * 2) + (i & 0x1)
    for (int lane = 0; lane < 32; lane++)
        for (int i = 0; i < 4; i++)
        {
            int row = (lane >> 2) + (i < 2 ? 0 : 8), col = lane % 4 * 2 + (i & 1);
            // In which order a tensor core adds, and how it rounds, the ISA leaves open: here once, at the end.
            double sum = lanes[lane]->c[i];
            for (int k = 0; k < depth; k++) sum += (double)a[row][k] * b[k][col];
            lanes[lane]->d[i] = (float)sum;
        }
}
