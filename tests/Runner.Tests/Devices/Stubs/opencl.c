/* An OpenCL loader with one GPU whose compiler refuses every program; with STUB_WRONG set it takes them and computes
   nothing. */
#include <stdlib.h>
#include <string.h>

static int answer(const void* data, size_t bytes, size_t size, void* value, size_t* needed)
{
    if (needed) *needed = bytes;
    if (value) memcpy(value, data, bytes < size ? bytes : size);
    return 0;
}
static int text(const char* s, size_t size, void* value, size_t* needed) { return answer(s, strlen(s) + 1, size, value, needed); }
static int number(unsigned long n, size_t size, void* value, size_t* needed) { return answer(&n, size ? size : 8, size, value, needed); }

int clGetPlatformIDs(unsigned n, void** ids, unsigned* count) { if (ids) *ids = (void*)1; if (count) *count = 1; return 0; }
int clGetPlatformInfo(void* id, unsigned what, size_t size, void* value, size_t* needed) { return text("Stub platform", size, value, needed); }
int clGetDeviceIDs(void* p, unsigned long type, unsigned n, void** ids, unsigned* count) { if (ids) *ids = (void*)2; if (count) *count = 1; return 0; }
int clGetDeviceInfo(void* id, unsigned what, size_t size, void* value, size_t* needed)
{
    switch (what)
    {
        case 0x102B: return text("Stub GPU", size, value, needed);
        case 0x102F: return text("OpenCL 1.2 stub", size, value, needed);
        case 0x102D: return text("1", size, value, needed);
        case 0x1030: return text("", size, value, needed);
        case 0x1000: return number(4, size, value, needed); /* a GPU */
        case 0x1023: return number(32768, size, value, needed); /* local memory */
        case 0x1004: return number(256, size, value, needed);
        default: return number(1, size, value, needed);
    }
}
void* clCreateContext(void* p, unsigned n, void* d, void* f, void* u, int* error) { *error = 0; return (void*)3; }
void* clCreateCommandQueue(void* c, void* d, unsigned long p, int* error) { *error = 0; return (void*)4; }
void* clCreateBuffer(void* c, unsigned long f, size_t bytes, void* h, int* error) { *error = 0; return calloc(1, bytes); }
int clReleaseMemObject(void* m) { free(m); return 0; }
int clEnqueueWriteBuffer(void* q, void* b, unsigned w, size_t o, size_t n, void* p, unsigned e, void* l, void* r) { memcpy(b, p, n); return 0; }
int clEnqueueReadBuffer(void* q, void* b, unsigned w, size_t o, size_t n, void* p, unsigned e, void* l, void* r) { memcpy(p, b, n); return 0; }
int clEnqueueCopyBuffer(void* q, void* from, void* to, size_t o, size_t p, size_t n, unsigned e, void* l, void* r) { memcpy(to, from, n); return 0; }
void* clCreateProgramWithSource(void* c, unsigned n, void* s, void* l, int* error) { *error = 0; return (void*)5; }
void* clCreateProgramWithBinary(void* c, unsigned n, void* d, void* l, void* b, int* status, int* error) { *error = *status = -42; return 0; }
int clBuildProgram(void* p, unsigned n, void* d, void* o, void* f, void* u) { return getenv("STUB_WRONG") ? 0 : -11; }
int clGetProgramBuildInfo(void* p, void* d, unsigned what, size_t size, void* value, size_t* needed) { return text("stub: no\ncompiler", size, value, needed); }
int clGetProgramInfo(void* p, unsigned what, size_t size, void* value, size_t* needed) { return -30; }
void* clCreateKernel(void* p, char* name, int* error) { *error = 0; return (void*)6; }
int clSetKernelArg(void* k, unsigned i, size_t n, void* v) { return 0; }
int clEnqueueNDRangeKernel(void* q, void* k, unsigned n, void* o, void* g, void* l, unsigned e, void* w, void* r) { return 0; }
int clGetEventProfilingInfo(void* e, unsigned what, size_t size, void* value, size_t* needed) { return -7; }
int clReleaseEvent(void* e) { return 0; }
int clReleaseContext(void* x) { return 0; }
int clReleaseCommandQueue(void* x) { return 0; }
int clReleaseProgram(void* x) { return 0; }
int clReleaseKernel(void* x) { return 0; }
int clFlush(void* q) { return 0; }
int clFinish(void* q) { return 0; }
