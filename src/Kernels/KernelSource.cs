using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Runtime;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Kernels;

/// <summary>
/// A kernel as device text, with what a launch needs to know. The kernel compiler makes one for each kernel.
/// </summary>
public sealed class KernelSource
{
    static int count;

    /// <summary>A number that tells kernels apart: a device's slot for the built one.</summary>
    public int Id { get; } = Interlocked.Increment(ref count) - 1;

    /// <summary>
    /// Class and method, with the structs that a generic kernel is bound to: <c>ElementwiseKernels.Map&lt;Relu&gt;</c>.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>The first part of the name: <c>Elementwise</c>.</summary>
    public string Family => Name[..Name.IndexOf("Kernels", StringComparison.Ordinal)];

    /// <summary>The name of the entry point in the device program.</summary>
    public required string Entry { get; init; }

    /// <summary>1, 2 or 3 for a kernel with an index; 0 for an explicitly grouped one.</summary>
    public int IndexDimensions { get; init; }

    /// <summary>Items of a group; null for a kernel with an index.</summary>
    public LaunchSize? Group { get; init; }

    /// <summary>Bytes of shared memory a group takes.</summary>
    public int SharedBytes { get; init; }

    /// <summary>The C# parameters with their types.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>The C# method with its comments.</summary>
    public required string CSharp { get; init; }

    /// <summary>The device program in names that the preludes define for each target.</summary>
    public required string Body { get; init; }

    /// <summary>
    /// The lines of C# that each line of <see cref="Body"/> has come from, as the kernel compiler writes them:
    /// <see cref="SourceLine.Read"/> reads them.
    /// </summary>
    public Func<string> LineMap { get; init; } = static () => "";

    /// <summary>The C# method, its type parameters bound: what ILGPU compiles.</summary>
    public Func<MethodInfo>? Method { get; init; }

    /// <summary>Compiles the kernel with ILGPU's own compiler and gives its launcher.</summary>
    public Func<Accelerator, IlgpuLaunch>? Ilgpu { get; init; }

    /// <summary>
    /// What ILGPU is told of a kernel's group, as CUDA C is by <c>GROUP</c> of its prelude: how many groups of so many
    /// items a multiprocessor must have registers for.
    /// </summary>
    public static KernelSpecialization Specialization(int items) => items == 0 ? KernelSpecialization.Empty
        : new(items, items > 256 ? 1 : items > 128 ? 2 : items > 64 ? 5 : items > 32 ? 6 : 16);

    /// <summary>The complete program in OpenCL C 1.2.</summary>
    public string OpenCl => Prelude.OpenCl + "\n" + Body + "\n";

    /// <summary>The complete program in CUDA C.</summary>
    public string Cuda => Prelude.Cuda + "\n" + Body + "\n";

    /// <summary>
    /// The kernel with one type parameter bound: the struct's program comes in front, <c>TMath_Forward</c> becomes
    /// <c>Relu_Forward</c>.
    /// </summary>
    public KernelSource Bind(string parameter, TypeArgumentProgram argument)
    {
        // An underscore ends a name here: the compiler allows none inside of the kernel's own.
        string Bound(string text) => Regex.Replace(text, $"(?<![A-Za-z0-9]){parameter}(?![A-Za-z0-9])", argument.Name);
        string name = Name.EndsWith('>') ? $"{Name[..^1]}, {argument.Name}>" : $"{Name}<{argument.Name}>";
        string body = Bound(Body);
        bool isThere = body.Contains(argument.Body);
        return Copy(
            name, Bound(Entry), isThere ? body : argument.Body + "\n\n" + body,
            isThere ? LineMap : () => argument.LineMap() + ";;" + LineMap());
    }

    KernelSource Copy(string name, string entry, string body, Func<string> lineMap) => new()
    {
        Name = name,
        Entry = entry,
        Body = body,
        LineMap = lineMap,
        CSharp = CSharp,
        IndexDimensions = IndexDimensions,
        Group = Group,
        SharedBytes = SharedBytes,
        Parameters = Parameters,
        Method = Method,
        Ilgpu = Ilgpu,
    };

    /// <inheritdoc/>
    public override string ToString() => Name;
}
