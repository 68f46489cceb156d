using TripletGpu.Backends.Gpu.Cuda;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>What the CUDA driver decides without one: the libraries' names, what NVRTC compiles for.</summary>
public sealed class CudaPlatformTests
{
    [Test]
    public void NamesOn_EachSystem()
    {
        Assert.That(CudaLibrary.NamesOn(windows: true), Is.EqualTo(new[] { "nvcuda.dll" }));
        Assert.That(CudaLibrary.NamesOn(windows: false)[0], Is.EqualTo("libcuda.so.1"));
        Assert.That(NvrtcSearch.NamesOn(windows: true), Does.Contain("nvrtc64_120_0.dll"));
        Assert.That(NvrtcSearch.NamesOn(windows: false), Does.Contain("libnvrtc.so.12"));
    }

    [TestCase(89, "sm_89")]
    [TestCase(90, "sm_90")]
    [TestCase(86, "compute_80")]
    [TestCase(120, "compute_90")]
    [TestCase(61, null)]
    public void Target_MachineCodeForAKnownDevice_ElsePtxForTheNewestBelow(int capability, string? architecture) =>
        Assert.That(NvrtcTarget.For(capability, [80, 90, 89])?.Architecture, Is.EqualTo(architecture));
}
