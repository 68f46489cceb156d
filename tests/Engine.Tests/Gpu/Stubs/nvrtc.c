/*
 * A stub of NVRTC: takes every program but one with #error, and puts its options into the log. What it makes, its
 * version and the oldest architecture that it knows may be given to the compiler.
 */
#include <string.h>

#ifndef MAJOR
#define MAJOR 12
#endif
#ifndef OLDEST
#define OLDEST 80
#endif
#ifndef CUBIN
#define CUBIN "stub cubin"
#endif

static char text[1 << 20], log_[1024];

int nvrtcVersion(int* major, int* minor) { *major = MAJOR; *minor = 4; return 0; }
int nvrtcCreateProgram(void** program, const char* source, const char* name, int headers, const char** a, const char** b)
{
    strncpy(text, source, sizeof text - 1);
    *program = text;
    return 0;
}
int nvrtcCompileProgram(void* program, int count, const char** options)
{
    log_[0] = 0;
    for (int i = 0; i < count; i++) strcat(strcat(log_, options[i]), " ");
    return strstr(text, "#error") ? 6 : 0;
}
int nvrtcGetPTXSize(void* program, unsigned long* size) { *size = sizeof "stub ptx"; return 0; }
int nvrtcGetPTX(void* program, char* ptx) { strcpy(ptx, "stub ptx"); return 0; }
int nvrtcGetCUBINSize(void* program, unsigned long* size) { *size = sizeof CUBIN; return 0; }
int nvrtcGetCUBIN(void* program, char* cubin) { strcpy(cubin, CUBIN); return 0; }
int nvrtcGetProgramLogSize(void* program, unsigned long* size) { *size = strlen(log_) + 1; return 0; }
int nvrtcGetProgramLog(void* program, char* to) { strcpy(to, log_); return 0; }
int nvrtcDestroyProgram(void** program) { *program = 0; return 0; }
const char* nvrtcGetErrorString(int code) { return code == 6 ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR"; }
int nvrtcGetNumSupportedArchs(int* count) { *count = 3; return 0; }
int nvrtcGetSupportedArchs(int* all) { all[0] = OLDEST; all[1] = OLDEST + 9; all[2] = OLDEST + 10; return 0; }
