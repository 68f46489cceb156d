using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Engine.Tests.Gpu;

public sealed class LaunchPlanTests
{
    static readonly GpuCapabilities Cpu = new("cpu", "", true, 2, 1L << 32, 1 << 16, 4096);
    static readonly GpuCapabilities Gpu = Cpu with { IsCpu = false, ComputeUnits = 80 };

    [Test]
    public void Product_CpuDevice_TakesPanels() =>
        Assert.That(new LaunchPlan(Cpu).Product(1024, 1024, 1024, 1), Is.EqualTo(ProductForm.Panels));

    [Test]
    public void Product_CpuThatLimitsLoops_TakesTiles() =>
        Assert.That(
            new LaunchPlan(Cpu with { Name = "llvmpipe (LLVM 15)" }).Product(1024, 1024, 1024, 1),
            Is.Not.EqualTo(ProductForm.Panels));

    [TestCase(4096, 4096, 4096, 1, ProductForm.Tile128x128)]
    [TestCase(256, 784, 1024, 32, ProductForm.Tile128x128)]
    [TestCase(64, 100_000, 576, 1, ProductForm.Tile64x64)]
    [TestCase(512, 512, 512, 1, ProductForm.Tile64x64)]
    [TestCase(128, 128, 128, 1, ProductForm.Tile64x64)]
    public void Product_Gpu_TakesTheTileThatFillsIt(int m, int n, int k, int batch, ProductForm form) =>
        Assert.That(new LaunchPlan(Gpu).Product(m, n, k, batch), Is.EqualTo(form));

    [TestCase(ProductForm.Tile64x64, Staging.Apart, Staging.Fours, ProductForm.Fours64x64)]
    [TestCase(ProductForm.Tile64x64, Staging.Quads, Staging.Fours, ProductForm.TileNN64x64)]
    [TestCase(ProductForm.Tile64x64, Staging.Quads, Staging.Quads, ProductForm.TileNT64x64)]
    [TestCase(ProductForm.Tile64x64, Staging.Fours, Staging.Fours, ProductForm.TileTN64x64)]
    [TestCase(ProductForm.Tile64x64, Staging.Fours, Staging.Quads, ProductForm.Tile64x64)]
    [TestCase(ProductForm.Tile128x128, Staging.Apart, Staging.Fours, ProductForm.Fours128x128)]
    [TestCase(ProductForm.Tile128x128, Staging.Quads, Staging.Fours, ProductForm.TileNN128x128)]
    [TestCase(ProductForm.Tile128x128, Staging.Quads, Staging.Quads, ProductForm.TileNT128x128)]
    [TestCase(ProductForm.Tile128x128, Staging.Fours, Staging.Fours, ProductForm.TileTN128x128)]
    [TestCase(ProductForm.Tile128x128, Staging.Quads, Staging.Apart, ProductForm.Tile128x128)]
    [TestCase(ProductForm.Tensor64x64, Staging.Quads, Staging.Fours, ProductForm.Tensor64x64)]
    [TestCase(ProductForm.Bfloat128x128, Staging.Fours, Staging.Fours, ProductForm.Bfloat128x128)]
    [TestCase(ProductForm.Panels, Staging.Quads, Staging.Quads, ProductForm.Panels)]
    public void Staged_TilesAlone_HaveSuchForms(ProductForm form, int rows, int columns, ProductForm expected) =>
        Assert.That(LaunchPlan.Staged(form, rows, columns), Is.EqualTo(expected));

    // A batch of rows that begin at multiples of four floats, and what is not.
    [TestCase(8, 16, 0, 1, ExpectedResult = Staging.Fours)]
    [TestCase(8, 8, 64, 1, ExpectedResult = Staging.Fours)]
    [TestCase(6, 8, 0, 1, ExpectedResult = Staging.Apart)]
    [TestCase(8, 10, 0, 1, ExpectedResult = Staging.Apart)]
    [TestCase(8, 8, 66, 1, ExpectedResult = Staging.Apart)]
    [TestCase(8, 1, 0, 8, ExpectedResult = Staging.Apart)]
    [TestCase(0, 0, 0, 1, ExpectedResult = Staging.Apart)]
    public int Columns_InFoursWhereEachRowBeginsWithOne(int n, int row, int batch, int column) =>
        (GemmDims.Of(3, n, 9) with { RowB = row, ColumnB = column, BatchB = batch }).Columns;

    // A batch of rows along K that begin at multiples of four floats and have whole fours, and what is not.
    [TestCase(8, 16, 0, 1, ExpectedResult = Staging.Quads)]
    [TestCase(8, 8, 64, 1, ExpectedResult = Staging.Quads)]
    [TestCase(6, 8, 0, 1, ExpectedResult = Staging.Apart)]
    [TestCase(8, 10, 0, 1, ExpectedResult = Staging.Apart)]
    [TestCase(8, 8, 66, 1, ExpectedResult = Staging.Apart)]
    [TestCase(8, 1, 0, 8, ExpectedResult = Staging.Apart)]
    [TestCase(4, 8, 0, 1, ExpectedResult = Staging.Apart)] // less than a step
    [TestCase(0, 0, 0, 1, ExpectedResult = Staging.Apart)]
    public int Rows_InQuadsWhereEachBeginsWithOne(int k, int row, int batch, int column) =>
        (GemmDims.Of(3, 5, k) with { RowA = row, ColumnA = column, BatchA = batch }).Rows;

