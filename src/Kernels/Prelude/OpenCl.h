// What the generated text needs on OpenCL C 1.2.
#define KERNEL __kernel
#define GROUP(x, y, z) __attribute__((reqd_work_group_size(x, y, z)))
// Always: PoCL 3.1 gives __local arrays their memory after it has optimised, and overlooks those that it has meanwhile
// written into a helper in the place of a parameter.
#ifndef FUNCTION
#define FUNCTION static inline __attribute__((always_inline))
#endif
#define GLOBAL __global
#define SHARED __local
#define PRIVATE __private
#define CONSTANT __constant
#define SHARED_ARRAY __local __attribute__((aligned(16)))
#define RESTRICT restrict
#define VIEW(name) name##_base + name##_offset      // a view starts somewhere in its buffer
#define VIEW_PARAMETER(type, name) type name##_base, ulong name##_offset
#ifndef UNROLL
#define UNROLL _Pragma("unroll")
#endif
#ifdef cl_khr_fp64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif

// Nothing rounds once but what asks for it. One number at a time takes fma, which rounds once on every device: PoCL 3.1 and
// 6, rusticl 22 and 25, oclgrind 21. A contraction is a leave that rusticl does not take (on llvmpipe, where fma costs 14
// times as much in a tile of a matrix product); on PoCL both come to one instruction. Lanes are contracted: they are for
// CPU devices alone, and PoCL 3.1 miscompiled large tiles of calls of fma.
#pragma OPENCL FP_CONTRACT OFF
#define Fused_MultiplyAdd fma
#ifdef NO_FMA // the host says so of a device without CL_FP_FMA: a thousand calls took rusticl 22 minutes to compile
#define Fused_MultiplyAddEstimate(a, b, c) ((a) * (b) + (c))
#else
#define Fused_MultiplyAddEstimate fma
#endif
FUNCTION float16 Lanes16_MultiplyAdd(float x, float16 y, float16 sum)
{
#pragma OPENCL FP_CONTRACT ON
    return x * y + sum;
}

typedef long int64;
typedef ulong uint64;
typedef struct { int X; int Y; } Index2D;
typedef struct { int X; int Y; int Z; } Index3D;
FUNCTION Index2D Index2D_new(int x, int y) { Index2D i; i.X = x; i.Y = y; return i; }
FUNCTION Index3D Index3D_new(int x, int y, int z) { Index3D i; i.X = x; i.Y = y; i.Z = z; return i; }

#define Group_IdxX ((int)get_local_id(0))
#define Group_IdxY ((int)get_local_id(1))
#define Group_IdxZ ((int)get_local_id(2))
#define Group_DimX ((int)get_local_size(0))
#define Group_DimY ((int)get_local_size(1))
#define Group_DimZ ((int)get_local_size(2))
#define Grid_IdxX ((int)get_group_id(0))
#define Grid_IdxY ((int)get_group_id(1))
#define Grid_IdxZ ((int)get_group_id(2))
#define Grid_DimX ((int)get_num_groups(0))
#define Grid_DimY ((int)get_num_groups(1))
#define Grid_DimZ ((int)get_num_groups(2))
#define Grid_GlobalIndex_X ((int)get_global_id(0))
#define Grid_GlobalIndex_Y ((int)get_global_id(1))
#define Grid_GlobalIndex_Z ((int)get_global_id(2))
#define Group_LinearIndex ((Group_IdxZ * Group_DimY + Group_IdxY) * Group_DimX + Group_IdxX)
#define Group_IsFirstThread (Group_LinearIndex == 0)
#define Grid_GlobalIndex Index3D_new(Grid_GlobalIndex_X, Grid_GlobalIndex_Y, Grid_GlobalIndex_Z)
#define Group_Barrier() barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)

#define MathF_Abs fabs
#define MathF_Ceiling ceil
#define MathF_CopySign copysign
#define MathF_Cos cos
#define MathF_Exp exp
#define MathF_Exp2 exp2
#define MathF_Floor floor
#define MathF_IsFinite(x) (isfinite(x) != 0)
#define MathF_IsInfinity(x) (isinf(x) != 0)
#define MathF_IsNaN(x) (isnan(x) != 0)
#define MathF_Log log
#define MathF_Log2 log2
#define MathF_Mod fmod
#define MathF_Pow pow
#define MathF_Rcp(x) (1.0f / (x))
#define MathF_Round rint
#define MathF_Rsqrt rsqrt
#define MathF_Sin sin
#define MathF_Sqrt sqrt
#define MathF_Tanh tanh
#define MathF_Truncate trunc
#define Math_Abs(x) ((int)abs(x))
#define Math_Clamp clamp
#define Math_Max max
#define Math_Min min
#define Math_LeadingZeroCount(x) ((int)clz(x))
#define Math_PopCount(x) ((int)popcount(x))
#define Interop_FloatAsInt as_uint
#define Interop_IntAsFloat as_float
#define float4_new(x, y, z, w) ((float4)(x, y, z, w))
typedef float16 Lanes16;
#define Lanes16_All(value) ((float16)(value))
#define Lanes16_Load(from, at) vload16(0, (from) + (at))
#define Lanes16_Store(lanes, to, at) vstore16(lanes, 0, (to) + (at))
#define Lanes16_Where(lanes, inside, at) as_float16(as_int16(lanes) & vload16(0, (inside) + (at)))

