using System.IO.Compression;
using System.Text;
using System.Xml.Linq;

namespace TripletGpu.Packages.Tests;

/// <summary>What lies in the packages.</summary>
public sealed class PackageTests
{
    static readonly string[] Libraries = ["TripletGpu.Kernels", "TripletGpu.Engine", "TripletGpu.Models"];

    [Test]
    public void Pack_MakesThreeLibrariesAndTheTool() => Assert.That(
        Directory.GetFiles(PackageFeed.Packages, "*.nupkg").Select(NameOf),
        Is.EquivalentTo(Libraries.Append("triplet")));

    [Test]
    public void Pack_MakesSymbolsOfTheLibraries() => Assert.That(
        Directory.GetFiles(PackageFeed.Packages, "*.snupkg").Select(NameOf), Is.EquivalentTo(Libraries));

    [TestCase("TripletGpu.Kernels", "ILGPU", "ILGPU.Algorithms")]
    [TestCase("TripletGpu.Engine", "TripletGpu.Kernels")]
    [TestCase("TripletGpu.Models", "TripletGpu.Engine", "Google.Protobuf")]
    [TestCase("triplet")]
    public void Package_DependsOnPackagesThatAreToBeHad(string id, params string[] dependencies)
    {
        XElement metadata = Specification(id);
        XNamespace name = metadata.Name.Namespace;
        Assert.That(
            metadata.Descendants(name + "dependency").Select(d => (string)d.Attribute("id")!),
            Is.EquivalentTo(dependencies));
        Assert.That((string)metadata.Element(name + "license")!, Is.EqualTo("MIT"));
        Assert.That((string)metadata.Element(name + "readme")!, Is.EqualTo("README.md"));
        Assert.That((string)metadata.Element(name + "description")!, Does.Not.StartWith("Package Description"));
    }

    [TestCaseSource(nameof(Libraries))]
    public void Library_HasItsDocumentationReadmeAndLicence(string id)
    {
        using ZipArchive package = Open(id, "nupkg");
        Assert.That(
            package.Entries.Select(e => e.FullName),
            Is.SupersetOf(new[] { $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml", "README.md", "LICENSE" }));
        using StreamReader documentation = new(package.GetEntry($"lib/net10.0/{id}.xml")!.Open());
        Assert.That(documentation.ReadToEnd(), Does.Contain("<summary>"));
        using ZipArchive symbols = Open(id, "snupkg");
        Assert.That(symbols.Entries.Select(e => e.FullName), Does.Contain($"lib/net10.0/{id}.pdb"));
    }

    [Test]
    public void Kernels_BringTheirCompiler()
    {
        using ZipArchive package = Open("TripletGpu.Kernels", "nupkg");
        Assert.That(
            package.Entries.Select(e => e.FullName),
            Is.SupersetOf(new[]
            {
                "analyzers/dotnet/cs/TripletGpu.KernelCompiler.dll", "build/TripletGpu.Kernels.props",
            }));
    }

    [Test]
    public void Packages_DoNotSayWhereTheyWereBuilt()
    {
        byte[][] roots = [Encoding.UTF8.GetBytes(PackageFeed.Root), Encoding.Unicode.GetBytes(PackageFeed.Root)];
        foreach (string file in Directory.GetFiles(PackageFeed.Packages))
        {
            using ZipArchive package = ZipFile.OpenRead(file);
            foreach (ZipArchiveEntry entry in package.Entries)
            {
                if (!entry.Name.Contains("riplet", StringComparison.Ordinal)) continue;
                byte[] content = Content(entry);
                Assert.That(
                    roots.Any(root => content.AsSpan().IndexOf(root) >= 0), Is.False,
                    $"{Path.GetFileName(file)}: {entry.FullName} holds {PackageFeed.Root}");
            }
        }
    }

    static byte[] Content(ZipArchiveEntry entry)
    {
        using MemoryStream content = new();
        using Stream stream = entry.Open();
        stream.CopyTo(content);
        return content.ToArray();
    }

    static string NameOf(string file) =>
        Path.GetFileNameWithoutExtension(file)[..^(Version(file).Length + 1)];

    /// <summary>What follows the last dot before a digit that begins a part.</summary>
    static string Version(string file)
    {
        string[] parts = Path.GetFileNameWithoutExtension(file).Split('.');
        return string.Join('.', parts.SkipWhile(part => !char.IsAsciiDigit(part[0])));
    }

    static XElement Specification(string id)
    {
        using ZipArchive package = Open(id, "nupkg");
        using Stream stream = package.GetEntry($"{id}.nuspec")!.Open();
        return XDocument.Load(stream).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
    }

    static ZipArchive Open(string id, string extension) => ZipFile.OpenRead(
        Directory.GetFiles(PackageFeed.Packages, $"{id}.*.{extension}").Single());
}
