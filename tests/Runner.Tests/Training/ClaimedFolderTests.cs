using TripletGpu.Models;
using TripletGpu.Runner.Runs;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Training;

public sealed class ClaimedFolderTests
{
    TemporaryFolder parent = null!;

    RunFolder Folder => new(parent["run"]);

    [SetUp]
    public void MakeFolder() => parent = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => parent.Dispose();

    [Test]
    public void New_NotKept_IsRemoved()
    {
        ClaimedFolder.New(Folder).Dispose();
        Assert.That(Directory.Exists(Folder.Path), Is.False);
    }

    [Test]
    public void New_Kept_Stays()
    {
        using (ClaimedFolder claimed = ClaimedFolder.New(Folder)) claimed.Keep();
        Assert.That(Directory.Exists(Folder.Path), Is.True);
    }

    [Test]
    public void New_InAnEmptyFolder_Abandoned_LeavesItEmpty()
    {
        Directory.CreateDirectory(Folder.Path);
        using (ClaimedFolder claimed = ClaimedFolder.New(Folder))
        {
            claimed.Keep();
            File.WriteAllText(Folder.Config, "{}");
            Directory.CreateDirectory(Folder.Checkpoints);
            claimed.Abandon();
        }
        Assert.That(Directory.EnumerateFileSystemEntries(Folder.Path), Is.Empty);
    }

    [Test]
    public void Again_IsNeverRemoved()
    {
        Directory.CreateDirectory(Folder.Path);
        File.WriteAllText(Folder.Config, "{}");
        using (ClaimedFolder claimed = ClaimedFolder.Again(Folder)) claimed.Abandon();
        Assert.That(Folder.HoldsRun, Is.True);
    }

    [Test]
    public void New_FolderWithOtherFiles_IsRefusedAndUntouched()
    {
        Directory.CreateDirectory(Folder.Path);
        File.WriteAllText(Path.Combine(Folder.Path, "thesis.txt"), "mine");
        Assert.That(
            () => ClaimedFolder.New(Folder), Throws.TypeOf<UserErrorException>().With.Message.Contains("thesis.txt"));
        Assert.That(File.ReadAllText(Path.Combine(Folder.Path, "thesis.txt")), Is.EqualTo("mine"));
    }

    [Test]
    public void New_FolderWithARun_PointsToResume()
    {
        Directory.CreateDirectory(Folder.Path);
        File.WriteAllText(Folder.Config, "{}");
        Assert.That(
            () => ClaimedFolder.New(Folder), Throws.TypeOf<UserErrorException>().With.Message.Contains("--resume"));
    }

    [Test]
    public void New_LeftoversOfAKilledStart_AreNoObstacle()
    {
        Directory.CreateDirectory(Folder.Path);
        File.WriteAllText(Path.Combine(Folder.Path, ".lock"), "12345");
        File.WriteAllText(Folder.Config + ".1-2.part", "{");
        using ClaimedFolder claimed = ClaimedFolder.New(Folder);
        Assert.That(claimed.Folder, Is.EqualTo(Folder));
    }

    [Test]
    public void Again_WhileHeld_IsRefused()
    {
        using ClaimedFolder first = ClaimedFolder.New(Folder);
        Assert.That(
            () => ClaimedFolder.Again(Folder), Throws.TypeOf<UserErrorException>().With.Message.Contains("in use"));
    }

    [Test]
    public void New_UnwritableParent_IsOneLine()
    {
        File.WriteAllText(parent["file"], "");
        Assert.That(() => ClaimedFolder.New(new RunFolder(Path.Combine(parent["file"], "run"))),
            Throws.TypeOf<UserErrorException>().With.Message.Not.Contains('\n'));
    }
}
