using System.Buffers.Binary;
using System.Numerics;
using TripletGpu.Backends.Cpu;
using TripletGpu.Models.Search;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Search;

/// <summary>What is written is read back, and what is damaged is refused in a line.</summary>
public sealed class IndexFileTests
{
    readonly TemporaryFolder folder = new();

    [OneTimeTearDown]
    public void DeleteFolder() => folder.Dispose();

    [Test]
    public void WhatIsWritten_IsReadBack()
    {
        IndexWriter.Write(folder["a"], Content(1000, 3, IndexStorage.Float32, full: true));
        using IndexFile index = IndexFile.Open(folder["a"]);
        float[] rows = new float[500 * 3];
        index.ReadRows(500, rows);
        Assert.That(rows[4], Is.EqualTo(Value(501 * 3 + 1)));
        Assert.That(index.Labels[..4], Is.EqualTo(new[] { -1, 0, 1, -1 }));
        Assert.That(index.Classes, Is.EqualTo(new[] { "", "ü" }));
        Assert.That(index.Name(0), Is.EqualTo("row 0"));
        Assert.That(index.Name(999), Is.EqualTo("row 999"));
        Assert.That(index.ClassOf(2), Is.EqualTo("ü"));
        Assert.That(index.ClassOf(3), Is.Null);
        Assert.That(index.Thumbnail(7), Is.EqualTo(new byte[] { 7, 8, 9, 10, 11, 12 }));
        Assert.That(index.Header.Model, Is.EqualTo(new IndexModel("00ff", "runs/a", "last")));
        Assert.That(index.Verify, Throws.Nothing);
    }

    [Test]
    public void Halves_AreWidenedExactly()
    {
        float[] all = [.. Enumerable.Range(0, 1 << 16).Select(i => (float)BitConverter.UInt16BitsToHalf((ushort)i))
            .Where(float.IsFinite)];
        IndexWriter.Write(folder["halves"], new IndexContent
        {
            Name = "halves",
            Dimension = all.Length / 16,
            Labels = new int[16],
            Classes = ["a"],
            Batches = [all],
            Storage = IndexStorage.Float16,
        });
        using IndexFile index = IndexFile.Open(folder["halves"]);
        float[] read = new float[all.Length];
        index.ReadRows(0, read);
        Assert.That(read, Is.EqualTo(all));
    }

    [TestCase(float.NaN, IndexStorage.Float32)]
    [TestCase(1e24f, IndexStorage.Float32)]
    [TestCase(70000, IndexStorage.Float16)]
    [TestCase(70000, IndexStorage.Float16Exact)]
    public void WhatCannotBeStored_IsRefused_AndNothingIsLeft(float value, IndexStorage storage)
    {
        IndexContent content = Content(4, 2, storage, full: false) with
        {
            Batches = [new float[] { 1, 2, 3, 4, 5, value, 7, 8 }],
        };
        Assert.That(() => IndexWriter.Write(folder["wrong"], content),
            Throws.TypeOf<UserErrorException>().With.Message.Contains("row 2"));
        Assert.That(Directory.GetFiles(folder.Path, "wrong*"), Is.Empty);
    }

    [Test]
    public void EveryByte_IsHeldByACheck()
    {
        IndexWriter.Write(folder["sound"], Content(20, 2, IndexStorage.Float16, full: true));
        byte[] sound = File.ReadAllBytes(folder["sound"]);
        for (int i = 0; i < sound.Length; i++)
        {
            byte[] damaged = [.. sound];
            damaged[i] ^= 0x10;
            string path = folder.Write("damaged", damaged);
            Assert.That(() => ReadAll(path), Throws.TypeOf<UserErrorException>(), $"byte {i}");
        }
        for (int length = 0; length < sound.Length; length++)
        {
            string path = folder.Write("short", sound.AsSpan(0, length));
            Assert.That(() => ReadAll(path), Throws.TypeOf<UserErrorException>(), $"{length} bytes");
        }
    }

    [Test]
    public void Index_Damaged()
    {
        IndexWriter.Write(folder["full"], Content(20, 2, IndexStorage.Float32, full: true));
        IndexWriter.Write(folder["bare"], Content(3, 5, IndexStorage.Float16Exact, full: false));
        byte[][] sound = [File.ReadAllBytes(folder["full"]), File.ReadAllBytes(folder["bare"])];
        Mutations.Survives(400, sound, file => ReadAll(folder.Write("a", file)), typeof(UserErrorException));
        // The same with checks that fit, so that what lies behind them is reached.
        Mutations.Survives(
            400, sound, file => ReadAll(folder.Write("a", WithChecks(file))), typeof(UserErrorException));
    }

