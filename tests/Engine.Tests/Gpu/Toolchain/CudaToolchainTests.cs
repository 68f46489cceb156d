using ILGPU.Runtime.Cuda;
using TripletGpu.Backends.Gpu.Ilgpu;
using TripletGpu.Engine.Tests.Gpu.Ilgpu;
using TripletGpu.Kernels;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu.Toolchain;

/// <summary>
/// What a card would run, by two versions of NVIDIA's own compiler and assembler: one beside the other, since neither
/// uses more than a core.
/// </summary>
[TestFixture("11.8", 80)]
[TestFixture("12.4", 90)]
[Parallelizable(ParallelScope.Self)]
public sealed class CudaToolchainTests(string version, int architecture)
{
    // An item of a kernel for CPUs takes what a GPU's group does: nobody runs it on a GPU.
    static readonly string[] ForCpus = ["RowItem", "Panel", "CpuLanes", "ByItem"];

    readonly IlgpuTexts texts = new();
    CudaToolchain tools = null!;

    [OneTimeSetUp]
    public void Open()
    {
        CudaToolchain? found = CudaToolchain.Open(version, out string reason);
        if (found is null) TestDevices.Skip("nvrtc", reason);
        tools = found!;
    }

    [OneTimeTearDown]
    public void Close()
    {
        texts.Dispose();
        tools?.Dispose();
    }

    [Test]
    public void EveryKernel_Nvrtc_Assembles_WithoutSpillOnAGpu()
    {
        foreach (KernelSource kernel in KernelCatalog.All)
        {
            MachineCode code = tools.Assemble(tools.Ptx(kernel, architecture), architecture);
            if (!ForCpus.Any(kernel.Name.Contains)) Assert.That(code.Spilled, Is.Zero, $"{kernel.Name} spills");
        }
    }

    [Test]
    public void EveryKernel_Ilgpu_Assembles_WithoutSpillOnAGpu()
    {
        foreach (KernelSource kernel in KernelCatalog.All)
        {
            MachineCode code = tools.Assemble(IlgpuPtx(kernel), architecture);
            if (!ForCpus.Any(kernel.Name.Contains)) Assert.That(code.Spilled, Is.Zero, $"{kernel.Name} spills");
        }
    }

    /// <summary>What is reached; docs/kernels.md has the table.</summary>
    [TestCase("GemmKernels.Tiled<Tile128x128>", 0.88, 128)]
    [TestCase("GemmKernels.Tiled<Tile64x64>", 0.85, 168)]
    [TestCase("GemmKernels.Tiled<Fours128x128>", 0.89, 128)]
    [TestCase("GemmKernels.Tiled<Fours64x64>", 0.87, 168)]
    [TestCase("GemmKernels.Tiled<TileNN128x128>", 0.90, 128)]
    [TestCase("GemmKernels.Tiled<TileNN64x64>", 0.90, 168)]
    [TestCase("GemmKernels.Tiled<TileNT128x128>", 0.89, 128)]
    [TestCase("GemmKernels.Tiled<TileNT64x64>", 0.89, 168)]
    [TestCase("GemmKernels.Tiled<TileTN128x128>", 0.90, 128)]
    [TestCase("GemmKernels.Tiled<TileTN64x64>", 0.90, 168)]
    [TestCase("ConvolutionKernels.Tiled<Tile128x128>", 0.87, 128)]
    [TestCase("ConvolutionKernels.Tiled<Tile64x64>", 0.85, 168)]
    [TestCase("ConvolutionKernels.Tiled<Quads64x64>", 0.86, 168)]
    [TestCase("ConvolutionKernels.BackwardWeight<Tile128x128>", 0.87, 128)]
    [TestCase("ConvolutionKernels.BackwardWeight<Tile64x64>", 0.85, 168)]
    [TestCase("ConvolutionKernels.BackwardWeight<Quads64x64>", 0.86, 168)]
    [TestCase("PeakKernels.MultiplyAdds", 0.93, 64)]
    public void Tile_MultipliesAndAdds_AlikeByBothCompilers(string name, double share, int registers)
    {
        KernelSource kernel = KernelCatalog.All.Single(k => k.Name == name);
        double byNvrtc = Share(tools.Ptx(kernel, architecture), "NVRTC"), byIlgpu = Share(IlgpuPtx(kernel), "ILGPU");
        Assert.That(byIlgpu, Is.EqualTo(byNvrtc).Within(0.03), "ILGPU's share beside NVRTC's");

        double Share(string ptx, string compiler)
        {
            MachineCode code = tools.Assemble(ptx, architecture);
            MachineLoop loop = tools.Loop(code);
            TestContext.Out.WriteLine(
                $"{compiler}: {code.Registers} registers, {loop.Count("FFMA")} of {loop.Instructions.Count}: "
                + loop.FusedShare.ToString("P1"));
            Assert.That(code.Stack + code.Spilled, Is.Zero, $"{compiler}: bytes in local memory");
            Assert.That(code.Registers, Is.LessThanOrEqualTo(registers), $"{compiler}: registers");
            Assert.That(loop.FusedShare, Is.GreaterThanOrEqualTo(share), $"{compiler}: FFMA in the inner loop");
            if (name.Contains("Quads", StringComparison.Ordinal))
                Assert.That(Wide(loop), Is.EqualTo(2), $"{compiler}: the rows' loads, 16 bytes each");
            if (name.Contains("Fours", StringComparison.Ordinal))
                Assert.That(
                    Wide(loop), Is.EqualTo(name.Contains("128", StringComparison.Ordinal) ? 1 : 2),
                    $"{compiler}: the columns' loads, 16 bytes each");
            if (IsProductOf("NN") || IsProductOf("NT") || IsProductOf("TN"))
                Assert.That(
                    loop.Count("LD"), Is.EqualTo(Wide(loop) + loop.Count("LDS.128")),
                    $"{compiler}: 16 bytes every load");
            // A quad that is turned takes four stores.
            bool isLarge = name.Contains("128", StringComparison.Ordinal);
            int turned = IsProductOf("NT") ? 2 : IsProductOf("NN") && isLarge ? 1 : 0;
            Assert.That(
                loop.Count("STS") - loop.Count("STS.128"), Is.EqualTo(4 * turned),
                $"{compiler}: 16 bytes a shared store");
            return loop.FusedShare;
        }

        bool IsProductOf(string transposed) => name.Contains($"<Tile{transposed}", StringComparison.Ordinal);
    }

