using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Data;

public sealed class DatasetTests
{
    TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    static byte[] IdxBytes(int[] extents, ReadOnlySpan<byte> values)
    {
        byte[] bytes = new byte[4 + 4 * extents.Length + values.Length];
        (bytes[2], bytes[3]) = (8, (byte)extents.Length);
        for (int i = 0; i < extents.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i),
            extents[i]);
        values.CopyTo(bytes.AsSpan(4 + 4 * extents.Length));
        return bytes;
    }

    static byte[] Zip(byte[] bytes)
    {
        using MemoryStream zipped = new();
        using (GZipStream stream = new(zipped, CompressionLevel.Fastest)) stream.Write(bytes);
        return zipped.ToArray();
    }

    static string Error(Action read)
    {
        string message = Assert.Throws<UserErrorException>(() => read()).Message;
        Assert.That(message, Does.Not.Contain('\n'));
        return message;
    }

    string WriteMnist(int count = 4, byte lastLabel = 3)
    {
        foreach (string part in new[] { "train", "t10k" })
        {
            folder.Write($"{part}-images-idx3-ubyte", IdxBytes([count, 2, 3], new byte[count * 6]));
            folder.Write($"{part}-labels-idx1-ubyte.gz", Zip(IdxBytes([4], [0, 1, 2, lastLabel])));
        }
        return folder.Path;
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Idx_PlainOrZipped_IsRead(bool isZipped)
    {
        byte[] bytes = IdxBytes([2, 3], [1, 2, 3, 4, 5, 6]);
        IdxArray array = Idx.Read(folder.Write("a", isZipped ? Zip(bytes) : bytes));
        Assert.That(array.Extents, Is.EqualTo(new[] { 2, 3 }));
        Assert.That(array.Values, Is.EqualTo(new byte[] { 1, 2, 3, 4, 5, 6 }));
    }

    [TestCase(new byte[] { }, "not an IDX file")]
    [TestCase(new byte[] { 1, 2, 8, 1, 0, 0, 0, 1, 5 }, "not an IDX file")]
    [TestCase(new byte[] { 0, 0, 13, 1, 0, 0, 0, 1, 5 }, "type 13")]
    [TestCase(new byte[] { 0, 0, 8, 9, 0, 0, 0, 1, 5 }, "with 9")]
    [TestCase(new byte[] { 0, 0, 8, 1, 0, 0 }, "ends within its header")]
    [TestCase(new byte[] { 0, 0, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF, 5 }, "extent 0 is -1")]
    [TestCase(new byte[] { 0, 0, 8, 1, 0, 0, 0, 0 }, "extent 0 is 0")]
    [TestCase(new byte[] { 0, 0, 8, 1, 0x7F, 0xFF, 0xFF, 0xFF, 5 }, "more than the file can hold")]
    [TestCase(new byte[] { 0, 0, 8, 1, 0, 0, 0, 3, 5 }, "but 1 follow it")]
    [TestCase(new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 5, 6 }, "but more follow it")]
    public void LyingIdx_IsOneLine(byte[] bytes, string message) => Assert.Multiple(() =>
    {
        Assert.That(Error(() => Idx.Read(folder.Write("a", bytes))), Does.Contain(message));
        Assert.That(Error(() => Idx.Read(folder.Write("a", Zip(bytes)))), Does.Contain(message));
    });

    [Test]
    public void DamagedGzip_IsNeverBlamedOnTheHeader()
    {
        byte[] zipped = Zip(IdxBytes([3, 4, 5], [.. Enumerable.Range(0, 60).Select(i => (byte)(i * 37))]));
        // Behind gzip's two magic bytes.
        for (int bit = 16; bit < 8 * zipped.Length; bit++)
        {
            byte[] damaged = [.. zipped];
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            string path = folder.Write("a", damaged);
            try
            {
                Idx.Read(path); // its date, or which system made it
            }
            catch (UserErrorException e)
            {
                Assert.That(e.Message, Does.StartWith($"{path} is damaged: it cannot be unzipped"), $"bit {bit}");
            }
        }
        // Up to the end of the data and the closing sums.
        for (int length = 2; length < zipped.Length - 16; length++)
            Assert.That(Error(() => Idx.Read(folder.Write("a", zipped[..length]))), Does.Contain("is damaged"));
    }

    [Test]
    public void HostileIdx_IsNothingWorseThanAUserError()
    {
        byte[] bytes = IdxBytes([3, 4, 5], new byte[60]);
        Hostile.Survives<UserErrorException>(bytes, path => Idx.Read(path));
        Hostile.Survives<UserErrorException>(Zip(bytes), path => Idx.Read(path));
    }

    [Test]
    public void Mnist_FromAFolder_IsRead()
    {
        DatasetSplits data = Datasets.Open(new RunConfig { Data = new() { Path = WriteMnist(), Limit = 3 } }, _ => { });
        Assert.Multiple(() =>
        {
            Assert.That(data.Train.ImageShape, Is.EqualTo(new Shape(1, 2, 3)));
            Assert.That(data.Train.Labels.ToArray(), Is.EqualTo(new[] { 0, 1, 2 }));
            Assert.That(data.Test!.Count, Is.EqualTo(3));
            Assert.That(data.Train.Classes, Is.EqualTo(10));
            Assert.That(Error(() => Datasets.CheckInput(new ModelConfig(), data.Train)),
                Does.Contain("set model.input=[1,2,3]"));
        });
    }

    [Test]
    public void MnistThatDisagreesWithItself_IsOneLine()
    {
        Assert.That(Error(() => IdxDataset.Mnist.Read(WriteMnist(count: 5))),
            Does.Contain("4 labels for the 5 images"));
        Assert.That(Error(() => IdxDataset.Mnist.Read(WriteMnist(lastLabel: 10))), Does.Contain("label 3 is 10"));
        File.Delete(folder["train-images-idx3-ubyte"]);
        Assert.That(Error(() => IdxDataset.Mnist.Read(folder.Path)), Does.Contain("no such file"));
    }

    [Test]
    public void Fetch_TakesTheFirstSourceThatWorksAndVerifies()
    {
        byte[] right = [1, 2, 3];
        DataFile file = new("a", 3, Convert.ToHexStringLower(SHA256.HashData(right)));
        DataSource good = new DataSource.Folder(Directory.CreateDirectory(folder["good"]).FullName);
        DataSource bad = new DataSource.Folder(Directory.CreateDirectory(folder["bad"]).FullName);
        DataSource none = new DataSource.Folder(folder["none"]);
        folder.Write("good/a.gz", Zip(right));
        folder.Write("bad/a", [1, 2, 4]);
        string cache = folder["cache"];
        void Fetch(params DataSource[] sources) =>
            DatasetFetcher.Fetch("toy", [file], sources, cache, "do this", _ => { });

        Assert.That(Error(() => Fetch(none, bad)), Does.Contain("SHA-256 differs").And.EndWith("do this"));
        Assert.That(Directory.Exists(cache) ? Directory.GetFiles(cache) : [], Is.Empty, "nothing half-written");
        Fetch(none, bad, good);
        Assert.That(File.ReadAllBytes(Path.Combine(cache, "a")), Is.EqualTo(right));
        Fetch();
        File.WriteAllBytes(Path.Combine(cache, "a"), [9, 9, 9]);
        Assert.That(Error(() => Fetch(good)), Does.Contain("is damaged"));
    }

    [Test]
    public void Fetch_WithNoNetwork_GivesTheReason()
    {
        DataSource mirror = new DataSource.Mirror(new("https://localhost:1/mnist/"));
        Assert.That(Error(() =>
            DatasetFetcher.Fetch("toy", [new("a", 3, "")], [mirror], folder.Path, "do this", _ => { })),
            Does.Contain("could not be fetched (localhost: ").And.EndWith("do this"));
    }

    [Test]
    public void FashionMnist_OfTheDistribution_IsThePublishedOne()
    {
        if (!Directory.Exists("/usr/share/datasets/fashion-mnist"))
            Assert.Ignore("dataset-fashion-mnist is not installed");
        string? before = Environment.GetEnvironmentVariable(CacheFolder.Variable);
        Environment.SetEnvironmentVariable(CacheFolder.Variable, folder.Path);
        try
        {
            (MemoryDataset train, MemoryDataset test) = IdxDataset.FashionMnist
                .Read(IdxDataset.FashionMnist.Fetch(_ => { }));
            Assert.That((train.Count, test.Count, train.ImageShape),
                Is.EqualTo((60_000, 10_000, new Shape(1, 28, 28))));
        }
        finally
        {
            Environment.SetEnvironmentVariable(CacheFolder.Variable, before);
        }
    }

    [Test]
    public void Arrays_FloatsAsTheyAreAndBytesScaled()
    {
        Npy.Write(folder["x.npy"], new(2, 1, 1, 2), new[] { -1f, 2, 300, 0 });
        Npy.Write(folder["y.npy"], new(2), new[] { 0L, 6 });
        DatasetSplits data = Datasets.Open(new RunConfig
        {
            Data = new() { Kind = DataKind.Arrays, Images = folder["x.npy"], Labels = folder["y.npy"] },
        }, _ => { });
        float[] image = new float[2];
        data.Train.CopyImage(1, image);
        Assert.That(image, Is.EqualTo(new[] { 300f, 0 }));
        Assert.That((data.Train.Classes, data.Test), Is.EqualTo((2, (IImageDataset?)null)));
        Assert.That((data.Train.Labels[1], data.Train.IdOf(1), data.Train.ClassNames[1]), Is.EqualTo((1, 6L, "6")));

        ByteArrayFile.Write(folder["b.npy"], new Shape(2, 1, 2), [0, 51, 255, 102]);
        MemoryDataset scaled = ImageArray.Read("b", folder["b.npy"], [0, 1], ["0", "6"]);
        scaled.CopyImage(0, image);
        Assert.That(scaled.ImageShape, Is.EqualTo(new Shape(1, 1, 2)));
        Assert.That(image, Is.EqualTo(new[] { 0f, 0.2f }));
    }

    static MemoryDataset ReadArrays(string images, string labels) =>
        ArrayDataset.Read(new() { Kind = DataKind.Arrays, Images = images, Labels = labels }).Train;

    [Test]
    public void Arrays_LabelsAreIdsOfAnySize_CountedUpOverAllParts()
    {
        foreach (string part in (string[])["a", "b"]) Npy.Write(folder[$"{part}.npy"], new(3, 1, 1, 1), new float[3]);
        Npy.Write(folder["a-ids.npy"], new(3), (long[])[long.MaxValue, -5, 600_000]);
        Npy.Write(folder["b-ids.npy"], new(3, 1), (long[])[600_000, -1L << 40, -5]);
        (MemoryDataset train, _, MemoryDataset? test, _) = ArrayDataset.Read(new()
        {
            Kind = DataKind.Arrays,
            Images = folder["a.npy"],
            Labels = folder["a-ids.npy"],
            TestImages = folder["b.npy"],
            TestLabels = folder["b-ids.npy"],
        });
        Assert.That(train.Labels.ToArray(), Is.EqualTo((int[])[3, 1, 2]));
        Assert.That(test!.Labels.ToArray(), Is.EqualTo((int[])[2, 0, 1]));
        Assert.That(train.First(1).IdOf(3), Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void Arrays_ChannelsLast_SayHowToTranspose()
    {
        Npy.Write(folder["x.npy"], new(2, 8, 9, 3), new float[2 * 8 * 9 * 3]);
        Npy.Write(folder["y.npy"], new(2), (int[])[0, 1]);
        MemoryDataset images = ReadArrays(folder["x.npy"], folder["y.npy"]);
        Assert.That(Error(() => Datasets.CheckInput(new() { Input = [3, 8, 9] }, images)),
            Does.Contain("images.transpose(0, 3, 1, 2)").And.Not.Contain("model.input"));
        Assert.DoesNotThrow(() => Datasets.CheckInput(new() { Input = [8, 9, 3] }, images));
    }

    [Test]
    public void BadArrays_AreOneLine()
    {
        string x = folder["x.npy"], y = folder["y.npy"];
        Npy.Write(x, new(2, 1, 1, 1), new[] { 1f, float.NaN });
        Npy.Write(y, new(2), new[] { 0, 1 });
        Assert.That(Error(() => ReadArrays(x, y)), Does.Contain("element [1, 0, 0, 0] is NaN"));
        Npy.Write(x, new(2, 1), new float[2]);
        Assert.That(Error(() => ReadArrays(x, y)), Does.Contain("images are [n, channels, height, width]"));
        Npy.Write(x, new(0, 1, 1, 1), new float[0]);
        Assert.That(Error(() => ReadArrays(x, y)), Does.Contain("no pixels"));
        Npy.Write(x, new(3, 1, 1, 1), new float[3]);
        Assert.That(Error(() => ReadArrays(x, y)), Does.Contain("labels are [3]"));
        Npy.Write(y, new(3), new[] { 0, -1, 5 });
        Assert.That(Error(() => ReadArrays(x, y)), Does.Contain("label 1 is -1"));
        Npy.Write(y, new(3, 2), new[] { 0, 1, 1, 0, 0, 1 });
        Assert.That(Error(() => ReadArrays(x, y)), Does.Contain("labels.argmax(axis=1)"));
        Npy.Write(y, new(3), new[] { 0f, 1, 2 });
        Assert.That(Error(() => ReadArrays(x, y)), Does.Contain("float32, not integers"));
    }

    [Test]
    public void Cifar10_FromItsFiles_IsRead()
    {
        const int records = 10_000, recordBytes = 3073;
        byte[] bytes = new byte[records * recordBytes];
        for (int i = 0; i < records; i++) bytes[i * recordBytes] = (byte)(i % 10);
        (bytes[3 * recordBytes + 1], bytes[3 * recordBytes + 3072]) = (255, 51);
        string[] files = ["test_batch", .. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}")];
        foreach (string file in files)
            folder.Write($"{file}.bin", bytes);
        (MemoryDataset train, MemoryDataset test) = Cifar10.Read(folder.Path);
        float[] image = new float[3072];
        train.CopyImage(40_003, image);
        Assert.Multiple(() =>
        {
            Assert.That(
                (train.Count, test.Count, train.ImageShape), Is.EqualTo((50_000, 10_000, new Shape(3, 32, 32))));
            Assert.That((train.Labels[40_003], train.ClassNames[3]), Is.EqualTo((3, "cat")));
            Assert.That((image[0], image[1], image[^1]), Is.EqualTo((1f, 0f, 0.2f)));
        });
        folder.Write("test_batch.bin", [.. bytes.AsSpan(0, recordBytes), 10, .. bytes.AsSpan(recordBytes + 1)]);
        Assert.That(Error(() => Cifar10.Read(folder.Path)), Does.Contain("label 1 is 10"));
    }

    [Test]
    public void Cifar10_CutShort_IsOneLine()
    {
        folder.Write("data_batch_1.bin", new byte[3073]);
        Assert.That(Error(() => Cifar10.Read(folder.Path)), Does.Contain("not 30730000"));
    }
}
