#include "driver.h"
#include "elf_image.h"
#include <cstdio>
#include <cstring>

namespace { thread_local void* current; }

Driver& Driver::ofThisProcess()
{
    static Driver& driver = *new Driver(); // libraries are unloaded in any order
    return driver;
}

bool Driver::isCurrent() const { return contextUsers > 0 && current == &context; }

int Driver::finish()
{
    int first = CudaSuccess;
    for (Stream* stream : streams)
        if (int code = stream->synchronize(); first == CudaSuccess) first = code;
    return first;
}

void Driver::setCurrent(void* context) { current = context; }

int Stream::synchronize(const Event::Time* until)
{
    // On a thread of its own: the caller's belongs to a runtime that knows nothing of fibers.
    static Workers& executor = *new Workers(1);
    Fault first;
    executor.run([&]
    {
        while (!issued.empty() && !(until && until->isDone))
        {
            Fault fault = issued.front()();
            issued.pop_front();
            if (first.code == 0) first = fault;
        }
    }, /* withCaller: */ false);
    return first.code;
}

int prepare(const KernelNodeParameters& p, Launch& launch)
{
    Driver& driver = Driver::ofThisProcess();
    if (!driver.functions.has(p.function)) return CudaInvalidHandle;
    const cpu_kernel& kernel = *p.function->kernel;
    if (p.gridX == 0 || p.gridY == 0 || p.gridZ == 0 || p.blockX == 0 || p.blockY == 0 || p.blockZ == 0
        || p.gridX > 0x7FFFFFFFu || p.gridY > 65535 || p.gridZ > 65535 || p.blockX > 1024 || p.blockY > 1024
        || p.blockZ > 64 || (unsigned long long)p.blockX * p.blockY * p.blockZ > 1024)
        return CudaInvalidValue;
    if (p.blockX * p.blockY * p.blockZ > kernel.most_items) return CudaOutOfResources;
    if (p.function->module->sharedBytes + p.sharedBytes > MostSharedBytes) return CudaInvalidValue;
    if (p.extra || (kernel.count > 0 && !p.arguments)) return CudaInvalidValue;
    launch = { p.function, { p.gridX, p.gridY, p.gridZ }, { p.blockX, p.blockY, p.blockZ }, {} };
    size_t bytes = 0;
    for (int i = 0; i < kernel.count; i++)
    {
        if (!p.arguments[i]) return CudaInvalidValue;
        auto argument = (const char*)p.arguments[i];
        launch.arguments.emplace_back(argument, argument + kernel.sizes[i]);
        bytes += kernel.sizes[i];
    }
    return bytes > 4096 ? CudaInvalidValue : CudaSuccess; // parameters are 4 KiB of constant memory
}

Fault runAndReport(const Launch& launch)
{
    Driver& driver = Driver::ofThisProcess();
    const cpu_kernel& kernel = *launch.function->kernel;
    Fault fault;
    for (int i = 0; i < kernel.count && fault.code == 0; i++)
    {
        const void* address;
        if (!kernel.pointers[i]) continue;
        memcpy(&address, launch.arguments[i].data(), sizeof address);
        if (address && !driver.memory.contains(address, 0))
            fault = { CudaIllegalAddress, "argument " + std::to_string(i) + " lies " + driver.memory.place(address) };
    }
    if (fault.code == 0) fault = run(launch, driver.memory);
    if (fault.code != 0)
        fprintf(stderr, "cuda-on-cpu: %s: %s\n", launch.function->name.c_str(), fault.what.c_str());
    return fault;
}
