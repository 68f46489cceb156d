using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Kernels;

namespace TripletGpu.Engine.Tests.Gpu;

public sealed class NvidiaTextTests
{
    static readonly KernelSource Kernel = KernelCatalog.Find("ElementwiseKernels.Affine").Single();

    // For later ones than 8.0 ILGPU 1.5.3 writes what 8.0 takes.
    [TestCase(50, 50)]
    [TestCase(80, 80)]
    [TestCase(90, 80)]
    public void ByIlgpu_IsPtxThatTheArchitectureTakes(int architecture, int target)
    {
        NvidiaText text = NvidiaText.ByIlgpu(Kernel, architecture, out _)!;
        Assert.That(text.Ptx, Does.Contain($".target sm_{target}").And.Contain(".entry"));
    }

    [TestCase(-3)]
    [TestCase(49)]
    [TestCase(100)]
    public void ByIlgpu_ArchitectureThatItHasNoNameFor_SaysSo(int architecture)
    {
        Assert.That(NvidiaText.ByIlgpu(Kernel, architecture, out string reason), Is.Null);
        Assert.That(reason, Is.EqualTo("ILGPU writes PTX 50 to 90, compute capability 5.0 to 9.0"));
    }

    /// <summary>With NVIDIA's tools the machine code, without them why not.</summary>
    [Test]
    public void Sass_IsMachineCode_OrSaysWhichToolIsMissing()
    {
        string? code = NvidiaText.ByIlgpu(Kernel, 80, out _)!.Sass(out string reason);
        if (code is null) Assert.That(reason, Does.Match("^no (ptxas|nvdisasm) in PATH"));
        else Assert.That(code, Does.Contain("FFMA").Or.Contain("FMUL"));
    }

    [Test]
    public void Sass_OfBrokenPtx_GivesTheAssemblersReason()
    {
        Assert.That(new NvidiaText("nobody", 80, ".version 7.8\nnonsense").Sass(out string reason), Is.Null);
        Assert.That(reason, Does.StartWith("ptxas: ").Or.StartWith("no ptxas in PATH"));
    }
}
