// The CUDA driver's stand-in: its functions, as far as TripletGpu calls them (CudaLibrary.cs).
#include "driver.h"
#include "elf_image.h"
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

namespace {

const int Device = 3; // a handle is no ordinal

int copy(void* to, const void* from, size_t bytes, Stream* stream, bool toDevice, bool fromDevice)
{
    CUDA_CALL(true);
    if (!driver.streams.has(stream)) return CudaInvalidHandle;
    if ((toDevice && !driver.memory.contains(to, bytes)) || (fromDevice && !driver.memory.contains(from, bytes)))
        return CudaInvalidValue;
    // Of memory that is not page-locked the driver makes a copy first. What is locked it reads when its turn comes.
    std::vector<char> staged;
    bool isStaged = !fromDevice && !driver.pinned.contains(from, bytes);
    if (isStaged) staged.assign((const char*)from, (const char*)from + bytes);
    stream->issue([=, staged = std::move(staged)]
    {
        memmove(to, isStaged ? staged.data() : from, bytes);
        return Fault();
    });
    return CudaSuccess;
}

// A library whose symbols kernels find: this one.
void showOwnSymbols()
{
    Dl_info own;
    if (dladdr((void*)showOwnSymbols, &own)) dlopen(own.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
}

}

extern "C" {

int cuInit(unsigned flags)
{
    Driver& driver = Driver::ofThisProcess();
    std::lock_guard<std::mutex> lock(driver.mutex);
    if (flags != 0) return CudaInvalidValue;
    if (!driver.isInitialized) showOwnSymbols();
    driver.isInitialized = true;
    watchFaults(driver.memory);
    return CudaSuccess;
}

int cuDriverGetVersion(int* version) { *version = 12040; return CudaSuccess; }

int cuGetErrorName(int code, const char** name)
{
    static const std::map<int, const char*> names = {
        { CudaInvalidValue, "CUDA_ERROR_INVALID_VALUE" }, { CudaOutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY" },
        { CudaNotInitialized, "CUDA_ERROR_NOT_INITIALIZED" }, { CudaInvalidDevice, "CUDA_ERROR_INVALID_DEVICE" },
        { CudaInvalidImage, "CUDA_ERROR_INVALID_IMAGE" }, { CudaInvalidContext, "CUDA_ERROR_INVALID_CONTEXT" },
        { CudaInvalidHandle, "CUDA_ERROR_INVALID_HANDLE" }, { CudaNotFound, "CUDA_ERROR_NOT_FOUND" },
        { CudaNotReady, "CUDA_ERROR_NOT_READY" }, { CudaIllegalAddress, "CUDA_ERROR_ILLEGAL_ADDRESS" },
        { CudaOutOfResources, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES" },
        { CudaMisalignedAddress, "CUDA_ERROR_MISALIGNED_ADDRESS" }, { CudaLaunchFailed, "CUDA_ERROR_LAUNCH_FAILED" },
    };
    auto found = names.find(code);
    *name = found == names.end() ? nullptr : found->second;
    return *name ? CudaSuccess : CudaInvalidValue;
}

int cuDeviceGetCount(int* count) { CUDA_CALL(false); *count = 1; return CudaSuccess; }

int cuDeviceGet(int* device, int ordinal)
{
    CUDA_CALL(false);
    *device = Device;
    return ordinal == 0 ? CudaSuccess : CudaInvalidDevice;
}

int cuDeviceGetName(char* name, int length, int device)
{
    CUDA_CALL(false);
    snprintf(name, length, "CUDA on this CPU");
    return device == Device ? CudaSuccess : CudaInvalidDevice;
}

// As an A100's: what the host decides by them is then what it decides there. CUDA_ON_CPU_MULTIPROCESSORS says another
// number of these, for how sums are split.
int cuDeviceGetAttribute(int* value, int what, int device)
{
    CUDA_CALL(false);
    static const std::map<int, int> values = {
        { 1, 1024 },    // MAX_THREADS_PER_BLOCK
        { 16, 108 },    // MULTIPROCESSOR_COUNT
        { 75, 8 },      // COMPUTE_CAPABILITY_MAJOR
        { 76, 0 },      // COMPUTE_CAPABILITY_MINOR
        { 97, 166912 }, // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
    };
    auto found = values.find(what);
    if (device != Device) return CudaInvalidDevice;
    if (found == values.end()) return CudaInvalidValue;
    const char* multiprocessors = what == 16 ? getenv("CUDA_ON_CPU_MULTIPROCESSORS") : nullptr;
    *value = multiprocessors ? atoi(multiprocessors) : found->second;
    return CudaSuccess;
}

int cuDeviceTotalMem_v2(size_t* bytes, int device)
{
    CUDA_CALL(false);
    *bytes = DeviceMemory::TotalBytes;
    return device == Device ? CudaSuccess : CudaInvalidDevice;
}

int cuDevicePrimaryCtxRetain(void** context, int device)
{
    CUDA_CALL(false);
    if (device != Device) return CudaInvalidDevice;
    driver.contextUsers++;
    *context = &driver.context;
    return CudaSuccess;
}

int cuDevicePrimaryCtxRelease_v2(int device)
{
    CUDA_CALL(false);
    if (device != Device) return CudaInvalidDevice;
    if (driver.contextUsers == 0) return CudaInvalidContext;
    driver.contextUsers--;
    return CudaSuccess;
}

int cuCtxSetCurrent(void* context)
{
    CUDA_CALL(false);
    if (context && (context != &driver.context || driver.contextUsers == 0)) return CudaInvalidContext;
    driver.setCurrent(context);
    return CudaSuccess;
}

int cuMemAlloc_v2(void** memory, size_t bytes)
{
    CUDA_CALL(true);
    if (bytes == 0) return CudaInvalidValue;
    *memory = driver.memory.allocate(bytes);
    return *memory ? CudaSuccess : CudaOutOfMemory;
}

int cuMemFree_v2(void* memory)
{
    CUDA_CALL(true);
    int code = driver.finish();
    std::string damage;
    if (!driver.memory.release(memory, damage)) return CudaInvalidValue;
    if (damage.empty()) return code;
    fprintf(stderr, "cuda-on-cpu: somebody %s\n", damage.c_str());
    return CudaIllegalAddress;
}

int cuMemHostAlloc(void** memory, size_t bytes, unsigned flags)
{
    CUDA_CALL(true);
    if (bytes == 0 || flags > 7) return CudaInvalidValue;
    *memory = driver.pinned.allocate(bytes);
    return *memory ? CudaSuccess : CudaOutOfMemory;
}

int cuMemFreeHost(void* memory)
{
    CUDA_CALL(true);
    driver.finish();
    std::string damage;
    return driver.pinned.release(memory, damage) && damage.empty() ? CudaSuccess : CudaInvalidValue;
}

int cuMemcpyHtoDAsync_v2(void* to, const void* from, size_t bytes, Stream* stream)
{ return copy(to, from, bytes, stream, true, false); }

int cuMemcpyDtoHAsync_v2(void* to, const void* from, size_t bytes, Stream* stream)
{ return copy(to, from, bytes, stream, false, true); }

int cuMemcpyDtoDAsync_v2(void* to, const void* from, size_t bytes, Stream* stream)
{ return copy(to, from, bytes, stream, true, true); }

int cuStreamCreate(Stream** stream, unsigned flags)
{
    CUDA_CALL(true);
    if (flags > 1) return CudaInvalidValue;
    *stream = driver.streams.create();
    return CudaSuccess;
}

int cuStreamDestroy_v2(Stream* stream)
{
    CUDA_CALL(true);
    if (!driver.streams.has(stream)) return CudaInvalidHandle;
    int code = stream->synchronize();
    driver.streams.destroy(stream);
    return code;
}

int cuStreamSynchronize(Stream* stream)
{
    CUDA_CALL(true);
    return driver.streams.has(stream) ? stream->synchronize() : CudaInvalidHandle;
}

int cuModuleLoadData(Module** module, const char* image)
{
    CUDA_CALL(true);
    ElfImage elf(image);
    if (!elf.isValid()) return CudaInvalidImage;
    const char* place = getenv("TMPDIR");
    std::string path = std::string(place && *place ? place : "/tmp") + "/cuda-on-cpu-module-XXXXXX";
    int file = mkstemp(&path[0]);
    if (file < 0) return CudaOutOfMemory;
    bool isWritten = write(file, image, elf.bytes()) == (ssize_t)elf.bytes();
    close(file);
    void* library = isWritten ? dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
    if (!library) fprintf(stderr, "cuda-on-cpu: %s\n", dlerror());
    unlink(path.c_str());
    if (!library) return CudaInvalidImage;
    size_t number = 0;
    dlinfo(library, RTLD_DI_TLS_MODID, &number);
    *module = driver.modules.create(Module{ library, elf.threadBytes(), number });
    return CudaSuccess;
}

int cuModuleUnload(Module* module)
{
    CUDA_CALL(true);
    if (!driver.modules.has(module)) return CudaInvalidHandle;
    int code = driver.finish();
    dlclose(module->library);
    driver.modules.destroy(module);
    return code;
}

int cuModuleGetFunction(Function** function, Module* module, const char* name)
{
    CUDA_CALL(true);
    if (!driver.modules.has(module)) return CudaInvalidHandle;
    auto kernel = (const cpu_kernel*)dlsym(module->library, (std::string("cpu_kernel_") + name).c_str());
    if (!kernel) return CudaNotFound;
    *function = driver.functions.create(Function{ module, kernel, name });
    return CudaSuccess;
}

int cuLaunchKernel(Function* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
    unsigned blockZ, unsigned sharedBytes, Stream* stream, void** arguments, void** extra)
{
    CUDA_CALL(true);
    if (!driver.streams.has(stream)) return CudaInvalidHandle;
    Launch launch;
    int code = prepare(
        { function, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, arguments, extra }, launch);
    if (code == CudaSuccess) stream->issue([launch = std::move(launch)] { return runAndReport(launch); });
    return code;
}

}