    // Blocks of 342 and 341 terms do not begin at multiples of four; of more than three blocks all do.
    [TestCase(384, ExpectedResult = Staging.Quads)]
    [TestCase(768, ExpectedResult = Staging.Quads)]
    [TestCase(1024, ExpectedResult = Staging.Apart)]
    [TestCase(2048, ExpectedResult = Staging.Quads)]
    public int Rows_InQuadsWhereEachBlockBeginsWithOne(int k) => GemmDims.Of(3, 5, k).Rows;

    // 800 terms are small-cnn's second convolution.
    [TestCase(800, ExpectedResult = new[] { 0, 266, 533, 800 })]
    [TestCase(2048, ExpectedResult = new[] { 0, 344, 684, 1024, 1368, 1708, 2048 })]
    public int[] BlockStarts_OfFewBlocks_StayWhereTheyAre(int depth) =>
        [.. Enumerable.Range(0, DepthBlocks.BlockCount(depth) + 1).Select(b => DepthBlocks.BlockStart(depth, b))];

    [Test]
    public void BlockStart_OfManyBlocks_IsAMultipleOfFour()
    {
        foreach (int depth in Enumerable.Range(1, 5000))
            for (int block = 0, blocks = DepthBlocks.BlockCount(depth); block < blocks; block++)
            {
                int start = DepthBlocks.BlockStart(depth, block);
                int terms = DepthBlocks.BlockStart(depth, block + 1) - start;
                if (blocks > 3) Assert.That(start % 4, Is.Zero, $"block {block} of {depth}");
                Assert.That(terms, Is.InRange(1, DepthBlocks.MostDepth), $"block {block} of {depth}");
            }
    }

    [TestCase(MatrixPrecision.Tf32, ProductForm.Tensor64x64, ProductForm.Tensor128x128)]
    [TestCase(MatrixPrecision.Bfloat16, ProductForm.Bfloat64x64, ProductForm.Bfloat128x128)]
    public void Product_OtherPrecision_TakesTensorCores(MatrixPrecision precision, ProductForm small, ProductForm large)
    {
        var plan = new LaunchPlan(Gpu) { Precision = precision };
        Assert.That(plan.Tiles, Is.EqualTo(new[] { large, small }));
        Assert.That(plan.Product(4096, 4096, 1024, 1), Is.EqualTo(large));
        Assert.That(plan.Product(64, 64, 1024, 1), Is.EqualTo(small));
        foreach (int side in (int[])[64, 4096])
            Assert.That(
                plan.ProductInParts(side, side, 1024, (long)side * side, TileUse.FilterGradient).Form,
                Is.EqualTo(small));
        Assert.That(new LaunchPlan(Cpu) { Precision = precision }.UsesPanels, Is.False);
    }

    // The gradient of 64 3x3 filters over 64 images of 56 x 56, and of 512 over 7 x 7; a convolution that fills it.
    [TestCase(64, 576, 200_704, ProductForm.Tile64x64, 20, 100)]
    [TestCase(512, 4608, 3_136, ProductForm.Tile128x128, 1, 3)]
    [TestCase(256, 12_544, 2_304, ProductForm.Tile128x128, 1, 2)]
    [TestCase(256, 576, 1_152, ProductForm.Tile128x128, 2, 9)]
    [TestCase(64, 64, 64, ProductForm.Tile64x64, 1, 1)]
    public void ProductInParts_FewTiles_TakesSeveralParts(int m, int n, int k, ProductForm form, int from, int to)
    {
        TileChoice choice = new LaunchPlan(Gpu).ProductInParts(m, n, k, (long)m * n);
        Assert.That(choice.Form, Is.EqualTo(form));
        Assert.That(choice.Parts, Is.InRange(from, to));
    }

    [Test]
    public void ProductInParts_LittleMemory_TakesOnePart() =>
        Assert.That(new LaunchPlan(Gpu).ProductInParts(64, 576, 200_704, 1L << 30).Parts, Is.EqualTo(1));

    [TestCase(64, 200_704, 20)]
    [TestCase(2048, 3_136, 1)]
    [TestCase(3, 100, 1)]
    public void ChannelParts_FillTheDevice(int channels, int elements, int parts) =>
        Assert.That(new LaunchPlan(Gpu).ChannelParts(channels, elements), Is.EqualTo(parts));

    [TestCase(1000, 100_000, 1)]
    [TestCase(2, 100_000, 4)]
    [TestCase(1, 100_000, 8)]
    [TestCase(1, 1_500, 2)]
    [TestCase(1, 7, 1)]
    public void PanelParts_FillTheDevice_ButAreNotTooShort(int groups, int depth, int parts) =>
        Assert.That(new LaunchPlan(Cpu).PanelParts(groups, depth), Is.EqualTo(parts));

