// What a compiled kernel and the device that runs it have in common. No standard header: kernels include this.
#pragma once

struct cpu_dim3 { unsigned x, y, z; };

// An item that runs, and its group. A group's items run on one thread, so both are found by the thread.
struct cpu_item { cpu_dim3 thread; };
struct cpu_group { cpu_dim3 block, dim, grid; };

// A kernel's entry point, exported as cpu_kernel_NAME. What a real cubin has in its own sections.
struct cpu_kernel
{
    void (*run)(void** arguments); // by one item
    unsigned most_items;           // of __launch_bounds__
    int count;                     // of parameters
    const unsigned* sizes;         // of each, in bytes
    const bool* pointers;          // whether it is one
};

// An item's part of a warp's product: registers of mma.sync, named as in the PTX ISA.
struct cpu_fragments { unsigned a[4], b[2]; float c[4], d[4]; };

enum cpu_shuffle_kind { cpu_shuffle_lane, cpu_shuffle_down, cpu_shuffle_xor };
enum cpu_multiply_kind { cpu_m16n8k8_tf32, cpu_m16n8k16_bf16 };

extern "C" {
extern __thread const cpu_item* cpu_this_item;
extern __thread const cpu_group* cpu_this_group;
// All items of the group wait for each other. A line is the text's, for reports.
void cpu_barrier(int line);
// The items of a mask wait for each other; the bits of the item that kind and operand choose.
unsigned cpu_shuffle(unsigned mask, unsigned bits, int kind, int operand, int line);
// All 32 items of the warp wait for each other; writes own->d.
void cpu_multiply(int kind, cpu_fragments* own, int line);
}
