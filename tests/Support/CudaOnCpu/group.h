// One group at a time: its items as fibers of the thread, with barriers and what a warp does together.
#pragma once
#include "fiber.h"
#include "kernel_abi.h"
#include <memory>
#include <string>
#include <vector>

enum : int { CudaIllegalAddress = 700, CudaMisalignedAddress = 716, CudaLaunchFailed = 719 };

// What a kernel did wrong, or nothing: 0.
struct Fault { int code = 0; std::string what; };

class GroupRunner
{
public:
    // Runs all items of a group; ends early at the first fault.
    Fault run(const cpu_kernel& kernel, void** arguments, const cpu_group& group);

    // The runner of the calling thread whose item is running; null outside of a kernel.
    static GroupRunner* current();

    // Called on an item's fiber, from kernels.
    void barrier(int line);
    unsigned shuffle(unsigned mask, unsigned bits, int kind, int operand, int line);
    void multiply(int kind, cpu_fragments* own, int line);

    // The item does not go on.
    [[noreturn]] void fail(int code, const std::string& what);

private:
    enum class State { Unstarted, Ready, Barrier, Shuffle, Multiply, Done };
    struct Item
    {
        cpu_item ids;
        State state;
        Fiber* fiber;
        // What it waits with.
        int line, kind, operand;
        unsigned mask, bits, result;
        cpu_fragments* fragments;
    };

    static void runItems(void* runner);
    int itemAt(int turn) const;
    void start();
    void resume(int item);
    void wait(State state, int line);
    bool releaseWarps();
    bool releaseWarp(int first, int lane);
    void releaseAll();
    void explain();
    int count(State state) const;
    Fiber* idleFiber();

    const cpu_kernel* kernel = nullptr;
    void** arguments = nullptr;
    std::vector<Item> items;
    std::vector<std::unique_ptr<Fiber>> fibers;
    std::vector<Fiber*> idle;
    Fiber* running = nullptr;
    int started = 0, phase = 0, stride = 1, now = -1;
    Fault fault;
};
