using Microsoft.CodeAnalysis;

namespace TripletGpu.KernelCompiler;

/// <summary>What a kernel may not do. Every message says what to write instead.</summary>
static class Rules
{
    public static readonly DiagnosticDescriptor Syntax = Rule("TGK001", "a kernel cannot use {0}");

    public static readonly DiagnosticDescriptor Type = Rule("TGK002",
        "type {0} has no device form: use bool, byte to ulong, float, an enum, a struct of those, or ArrayView");

    public static readonly DiagnosticDescriptor Call = Rule("TGK003",
        "{0} has no device form: call static methods with source in this project, MathF, XMath, Atomic, Group, Grid");

    public static readonly DiagnosticDescriptor SideEffect = Rule("TGK004",
        "{0} inside an expression: C leaves its order open, make it a statement");

    public static readonly DiagnosticDescriptor Shared = Rule("TGK005",
        "SharedMemory belongs at the top level of the kernel method: pass the view on to helpers");

    public static readonly DiagnosticDescriptor Extent = Rule("TGK006",
        "the extent must be a constant, or made of constants and static members of a type parameter");

    public static readonly DiagnosticDescriptor Space = Rule("TGK007",
        "view '{0}' is {1} memory here and {2} memory there: use two variables");

    public static readonly DiagnosticDescriptor Recursion = Rule("TGK008",
        "'{0}' calls itself: OpenCL C has no recursion");

    public static readonly DiagnosticDescriptor Early = Rule("TGK009",
        "some items leave here and never arrive at the barrier that follows: put the rest under the opposite"
        + " condition");

    public static readonly DiagnosticDescriptor Static = Rule("TGK010",
        "'{0}' is not a constant: kernels read const fields, and static properties of a constant value");

    public static readonly DiagnosticDescriptor Indexed = Rule("TGK011",
        "a kernel with an index parameter has no groups of its own: drop the index to use Group, SharedMemory or"
        + " barriers");

    public static readonly DiagnosticDescriptor Partial = Rule("TGK012",
        "'{0}' must be a static partial class: the kernel's launcher is generated into it");

    public static readonly DiagnosticDescriptor Divergent = Rule("TGK013",
        "a barrier that only some items of the group may reach: the condition differs between items");

    public static readonly DiagnosticDescriptor Parameters = Rule("TGK014",
        "{0} parameters: ILGPU takes at most 14, put the numbers into one dims struct");

    public static readonly DiagnosticDescriptor Double = Rule("TGK015",
        "not every device has double: sum in blocks of float, or in two floats");

    public static readonly DiagnosticDescriptor ArgumentLayout = Rule("TGK016",
        "{0} in '{1}' has no defined size in a kernel argument: use int");

    public static readonly DiagnosticDescriptor SharedSize = Rule("TGK017",
        "{0} bytes of shared memory: devices promise a group 49152 bytes (48 KiB)");

    public static readonly DiagnosticDescriptor Directive = Rule("TGK018",
        "preprocessor directives inside a kernel would be lost in its device form: write two kernels");

    public static readonly DiagnosticDescriptor Name = Rule("TGK019",
        "'{0}': names with an underscore are the compiler's own (x_length, Group_IdxX)");

    public static readonly DiagnosticDescriptor Signature = Rule("TGK020", "{0}");

    public static readonly DiagnosticDescriptor NegativeIndex = Rule("TGK021",
        "a negative index: take an earlier SubView, devices compute addresses without a sign");

    public static readonly DiagnosticDescriptor TypeParameter = Rule("TGK022",
        "type parameter {0} needs an interface constraint that derives from IKernelTypeArgument");

    public static readonly DiagnosticDescriptor IlgpuTrap = Rule("TGK023",
        "{0}: ILGPU 1.5.3 compiles it to another number, write {1}");

    private static DiagnosticDescriptor Rule(string id, string message) =>
        new(id, message, message, "Kernels", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
