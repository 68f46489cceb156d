using TripletGpu.Backends.Cpu;
using TripletGpu.Models.Search;
using TripletGpu.RandomNumbers;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Search;

/// <summary>Rows that lie in an index twice: as they are and rounded to float16.</summary>
public sealed class RoundedSearchTests
{
    const int Rows = 3000, Queries = 40, D = 9, K = 6;

    readonly TemporaryFolder folder = new();

    [OneTimeTearDown]
    public void DeleteFolder() => folder.Dispose();

    // Spread out; in clusters that rounding makes one point of; of numbers that float16 has few of, and of large ones.
    [TestCase(1, 0)]
    [TestCase(1, 1e-4)]
    [TestCase(1e-6, 0)]
    [TestCase(6e4, 1e-3)]
    public void Answer_IsThatOfFloat32_BitForBit(double scale, double cluster)
    {
        float[] rows = Points(Rows, 1, scale, cluster), queries = Points(Queries, 2, scale, cluster);
        using Device device = new("cpu", new CpuBackend(2));
        SearchResult[] all = new SearchResult[2], some = new SearchResult[2];
        foreach (IndexStorage storage in (IndexStorage[])[IndexStorage.Float32, IndexStorage.Float16Exact])
        {
            string path = Write(rows, D, storage);
            using IndexFile index = IndexFile.Open(path);
            int at = storage == IndexStorage.Float32 ? 0 : 1;
            all[at] = IndexSearch.Find(device, index, queries, K);
            some[at] = IndexSearch.Find(device, index, queries, K, row => row % 700 == 5);
        }
        Assert.That(all[1].Rows, Is.EqualTo(all[0].Rows));
        Assert.That(all[1].Distances, Is.EqualTo(all[0].Distances));
        // Five rows count, and six are asked for.
        Assert.That(some[1].Rows, Is.EqualTo(some[0].Rows));
        Assert.That(some[1].Distances, Is.EqualTo(some[0].Distances));
    }

    [Test]
    public void Limit_HoldsWhateverMayBeNearer_AndLittleElse()
    {
        float[] query = Points(1, 3, 1, 0), rows = Points(Rows, 4, 1, 0);
        (double Exact, float Rounded)[] sorted =
        [
            .. Enumerable.Range(0, Rows)
                .Select(row => (Distance(row, value => value), (float)Distance(row, value => (float)(Half)value)))
                .OrderBy(pair => pair.Item1),
        ];
        for (int i = 1; i < Rows; i++)
        {
            double limit = RoundedSearch.Limit(query, sorted[i].Rounded);
            Assert.That(sorted[i - 1].Rounded, Is.LessThanOrEqualTo(limit), $"row {i - 1} is nearer than row {i}");
            Assert.That(limit, Is.LessThan(sorted[i].Rounded + 0.02), $"row {i}");
        }

        double Distance(int row, Func<float, float> stored) => Enumerable.Range(0, D).Sum(
            j => Math.Pow((double)query[j] - stored(rows[row * D + j]), 2));
    }

    [Test]
    public void PartsOfRows_AreReadAcrossTheirEnds()
    {
        const int Wide = IndexHeader.MostDimensions, Count = 130;
        float[] rows = [.. Enumerable.Range(0, Count * Wide).Select(i => i / 7f % 1000)];
        using IndexFile index = IndexFile.Open(Write(rows, Wide, IndexStorage.Float16Exact));
        Assert.That(index.Header.PartRows, Is.LessThan(Count), "there are two parts");
        float[] read = new float[4 * Wide], rounded = new float[4 * Wide];
        index.ReadRows(126, read);
        index.ReadRounded(126, rounded);
        Assert.That(read.AsSpan().SequenceEqual(rows.AsSpan(126 * Wide, 4 * Wide)));
        Assert.That(
            rounded.AsSpan().SequenceEqual(Array.ConvertAll(read, value => (float)(Half)value)), "rounded");
        Assert.That(index.Verify, Throws.Nothing);
    }

    string Write(float[] rows, int dimension, IndexStorage storage)
    {
        string path = folder[$"{storage}"];
        IndexWriter.Write(path, new IndexContent
        {
            Name = "points",
            Dimension = dimension,
            Labels = new int[rows.Length / dimension],
            Classes = ["a"],
            Batches = [rows],
            Storage = storage,
        });
        return path;
    }

    /// <summary>
    /// Points in a cube, or around 20 of its points, as far as <paramref name="cluster"/> of its size.
    /// </summary>
    static float[] Points(int count, ulong seed, double scale, double cluster)
    {
        Philox random = new(seed), around = new(7);
        float[] middles = [.. Enumerable.Range(0, 20 * D).Select(_ => around.NextSingle() - 0.5f)];
        return
        [
            .. Enumerable.Range(0, count * D).Select(i =>
            {
                double middle = middles[i / D % 20 * D + i % D], free = random.NextSingle() - 0.5;
                return (float)(scale * (cluster > 0 ? middle + cluster * free : free));
            }),
        ];
    }
}
