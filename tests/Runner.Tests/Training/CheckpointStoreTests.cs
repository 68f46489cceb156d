using System.Text;
using TripletGpu.Models;
using TripletGpu.Runner.Runs;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Training;

public sealed class CheckpointStoreTests
{
    TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void FindNewest_NoFolder_IsNull() => Assert.That(Store().FindNewest(Assert.Fail), Is.Null);

    [Test]
    public void Save_ThenFindNewest_GivesTheFiles()
    {
        Save(Store(), 5, "five");
        Save(Store(), 12, "twelve");
        Checkpoint found = Store().FindNewest(Assert.Fail)!;
        Assert.That(found.Step, Is.EqualTo(12));
        Assert.That(File.ReadAllText(found.PathOf("a")), Is.EqualTo("twelve"));
    }

    [Test]
    public void Save_KeepsTheNewest()
    {
        foreach (int step in (int[])[8, 9, 10, 11]) Save(Store(keep: 2), step, "x");
        Assert.That(Names(), Is.EqualTo(new[] { "step-10", "step-11" }));
    }

    [Test]
    public void Save_SameStepAgain_Replaces()
    {
        Save(Store(), 5, "old");
        Save(Store(), 5, "new");
        Assert.That(File.ReadAllText(Store().FindNewest(Assert.Fail)!.PathOf("a")), Is.EqualTo("new"));
        Assert.That(Names(), Is.EqualTo(new[] { "step-5" }));
    }

    [Test]
    public void Save_WriterFails_LeavesNothing()
    {
        Save(Store(), 5, "five");
        Assert.Throws<UserErrorException>(() => Store().Save(6, ("a", _ => throw new IOException("full"))));
        Assert.That(Names(), Is.EqualTo(new[] { "step-5" }));
    }

    [TestCase("a", "changed")]
    [TestCase("a", "fiv")]
    [TestCase("manifest.json", "{")]
    [TestCase("manifest.json", "null")]
    [TestCase("manifest.json", """{"format":99,"step":9,"files":[]}""")]
    [TestCase("a", null)]
    [TestCase("manifest.json", null)]
    public void FindNewest_BrokenCheckpoint_IsSkippedWithAWarning(string file, string? contents)
    {
        Save(Store(), 5, "five");
        Save(Store(), 9, "nine");
        string path = Path.Combine(folder.Path, "step-9", file);
        if (contents is null) File.Delete(path);
        else File.WriteAllText(path, contents);
        List<string> warnings = [];
        Assert.That(Store().FindNewest(warnings.Add)!.Step, Is.EqualTo(5));
        Assert.That(warnings, Has.Count.EqualTo(1).And.All.Contains("step-9"));
    }

    [Test]
    public void Tidy_RemovesWhatAKilledProcessLeft()
    {
        Save(Store(), 5, "five");
        Directory.CreateDirectory(Path.Combine(folder.Path, "step-6.part"));
        Directory.CreateDirectory(Path.Combine(folder.Path, "step-4.old.part"));
        Assert.That(Store().FindNewest(Assert.Fail)!.Step, Is.EqualTo(5), "unfinished folders are no checkpoints");
        Store().Tidy();
        Assert.That(Names(), Is.EqualTo(new[] { "step-5" }));
    }

    CheckpointStore Store(int keep = 2) => new(folder.Path, keep);

    static void Save(CheckpointStore store, long step, string text) =>
        store.Save(step, ("a", stream => stream.Write(Encoding.UTF8.GetBytes(text))));

    string[] Names() => [.. Directory.GetDirectories(folder.Path).Select(path => Path.GetFileName(path)).Order()];
}
