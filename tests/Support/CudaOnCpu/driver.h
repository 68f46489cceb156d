// The driver's state: one device, its primary context and what lives in it.
#pragma once
#include "launch.h"
#include "workers.h"
#include <chrono>
#include <deque>
#include <set>

// CUresult, as far as it occurs.
enum : int
{
    CudaSuccess = 0, CudaInvalidValue = 1, CudaOutOfMemory = 2, CudaNotInitialized = 3, CudaInvalidDevice = 101,
    CudaInvalidImage = 200, CudaInvalidContext = 201, CudaInvalidHandle = 400, CudaNotFound = 500, CudaNotReady = 600,
    CudaOutOfResources = 701,
};

// The handles of a kind that are given out and not yet given back.
template<class T> class Handles
{
public:
    template<class... A> T* create(A&&... arguments)
    {
        return *live.insert(new T{ std::forward<A>(arguments)... }).first;
    }
    bool has(T* handle) const { return live.count(handle) > 0; }
    auto begin() const { return live.begin(); }
    auto end() const { return live.end(); }
    bool destroy(T* handle)
    {
        if (!live.erase(handle)) return false;
        delete handle;
        return true;
    }

private:
    std::set<T*> live;
};

class Stream;

struct Event
{
    // Shared with the stream: an event may be destroyed before it has come about.
    struct Time { bool isDone = false; std::chrono::steady_clock::time_point at; };
    bool isTimed;
    std::shared_ptr<Time> time;
    Stream* stream = nullptr;
};

// Nothing runs before somebody waits for it: what a caller gives up too early is gone by then.
class Stream
{
public:
    void issue(std::function<Fault()> operation) { issued.push_back(std::move(operation)); }

    // Runs what has been issued, up to an event or all. The first fault since the last time. A real context would be
    // lost from then on; here the next test has it.
    int synchronize(const Event::Time* until = nullptr);

private:
    std::deque<std::function<Fault()>> issued;
};

struct Driver
{
    bool isInitialized = false;
    int contextUsers = 0;
    int context = 0; // its address is the handle
    DeviceMemory memory, pinned;
    Handles<Stream> streams;
    Handles<Event> events;
    Handles<Module> modules;
    Handles<Function> functions;
    std::mutex mutex;

    static Driver& ofThisProcess();
    // Whether the calling thread has the context.
    bool isCurrent() const;
    void setCurrent(void* context);
    // Waits for all streams, as what gives memory back does.
    int finish();
};

// CUDA_KERNEL_NODE_PARAMS, its first version.
struct KernelNodeParameters
{
    Function* function;
    unsigned gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes;
    void** arguments;
    void** extra;
};

// Checks a launch as the driver does and copies its arguments.
int prepare(const KernelNodeParameters& parameters, Launch& launch);

// Runs it; says on stderr what went wrong.
Fault runAndReport(const Launch& launch);

// Every function of the API: one at a time, and the context must be there where it is said so.
#define CUDA_CALL(needsContext)                                            \
    Driver& driver = Driver::ofThisProcess();                              \
    std::lock_guard<std::mutex> lock(driver.mutex);                        \
    if (!driver.isInitialized) return CudaNotInitialized;                  \
    if ((needsContext) && !driver.isCurrent()) return CudaInvalidContext
