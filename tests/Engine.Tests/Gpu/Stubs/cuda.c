/* A stub of NVIDIA's driver: one device with host memory, which knows one kernel, ElementwiseKernels.Affine. It
   writes down the calls that matter, checks the handles it gave out, and can be told to fail. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { Invalid = 1, OutOfMemory = 2, InvalidImage = 200, InvalidContext = 201, InvalidHandle = 400, IllegalAddress = 700 };

static char calls[1 << 16], failing[64];
static int code_;
static void* const context_ = (void*)11, * const stream_ = (void*)12, * const event_ = (void*)13, * const module_ = (void*)14;
static __thread void* current;

static int called(const char* name, const char* details)
{
    snprintf(calls + strlen(calls), sizeof calls - strlen(calls), "%s%s\n", name, details);
    return strcmp(name, failing) ? 0 : code_;
}

/* For the tests: the calls since the last time; the call that fails from now on, and how. */
const char* stubCalls(void)
{
    static char taken[sizeof calls];
    strcpy(taken, calls);
    calls[0] = 0;
    return taken;
}
void stubFail(const char* call, int code) { strcpy(failing, call); code_ = code; }

int cuInit(unsigned flags) { return called("cuInit", ""); }
int cuDriverGetVersion(int* version) { *version = 12040; return 0; }
int cuGetErrorName(int code, const char** name)
{
    *name = code == IllegalAddress ? "CUDA_ERROR_ILLEGAL_ADDRESS" : code == OutOfMemory ? "CUDA_ERROR_OUT_OF_MEMORY"
        : code == 100 ? "CUDA_ERROR_NO_DEVICE" : code == InvalidImage ? "CUDA_ERROR_INVALID_IMAGE" : 0;
    return *name ? 0 : Invalid;
}
int cuDeviceGetCount(int* count) { *count = 1; return 0; }
int cuDeviceGet(int* device, int ordinal) { *device = ordinal + 5; return 0; }
int cuDeviceGetName(char* name, int length, int device) { strncpy(name, "Stub GPU", length); return device == 5 ? 0 : Invalid; }
int cuDeviceGetAttribute(int* value, int what, int device)
{
    *value = what == 16 ? 42 : what == 1 ? 1024 : what == 97 ? 100000 : what == 75 ? 8 : what == 76 ? 9 : 0;
    return 0;
}
int cuDeviceTotalMem_v2(size_t* bytes, int device) { *bytes = 1u << 30; return 0; }
int cuDevicePrimaryCtxRetain(void** context, int device) { *context = context_; return called("cuDevicePrimaryCtxRetain", ""); }
int cuDevicePrimaryCtxRelease_v2(int device) { return called("cuDevicePrimaryCtxRelease", ""); }
int cuCtxSetCurrent(void* context) { current = context; return context == context_ ? 0 : InvalidContext; }
int cuMemAlloc_v2(void** memory, size_t bytes)
{
    if (current != context_) return InvalidContext;
    if (bytes > 1u << 30) return OutOfMemory;
    *memory = malloc(bytes);
    return called("cuMemAlloc", "");
}
int cuMemFree_v2(void* memory) { free(memory); return called("cuMemFree", ""); }
static int copy(const char* call, void* to, const void* from, size_t bytes, void* stream)
{
    char details[32];
    if (current != context_) return InvalidContext;
    if (stream != stream_) return InvalidHandle;
    memcpy(to, from, bytes);
    sprintf(details, " %zu", bytes);
    return called(call, details);
}
int cuMemcpyHtoDAsync_v2(void* to, const void* from, size_t bytes, void* stream) { return copy("cuMemcpyHtoDAsync", to, from, bytes, stream); }
int cuMemcpyDtoHAsync_v2(void* to, const void* from, size_t bytes, void* stream) { return copy("cuMemcpyDtoHAsync", to, from, bytes, stream); }
int cuMemcpyDtoDAsync_v2(void* to, const void* from, size_t bytes, void* stream) { return copy("cuMemcpyDtoDAsync", to, from, bytes, stream); }
int cuMemHostAlloc(void** memory, size_t bytes, unsigned flags) { *memory = malloc(bytes); return called("cuMemHostAlloc", ""); }
int cuMemFreeHost(void* memory) { free(memory); return called("cuMemFreeHost", ""); }
int cuStreamCreate(void** stream, unsigned flags) { *stream = stream_; return flags == 1 ? 0 : Invalid; }
int cuStreamDestroy_v2(void* stream) { return called("cuStreamDestroy", ""); }
int cuStreamSynchronize(void* stream) { return stream == stream_ ? called("cuStreamSynchronize", "") : InvalidHandle; }
int cuEventCreate(void** event, unsigned flags) { *event = event_; return flags == 2 || flags == 0 ? 0 : Invalid; }
int cuEventDestroy_v2(void* event) { return called("cuEventDestroy", ""); }
int cuEventRecord(void* event, void* stream) { return event == event_ && stream == stream_ ? called("cuEventRecord", "") : InvalidHandle; }
int cuEventElapsedTime(float* milliseconds, void* start, void* end)
{
    *milliseconds = 1.5f;
    return start == event_ && end == event_ ? called("cuEventElapsedTime", "") : InvalidHandle;
}
int cuEventSynchronize(void* event) { return event == event_ ? called("cuEventSynchronize", "") : InvalidHandle; }
int cuModuleLoadData(void** module, const char* image)
{
    *module = module_;
    return strcmp(image, "stub cubin") ? InvalidImage : called("cuModuleLoadData", "");
}
int cuModuleUnload(void* module) { return called("cuModuleUnload", ""); }
int cuModuleGetFunction(void** function, void* module, const char* name) { *function = strdup(name); return called("cuModuleGetFunction ", name); }

int cuLaunchKernel(const char* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
    unsigned shared, void* stream, void** arguments, void** extra)
{
    char details[128];
    if (current != context_) return InvalidContext;
    if (stream != stream_) return InvalidHandle;
    sprintf(details, " %s (%u, %u, %u) x (%u, %u, %u), %u", function, gx, gy, gz, bx, by, bz, shared);
    int code = called("cuLaunchKernel", details);
    if (code || strcmp(function, "Affine")) return code;
    float *x = *(float**)arguments[0], *y = *(float**)arguments[1];
    float scale = *(float*)arguments[2], shift = *(float*)arguments[3];
    int accumulate = *(int*)arguments[4], count = *(int*)arguments[5];
    for (int i = 0; i < count; i++) y[i] = scale * x[i] + shift + (accumulate ? y[i] : 0);
    return 0;
}
