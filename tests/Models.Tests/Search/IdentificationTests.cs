using TripletGpu.Backends.Cpu;
using TripletGpu.Models.Search;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Search;

/// <summary>Who is it? On a line, where one can see it.</summary>
public sealed class IdentificationTests
{
    // a at 0, 1 and 8; b at 3, 4 and 5; one of no class at 2.5.
    static readonly float[] points = [0, 1, 8, 3, 4, 5, 2.5f];
    readonly TemporaryFolder folder = new();

    [OneTimeTearDown]
    public void DeleteFolder() => folder.Dispose();

    [TestCase(IdentifyBy.Nearest, 2.4f, 1, 0.36f, 3)]
    [TestCase(IdentifyBy.Mean, 3.4f, 0, 0.16f, -1)] // the mean of a is 3
    [TestCase(IdentifyBy.Vote, 7.0f, 1, 4f, 5)] // of 8, 5 and 4
    [TestCase(IdentifyBy.Nearest, 7.0f, 0, 1f, 2)]
    public void TheRule_Decides(IdentifyBy by, float query, int label, float distance, int row)
    {
        using IndexFile index = Index();
        using Device device = new("cpu", new CpuBackend(1));
        Identified found = Identification.Identify(device, index, [query], by, k: 3);
        Assert.That(found.Labels, Is.EqualTo(new[] { label }));
        Assert.That(found.Distances[0], Is.EqualTo(distance).Within(1e-5));
        Assert.That(found.Rows, Is.EqualTo(new[] { row }));
    }

    [TestCase(IdentifyBy.Nearest)]
    [TestCase(IdentifyBy.Mean)]
    [TestCase(IdentifyBy.Vote)]
    public void ClassesThatAreNotEnrolled_AreNeverNamed(IdentifyBy by)
    {
        using IndexFile index = Index();
        using Device device = new("cpu", new CpuBackend(1));
        Identified found = Identification.Identify(device, index, [4, 0], by, k: 3, label => label == 0);
        Assert.That(found.Labels, Is.EqualTo(new[] { 0, 0 }));
        Assert.That(
            Identification.Identify(device, index, [4], by, k: 3, _ => false).Labels, Is.EqualTo(new[] { -1 }));
    }

    IndexFile Index()
    {
        IndexWriter.Write(folder["line"], new IndexContent
        {
            Name = "line",
            Dimension = 1,
            Labels = [0, 0, 0, 1, 1, 1, -1],
            Classes = ["a", "b"],
            Batches = [points],
        });
        return IndexFile.Open(folder["line"]);
    }
}