    static void ReadAll(string path)
    {
        using IndexFile index = IndexFile.Open(path);
        float[] row = new float[index.Header.Dimension];
        for (int i = 0; i < Math.Min(1000, index.Header.Rows); i++)
        {
            index.ReadRows(i, row);
            _ = (index.Name(i), index.ClassOf(i), index.Thumbnail(i));
        }
        index.Verify();
    }

    /// <summary>The file with checks of what it holds now, as far as its length and header tell where.</summary>
    static byte[] WithChecks(byte[] file)
    {
        if (file.Length < 24) return file;
        int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12));
        if (length < 0 || length > file.Length - 28) return file;
        int dataAt = 20 + length, tableAt = file.Length - 8;
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(16 + length), Check(file.AsSpan(0, 16 + length)));
        if (tableAt < dataAt) return file;
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(tableAt), Check(file.AsSpan(dataAt, tableAt - dataAt)));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(tableAt + 4), Check(file.AsSpan(tableAt, 4)));
        return file;
    }

    static uint Check(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    [TestCase(IndexStorage.Float32)]
    [TestCase(IndexStorage.Float16)]
    [TestCase(IndexStorage.Float16Exact)]
    public void Search_FindsTheNearestOfWhatIsStored(IndexStorage storage)
    {
        const int Rows = 500, D = 7, K = 5;
        IndexWriter.Write(folder["search"], Content(Rows, D, storage, full: false));
        using IndexFile index = IndexFile.Open(folder["search"]);
        float[] stored = new float[Rows * D], queries = [.. Enumerable.Range(0, 3 * D).Select(i => Value(9000 + i))];
        index.ReadRows(0, stored);
        using Device device = new("cpu", new CpuBackend(2));
        SearchResult even = IndexSearch.Find(device, index, queries, K, row => row % 2 == 0);
        SearchResult all = IndexSearch.Find(device, index, queries, K);
        for (int q = 0; q < 3; q++)
        {
            double Distance(int row) => Enumerable.Range(0, D).Sum(
                j => Math.Pow((double)queries[q * D + j] - stored[row * D + j], 2));
            int[] order = [.. Enumerable.Range(0, Rows).OrderBy(Distance)];
            Assert.That(all.Rows[(q * K)..(q * K + K)], Is.EqualTo(order[..K]));
            Assert.That(even.Rows[(q * K)..(q * K + K)], Is.EqualTo(order.Where(row => row % 2 == 0).Take(K)));
        }
    }

    [Test]
    public void MoreNeighboursThanRows_GivesThemAll()
    {
        IndexWriter.Write(folder["few"], Content(3, 2, IndexStorage.Float32, full: false));
        using IndexFile index = IndexFile.Open(folder["few"]);
        using Device device = new("cpu", new CpuBackend(1));
        Assert.That(IndexSearch.Find(device, index, [0, 0], 10).K, Is.EqualTo(3));
        Assert.That(IndexSearch.Find(device, index, [0, 0], 10, _ => false).Rows, Is.EqualTo(new[] { -1, -1, -1 }));
    }

    static float Value(int i) => (float)(Half)MathF.Sin(i * 12.9898f);

    static IndexContent Content(int rows, int dimension, IndexStorage storage, bool full) => new()
    {
        Name = "test",
        Dimension = dimension,
        Labels = [.. Enumerable.Range(0, rows).Select(i => full ? i % 3 - 1 : -1)],
        Classes = full ? ["", "ü"] : [],
        Names = full ? [.. Enumerable.Range(0, rows).Select(i => $"row {i}")] : null,
        Batches = Enumerable.Range(0, rows).Select(
            i => new ReadOnlyMemory<float>([.. Enumerable.Range(0, dimension).Select(j => Value(i * dimension + j))])),
        Storage = storage,
        Thumbnails = full ? new IndexThumbnails(2, 1, 3) : null,
        Thumbnail = (row, picture) =>
        {
            for (int i = 0; i < picture.Length; i++) picture[i] = (byte)(row + i);
        },
        Model = full ? new IndexModel("00ff", "runs/a", "last") : null,
    };
}
