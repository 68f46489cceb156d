// The meaning of the PTX that kernels contain, an instruction a function, from the definitions of the PTX ISA.
// translate.cpp calls them by the instructions' names, with _ for each dot, destinations first.

// What a register holds that nothing has written: as a number, NaN.
template<class T> CPU_FUNCTION T cpu_unset() { return (T)0xFFFFDEADFFFFDEADull; }
template<> __forceinline__ float cpu_unset<float>() { return __uint_as_float(0xFFFFDEADu); }
template<> __forceinline__ bool cpu_unset<bool>() { return true; }

// Operands of an asm statement by their constraints, "r", "l" and "f": of exactly that size, as ptxas demands.
template<class T> CPU_FUNCTION unsigned cpu_in_r(T from) { static_assert(sizeof from == 4, ""); return (unsigned)from; }
template<class T> CPU_FUNCTION unsigned long long cpu_in_l(T from)
{
    static_assert(sizeof from == 8, "");
    return (unsigned long long)from;
}
CPU_FUNCTION float cpu_in_f(float from) { return from; }
template<class T> void cpu_in_f(T) = delete;
template<class T, class R> CPU_FUNCTION void cpu_out(T& to, R from)
{
    static_assert(sizeof to == sizeof from, "");
    to = (T)from;
}

CPU_FUNCTION void ptx_mov_b32(unsigned& d, unsigned a) { d = a; }
CPU_FUNCTION void ptx_mul_wide_u32(unsigned long long& d, unsigned a, unsigned b) { d = (unsigned long long)a * b; }
CPU_FUNCTION void ptx_add_u64(unsigned long long& d, unsigned long long a, unsigned long long b) { d = a + b; }
CPU_FUNCTION void ptx_setp_ge_s32(bool& p, int a, int b) { p = a >= b; }
CPU_FUNCTION void ptx_ld_global_nc_f32(float& d, unsigned long long a) { d = *(const float*)a; }
CPU_FUNCTION void ptx_ld_global_nc_v4_f32(float& x, float& y, float& z, float& w, unsigned long long a)
{
    float4 d = *(const float4*)a;
    x = d.x, y = d.y, z = d.z, w = d.w;
}

// To the nearest, halves away from zero: 10 bits of fraction are left of 23.
CPU_FUNCTION void ptx_cvt_rna_tf32_f32(unsigned& d, float a)
{
    unsigned bits = __float_as_uint(a);
    if (a != a) d = 0x7FFFFFFFu;
    else if ((bits & 0x7F800000u) == 0x7F800000u) d = bits;
    else d = (bits + 0x1000u) & ~0x1FFFu;
}

// To the nearest, halves to even: 7 bits of fraction are left of 23. NaN is 0x7FFF.
CPU_FUNCTION unsigned cpu_bf16(float a)
{
    unsigned bits = __float_as_uint(a), kept = bits >> 16, rest = bits & 0xFFFFu;
    if (a != a) return 0x7FFFu;
    return rest > 0x8000u || (rest == 0x8000u && (kept & 1)) ? kept + 1 : kept;
}
// "For .bf16x2 ... the converted value from a is stored in the upper half of d, that from b in the lower."
CPU_FUNCTION void ptx_cvt_rn_bf16x2_f32(unsigned& d, float a, float b) { d = cpu_bf16(a) << 16 | cpu_bf16(b); }

#define CPU_MULTIPLY(instruction, kind)                                                                        \
    CPU_FUNCTION void instruction(                                                                             \
        float& d0, float& d1, float& d2, float& d3, unsigned a0, unsigned a1, unsigned a2, unsigned a3,        \
        unsigned b0, unsigned b1, float c0, float c1, float c2, float c3)                                      \
    {                                                                                                          \
        cpu_fragments own = { { a0, a1, a2, a3 }, { b0, b1 }, { c0, c1, c2, c3 }, {} };                        \
        cpu_multiply(kind, &own, __LINE__);                                                                    \
        d0 = own.d[0], d1 = own.d[1], d2 = own.d[2], d3 = own.d[3];                                            \
    }
CPU_MULTIPLY(ptx_mma_sync_aligned_m16n8k8_row_col_f32_tf32_tf32_f32, cpu_m16n8k8_tf32)
CPU_MULTIPLY(ptx_mma_sync_aligned_m16n8k16_row_col_f32_bf16_bf16_f32, cpu_m16n8k16_bf16)
