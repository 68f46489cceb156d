using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TripletGpu.KernelCompiler.Tests.Ilgpu;

/// <summary>
/// An assembly with ILGPU's name: for kernels the kernel language, for the host the part of ILGPU 1.5.3's API that the
/// driver and the generated launchers use, with its signatures and no bodies.
/// </summary>
static class IlgpuStandIn
{
    const int MostParameters = 14;

    const string HostTypes = """
        using System;
        using System.Collections.Immutable;
        namespace ILGPU
        {
            using ILGPU.Runtime;
            public enum OptimizationLevel { O0, O1, O2 }
            public sealed class InternalCompilerException : Exception;
            public sealed class Context : IDisposable
            {
                public sealed class Builder { public Builder Optimize(OptimizationLevel level) => this; }
                public static Context Create(Action<Builder> action) => throw null;
                public ImmutableArray<Device> Devices => throw null;
                public void Dispose() { }
            }
            public readonly struct SharedMemoryConfig
            {
                public static SharedMemoryConfig RequestDynamic<T>(int elements) where T : unmanaged => default;
            }
            public readonly struct KernelConfig
            {
                public KernelConfig(Index3D grid, Index3D group, SharedMemoryConfig shared) { }
                public static implicit operator KernelConfig((Index3D, Index3D) dimensions) => default;
            }
        }
        namespace ILGPU.Runtime
        {
            public static class SpecializedValue
            {
                public static SpecializedValue<T> New<T>(T value) where T : unmanaged, IEquatable<T> => new(value);
            }
            public abstract class AcceleratorException : Exception;
            public enum AcceleratorType { CPU, Cuda, OpenCL, Velocity }
            public sealed class AcceleratorStream;
            public abstract class Device
            {
                public AcceleratorType AcceleratorType => default;
                public abstract Accelerator CreateAccelerator(Context context);
            }
            public abstract class Accelerator : IDisposable
            {
                public string Name => throw null;
                public AcceleratorType AcceleratorType => default;
                public long MemorySize => 0;
                public int MaxNumThreadsPerGroup => 0;
                public int MaxSharedMemoryPerGroup => 0;
                public int NumMultiprocessors => 0;
                public AcceleratorStream DefaultStream => throw null;
                public void Synchronize() { }
                public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length) where T : unmanaged => throw null;
                public void Dispose() { }
            }
            public static class Stride1D { public readonly struct Dense; }
            public class MemoryBuffer1D<T, TStride> : IDisposable where T : unmanaged where TStride : struct
            {
                public ArrayView1D<T, TStride> View => default;
                public void Dispose() { }
            }
            public readonly struct ArrayView1D<T, TStride> where T : unmanaged where TStride : struct
            {
                public static implicit operator ArrayView<T>(ArrayView1D<T, TStride> view) => default;
            }
            public static class ArrayViewExtensions
            {
                public static void CopyTo<TView>(this TView source, AcceleratorStream stream, in TView target) { }
                public static void CopyToCPUUnsafeAsync<T, TView>(
                    this TView source, AcceleratorStream stream, ref T cpuData, long length) where T : unmanaged { }
                public static void CopyFromCPUUnsafeAsync<T, TView>(
                    this TView target, AcceleratorStream stream, ref T cpuData, long length) where T : unmanaged { }
            }
            public static class KernelLoaders
            {
                {{loaders}}
            }
        }
        namespace ILGPU.Runtime.CPU
        {
            public sealed class CPUDevice : Device
            {
                public CPUDevice(int numThreadsPerWarp, int numWarpsPerMultiprocessor, int numMultiprocessors) { }
                public override Accelerator CreateAccelerator(Context context) => throw null;
            }
            public static class CPUContextExtensions
            {
                public static Context.Builder CPU(this Context.Builder builder, CPUDevice device) => builder;
            }
        }
        namespace ILGPU.Runtime.Cuda
        {
            public static class CudaContextExtensions
            {
                public static Context.Builder Cuda(this Context.Builder builder) => builder;
            }
        }
        namespace ILGPU.Runtime.OpenCL
        {
            public static class CLContextExtensions
            {
                public static Context.Builder OpenCL(this Context.Builder builder) => builder;
            }
        }
        namespace ILGPU.Algorithms
        {
            public static class AlgorithmContext
            {
                public static Context.Builder EnableAlgorithms(this Context.Builder builder) => builder;
            }
        }
        """;

    /// <summary>The assembly; <paramref name="kernels"/> are the files of the kernels' project.</summary>
    public static MetadataReference Build(IEnumerable<string> kernels)
    {
        CSharpParseOptions options = new(LanguageVersion.Preview);
        // The emulator and its sizes are ours, and not part of the assembly that kernels see.
        string[] language =
        [
            .. kernels.Where(f => f.Contains("/Language/", StringComparison.Ordinal)
                && !f.EndsWith("GroupEmulator.cs", StringComparison.Ordinal)).Select(File.ReadAllText),
            File.ReadAllText(kernels.Single(f => f.EndsWith("/LaunchSize.cs", StringComparison.Ordinal)))
                .Replace("public readonly record", "readonly record", StringComparison.Ordinal),
        ];
        SyntaxTree[] trees =
        [
            .. language.Select(text => CSharpSyntaxTree.ParseText(Compiler.ImplicitUsings + text, options)),
            CSharpSyntaxTree.ParseText(HostTypes.Replace("{{loaders}}", Loaders(), StringComparison.Ordinal), options),
        ];
        return Compiler.Emit(CSharpCompilation.Create(
            "ILGPU", trees, Compiler.Platform, new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true)));
    }

    /// <summary>Both loaders, for as many parameters as ILGPU has.</summary>
    static string Loaders() => string.Join("\n", Enumerable.Range(1, MostParameters).Select(n =>
    {
        string types = string.Join(", ", Enumerable.Range(1, n).Select(i => $"T{i}"));
        string where = string.Concat(Enumerable.Range(1, n).Select(i => $" where T{i} : struct"));
        return $"""
            public static Action<KernelConfig, {types}> LoadStreamKernel<{types}>(
                this Accelerator a, Action<{types}> k){where} => throw null;
            public static Action<TIndex, {types}> LoadAutoGroupedStreamKernel<TIndex, {types}>(
                this Accelerator a, Action<TIndex, {types}> k) where TIndex : struct{where} => throw null;
            """;
    }));
}
