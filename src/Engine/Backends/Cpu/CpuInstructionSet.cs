using System.Runtime.Intrinsics.X86;

namespace TripletGpu.Backends.Cpu;

/// <summary>Which vector instructions the CPU backend uses.</summary>
public enum CpuInstructionSet
{
    /// <summary><c>Vector128</c> without fused multiply-add assumptions: ARM64 and old x86.</summary>
    Portable,

    /// <summary>256-bit vectors with FMA.</summary>
    Avx2,

    /// <summary>512-bit vectors with masks (F, DQ, VL, BW).</summary>
    Avx512,
}

/// <summary>What this machine has.</summary>
public static class CpuInstructionSets
{
    /// <summary>The widest set that this machine runs.</summary>
    public static CpuInstructionSet Best =>
        IsSupported(CpuInstructionSet.Avx512) ? CpuInstructionSet.Avx512
        : IsSupported(CpuInstructionSet.Avx2) ? CpuInstructionSet.Avx2
        : CpuInstructionSet.Portable;

    /// <summary>Whether this machine runs <paramref name="set"/>.</summary>
    public static bool IsSupported(CpuInstructionSet set) => set switch
    {
        CpuInstructionSet.Avx512 =>
            Avx512F.IsSupported && Avx512DQ.IsSupported && Avx512BW.IsSupported && Avx512F.VL.IsSupported,
        CpuInstructionSet.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };
}
