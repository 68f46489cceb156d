// A stack of its own that a function runs on until it gives way, and goes on later.
#pragma once
#include <cstddef>
#if !defined(__x86_64__)
#include <ucontext.h>
#endif

class Fiber
{
public:
    // Begins to run with the first resume.
    Fiber(void (*body)(void*), void* of);
    ~Fiber();
    Fiber(const Fiber&) = delete;

    // The thread that calls it runs the fiber until that gives way.
    void resume();

    // Called on the fiber: goes on after resume.
    void yield();

    // Whatever it was doing is forgotten: it begins anew.
    void reset();

private:
    enum : size_t { StackBytes = 128 << 10 };

    static void begin();

    void (*body)(void*);
    void* of;
    char* stack;
#if defined(__x86_64__)
    void *own = nullptr, *resumer = nullptr;
#else
    ucontext_t own, resumer;
#endif
};
