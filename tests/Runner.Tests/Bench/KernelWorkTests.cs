using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;
using TripletGpu.Runner.Bench.Roofline;

namespace TripletGpu.Runner.Tests.Bench;

/// <summary>What <c>triplet bench kernels</c> launches: every kernel, with costs that a second count agrees
/// with.</summary>
public sealed class KernelWorkTests
{
    static readonly GpuCapabilities Cpu = new("a CPU", "", IsCpu: true, 2, 1L << 33, 1 << 19, 4096);
    static readonly GpuCapabilities Card = new("a card", "", IsCpu: false, 108, 1L << 35, 48 << 10, 1024);

    static readonly Lazy<IReadOnlyList<KernelWork>> Usual = new(() => Works(WorkChoice.Usual, Cpu));

    [TestCase("usual", true)]
    [TestCase("usual", false)]
    [TestCase("small", true)]
    public void Kernels_OfTheCatalog_HaveASize(string sizes, bool isCpu)
    {
        HashSet<string> launched = [.. Works(sizes, isCpu ? Cpu : Card).Select(work => work.Kernel)];
        Assert.That(
            KernelCatalog.All.Select(kernel => kernel.Name).Where(name => !launched.Contains(name)), Is.Empty,
            "each kernel needs a launch in src/Runner/Bench/Roofline");
    }

    /// <summary>A second count of every launch's bytes: what its views hold.</summary>
    [TestCase("usual", true)]
    [TestCase("usual", false)]
    [TestCase("small", true)]
    public void Bytes_ByTheFormula_AreThoseOfTheViews(string sizes, bool isCpu)
    {
        foreach (KernelWork work in Works(sizes, isCpu ? Cpu : Card))
            Assert.That(
                work.Cost.ByteCount, Is.EqualTo(work.Memory.Sum(memory => memory.TrafficBytes)),
                $"{work.Kernel} at {work.Size}: {work.Cost.Bytes}");
    }

    [Test]
    public void Launches_OfAKernel_AreToldApartBySize() => Assert.That(
        Usual.Value.Select(work => (work.Kernel, work.Size)), Is.Unique);

    // 64 filters of 64 x 3 x 3 over 56 x 56 pixels with a border of one: 64 x 56 x 56 results of 576 terms each.
    [Test]
    public void Convolution_CountedByHand() => Check(
        "ConvolutionKernels.Tiled<Tile64x64>", "resnet50.layer1.0.conv2", flops: 64L * 56 * 56 * 576 * 2,
        bytes: 4L * (64 * 56 * 56 + 64 * 576 + 64 * 56 * 56));

    // 256 channels to 1024 on 14 x 14 pixels.
    [Test]
    public void Product_CountedByHand() => Check(
        "GemmKernels.Tiled<Tile64x64>", "resnet50.layer3.0.conv3", flops: 1024L * 196 * 256 * 2,
        bytes: 4L * (1024 * 256 + 256 * 196 + 1024 * 196));

    // y = max(0, x): one comparison, one float read, one written; 256 maps of 56 x 56.
    [Test]
    public void Relu_CountedByHand() => Check(
        "ElementwiseKernels.Map<Relu>", "resnet50.layer1.0.bn3", flops: 256L * 56 * 56, bytes: 8L * 256 * 56 * 56);

    // g += d w; m = b m + c g; v = e v + f g g; w - r m / (k sqrt v + s): 2, 3, 4 and 6 operations. Then three numbers
    // are
    // asked whether x - x is 0. Reads w, g, m, v and a mark, writes w, m, v.
    [Test]
    public void Adam_CountedByHand() => Check(
        "OptimizerKernels.Update<AdamRule>", "resnet50.layer1.0.conv2", flops: 64L * 576 * (2 + 3 + 4 + 6 + 3 * 2),
        bytes: 64L * 576 * 4 * (4 + 3) + 4);

    // 256 queries against 1,024 rows of 128: a difference and a multiply-add an element; ten numbers and distances
    // each.
    [Test]
    public void NearestNeighbours_CountedByHand() => Check(
        "NearestNeighbourKernels.Find<RowGroup>", "1024", flops: 256L * 1024 * 128 * 3,
        bytes: 4L * (256 * 128 + 1024 * 128) + 256 * 10 * 8);

    // Windows of 3 x 3 with stride 2 on 112 x 112 with a border before: the first line and column of windows hold 2 of
    // 3.
    [Test]
    public void MaxPool_CountedByHand()
    {
        const long along = 2 + 55 * 3;
        Check(
            "PoolingKernels.Max", "resnet50.maxPool2d1", flops: 64 * along * along,
            bytes: 4L * 64 * (112 * 112 + 2 * 56 * 56));
    }

    // One pass over a channel: a deviation, two sums of seven operations, a square; 18 operations a channel at the end.
    [Test]
    public void BatchNormStatistics_CountedByHand() => Check(
        "BatchNormKernels.Statistics", "resnet50.layer1.0.bn3", flops: 256L * 56 * 56 * (1 + 7 + 1 + 7) + 256 * 18,
        bytes: 4L * 256 * 56 * 56 + 256 * (2 * 8 + 12));

    [Test]
    public void Plans_OnACard_SayWhatIsTakenAndWhy()
    {
        List<PlanRow> rows = Plans(new LaunchPlan(Card));
        Assert.That(rows.Select(row => row.What), Has.Member("resnet50.layer1.0.conv2"));
        Assert.That(rows.Select(row => row.Taken).Distinct(), Is.SubsetOf(TileWord.Words));
        Assert.That(rows.Select(row => row.Why), Has.All.StartsWith("the least predicted time: "));
        Assert.That(rows.Select(row => row.Why), Has.All.Contains("times its predicted time"));
    }

    [Test]
    public void Plans_WithATile_TakeIt()
    {
        List<PlanRow> rows = Plans(new LaunchPlan(Card) { Tile = ProductForm.Tile64x64 });
        Assert.That(rows.Select(row => row.Taken), Has.All.EqualTo("64x64x8"));
        Assert.That(rows.Select(row => row.Why), Has.All.StartsWith("asked for"));
    }

    [Test]
    public void Plans_OnACpu_ArePanels() =>
        Assert.That(Plans(new LaunchPlan(Cpu)).Select(row => row.Taken), Has.All.EqualTo("panels of 8x32"));

    static List<PlanRow> Plans(LaunchPlan plan) =>
        WorkChoice.Of(plan, WorkChoice.Usual, images: 4, isCpu: false, isSlow: false).Plans();

    static void Check(string kernel, string size, long flops, long bytes)
    {
        KernelWork work = Usual.Value.Single(w => w.Kernel == kernel && w.Size == size);
        Assert.That((work.Cost.FlopCount, work.Cost.ByteCount), Is.EqualTo(((double)flops, (double)bytes)));
    }

    static IReadOnlyList<KernelWork> Works(string sizes, GpuCapabilities device) =>
        WorkChoice.Of(new LaunchPlan(device), sizes, images: 1, device.IsCpu, isSlow: false).Works;
}
