// What the generated text needs on CUDA C: NVRTC, or clang without any CUDA header.
typedef unsigned int uint;
typedef unsigned char uchar;
typedef unsigned short ushort;
typedef long long int64;
typedef unsigned long long uint64;
#ifndef __CUDACC_RTC__
#define __align__(n) __attribute__((aligned(n)))
#define __device__ __attribute__((device))
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
#define __launch_bounds__(n, groups) __attribute__((launch_bounds(n, groups)))
#define __forceinline__ inline __attribute__((always_inline))
#define DEVICE extern "C" __device__
DEVICE float expf(float); DEVICE float exp2f(float); DEVICE float logf(float); DEVICE float log2f(float);
DEVICE float powf(float, float); DEVICE float tanhf(float); DEVICE float sinf(float); DEVICE float cosf(float);
DEVICE float fmodf(float, float); DEVICE float rsqrtf(float);
#define INLINE static __device__ __forceinline__
INLINE float sqrtf(float x) { return __builtin_sqrtf(x); }
INLINE float fmaf(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
INLINE float fabsf(float x) { return __builtin_fabsf(x); }
INLINE float fmaxf(float a, float b) { return __builtin_fmaxf(a, b); }
INLINE float fminf(float a, float b) { return __builtin_fminf(a, b); }
INLINE double fmax(double a, double b) { return __builtin_fmax(a, b); }
INLINE double fmin(double a, double b) { return __builtin_fmin(a, b); }
INLINE float floorf(float x) { return __builtin_floorf(x); }
INLINE float ceilf(float x) { return __builtin_ceilf(x); }
INLINE float truncf(float x) { return __builtin_truncf(x); }
INLINE float rintf(float x) { return __builtin_rintf(x); }
INLINE float copysignf(float x, float y) { return __builtin_copysignf(x, y); }
INLINE int abs(int a) { return __builtin_abs(a); }
INLINE int __clz(int x) { return x == 0 ? 32 : __builtin_clz(x); }
INLINE int __popc(uint x) { return __builtin_popcount(x); }
INLINE float __uint_as_float(uint x) { return __builtin_bit_cast(float, x); }
INLINE uint __float_as_uint(float x) { return __builtin_bit_cast(uint, x); }
INLINE double __longlong_as_double(int64 x) { return __builtin_bit_cast(double, x); }
INLINE int64 __double_as_longlong(double x) { return __builtin_bit_cast(int64, x); }
INLINE float __ldg(const float* p) { return *p; }
INLINE float atomicAdd(float* p, float v) { return __nvvm_atom_add_gen_f(p, v); }
INLINE int atomicAdd(int* p, int v) { return __nvvm_atom_add_gen_i(p, v); }
INLINE uint atomicAdd(uint* p, uint v) { return __nvvm_atom_add_gen_i((int*)p, v); }
INLINE uint64 atomicAdd(uint64* p, uint64 v) { return __nvvm_atom_add_gen_ll((int64*)p, v); }
INLINE int atomicMax(int* p, int v) { return __nvvm_atom_max_gen_i(p, v); }
INLINE uint atomicMax(uint* p, uint v) { return __nvvm_atom_max_gen_ui(p, v); }
INLINE int atomicMin(int* p, int v) { return __nvvm_atom_min_gen_i(p, v); }
INLINE uint atomicMin(uint* p, uint v) { return __nvvm_atom_min_gen_ui(p, v); }
INLINE int atomicAnd(int* p, int v) { return __nvvm_atom_and_gen_i(p, v); }
INLINE uint atomicAnd(uint* p, uint v) { return __nvvm_atom_and_gen_i((int*)p, v); }
INLINE int atomicOr(int* p, int v) { return __nvvm_atom_or_gen_i(p, v); }
INLINE uint atomicOr(uint* p, uint v) { return __nvvm_atom_or_gen_i((int*)p, v); }
INLINE int atomicXor(int* p, int v) { return __nvvm_atom_xor_gen_i(p, v); }
INLINE uint atomicXor(uint* p, uint v) { return __nvvm_atom_xor_gen_i((int*)p, v); }
INLINE int atomicExch(int* p, int v) { return __nvvm_atom_xchg_gen_i(p, v); }
INLINE uint atomicExch(uint* p, uint v) { return __nvvm_atom_xchg_gen_i((int*)p, v); }
INLINE uint64 atomicExch(uint64* p, uint64 v) { return __nvvm_atom_xchg_gen_ll((int64*)p, v); }
INLINE int atomicCAS(int* p, int e, int v) { return __nvvm_atom_cas_gen_i(p, e, v); }
INLINE uint atomicCAS(uint* p, uint e, uint v) { return __nvvm_atom_cas_gen_i((int*)p, e, v); }
INLINE uint64 atomicCAS(uint64* p, uint64 e, uint64 v) { return __nvvm_atom_cas_gen_ll((int64*)p, e, v); }
INLINE void __threadfence_block() { __nvvm_membar_cta(); }
INLINE void __threadfence() { __nvvm_membar_gl(); }
INLINE void __threadfence_system() { __nvvm_membar_sys(); }
INLINE int __shfl_sync(uint m, int v, int lane) { return __nvvm_shfl_sync_idx_i32(m, v, lane, 31); }
INLINE int __shfl_down_sync(uint m, int v, uint d) { return __nvvm_shfl_sync_down_i32(m, v, d, 31); }
INLINE int __shfl_xor_sync(uint m, int v, int mask) { return __nvvm_shfl_sync_bfly_i32(m, v, mask, 31); }
INLINE float __shfl_sync(uint m, float v, int lane) { return __nvvm_shfl_sync_idx_f32(m, v, lane, 31); }
INLINE float __shfl_down_sync(uint m, float v, uint d) { return __nvvm_shfl_sync_down_f32(m, v, d, 31); }
INLINE float __shfl_xor_sync(uint m, float v, int mask) { return __nvvm_shfl_sync_bfly_f32(m, v, mask, 31); }
INLINE uint __shfl_sync(uint m, uint v, int lane) { return (uint)__shfl_sync(m, (int)v, lane); }
INLINE uint __shfl_down_sync(uint m, uint v, uint d) { return (uint)__shfl_down_sync(m, (int)v, d); }
INLINE uint __shfl_xor_sync(uint m, uint v, int mask) { return (uint)__shfl_xor_sync(m, (int)v, mask); }
struct __align__(16) float4 { float x, y, z, w; };
INLINE float4 __ldg(const float4* p) { return *p; }
struct Dim3 { int x, y, z; };
#define SREG(name) (Dim3{(int)__nvvm_read_ptx_sreg_##name##_x(), (int)__nvvm_read_ptx_sreg_##name##_y(), \
    (int)__nvvm_read_ptx_sreg_##name##_z()})
#define threadIdx SREG(tid)
#define blockIdx SREG(ctaid)
#define blockDim SREG(ntid)
#define gridDim SREG(nctaid)
#endif
#define KERNEL extern "C" __global__
// Groups that a multiprocessor must have registers for, as TileModel counts on: 128, 96 or 168 an item. Without them the
// assembler chooses itself, and spilled to fit 2,048 items (ptxas 11.8 for sm_80: nearest neighbours, 32 registers).
#define LEAST_GROUPS(items) ((items) > 256 ? 1 : (items) > 128 ? 2 : (items) > 64 ? 5 : (items) > 32 ? 6 : 16)
#define GROUP(x, y, z) __launch_bounds__((x) * (y) * (z), LEAST_GROUPS((x) * (y) * (z)))
#define FUNCTION static __device__ __forceinline__
#define GLOBAL
#define SHARED
#define PRIVATE
#define CONSTANT static constexpr
#define SHARED_ARRAY __shared__ __align__(16)
#define RESTRICT __restrict__
#define VIEW(name) name##_base
#define VIEW_PARAMETER(type, name) type name##_base
#ifndef UNROLL
#define UNROLL _Pragma("unroll")
#endif
struct Index2D { int X, Y; };
struct Index3D { int X, Y, Z; };
#define Index2D_new(x, y) (Index2D{x, y})
#define Index3D_new(x, y, z) (Index3D{x, y, z})

#define Group_IdxX ((int)threadIdx.x)
#define Group_IdxY ((int)threadIdx.y)
#define Group_IdxZ ((int)threadIdx.z)
#define Group_DimX ((int)blockDim.x)
#define Group_DimY ((int)blockDim.y)
#define Group_DimZ ((int)blockDim.z)
#define Grid_IdxX ((int)blockIdx.x)
#define Grid_IdxY ((int)blockIdx.y)
#define Grid_IdxZ ((int)blockIdx.z)
#define Grid_DimX ((int)gridDim.x)
#define Grid_DimY ((int)gridDim.y)
#define Grid_DimZ ((int)gridDim.z)
#define Grid_GlobalIndex_X (Grid_IdxX * Group_DimX + Group_IdxX)
#define Grid_GlobalIndex_Y (Grid_IdxY * Group_DimY + Group_IdxY)
#define Grid_GlobalIndex_Z (Grid_IdxZ * Group_DimZ + Group_IdxZ)
#define Group_LinearIndex ((Group_IdxZ * Group_DimY + Group_IdxY) * Group_DimX + Group_IdxX)
#define Group_IsFirstThread (Group_LinearIndex == 0)
#define Grid_GlobalIndex Index3D_new(Grid_GlobalIndex_X, Grid_GlobalIndex_Y, Grid_GlobalIndex_Z)
#define Group_Barrier() __syncthreads()

#define Fused_MultiplyAdd fmaf
#define Fused_MultiplyAddEstimate fmaf
#define MathF_Abs fabsf
#define MathF_Ceiling ceilf
#define MathF_CopySign copysignf
#define MathF_Cos cosf
#define MathF_Exp expf
#define MathF_Exp2 exp2f
#define MathF_Floor floorf
#define MathF_IsFinite(x) (fabsf(x) < INFINITY)
#define MathF_IsInfinity(x) (fabsf(x) == INFINITY)
#define MathF_IsNaN(x) ((x) != (x))
#define MathF_Log logf
#define MathF_Log2 log2f
#define MathF_Mod fmodf
#define MathF_Pow powf
#define MathF_Rcp(x) (1.0f / (x))
#define MathF_Round rintf
#define MathF_Rsqrt rsqrtf
#define MathF_Sin sinf
#define MathF_Sqrt sqrtf
#define MathF_Tanh tanhf
#define MathF_Truncate truncf
#define Math_LeadingZeroCount(x) __clz((int)(x))
#define Math_PopCount(x) __popc((uint)(x))
#define Interop_FloatAsInt __float_as_uint
#define Interop_IntAsFloat __uint_as_float
#define INFINITY __uint_as_float(0x7f800000u)
#define NAN __uint_as_float(0x7fc00000u)
#define float4_new(x, y, z, w) (float4{x, y, z, w})
struct Lanes16 { float at[16]; };
#define LANES(value) Lanes16 lanes; UNROLL for (int i = 0; i < 16; i++) lanes.at[i] = value; return lanes
FUNCTION Lanes16 Lanes16_All(float value) { LANES(value); }
FUNCTION Lanes16 Lanes16_Load(const float* from, int at) { LANES(from[at + i]); }
FUNCTION void Lanes16_Store(Lanes16 lanes, float* to, int at) { UNROLL for (int i = 0; i < 16; i++) to[at + i] = lanes.at[i]; }
FUNCTION Lanes16 Lanes16_MultiplyAdd(float x, Lanes16 y, Lanes16 sum) { LANES(fmaf(x, y.at[i], sum.at[i])); }
FUNCTION Lanes16 Lanes16_Where(Lanes16 all, const int* inside, int at) { LANES(inside[at + i] != 0 ? all.at[i] : 0.0f); }

// An address in one instruction: of mad.wide, and of what C would become, ptxas makes two (11.8, 12.4).
FUNCTION const void* Address(int64 from, uint at)
{
    const void* place;
    asm("{ .reg .u64 t; mul.wide.u32 t, %1, 4; add.u64 %0, t, %2; }" : "=l"(place) : "r"(at), "l"(from));
    return place;
}
#define GlobalMemory_Read GlobalMemory_Read
FUNCTION float GlobalMemory_Read(const float* from, int at) { return __ldg((const float*)Address((int64)from, at)); }
#define GlobalMemory_Place GlobalMemory_Place
FUNCTION int64 GlobalMemory_Place(const float* from, int at) { return (int64)(from + at); }
#define GlobalMemory_ReadUnless GlobalMemory_ReadUnless
FUNCTION float GlobalMemory_ReadUnless(const float* from, int64 place, int further, int bits)
{ return bits == 0 ? __ldg((const float*)Address(place, further)) : 0.0f; }
#define GlobalMemory_ReadFour GlobalMemory_ReadFour
FUNCTION float4 GlobalMemory_ReadFour(const float* from, int64 place, int further)
{ return __ldg((const float4*)Address(place, further)); }
#define GlobalMemory_ReadOrAny GlobalMemory_ReadOrAny
FUNCTION float GlobalMemory_ReadOrAny(const float* from, int64 place, int further, int ahead, int bits)
{
    float x;
    asm("{ .reg .pred p; setp.ge.s32 p, %2, 0; @p ld.global.nc.f32 %0, [%1]; }"
        : "=f"(x) : "l"((const float*)Address(place, further) + ahead), "r"(bits));
    return x;
}
#define GlobalMemory_ReadFourOrAny GlobalMemory_ReadFourOrAny
FUNCTION float4 GlobalMemory_ReadFourOrAny(const float* from, int64 place, int further, int bits)
{
    float4 x;
    asm("{ .reg .pred p; setp.ge.s32 p, %5, 0; @p ld.global.nc.v4.f32 {%0, %1, %2, %3}, [%4]; }"
        : "=f"(x.x), "=f"(x.y), "=f"(x.z), "=f"(x.w) : "l"(Address(place, further)), "r"(bits));
    return x;
}
#define DepthBlocks_Anew DepthBlocks_Anew
FUNCTION int DepthBlocks_Anew(int number) { asm volatile("mov.b32 %0, %0;" : "+r"(number)); return number; }
#define StageMemory_Next(start, places, length) (((start) + 16 * (places)) & (16 * (length) - 1))
#define StageMemory_Other(start, length) (16 * (length) - (start))
#define StageMemory_Load StageMemory_Load
FUNCTION float4 StageMemory_Load(const float4* from, int start, int at)
{ return *(const float4*)((const char*)from + start + 16 * at); }
#define StageMemory_Store StageMemory_Store
FUNCTION void StageMemory_Store(float* to, int start, int at, float4 elements)
{ *(float4*)((char*)to + start + 16 * at) = elements; }
#define StageMemory_StoreOne StageMemory_StoreOne
FUNCTION void StageMemory_StoreOne(float* to, int start, int at, int further, float element)
{ *(float*)((char*)to + start + 16 * at + 4 * further) = element; }

// Since sm_80: elsewhere the functions' own bodies compute the same, slowly.
#if __CUDA_ARCH__ >= 800
#define TensorCore_Round TensorCore_Round
FUNCTION float TensorCore_Round(float x)
{
    uint bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
    return __uint_as_float(bits);
}
#define TensorCore_MultiplyAdd TensorCore_MultiplyAdd
FUNCTION float4 TensorCore_MultiplyAdd(float* fragments, float4 a, float b0, float b1, float4 sums)
{
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(sums.x), "+f"(sums.y), "+f"(sums.z), "+f"(sums.w)
        : "r"(__float_as_uint(a.x)), "r"(__float_as_uint(a.y)), "r"(__float_as_uint(a.z)), "r"(__float_as_uint(a.w)),
          "r"(__float_as_uint(b0)), "r"(__float_as_uint(b1)));
    return sums;
}
#define TensorCore_Pair TensorCore_Pair
FUNCTION float TensorCore_Pair(float first, float second)
{
    uint bits;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(second), "f"(first));
    return __uint_as_float(bits);
}
#define TensorCore_MultiplyAddPairs TensorCore_MultiplyAddPairs
FUNCTION float4 TensorCore_MultiplyAddPairs(float* fragments, float4 a, float b0, float b1, float4 sums)
{
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(sums.x), "+f"(sums.y), "+f"(sums.z), "+f"(sums.w)
        : "r"(__float_as_uint(a.x)), "r"(__float_as_uint(a.y)), "r"(__float_as_uint(a.z)), "r"(__float_as_uint(a.w)),
          "r"(__float_as_uint(b0)), "r"(__float_as_uint(b1)));
    return sums;
}
#endif

