using TripletGpu.Runner.Runs;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Runs;

/// <summary>Locks on files.</summary>
public sealed class FileLockTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void OneAtATime_HasTheLock(bool isRemoved)
    {
        using TemporaryFolder folder = new();
        string path = folder["lock"];
        // What a killed process left.
        File.WriteAllText(path, "left");
        using (FileLock.Take(path, isRemoved)!)
            Assert.That(FileLock.Take(path, isRemoved), Is.Null);
        Assert.That(File.Exists(path), Is.EqualTo(!isRemoved || OperatingSystem.IsWindows()));
        using FileLock? next = FileLock.Take(path, isRemoved);
        Assert.That(next, Is.Not.Null);
    }

    [Test]
    public void AFileThatCannotBeMade_IsNoLockOfAnother()
    {
        using TemporaryFolder folder = new();
        Assert.That(
            () => FileLock.Take(Path.Combine(folder.Path, "none", "lock"), isRemoved: true),
            Throws.InstanceOf<IOException>());
    }
}
