// A launch: all groups of a kernel, over all cores.
#pragma once
#include "group.h"
#include "memory.h"

// A loaded image.
struct Module { void* library; size_t sharedBytes, sharedModule; };

struct Function { Module* module; const cpu_kernel* kernel; std::string name; };

// Arguments are copies: the caller's are its own again when a launch has been issued.
struct Launch
{
    const Function* function;
    cpu_dim3 grid, block;
    std::vector<std::vector<char>> arguments;
};

// Runs it to its end; what went wrong, with the kernel's name.
Fault run(const Launch& launch, DeviceMemory& memory);

// Makes faults of the processor in kernels faults of their launch; all others are handled as before.
void watchFaults(DeviceMemory& memory);