    [TestCase(100, 192, 192)]
    [TestCase(4, 192, 96)]
    [TestCase(1, 20, 8)]
    [TestCase(1, 3, 8)]
    public void RowsEach_FewPanels_SplitsTheFiltersInTiles(int panels, int filters, int each) =>
        Assert.That(new LaunchPlan(Cpu).RowsEach(panels, filters), Is.EqualTo(each));

    [TestCase(72, 2304, 1152)]
    [TestCase(72, 1152, 1152)]
    [TestCase(72, 1153, 584)]
    [TestCase(1, 4096, 512)]
    public void ProductRowsEach_KeepsResultsInACache(int panels, int rows, int each) =>
        Assert.That(new LaunchPlan(Cpu).ProductRowsEach(panels, rows), Is.EqualTo(each));

    [TestCase(72, 2)]
    [TestCase(23, 2)]
    [TestCase(15, 1)]
    [TestCase(5, 1)]
    public void PanelsEach_LeavesGroupsForEachThread(int panels, int each) =>
        Assert.That(new LaunchPlan(Cpu).PanelsEach(panels), Is.EqualTo(each));

    [TestCase(255, 1 << 16)]
    [TestCase(4096, 16_384)]
    public void Product_WhereTheLargestTileDoesNotFit_TakesTheNext(int items, int bytes) => Assert.That(
        new LaunchPlan(Gpu with { MaxGroupItems = items, SharedBytes = bytes }).Product(4096, 4096, 4096, 1),
        Is.EqualTo(ProductForm.Tile64x64));

    [Test]
    public void Product_CpuWithLittleSharedMemory_TakesTiles() => Assert.That(
        new LaunchPlan(Cpu with { SharedBytes = 16_384 }).Product(4096, 4096, 4096, 1),
        Is.EqualTo(ProductForm.Tile64x64));

    [TestCase(128, 16_384, ExpectedResult = "")]
    [TestCase(64, 32_768, ExpectedResult =
        "a group may have 64 items and 32,768 bytes of shared memory, but kernels take up to 128 and 14,848")]
    [TestCase(1024, 8_192, ExpectedResult =
        "a group may have 1,024 items and 8,192 bytes of shared memory, but kernels take up to 128 and 14,848")]
    public string Misfit_SaysWhatTheDeviceLacks(int items, int bytes) =>
        LaunchPlan.Misfit(Gpu with { MaxGroupItems = items, SharedBytes = bytes });

    /// <summary>What a plan counts on is what the kernels take.</summary>
    [Test]
    public void Kernels_FitTheLeastDevice_ButForThoseThatAPlanLeavesOut()
    {
        (string, int, int)[] large =
        [
            .. from kernel in KernelCatalog.All
               let items = (int)(kernel.Group?.Count ?? 1)
               where items > LaunchPlan.LeastGroupItems || kernel.SharedBytes > LaunchPlan.LeastSharedBytes
               select (kernel.Name, items, kernel.SharedBytes),
        ];
        Assert.That(large, Is.EquivalentTo(new[]
        {
            ("GemmKernels.Tiled<Tile128x128>", 256, 16_912),
            ("GemmKernels.Tiled<Fours128x128>", 256, 16_912),
            ("GemmKernels.Tiled<TileNN128x128>", 256, 16_912),
            ("GemmKernels.Tiled<TileNT128x128>", 256, 16_912),
            ("GemmKernels.Tiled<TileTN128x128>", 256, 16_912),
            ("GemmKernels.Tiled<Tensor128x128>", 256, 23_052),
            ("GemmKernels.Tiled<Bfloat128x128>", 256, 23_052),
            ("ConvolutionKernels.Tiled<Tile128x128>", 256, 20_996),
            ("ConvolutionKernels.Tiled<Tensor128x128>", 256, 27_136),
            ("ConvolutionKernels.Tiled<Bfloat128x128>", 256, 27_136),
            ("ConvolutionKernels.BackwardWeight<Tile128x128>", 256, 18_948),
            ("ConvolutionPanelKernels.Multiply", 1, 32_384),
            ("ConvolutionPanelKernels.BackwardWeight", 1, 32_256),
        }));
    }

    /// <summary>16 groups on each multiprocessor, 128 MB at most, a tile's rows at least.</summary>
    [TestCase(80, 4096, ExpectedResult = 1280)]
    [TestCase(132, 16_384, ExpectedResult = 2048)]
    [TestCase(132, 16_385, ExpectedResult = 1984)]
    [TestCase(1, 4096, ExpectedResult = 64)]
    [TestCase(132, 2_000_000, ExpectedResult = 64)]
    public int AnchorsOfAStrip_FillTheDevice(int multiprocessors, int n) =>
        new LaunchPlan(Gpu with { ComputeUnits = multiprocessors }).AnchorsOfAStrip(n);

    [Test]
    public void DistancesOfALargeBatch_AreMeasuredFirst_OnAGpu() => Assert.That(
        (new LaunchPlan(Gpu).LeastMeasured, new LaunchPlan(Cpu).LeastMeasured), Is.EqualTo((4096, int.MaxValue)));
}
