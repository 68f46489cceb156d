using System.Text.Json;
using System.Text.RegularExpressions;
using TripletGpu.Kernels;
using TripletGpu.Runner.Bench.Roofline;
using TripletGpu.Runner.Book;
using TripletGpu.Runner.Book.Code;
using TripletGpu.Runner.Book.Drawing;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Reports;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Book;

/// <summary><c>triplet kernels book</c>: all its pages, their links, and what it refuses.</summary>
public sealed partial class KernelBookTests
{
    readonly TemporaryFolder folder = new();

    [OneTimeSetUp]
    public void Write()
    {
        CliResult result = Cli.Run("kernels", "book", "--out", folder["book"]);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Out, Does.Contain("index.html"));
    }

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void EveryKernelAndOperation_HasAPage()
    {
        foreach (KernelSource kernel in KernelCatalog.All)
            Assert.That(folder[$"book/kernels/{PageName.OfKernel(kernel.Name)}"], Does.Exist);
        foreach (string operation in new BookContext(BenchPoints.None).OperationTable.Names)
            Assert.That(folder[$"book/ops/{operation}.html"], Does.Exist);
    }

    [Test]
    public void EveryLink_LeadsSomewhere()
    {
        Dictionary<string, string> pages = Directory
            .EnumerateFiles(folder["book"], "*.html", SearchOption.AllDirectories)
            .ToDictionary(Path.GetFullPath, File.ReadAllText);
        List<string> dead = [];
        foreach ((string page, string text) in pages)
            foreach (Match link in Link().Matches(text))
            {
                string[] target = link.Groups[1].Value.Split('#');
                if (target[0] is "data:,") continue;
                string file = target[0].Length == 0 ? page
                    : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, target[0]));
                bool isThere = File.Exists(file) && (target.Length == 1
                    || pages[file].Contains($"id=\"{target[1]}\"", StringComparison.Ordinal));
                if (!isThere) dead.Add($"{page}: {link.Groups[1].Value}");
            }
        Assert.That(dead, Is.Empty);
        Assert.That(pages.Values, Has.None.Contains("http://").And.None.Contains("https://"));
    }

    [Test]
    public void Pages_ShowAllFourLanguagesAndPictures()
    {
        string page = Tag().Replace(File.ReadAllText(folder["book/kernels/UnitRowKernels.Forward.html"]), "");
        Assert.That(page, Does.Contain("<svg").And.Contain("<math").And.Contain("data-pane=\"ptx\""));
        Assert.That(page, Does.Contain("get_local_id(0)").And.Contain("threadIdx.x").And.Contain("shared memory"));
    }

    /// <summary>The sums stay in the first of the parts, which are read before.</summary>
    [Test]
    public void WhatIsReadAndWritten_StandsOnBothSidesOfThePicture()
    {
        KernelChapter kernel = new BookContext(BenchPoints.None).Kernels
            .First(k => k.Name == "BatchNormKernels.FinishGradients");
        Assert.That(
            KernelValue.Views(kernel.Forms[0], kernel.Says).Select(v => (v.Name, v.IsRead, v.IsWritten)),
            Is.EqualTo(new[] { ("parts", true, true), ("dweight", false, true), ("dbias", false, true) }));
    }

    [Test]
    public void AnEarlierBook_IsReplacedAndOtherFoldersAreNot()
    {
        Directory.CreateDirectory(folder["other"]);
        File.WriteAllText(folder["other/mine.txt"], "");
        foreach (string[] args in (string[][])
            [
                ["--out", folder["other"]], ["--out", folder["other/mine.txt"]], [],
                ["--out", folder["new"], "--bench", folder["none.json"]],
                ["--out", folder["new"], "--bench", folder["other/mine.txt"]],
            ])
        {
            CliResult result = Cli.Run(["kernels", "book", .. args]);
            Assert.That(result.ExitCode, Is.EqualTo(2), string.Join(' ', args));
            Assert.That(result.ErrorLines, Has.Length.EqualTo(1));
        }
        Assert.That(folder["other/mine.txt"], Does.Exist);
    }

    [Test]
    public void MeasuredKernels_StandUnderTheRoof()
    {
        KernelRow row = new("UnitRowKernels.Forward", "rows 100", 2e-5, 0.1, 9, 3e5, 1e5) { Bound = "memory" };
        KernelRun run = new("opencl:0", "a device", "device", 500, 40, [row]);
        File.WriteAllText(folder["bench.json"], JsonSerializer.Serialize(run, Json.Readable));
        BookContext book = new(BenchPoints.Read(folder["bench.json"]));
        KernelChapter chapter = book.Kernels.Single(k => k.Name == row.Kernel);
        string page = new KernelPage(book, compiler: null).Render(chapter, chapter.Forms[0]);
        Assert.That(page, Does.Contain("On this machine").And.Contain("rows 100").And.Contain("class=\"roof\""));
        Assert.That(page, Does.Contain("15 GFLOP/s").And.Contain("20 us").And.Contain("a device"));
    }

    [TestCase("x[Group_IdxX] = 1;", "x[((int)get_local_id(0))] = 1;")]
    [TestCase("VIEW_PARAMETER(GLOBAL int* RESTRICT, x),", "__global int* restrict x_base, ulong x_offset,")]
    [TestCase("    y = MathF_IsNaN(a * (b + c)); // Group_IdxX", "    y = (isnan(a * (b + c)) != 0); // Group_IdxX")]
    [TestCase("Group_IdxXY", "Group_IdxXY")]
    public void Macros_AreWrittenOut(string text, string expected)
    {
        KernelSource any = KernelCatalog.All[0];
        string prelude = any.OpenCl[..any.OpenCl.IndexOf(any.Body, StringComparison.Ordinal)];
        Assert.That(new Macros(prelude).Expand(text), Is.EqualTo(expected));
    }

    [GeneratedRegex("</?i[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("(?:href|src)=\"(?!data:image)([^\"]*)\"")]
    private static partial Regex Link();
}
