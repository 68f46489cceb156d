using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Runtime.Cuda;
using TripletGpu.Backends.Gpu.Ilgpu;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Engine.Tests.Gpu.Ilgpu;

/// <summary>
/// What ILGPU emits for our kernels: the faults of its own choices show in the text, without a device.
/// </summary>
public sealed class KernelTextTests
{
    /// <summary>What ptxas may fuse, what is not exact, what loses NaN, what is not there.</summary>
    const string Foreign = @"\b\w+\.approx\S*|\b(add|sub|mul)\.f32|\b(max|min)\.f32|\bcall\b.*";

    static readonly string[] Architectures = ["SM_70", "SM_80", "SM_90"];

    readonly IlgpuTexts texts = new();

    [OneTimeTearDown]
    public void Close() => texts.Dispose();

    /// <summary>At O2 the store comes first: the value that it overwrites is lost.</summary>
    [Test]
    public void Loop_ThatReplacesAValue_LoadsItFirst()
    {
        Assert.That(LoadsFirst(texts.Ptx(Method(Scan))), "at our level");
        using var optimized = new IlgpuTexts(OptimizationLevel.O2);
        Assert.That(LoadsFirst(optimized.Ptx(Method(Scan))), Is.False, "at O2: this test would see the fault");
    }

    [Test]
    public void EveryKernel_Ptx_RoundsAsCSharp([ValueSource(nameof(Architectures))] string architecture)
    {
        CudaArchitecture target = architecture switch
        {
            "SM_70" => CudaArchitecture.SM_70,
            "SM_80" => CudaArchitecture.SM_80,
            _ => CudaArchitecture.SM_90,
        };
        foreach (KernelSource kernel in KernelCatalog.All)
        {
            string text = texts.Ptx(kernel.Method!(), target);
            Assert.That(Regex.Matches(text, Foreign).Select(m => m.Value).Distinct(), Is.Empty, kernel.Name);
        }
    }

    [Test]
    public void EveryKernel_OpenCl_CallsNoFunctionThatLosesNan()
    {
        foreach (KernelSource kernel in KernelCatalog.All)
            Assert.That(
                Regex.IsMatch(texts.OpenCl(kernel.Method!()), @"\bf?(max|min) \(\(float|FusedMultiplyAdd"), Is.False,
                kernel.Name);
    }

    [Test]
    public void FusedMultiplyAdd_IsOneInstruction()
    {
        MethodInfo kernel = KernelCatalog.Find("UnitRowKernels.Forward").Single().Method!();
        Assert.That(texts.Ptx(kernel), Does.Contain("fma.rn.f32"));
        Assert.That(texts.OpenCl(kernel), Does.Match(@"=\s+fma \("));
    }

    /// <summary>ILGPU takes an index for a number without a sign; padding lies before an image.</summary>
    [Test]
    public void Place_IsSigned() => Assert.That(
        texts.Ptx(((Action<Index1D, ArrayView<float>>)Shift).Method), Does.Contain("mul.wide.s32"));

    /// <summary>The start of a stage is in bytes, and what is read there at an address of shared memory.</summary>
    [Test]
    public void Tiles_AddressSharedMemory()
    {
        foreach (KernelSource kernel in KernelCatalog.All.Where(k => k.Name.Contains(".Tiled<")))
            Assert.That(
                texts.Ptx(kernel.Method!()), Does.Contain("ld.shared.v4.f32").And.Not.Contain("cvta"), kernel.Name);
    }

    /// <summary>x[k] = x[k - 1], by a place before the view.</summary>
    static void Shift(Index1D i, ArrayView<float> x) =>
        x[i] = GlobalMemory.ReadUnless(x, GlobalMemory.Place(x, -1), i, i == 0 ? 1 : 0);

    static bool LoadsFirst(string ptx) =>
        Regex.Match(ptx, @"\bld\.[bsu]32\t").Index < Regex.Match(ptx, @"\bst\.[bsu]32\t").Index;

    static MethodInfo Method(Action<Index1D, ArrayView<int>> kernel) => kernel.Method;

    /// <summary>x[k] = the sum of what stood before k.</summary>
    static void Scan(Index1D i, ArrayView<int> x)
    {
        int sum = 0;
        for (int k = 0; k < 3; k++)
        {
            int old = x[k];
            x[k] = sum;
            sum += old;
        }
    }
}
