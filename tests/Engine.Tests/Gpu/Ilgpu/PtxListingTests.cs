using System.Text.RegularExpressions;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Normalization;

namespace TripletGpu.Engine.Tests.Gpu.Ilgpu;

/// <summary>PTX with the lines of C# that it is from.</summary>
public sealed partial class PtxListingTests
{
    static readonly string Symbols = Path.ChangeExtension(typeof(KernelSource).Assembly.Location, ".pdb");

    /// <summary>The notes change nothing but themselves: the same instructions in the same order.</summary>
    [Test]
    public void Origins_LeaveTheInstructionsAsTheyAre()
    {
        using FileStream symbols = File.OpenRead(Symbols);
        using PtxListing noted = new(symbols), plain = new(null);
        foreach (KernelSource kernel in KernelCatalog.All.Where((_, i) => i % 9 == 0))
            Assert.That(Operations(noted.Of(kernel)), Is.EqualTo(Operations(plain.Of(kernel))), kernel.Name);
    }

    [Test]
    public void Instructions_AreFromTheLinesThatSaySo()
    {
        using FileStream symbols = File.OpenRead(Symbols);
        using PtxListing listing = new(symbols);
        IReadOnlyList<PtxLine> lines = listing.Of(UnitRowKernels.ForwardSource);
        string[] source = File.ReadAllLines(Path.Combine(Root(), "src/Kernels/Normalization/UnitRowKernels.cs"));
        PtxLine root = lines.First(l => l.Text.Contains("sqrt.rn", StringComparison.Ordinal));
        Assert.That(root.Origin!.Value.File, Is.EqualTo("UnitRowKernels.cs"));
        Assert.That(source[root.Origin.Value.Number - 1], Does.Contain("MathF.Sqrt"));
        Assert.That(lines.Select(l => l.Text), Has.None.Contains(".loc").And.None.Contains(", debug"));
        Assert.That(lines.Count(l => l.Origin is not null), Is.GreaterThan(lines.Count / 2));
    }

    static string[] Operations(IReadOnlyList<PtxLine> lines) =>
        [.. lines.Select(l => Numbers().Replace(l.Text.Trim(), "#")).Where(l => l.Length > 0)];

    static string Root()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TripletGpu.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }

    // ILGPU numbers what it compiles, one after the other.
    [GeneratedRegex(@"_\d+|\bL_\d+")]
    private static partial Regex Numbers();
}