#define INTEGERS(type)                                                                   \
    FUNCTION type Math_Max(type a, type b) { return a > b ? a : b; }                     \
    FUNCTION type Math_Min(type a, type b) { return a < b ? a : b; }                     \
    FUNCTION type Math_Clamp(type x, type low, type high) { return Math_Max(Math_Min(x, high), low); }
INTEGERS(int)
INTEGERS(uint)
INTEGERS(int64)
INTEGERS(uint64)
FUNCTION int Math_Abs(int x) { return x < 0 ? -x : x; }
FUNCTION int64 Math_Abs(int64 x) { return x < 0 ? -x : x; }

#define ATOMIC_LOOP(name, type, bits, as_type, as_bits, result)                          \
    FUNCTION type Atomic_##name(type* p, type v)                                         \
    {                                                                                    \
        bits before = 0, seen;                                                           \
        for (;;)                                                                         \
        {                                                                                \
            type old = as_type(before);                                                  \
            seen = atomicCAS((bits*)p, before, (bits)as_bits(result));                   \
            if (seen == before) return old;                                              \
            before = seen;                                                               \
        }                                                                                \
    }
ATOMIC_LOOP(Max, float, uint, __uint_as_float, __float_as_uint, fmaxf(old, v))
ATOMIC_LOOP(Min, float, uint, __uint_as_float, __float_as_uint, fminf(old, v))
ATOMIC_LOOP(Add, double, uint64, __longlong_as_double, __double_as_longlong, old + v)
ATOMIC_LOOP(Max, double, uint64, __longlong_as_double, __double_as_longlong, fmax(old, v))
ATOMIC_LOOP(Min, double, uint64, __longlong_as_double, __double_as_longlong, fmin(old, v))
FUNCTION float Atomic_Exchange(float* p, float v) { return __uint_as_float(atomicExch((uint*)p, __float_as_uint(v))); }
FUNCTION float Atomic_CompareExchange(float* p, float e, float v)
{ return __uint_as_float(atomicCAS((uint*)p, __float_as_uint(e), __float_as_uint(v))); }
FUNCTION float Atomic_Add(float* p, float v) { return atomicAdd(p, v); }
#define ATOMICS_INT(type)                                                                \
    FUNCTION type Atomic_Add(type* p, type v) { return atomicAdd(p, v); }                \
    FUNCTION type Atomic_Max(type* p, type v) { return atomicMax(p, v); }                \
    FUNCTION type Atomic_Min(type* p, type v) { return atomicMin(p, v); }                \
    FUNCTION type Atomic_And(type* p, type v) { return atomicAnd(p, v); }                \
    FUNCTION type Atomic_Or(type* p, type v) { return atomicOr(p, v); }                  \
    FUNCTION type Atomic_Xor(type* p, type v) { return atomicXor(p, v); }                \
    FUNCTION type Atomic_Exchange(type* p, type v) { return atomicExch(p, v); }          \
    FUNCTION type Atomic_CompareExchange(type* p, type e, type v) { return atomicCAS(p, e, v); }
