using TripletGpu.Models.Serialization;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Serialization;

public sealed class AtomicFileTests
{
    readonly TemporaryFolder folder = new();

    [OneTimeTearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Write_ReplacesTheFileAndLeavesNothingBeside()
    {
        string path = folder["new/a.txt"];
        AtomicFile.WriteText(path, "old");
        AtomicFile.WriteText(path, "größer");
        Assert.That(File.ReadAllText(path), Is.EqualTo("größer"));
        Assert.That(Directory.GetFileSystemEntries(folder["new"]), Has.Length.EqualTo(1));
    }

    [Test]
    public void FailingWriter_LeavesTheOldFile()
    {
        string path = folder["kept/b.txt"];
        AtomicFile.WriteText(path, "old");
        Assert.Throws<UserErrorException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new IOException("No space left on device");
        }));
        Assert.Throws<InvalidOperationException>(() =>
            AtomicFile.Write(path, _ => throw new InvalidOperationException()));
        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(Directory.GetFileSystemEntries(folder["kept"]), Has.Length.EqualTo(1));
    }

    [Test]
    public void FolderThatIsAFile_IsOneLine()
    {
        folder.Write("file", [1]);
        string message = Assert.Throws<UserErrorException>(() =>
            AtomicFile.WriteText(folder["file/c.txt"], "")).Message;
        Assert.That(message, Does.StartWith("cannot write").And.Not.Contains("\n"));
    }

    [Test]
    public void FullDisk_IsOneLine()
    {
        if (!File.Exists("/dev/full")) Assert.Ignore("this system has no /dev/full");
        UserErrorException error = Assert.Throws<UserErrorException>(() => AtomicFile.Write(folder["full"], _ =>
        {
            using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
            full.Write(new byte[1]);
        }));
        Assert.That(error.Message, Does.Contain("No space left on device"));
        Assert.That(File.Exists(folder["full"]), Is.False);
    }

    /// <summary>The file beside has a name that nobody gave.</summary>
    [Test]
    public void AFullDisk_IsToldWithTheNameOfTheFileAlone()
    {
        Assert.That(
            () => AtomicFile.Write(folder["a"], stream =>
                throw new IOException($"No space left on device : '{((FileStream)stream).Name}'")),
            Throws.TypeOf<UserErrorException>().With.Message
                .EqualTo($"cannot write {folder["a"]}: No space left on device"));
    }
}
