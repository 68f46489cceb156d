using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Distributed;

namespace TripletGpu.Runner.Training;

/// <summary>
/// The embeddings of the last batches and their classes, which later batches meet as constants (Wang et al.,
/// "Cross-batch memory for embedding learning", arXiv 1912.06798). When it is full, the oldest make room.
/// </summary>
/// <param name="capacity">How many it holds.</param>
/// <param name="width">Elements of an embedding.</param>
sealed class EmbeddingMemory(int capacity, int width)
{
    const string Embeddings = "embeddings", Classes = "labels", NextPlace = "next";

    readonly float[] rows = new float[(long)capacity * width];
    readonly int[] labels = new int[capacity];
    int next;

    /// <summary>How many it holds now.</summary>
    public int Count { get; private set; }

    /// <summary>The classes of what it holds.</summary>
    public ReadOnlySpan<int> Labels => labels.AsSpan(0, Count);

    /// <summary>What it holds, (count, width), in no order of age.</summary>
    public ReadOnlySpan<float> Rows => rows.AsSpan(0, Count * width);

    /// <summary>Takes in a batch; of one larger than the memory the last rows.</summary>
    public void Add(ReadOnlySpan<float> points, ReadOnlySpan<int> classes)
    {
        for (int i = Math.Max(0, classes.Length - capacity); i < classes.Length; i++)
        {
            points.Slice(i * width, width).CopyTo(rows.AsSpan(next * width, width));
            labels[next] = classes[i];
            next = (next + 1) % capacity;
            Count = Math.Min(Count + 1, capacity);
        }
    }

    /// <summary>Gives every rank what rank 0 holds.</summary>
    public void Share(Ranks ranks)
    {
        int[] places = [Count, next];
        ranks.Broadcast<int>(places);
        (Count, next) = (places[0], places[1]);
        ranks.Broadcast(rows.AsSpan(0, Count * width));
        ranks.Broadcast(labels.AsSpan(0, Count));
    }

    /// <summary>Writes what it holds, and where the next embedding goes.</summary>
    public void Write(Stream to) => SafeTensors.Write(
        to,
        [
            new NamedTensor(Embeddings, new Shape(Count, width), rows.AsMemory(0, Count * width)),
            new NamedTensor(Classes, new Shape(Count), Array.ConvertAll(labels[..Count], l => (float)l)),
        ],
        new Dictionary<string, string> { [NextPlace] = next.ToString(CultureInfo.InvariantCulture) });

    /// <summary>Reads it back.</summary>
    /// <exception cref="UserErrorException">It is of another size.</exception>
    public void Read(string path)
    {
        using SafeTensors file = SafeTensors.Open(path);
        float[] points = file.Read(Embeddings), classes = file.Read(Classes);
        if (classes.Length > capacity || points.Length != classes.Length * width
            || !file.Metadata.TryGetValue(NextPlace, out string? place)
            || !int.TryParse(place, CultureInfo.InvariantCulture, out next) || (uint)next >= (uint)capacity)
            throw new UserErrorException($"{path} is no memory of {Counted.Of(capacity, "embedding")} of {width}");
        points.CopyTo(rows, 0);
        for (int i = 0; i < classes.Length; i++) labels[i] = (int)classes[i];
        Count = classes.Length;
    }
}
