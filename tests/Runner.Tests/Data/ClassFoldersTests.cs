using System.Runtime.InteropServices;
using TripletGpu.Models;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Images;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Data;

public sealed partial class ClassFoldersTests
{
    TemporaryFolder folder = null!;
    List<string> log = null!;

    [SetUp]
    public void MakeFolder() => (folder, log) = (new(), []);

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    /// <summary>A grey image of 6 x 4 pixels, under any name.</summary>
    void WriteImage(string path, byte value)
    {
        byte[] pixels = new byte[24];
        Array.Fill(pixels, value);
        Write(path, PngEncoder.Encode(pixels, 6, 4, 1));
    }

    void Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
        folder.Write(path, bytes);
    }

    DatasetSplits Open(Func<DataConfig, DataConfig>? change = null)
    {
        DataConfig config = new() { Kind = DataKind.Folder, Path = folder.Path };
        RunConfig run = new() { Data = change is null ? config : change(config), Model = new() { Input = [1, 4, 4] } };
        return Datasets.Open(run, log.Add);
    }

    string Error(Func<DataConfig, DataConfig>? change = null) =>
        Assert.Throws<UserErrorException>(() => { Open(change); })!.Message;

    [Test]
    public void Open_LinksThatLeadBackUp_AreNamedAndLeftOut_OthersFollowed()
    {
        WriteImage("ant/1.png", 10);
        WriteImage("ant/deep/2.png", 10);
        WriteImage("bee/1.png", 20);
        Directory.CreateSymbolicLink(folder["ant/self"], ".");
        Directory.CreateSymbolicLink(folder["ant/deep/up"], folder["ant"]);
        Directory.CreateSymbolicLink(folder["loop"], folder.Path);
        Directory.CreateSymbolicLink(folder["cow"], "bee");
        Directory.CreateSymbolicLink(folder["ant/bees"], folder["bee"]);
        File.CreateSymbolicLink(folder["ant/nowhere"], "missing");
        File.CreateSymbolicLink(folder["ant/itself"], "itself");
        DatasetSplits data = Open(c => c with { TestShare = 0 });
        Assert.That(data.Train.ClassNames, Is.EqualTo((string[])["ant", "bee", "cow"]));
        Assert.That(data.Train.Labels.ToArray(), Is.EqualTo((int[])[0, 0, 0, 1, 2]));
        Assert.That(log.Count(line => line.Contains("is a link that leads back up")), Is.EqualTo(3));
    }

    [Test]
    public void Open_AGalleryThatNothingIsComparedWith_IsRefused()
    {
        foreach (string part in (string[])["train", "gallery"]) WriteImage($"{part}/ant/1.png", 10);
        Assert.That(Error(), Does.Contain("has a gallery, but no folder query or test"));
    }

    [Test]
    public void Open_SortedFoldersAreTheClasses_ContentCountsNotTheName()
    {
        WriteImage("zebra/1.png", 10);
        WriteImage("ant/deep/odd-name.JPG", 20);
        WriteImage("ant/none", 30);
        Write("ant/notes.txt", "hello"u8.ToArray());
        Write("ant/.hidden.png", "hello"u8.ToArray());
        Write("ant/._odd-name.JPG", "Mac OS X"u8.ToArray());
        Write("ant/Thumbs.db", "hello"u8.ToArray());
        Write("ant/deep/.DS_Store", "hello"u8.ToArray());
        WriteImage("ant/deep/.ipynb_checkpoints/odd-name-checkpoint.png", 20);
        WriteImage(".git/1.png", 10);
        WriteImage("beside.png", 10);
        DatasetSplits data = Open(c => c with { TestShare = 0 });
        float[] pixels = new float[16];
        data.Train.CopyImage(2, pixels);
        Assert.Multiple(() =>
        {
            Assert.That(data.Train.ClassNames, Is.EqualTo(new[] { "ant", "zebra" }));
            Assert.That(data.Train.Labels.ToArray(), Is.EqualTo(new[] { 0, 0, 1 }));
            Assert.That(pixels, Is.All.EqualTo(10 / 255f));
            Assert.That(data.Test, Is.Null);
            Assert.That(log, Is.Empty);
        });
    }

    [Test]
    public void Open_BrokenFiles_AreNamedCountedAndLeftOut()
    {
        for (int i = 0; i < 6; i++) WriteImage($"a/{i}.png", 1);
        Write("a/empty.jpg", []);
        Write("a/text.png", "hello"u8.ToArray());
        Write("a/cut.png", File.ReadAllBytes(folder["a/0.png"])[..40]);
        DatasetSplits data = Open(c => c with { TestShare = 0 });
        Assert.Multiple(() =>
        {
            Assert.That(data.Train.Count, Is.EqualTo(6));
            Assert.That(log, Has.Count.EqualTo(4));
            Assert.That(log[0], Does.Contain("cut.png: the PNG file is truncated"));
            Assert.That(log[1], Does.Contain("empty.jpg: empty"));
            Assert.That(log[2], Does.Contain("text.png: neither PNG nor JPEG"));
            Assert.That(log[3], Does.Contain("left out 3 of 9 images"));
            Assert.That(
                Error(c => c with { Broken = BrokenImages.Error }),
                Does.Contain("cut.png").And.Contain("data.broken=skip"));
        });
    }

    /// <summary>To open a pipe waits until somebody writes into it: none is opened.</summary>
    [Test, Platform(Exclude = "Win")]
    public void Open_Pipes_AreNoImages()
    {
        for (int i = 0; i < 6; i++) WriteImage($"a/{i}.png", 1);
        foreach (string name in (string[])["a/pipe.png", "a/pipe"])
            Assert.That(MakePipe(folder[name], Convert.ToUInt32("600", 8)), Is.Zero);
        DatasetSplits data = Open(c => c with { TestShare = 0 });
        Assert.That(data.Train.Count, Is.EqualTo(6));
        Assert.That(log[0], Does.Contain("pipe.png: empty"));
    }

    [Test]
    public void Open_TrainAndTestFolders_AreTheParts()
    {
        WriteImage("train/b/1.png", 1);
        WriteImage("train/c/1.png", 1);
        WriteImage("test/a/1.png", 1);
        WriteImage("test/c/1.png", 1);
        DatasetSplits data = Open();
        Assert.That(data.Train.Labels.ToArray(), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(data.Test!.Labels.ToArray(), Is.EqualTo(new[] { 0, 2 }), "classes never trained on are allowed");
    }

    [Test]
    public void Open_OneFolder_SplitsEachClassByTheSeed()
    {
        for (int i = 0; i < 20; i++) WriteImage($"a/{i}.png", (byte)i);
        WriteImage("single/1.png", 1);
        DatasetSplits data = Open(c => c with { TestShare = 0.25 }), again = Open(c => c with { TestShare = 0.25 });
        Assert.Multiple(() =>
        {
            Assert.That((data.Train.Count, data.Test!.Count), Is.EqualTo((16, 5)));
            Assert.That(((FolderDataset)data.Test!).Paths, Is.EqualTo(((FolderDataset)again.Test!).Paths));
            Assert.That(
                ((FolderDataset)data.Train).Paths.Concat(((FolderDataset)data.Test!).Paths).Distinct().Count(),
                Is.EqualTo(21));
            Assert.That(
                Open(c => c with { Limit = 2 }).Train.Labels.ToArray(), Is.EqualTo(new[] { 0, 1 }),
                "one of each class");
        });
    }

    [Test]
    public void Open_NotCached_GivesTheSamePixels()
    {
        for (int i = 0; i < 8; i++) WriteImage($"a/{i}.png", (byte)(30 * i));
        DatasetSplits cached = Open(), decoded = Open(c => c with { CacheMegabytes = 0 });
        float[] expected = new float[16], pixels = new float[16];
        for (int i = 0; i < cached.Train.Count; i++)
        {
            cached.Train.CopyImage(i, expected);
            decoded.Train.CopyImage(i, pixels);
            Assert.That(pixels, Is.EqualTo(expected));
        }
        string removed = ((FolderDataset)decoded.Train).Paths.First();
        File.Delete(removed);
        Batch batch = new(4, decoded.Train.ImageShape);
        DatasetBatches batches = new(decoded.Train, new SequentialSampler(decoded.Train.Count, 4), [], 1);
        Assert.That(
            () => batches.Fill(default, batch), Throws.TypeOf<UserErrorException>().With.Message.Contains(removed));
    }

    [Test]
    public void Open_NothingToLearnFrom_IsOneLine()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Error(), Does.Contain("each class needs a folder"));
            Assert.That(Error(c => c with { Path = null }), Does.Contain("--set data.path=DIR"));
            Assert.That(Error(c => c with { Path = folder["none"] }), Does.Contain("no folder"));
            Write("a/1.png", []);
            Assert.That(Error(), Does.Contain("no image that can be decoded, in 1 file"));
        });
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);
}