ATOMICS_INT(int)
ATOMICS_INT(uint)
#define ATOMICS_LONG(type)                                                               \
    FUNCTION type Atomic_Add(type* p, type v) { return (type)atomicAdd((uint64*)p, (uint64)v); } \
    FUNCTION type Atomic_Exchange(type* p, type v) { return (type)atomicExch((uint64*)p, (uint64)v); } \
    FUNCTION type Atomic_CompareExchange(type* p, type e, type v)                        \
    { return (type)atomicCAS((uint64*)p, (uint64)e, (uint64)v); }
ATOMICS_LONG(int64)
ATOMICS_LONG(uint64)
// Overloads tell the type, and addresses are generic.
#define ATOMIC(name, type, space) Atomic_##name

// A NaN wins, as in C#.
FUNCTION float MathF_Max(float a, float b) { return a > b || a != a ? a : b; }
FUNCTION float MathF_Min(float a, float b) { return a < b || a != a ? a : b; }
FUNCTION float MathF_Clamp(float x, float low, float high) { return MathF_Max(MathF_Min(x, high), low); }
FUNCTION int MathF_Sign(float x) { return (x > 0.0f) - (x < 0.0f); }
FUNCTION int Math_DivRoundDown(int a, int b) { return a / b; }
FUNCTION int Math_DivRoundUp(int a, int b) { return (a + b - 1) / b; }
