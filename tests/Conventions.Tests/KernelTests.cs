using System.Text.RegularExpressions;
using TripletGpu.Kernels;

namespace TripletGpu.Conventions.Tests;

/// <summary>The table of docs/kernels.md has each kernel of the catalog, and no other.</summary>
public sealed partial class KernelTests
{
    [Test]
    public void Kernels_HaveARowInTheTable() => Repository.AssertNone(
        from kernel in Names.Except(Described())
        select kernel,
        "each kernel is in the first column of the table of docs/kernels.md");

    [Test]
    public void Rows_NameKernelsThatExist() => Repository.AssertNone(
        from row in Described().Except(Names)
        select row,
        "what stands in the first column of the table of docs/kernels.md is a kernel");

    [Test]
    public void Rows_NameAKernelOnce() => Assert.That(Described(), Is.Unique);

    static IEnumerable<string> Names => KernelCatalog.All.Select(k => k.Name.Split('<')[0]).Distinct();

    /// <summary>First columns: <c>`FillKernels.Fill`, `Copy`</c>, where the class stands once.</summary>
    static IEnumerable<string> Described()
    {
        foreach (string line in Repository.Lines("docs/kernels.md"))
        {
            if (!line.StartsWith("| `", StringComparison.Ordinal)) continue;
            string[] names = [.. Name().Matches(line.Split('|')[1]).Select(m => m.Groups["name"].Value)];
            string type = names[0].Split('.')[0];
            foreach (string name in names)
                yield return name.Contains('.', StringComparison.Ordinal) ? name : $"{type}.{name}";
        }
    }

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Name();
}
