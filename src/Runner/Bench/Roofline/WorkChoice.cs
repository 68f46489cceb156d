using System.Globalization;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;
using TripletGpu.Models;
using TripletGpu.Ops;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>The sizes that a run measures kernels at: those that <c>--sizes</c> names, or some that suit the
/// device.</summary>
sealed class WorkChoice
{
    /// <summary>The words for the device's usual sizes, the smallest real ones, and all.</summary>
    public const string Usual = "usual", Small = "small", All = "all";

    const int MostRows = 65_536, MostImages = 1024, ImagesOfACard = 16;

    // Layers that stand for the others: large maps, deep sums, few pixels, and what only one network has.
    static readonly HashSet<string> UsualLayers =
    [
        "resnet50.layer1.0.conv2", "resnet50.layer3.0.conv3", "nn2.inception3b.branch5x5.conv.conv",
        "resnet50.layer1.0.bn3", "resnet50.maxPool2d1", "nn2.l2Pool2d1", "nn2.localResponseNorm1",
        "resnet50.globalAveragePool1", "resnet50.fc",
    ];

    // The smallest, for ILGPU's CPU accelerator, which takes a thread for an item. The convolution's 14 x 14 pixels
    // come in quads, 7 x 7 would not.
    static readonly HashSet<string> SmallLayers =
    [
        "nn2.inception4a.branch5x5.reduce.conv", "nn2.inception5a.branch5x5.reduce.bn", "nn2.l2Pool2d6",
        "nn2.localResponseNorm1", "resnet50.globalAveragePool1",
    ];

    readonly WorkSizes sizes;
    readonly NamedLayer[] layers;
    readonly List<KernelWork> works;

    WorkChoice(string asked, WorkSizes sizes, IEnumerable<NamedLayer> layers)
    {
        (Asked, this.sizes, this.layers) = (asked, sizes, [.. layers]);
        works = [.. KernelWorks.Of(sizes, this.layers)];
    }

    /// <summary>What was asked for.</summary>
    public string Asked { get; }

    /// <summary>The choice that the words make.</summary>
    /// <param name="device">A device with kernels.</param>
    /// <param name="words">With commas between them; null: what suits the device.</param>
    /// <param name="images">Images a batch of a layer; null: what suits the device.</param>
    /// <exception cref="UserErrorException">A word is no size.</exception>
    public static WorkChoice Of(Device device, string? words, int? images)
    {
        var backend = (GpuBackend)device.Backend;
        return Of(
            backend.Plan, words, images, backend.Driver.Capabilities.IsCpu,
            isSlow: device.Name.StartsWith("ilgpu", StringComparison.Ordinal));
    }

    /// <inheritdoc cref="Of(Device, string, int?)"/>
    public static WorkChoice Of(LaunchPlan plan, string? words, int? images, bool isCpu, bool isSlow)
    {
        if (images is < 1 or > MostImages)
            throw new UserErrorException($"--images must be between 1 and {MostImages}, not {images}");
        words ??= isSlow ? Small : Usual;
        List<NamedLayer> layers = [];
        List<int> rows = [];
        foreach (string word in words.Split(',', StringSplitOptions.TrimEntries))
            if (word is Usual or All)
            {
                layers.AddRange(NamedLayer.All.Where(l => word == All || UsualLayers.Contains(l.Name)));
                rows.AddRange(word == All ? [256, 1024, 1800, 4096] : [isCpu ? 1024 : 4096]);
            }
            else if (word == Small)
            {
                layers.AddRange(NamedLayer.All.Where(l => SmallLayers.Contains(l.Name)));
                rows.Add(16);
            }
            else if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                rows.Add(number is >= 2 * WorkSizes.PerClass and <= MostRows ? number : throw new UserErrorException(
                    $"--sizes {word}: numbers of rows are between {2 * WorkSizes.PerClass} and {MostRows}"));
            else if (NamedLayer.All.Where(l => Begins(l.Name, word)).ToArray() is { Length: > 0 } found)
                layers.AddRange(found);
            else throw new UserErrorException(
                $"--sizes {word}: a size is a number of rows, {Usual}, {Small}, {All}, or a layer of nn2 or resnet50 or"
                + " its beginning, such as resnet50.layer1");
        return new WorkChoice(
            words, new WorkSizes(plan, images ?? (isCpu ? 1 : ImagesOfACard), [.. rows.Distinct()]), layers.Distinct());
    }

    /// <summary>The launches of a kernel.</summary>
    public IEnumerable<KernelWork> For(KernelSource kernel) => works.For(kernel);

    /// <summary>Every launch.</summary>
    public IReadOnlyList<KernelWork> Works => works;

    /// <summary>How the products of the layers run, forwards and to the filters.</summary>
    public List<PlanRow> Plans()
    {
        List<PlanRow> rows = [];
        string what = "";
        LaunchPlan plan = sizes.Plan;
        plan.Observer = product => rows.Add(PlanRow.Of(what, product));
        foreach (NamedLayer layer in layers)
        {
            if (layer.Op is not (Conv2d or Linear)) continue;
            Shape weight = layer.Inputs[1];
            int m = weight[0], taps = weight.Product(1, weight.Rank);
            int n = sizes.Images * layer.Output.Product(2, layer.Output.Rank);
            what = layer.Name;
            Take(m, n, taps, layer.Op is Conv2d ? TileUse.Convolution : TileUse.Product);
            what = $"{layer.Name}, gradient of weights";
            Take(m, taps, n, layer.Op is Conv2d ? TileUse.FilterGradient : TileUse.Product);
        }
        plan.Observer = null;
        return rows;

        void Take(int m, int n, int k, TileUse use)
        {
            if (plan.UsesPanels || use == TileUse.Product) plan.Product(m, n, k, 1);
            else plan.ProductInParts(m, n, k, (long)m * n, use);
        }
    }

    /// <summary>The sizes that kernels have by default.</summary>
    public IEnumerable<string> SizesOf(IEnumerable<KernelSource> kernels)
    {
        HashSet<string> names = [.. kernels.Select(kernel => kernel.Name)];
        return KernelWorks.Of(sizes with { Rows = [1024] }, NamedLayer.All.Where(l => UsualLayers.Contains(l.Name)))
            .Where(work => names.Contains(work.Kernel)).Select(work => work.Size).Distinct();
    }

    static bool Begins(string name, string word) => name == word
        || name.StartsWith(word, StringComparison.Ordinal) && (word.EndsWith('.') || name[word.Length] == '.');
}
