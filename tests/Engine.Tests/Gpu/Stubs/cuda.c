/* A stand-in for NVIDIA's driver: one device with host memory, and one kernel, ElementwiseKernels.Affine. */
#include <stdlib.h>
#include <string.h>

static int launches[8];

int cuInit(unsigned flags) { return 0; }
int cuDriverGetVersion(int* version) { *version = 12040; return 0; }
int cuGetErrorName(int code, const char** name) { *name = code == 700 ? "CUDA_ERROR_ILLEGAL_ADDRESS" : 0; return *name ? 0 : 1; }
int cuDeviceGetCount(int* count) { *count = 1; return 0; }
int cuDeviceGet(int* device, int ordinal) { *device = ordinal; return 0; }
int cuDeviceGetName(char* name, int length, int device) { strncpy(name, "Stub GPU", length); return 0; }
int cuDeviceGetAttribute(int* value, int what, int device)
{
    *value = what == 16 ? 42 : what == 1 ? 1024 : what == 8 ? 49152 : what == 75 ? 8 : what == 76 ? 9 : 0;
    return 0;
}
int cuDeviceTotalMem_v2(size_t* bytes, int device) { *bytes = 1u << 30; return 0; }
int cuDevicePrimaryCtxRetain(void** context, int device) { *context = (void*)1; return 0; }
int cuDevicePrimaryCtxRelease_v2(int device) { return 0; }
int cuCtxSetCurrent(void* context) { return context == (void*)1 ? 0 : 201; }
int cuMemAlloc_v2(void** memory, size_t bytes) { return bytes > 1u << 30 ? 2 : !(*memory = malloc(bytes)); }
int cuMemFree_v2(void* memory) { free(memory); return 0; }
int cuMemcpyHtoDAsync_v2(void* to, const void* from, size_t bytes, void* stream) { memcpy(to, from, bytes); return 0; }
int cuMemcpyDtoHAsync_v2(void* to, const void* from, size_t bytes, void* stream) { memcpy(to, from, bytes); return 0; }
int cuMemcpyDtoDAsync_v2(void* to, const void* from, size_t bytes, void* stream) { memcpy(to, from, bytes); return 0; }
int cuStreamCreate(void** stream, unsigned flags) { *stream = (void*)2; return flags == 1 ? 0 : 1; }
int cuStreamDestroy_v2(void* stream) { return 0; }
int cuStreamSynchronize(void* stream) { return stream == (void*)2 ? 0 : 400; }
int cuModuleLoadData(void** module, const char* ptx) { *module = (void*)3; return strcmp(ptx, "stub ptx") ? 218 : 0; }
int cuModuleUnload(void* module) { return 0; }
int cuModuleGetFunction(void** function, void* module, const char* name) { *function = strdup(name); return 0; }
int cuFuncSetAttribute(void* function, int what, int value) { return 0; }

int cuLaunchKernel(const char* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
    unsigned shared, void* stream, void** arguments, void** extra)
{
    unsigned shape[8] = { gx, gy, gz, bx, by, bz, shared, 0 };
    memcpy(launches, shape, sizeof shape);
    if (strcmp(function, "Affine")) return 700;
    float *x = *(float**)arguments[0], *y = *(float**)arguments[1];
    float scale = *(float*)arguments[2], shift = *(float*)arguments[3];
    int accumulate = *(int*)arguments[4], count = *(int*)arguments[5];
    for (int i = 0; i < count; i++) y[i] = scale * x[i] + shift + (accumulate ? y[i] : 0);
    return 0;
}

int stubLaunchShape(int axis) { return launches[axis]; }
