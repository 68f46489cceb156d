#include "launch.h"
#include "workers.h"
#include <atomic>
#include <csignal>
#include <cstring>

struct TlsIndex { unsigned long module, offset; };
extern "C" void* __tls_get_addr(TlsIndex* index);

namespace {

DeviceMemory* watched;
struct sigaction before[NSIG];

void onFault(int signal, siginfo_t* info, void* context)
{
    if (GroupRunner* runner = GroupRunner::current())
    {
        if (signal == SIGFPE) runner->fail(CudaLaunchFailed, "a division of whole numbers by 0");
        // An address that is none of a process comes without itself.
        runner->fail(CudaIllegalAddress, "an access " + watched->place(info->si_addr));
    }
    const struct sigaction& old = before[signal];
    if (old.sa_flags & SA_SIGINFO) old.sa_sigaction(signal, info, context);
    else if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN) old.sa_handler(signal);
    else sigaction(signal, &old, nullptr); // the instruction faults again
}

unsigned long long count(const cpu_dim3& d) { return (unsigned long long)d.x * d.y * d.z; }

// What a group finds in shared memory is what others left there: here NaN.
void spoilShared(const Module& module)
{
    if (module.sharedBytes == 0) return;
    TlsIndex index = { module.sharedModule, 0 };
    memset(__tls_get_addr(&index), 0xFF, module.sharedBytes);
}

}

void watchFaults(DeviceMemory& memory)
{
    if (watched) return;
    watched = &memory;
    struct sigaction action = {};
    action.sa_sigaction = onFault;
    // On the stack where it happened: a fiber's. Not blocked within: a fiber is left from there.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    for (int signal : { SIGSEGV, SIGBUS, SIGFPE }) sigaction(signal, &action, &before[signal]);
}

Fault run(const Launch& launch, DeviceMemory& memory)
{
    const cpu_kernel& kernel = *launch.function->kernel;
    std::vector<void*> arguments;
    for (const std::vector<char>& argument : launch.arguments) arguments.push_back((void*)argument.data());
    unsigned long long groups = count(launch.grid);
    std::atomic<unsigned long long> left(groups);
    Fault fault;
    std::mutex mutex;
    auto work = [&]
    {
        static thread_local GroupRunner runner;
        for (;;)
        {
            // The last first: CUDA promises no order.
            unsigned long long taken = left.load();
            while (taken > 0 && !left.compare_exchange_weak(taken, taken - 1));
            if (taken == 0) return;
            unsigned long long i = taken - 1;
            cpu_group group = { { (unsigned)(i % launch.grid.x), (unsigned)(i / launch.grid.x % launch.grid.y),
                (unsigned)(i / launch.grid.x / launch.grid.y) }, launch.block, launch.grid };
            spoilShared(*launch.function->module);
            Fault found = runner.run(kernel, arguments.data(), group);
            if (found.code == 0) continue;
            std::lock_guard<std::mutex> lock(mutex);
            if (fault.code == 0) fault = found;
            left = 0;
        }
    };
    const unsigned long long fewItems = 4096; // sooner done by one thread than another is awake
    static Workers& others = *new Workers(std::max(1u, std::thread::hardware_concurrency()) - 1);
    if (groups == 1 || groups * count(launch.block) < fewItems) work();
    else others.run(work, /* withCaller: */ true);
    for (int i = 0; i < kernel.count && fault.code == 0; i++)
        if (kernel.pointers[i])
            if (std::string damage = memory.damage(*(void**)arguments[i]); !damage.empty())
                fault = { CudaIllegalAddress, damage };
    return fault;
}

// The sanitizers' calls: what UBSan's own library would print (compiler-rt's ubsan_handlers.h).
namespace {

struct SourceLocation { const char* file; unsigned line, column; };

[[noreturn]] void failAt(int code, const std::string& what, const SourceLocation& at)
{
    GroupRunner::current()->fail(code, what + " (line " + std::to_string(at.line) + ")");
}

}

extern "C" {

struct TypeMismatch { SourceLocation at; void* type; unsigned char alignment, kind; };
void __ubsan_handle_type_mismatch_v1(TypeMismatch* data, uintptr_t address)
{
    unsigned bytes = 1u << data->alignment;
    failAt(CudaMisalignedAddress, "an access of " + std::to_string(bytes) + " bytes at an address that is "
        + std::to_string(address % bytes) + " beyond a multiple of that", data->at);
}

void __ubsan_handle_out_of_bounds(SourceLocation* data, uintptr_t index)
{
    failAt(CudaIllegalAddress, "element " + std::to_string((intptr_t)index) + " of an array that has none", *data);
}

}
