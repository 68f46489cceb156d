using Microsoft.CodeAnalysis;

namespace TripletGpu.KernelCompiler;

/// <summary>Library methods that the preludes define, under the name <c>Class_Method</c>.</summary>
static class Intrinsics
{
    // What ILGPU maps of MathF and Math; anything else it compiles silently into an undefined external.
    static readonly HashSet<string> MathF = Set("Abs Cos Exp Floor Log Max Min Pow Sin Sqrt Tanh");

    static readonly HashSet<string> XMath = Set(
        "Abs Ceiling Clamp Cos Exp Exp2 Floor IsFinite IsInfinity IsNaN Log Log2 Max Min Pow Rcp Round Rsqrt Sign Sin"
        + " Sqrt Tanh Truncate");

    static readonly HashSet<string> Integers =
        Set("Abs Clamp DivRoundDown DivRoundUp LeadingZeroCount Max Min PopCount");

    /// <summary>The name in C of a library method; null if it has none.</summary>
    public static string? Name(IMethodSymbol m)
    {
        bool floats = m.Parameters.Length > 0 && m.Parameters.All(p => p.Type.SpecialType == SpecialType.System_Single);
        bool integers = m.Parameters.Length > 0 && m.Parameters.All(p => p.Type.SpecialType is SpecialType.System_Int32
            or SpecialType.System_UInt32 or SpecialType.System_Int64 or SpecialType.System_UInt64);
        switch (m.ContainingType.Name)
        {
            case "MathF" or "Math" when floats && MathF.Contains(m.Name) && !Views.IsIlgpu(m): return "MathF_" + m.Name;
            case "Math" when integers && m.Name is "Abs" or "Max" or "Min": return "Math_" + m.Name;
            case "XMath" when floats && XMath.Contains(m.Name): return "MathF_" + m.Name;
            case "XMath" when integers && m.Name is "Abs" or "Max" or "Min" or "Clamp": return "Math_" + m.Name;
            case "IntrinsicMath" when floats && m.Name == "CopySign": return "MathF_CopySign";
            case "IntrinsicMath" when floats && m.Name is "Abs" or "Max" or "Min" or "Clamp": return "MathF_" + m.Name;
            case "IntrinsicMath" when integers && Integers.Contains(m.Name): return "Math_" + m.Name;
            case "Fused" when floats && m.ContainingNamespace.ToDisplayString() == "TripletGpu.Kernels.Functions":
                return "Fused_" + m.Name;
            case "Group" when m.Name == "Barrier":
            case "Interop" when m.Name is "FloatAsInt" or "IntAsFloat":
                return m.ContainingType.Name + "_" + m.Name;
            case "Lanes16" when Translation.IsLanes(m.ContainingType): return "Lanes16_" + m.Name;
            default: return null;
        }
    }

    /// <summary>Whether this is an atomic operation; its name in C also tells the type and the address space.</summary>
    public static bool IsAtomic(IMethodSymbol m) => m.ContainingType.Name == "Atomic" && Views.IsIlgpu(m);

    static HashSet<string> Set(string names) => new(names.Split(' '));
}
