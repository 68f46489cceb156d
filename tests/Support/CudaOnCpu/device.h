// CUDA C as the host's C++ compiler takes it: included in front of a kernel's text, with what NVRTC gives without any
// header. __global__ and asm are no macros: translate.cpp replaces them.
#include "kernel_abi.h"

#define __device__
#define __align__(n) __attribute__((aligned(n)))
#define __forceinline__ inline __attribute__((always_inline))
// A group runs on one thread, so its shared memory may be the thread's. The device fills it between groups.
#define __shared__ static __thread

#define threadIdx (cpu_this_item->thread)
#define blockIdx (cpu_this_group->block)
#define blockDim (cpu_this_group->dim)
#define gridDim (cpu_this_group->grid)
#define __syncthreads() cpu_barrier(__LINE__)

#define CPU_FUNCTION static __forceinline__
#define CPU_FLOAT_1(name) CPU_FUNCTION float name(float x) { return __builtin_##name(x); }
#define CPU_FLOAT_2(name) CPU_FUNCTION float name(float x, float y) { return __builtin_##name(x, y); }
CPU_FLOAT_1(expf) CPU_FLOAT_1(exp2f) CPU_FLOAT_1(logf) CPU_FLOAT_1(log2f) CPU_FLOAT_1(tanhf) CPU_FLOAT_1(sinf)
CPU_FLOAT_1(cosf) CPU_FLOAT_1(sqrtf) CPU_FLOAT_1(fabsf) CPU_FLOAT_1(floorf) CPU_FLOAT_1(ceilf) CPU_FLOAT_1(truncf)
CPU_FLOAT_1(rintf)
CPU_FLOAT_2(powf) CPU_FLOAT_2(fmodf) CPU_FLOAT_2(fmaxf) CPU_FLOAT_2(fminf) CPU_FLOAT_2(copysignf)
CPU_FUNCTION float fmaf(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
CPU_FUNCTION float rsqrtf(float x) { return (float)(1 / __builtin_sqrt((double)x)); }
CPU_FUNCTION double fmax(double a, double b) { return __builtin_fmax(a, b); }
CPU_FUNCTION double fmin(double a, double b) { return __builtin_fmin(a, b); }
CPU_FUNCTION int abs(int x) { return __builtin_abs(x); }
CPU_FUNCTION int __clz(int x) { return x == 0 ? 32 : __builtin_clz(x); }
CPU_FUNCTION int __popc(unsigned x) { return __builtin_popcount(x); }

template<class To, class From> CPU_FUNCTION To cpu_bits(From from)
{
    static_assert(sizeof(To) == sizeof(From), "");
    To to;
    __builtin_memcpy(&to, &from, sizeof to);
    return to;
}
CPU_FUNCTION float __uint_as_float(unsigned x) { return cpu_bits<float>(x); }
CPU_FUNCTION unsigned __float_as_uint(float x) { return cpu_bits<unsigned>(x); }
CPU_FUNCTION double __longlong_as_double(long long x) { return cpu_bits<double>(x); }
CPU_FUNCTION long long __double_as_longlong(double x) { return cpu_bits<long long>(x); }

struct __align__(16) float4 { float x, y, z, w; };
CPU_FUNCTION float __ldg(const float* p) { return *p; }
// By a reference: clang++ checks the alignment of those, and g++ that of copies too.
CPU_FUNCTION float4 __ldg(const float4* p) { const float4& fours = *p; return fours; }

// One address is read, changed and written as a whole, by groups on several threads.
template<class T, class F> CPU_FUNCTION T cpu_atomic(T* p, F change)
{
    T old = __atomic_load_n(p, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(p, &old, change(old), false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    return old;
}
#define CPU_ATOMIC(name, type, result) \
    CPU_FUNCTION type name(type* p, type v) { return cpu_atomic(p, [=](type old) { return (type)(result); }); }
#define CPU_ATOMICS_32(type)                                               \
    CPU_ATOMIC(atomicAdd, type, (unsigned)old + (unsigned)v)               \
    CPU_ATOMIC(atomicMax, type, old > v ? old : v) CPU_ATOMIC(atomicMin, type, old < v ? old : v) \
    CPU_ATOMIC(atomicAnd, type, old & v) CPU_ATOMIC(atomicOr, type, old | v)                      \
    CPU_ATOMIC(atomicXor, type, old ^ v) CPU_ATOMIC(atomicExch, type, v)   \
    CPU_FUNCTION type atomicCAS(type* p, type e, type v)                   \
    { return cpu_atomic(p, [=](type old) { return old == e ? v : old; }); }
CPU_ATOMICS_32(int)
CPU_ATOMICS_32(unsigned)
CPU_ATOMIC(atomicAdd, unsigned long long, old + v)
CPU_ATOMIC(atomicExch, unsigned long long, v)
CPU_FUNCTION unsigned long long atomicCAS(unsigned long long* p, unsigned long long e, unsigned long long v)
{ return cpu_atomic(p, [=](unsigned long long old) { return old == e ? v : old; }); }
CPU_FUNCTION float atomicAdd(float* p, float v)
{
    auto sum = [=](unsigned old) { return cpu_bits<unsigned>(cpu_bits<float>(old) + v); };
    return cpu_bits<float>(cpu_atomic((unsigned*)p, sum));
}

CPU_FUNCTION void __threadfence_block() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
CPU_FUNCTION void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
CPU_FUNCTION void __threadfence_system() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

template<class T> CPU_FUNCTION T cpu_shuffled(unsigned mask, T v, int kind, int operand, int line)
{ return cpu_bits<T>(cpu_shuffle(mask, cpu_bits<unsigned>(v), kind, operand, line)); }
#define __shfl_sync(mask, v, lane) cpu_shuffled(mask, v, cpu_shuffle_lane, lane, __LINE__)
#define __shfl_down_sync(mask, v, by) cpu_shuffled(mask, v, cpu_shuffle_down, by, __LINE__)
#define __shfl_xor_sync(mask, v, by) cpu_shuffled(mask, v, cpu_shuffle_xor, by, __LINE__)

#include "ptx.h"

// Entry points: a kernel's parameters from the list of pointers that cuLaunchKernel takes.
template<int... I> struct cpu_indices {};
template<int N, int... I> struct cpu_first : cpu_first<N - 1, N - 1, I...> {};
template<int... I> struct cpu_first<0, I...> { typedef cpu_indices<I...> type; };
template<class T> struct cpu_is_pointer { static constexpr bool value = false; };
template<class T> struct cpu_is_pointer<T*> { static constexpr bool value = true; };
template<class T> struct cpu_is_pointer<T* __restrict__> { static constexpr bool value = true; };
template<class F> struct cpu_entry;
template<class... P> struct cpu_entry<void(P...)>
{
    static constexpr int count = sizeof...(P);
    static constexpr unsigned sizes[] = { sizeof(P)..., 0 };
    static constexpr bool pointers[] = { cpu_is_pointer<P>::value..., false };
    template<void F(P...), int... I> static void call(void** a, cpu_indices<I...>) { F(*(P*)a[I]...); }
    template<void F(P...)> static void run(void** a) { call<F>(a, typename cpu_first<count>::type()); }
    template<void F(P...)> static constexpr cpu_kernel of(unsigned most)
    { return { run<F>, most, count, sizes, pointers }; }
};