// Atomics. A 32-bit operation that OpenCL C lacks is a loop around compare-and-exchange. It starts from a guess instead of
// a plain read: that would race with the other items' writes.
#define ATOMIC(name, type, space) Atomic_##name##_##type##_##space
#define ATOMICS_INT(type, space, SPACE)                                                                   \
    FUNCTION type Atomic_Add_##type##_##SPACE(volatile space type* p, type v) { return atomic_add(p, v); } \
    FUNCTION type Atomic_Max_##type##_##SPACE(volatile space type* p, type v) { return atomic_max(p, v); } \
    FUNCTION type Atomic_Min_##type##_##SPACE(volatile space type* p, type v) { return atomic_min(p, v); } \
    FUNCTION type Atomic_And_##type##_##SPACE(volatile space type* p, type v) { return atomic_and(p, v); } \
    FUNCTION type Atomic_Or_##type##_##SPACE(volatile space type* p, type v) { return atomic_or(p, v); }   \
    FUNCTION type Atomic_Xor_##type##_##SPACE(volatile space type* p, type v) { return atomic_xor(p, v); } \
    FUNCTION type Atomic_Exchange_##type##_##SPACE(volatile space type* p, type v) { return atomic_xchg(p, v); } \
    FUNCTION type Atomic_CompareExchange_##type##_##SPACE(volatile space type* p, type expected, type v)   \
    { return atomic_cmpxchg(p, expected, v); }
#define ATOMIC_LOOP(name, type, bits, as_type, as_bits, exchange, space, SPACE, result)                    \
    FUNCTION type Atomic_##name##_##type##_##SPACE(volatile space type* p, type v)                         \
    {                                                                                                      \
        volatile space bits* target = (volatile space bits*)p;                                             \
        bits before = 0, seen;                                                                             \
        for (;;)                                                                                           \
        {                                                                                                  \
            type old = as_type(before);                                                                    \
            seen = exchange(target, before, as_bits(result));                                              \
            if (seen == before) return old;                                                                \
            before = seen;                                                                                 \
        }                                                                                                  \
    }
#define ATOMICS_FLOAT(space, SPACE)                                                                        \
    ATOMIC_LOOP(Add, float, uint, as_float, as_uint, atomic_cmpxchg, space, SPACE, old + v)                \
    ATOMIC_LOOP(Max, float, uint, as_float, as_uint, atomic_cmpxchg, space, SPACE, fmax(old, v))           \
    ATOMIC_LOOP(Min, float, uint, as_float, as_uint, atomic_cmpxchg, space, SPACE, fmin(old, v))           \
    ATOMIC_LOOP(Exchange, float, uint, as_float, as_uint, atomic_cmpxchg, space, SPACE, v)                 \
    FUNCTION float Atomic_CompareExchange_float_##SPACE(volatile space float* p, float expected, float v)  \
    { return as_float(atomic_cmpxchg((volatile space uint*)p, as_uint(expected), as_uint(v))); }
ATOMICS_INT(int, __global, GLOBAL)
ATOMICS_INT(int, __local, SHARED)
ATOMICS_INT(uint, __global, GLOBAL)
ATOMICS_INT(uint, __local, SHARED)
ATOMICS_FLOAT(__global, GLOBAL)
ATOMICS_FLOAT(__local, SHARED)
#ifdef cl_khr_int64_base_atomics
#pragma OPENCL EXTENSION cl_khr_int64_base_atomics : enable
#define ATOMICS_LONG(type, space, SPACE)                                                                  \
    FUNCTION type Atomic_Add_##type##_##SPACE(volatile space type* p, type v) { return atom_add(p, v); }   \
    FUNCTION type Atomic_Exchange_##type##_##SPACE(volatile space type* p, type v) { return atom_xchg(p, v); } \
    FUNCTION type Atomic_CompareExchange_##type##_##SPACE(volatile space type* p, type expected, type v)   \
    { return atom_cmpxchg(p, expected, v); }
ATOMICS_LONG(int64, __global, GLOBAL)
ATOMICS_LONG(int64, __local, SHARED)
ATOMICS_LONG(uint64, __global, GLOBAL)
ATOMICS_LONG(uint64, __local, SHARED)
#ifdef cl_khr_fp64
#define ATOMICS_DOUBLE(space, SPACE)                                                                       \
    ATOMIC_LOOP(Add, double, ulong, as_double, as_ulong, atom_cmpxchg, space, SPACE, old + v)              \
    ATOMIC_LOOP(Max, double, ulong, as_double, as_ulong, atom_cmpxchg, space, SPACE, fmax(old, v))         \
    ATOMIC_LOOP(Min, double, ulong, as_double, as_ulong, atom_cmpxchg, space, SPACE, fmin(old, v))         \
    ATOMIC_LOOP(Exchange, double, ulong, as_double, as_ulong, atom_cmpxchg, space, SPACE, v)
ATOMICS_DOUBLE(__global, GLOBAL)
ATOMICS_DOUBLE(__local, SHARED)
#endif
#endif

// A NaN wins, as in C#.
FUNCTION float MathF_Max(float a, float b) { return a > b || a != a ? a : b; }
FUNCTION float MathF_Min(float a, float b) { return a < b || a != a ? a : b; }
FUNCTION float MathF_Clamp(float x, float low, float high) { return MathF_Max(MathF_Min(x, high), low); }
FUNCTION int MathF_Sign(float x) { return (x > 0.0f) - (x < 0.0f); }
FUNCTION int Math_DivRoundDown(int a, int b) { return a / b; }
FUNCTION int Math_DivRoundUp(int a, int b) { return (a + b - 1) / b; }