    /// <summary>A difference and its square, 512 of each in a step, and 16 bytes whatever is read or stored.</summary>
    [Test]
    public void DistanceTile_SubtractsAndSquares_AlikeByBothCompilers()
    {
        KernelSource kernel = KernelCatalog.All.Single(k => k.Name == "DistanceKernels.Measure");
        Check(tools.Ptx(kernel, architecture), "NVRTC");
        Check(IlgpuPtx(kernel), "ILGPU");

        void Check(string ptx, string compiler)
        {
            MachineCode code = tools.Assemble(ptx, architecture);
            MachineLoop loop = tools.Loop(code);
            int differences = loop.Count("FADD"), squares = loop.Count("FFMA");
            TestContext.Out.WriteLine(
                $"{compiler}: {code.Registers} registers, {differences} + {squares} of {loop.Instructions.Count}");
            Assert.That((differences, squares), Is.EqualTo((512, 512)), compiler);
            Assert.That((double)(differences + squares) / loop.Instructions.Count, Is.GreaterThan(0.9), compiler);
            Assert.That(loop.Count("LDS"), Is.EqualTo(loop.Count("LDS.128")), $"{compiler}: shared loads");
            Assert.That(loop.Count("STS"), Is.EqualTo(loop.Count("STS.128")), $"{compiler}: shared stores");
            Assert.That(
                (Wide(loop), loop.Count("LDG") + loop.Count("LD.E")), Is.EqualTo((4, 4)), $"{compiler}: loads");
            Assert.That(code.Stack + code.Spilled, Is.Zero, $"{compiler}: bytes in local memory");
            Assert.That(code.Registers, Is.LessThanOrEqualTo(168), $"{compiler}: registers");
        }
    }

    /// <summary>
    /// A step is 16 (or 8) products on tensor cores, and what an item takes of them comes 16 bytes at a time; in
    /// bfloat16 an instruction rounds two numbers.
    /// </summary>
    [TestCase("GemmKernels.Tiled<Tensor128x128>", 16, 6, 128)]
    [TestCase("GemmKernels.Tiled<Bfloat128x128>", 16, 6, 128)]
    [TestCase("GemmKernels.Tiled<Bfloat64x64>", 8, 4, 96)]
    [TestCase("ConvolutionKernels.Tiled<Bfloat128x128>", 16, 6, 128)]
    [TestCase("ConvolutionKernels.Tiled<Bfloat64x64>", 8, 4, 96)]
    [TestCase("ConvolutionKernels.BackwardWeight<Bfloat64x64>", 8, 4, 96)]
    [TestCase("GemmKernels.Tiled<Tensor64x64>", 8, 4, 96)]
    [TestCase("ConvolutionKernels.Tiled<Tensor128x128>", 16, 6, 128)]
    [TestCase("ConvolutionKernels.Tiled<Tensor64x64>", 8, 4, 96)]
    [TestCase("ConvolutionKernels.BackwardWeight<Tensor64x64>", 8, 4, 96)]
    public void TensorTile_MultipliesOnTensorCores_ByBothCompilers(string name, int products, int loads, int registers)
    {
        KernelSource kernel = KernelCatalog.All.Single(k => k.Name == name);
        bool inPairs = name.Contains("Bfloat", StringComparison.Ordinal);
        Check(tools.Ptx(kernel, architecture), "NVRTC");
        Check(IlgpuPtx(kernel), "ILGPU");

        void Check(string ptx, string compiler)
        {
            MachineCode code = tools.Assemble(ptx, architecture);
            MachineLoop loop = tools.Loop(code);
            TestContext.Out.WriteLine(
                $"{compiler}: {code.Registers} registers, {loop.Count("HMMA")} of {loop.Instructions.Count}");
            Assert.That(
                loop.Count(inPairs ? "HMMA.16816.F32.BF16" : "HMMA.1688.F32.TF32"), Is.EqualTo(products), compiler);
            Assert.That(loop.Count("F2FP.BF16"), Is.EqualTo(inPairs ? 8 : 0), $"{compiler}: pairs rounded");
            Assert.That(loop.Count("LDS.128"), Is.GreaterThanOrEqualTo(loads), compiler);
            Assert.That(loop.Count("FFMA"), Is.Zero, $"{compiler}: no sums beside the tensor cores");
            Assert.That(code.Stack + code.Spilled, Is.Zero, $"{compiler}: bytes in local memory");
            Assert.That(code.Registers, Is.LessThanOrEqualTo(registers), $"{compiler}: registers");
        }
    }

    /// <summary>Loads of 16 bytes from a device's memory.</summary>
    static int Wide(MachineLoop loop) => loop.Count("LDG.E.128") + loop.Count("LD.E.128");

    string IlgpuPtx(KernelSource kernel) => texts.Ptx(
        kernel.Method!(), architecture == 80 ? CudaArchitecture.SM_80 : CudaArchitecture.SM_90,
        (int)(kernel.Group?.Count ?? 0));
}
