#include "fiber.h"
#include <cstdint>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace { __thread Fiber* starting; }

Fiber::Fiber(void (*body)(void*), void* of) : body(body), of(of)
{
    void* place = mmap(nullptr, StackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (place == MAP_FAILED) throw std::bad_alloc();
    stack = (char*)place;
    reset();
}

Fiber::~Fiber() { munmap(stack, StackBytes); }

void Fiber::begin()
{
    Fiber* fiber = starting;
    fiber->body(fiber->of);
    abort(); // a body does not return
}

#if defined(__x86_64__)

// swapcontext asks the kernel for the signals' mask each time, which takes longer than the items do. What a call keeps
// is six registers and where it returns to.
extern "C" void cpu_switch(void** from, void* to);
asm(R"(
.text
.type cpu_switch, @function
cpu_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size cpu_switch, .-cpu_switch
)");

void Fiber::reset()
{
    // As if begin had been called at the stack's end: six registers, begin's address, and nothing to return to.
    auto top = (uintptr_t*)(stack + StackBytes);
    top[-1] = 0;
    top[-2] = (uintptr_t)begin;
    for (int i = 3; i <= 8; i++) top[-i] = 0;
    own = top - 8;
}

void Fiber::resume()
{
    starting = this;
    cpu_switch(&resumer, own);
}

void Fiber::yield() { cpu_switch(&own, resumer); }

#else

void Fiber::reset()
{
    getcontext(&own);
    own.uc_stack.ss_sp = stack;
    own.uc_stack.ss_size = StackBytes;
    own.uc_link = nullptr;
    makecontext(&own, begin, 0);
}

void Fiber::resume()
{
    starting = this;
    swapcontext(&resumer, &own);
}

void Fiber::yield() { swapcontext(&own, &resumer); }

#endif
