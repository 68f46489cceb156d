using TripletGpu.Models.Text;

namespace TripletGpu.Models.Evaluation;

/// <summary>Rows to compare, with their classes: embeddings, or raw pixels as a baseline.</summary>
public sealed class EmbeddingSet
{
    /// <param name="name">What it is, for the protocol: <c>mnist test</c>.</param>
    /// <param name="values">Row by row, <paramref name="dimension"/> values each.</param>
    /// <param name="dimension">The width of a row.</param>
    /// <param name="labels">One class a row.</param>
    /// <exception cref="ArgumentException">The numbers disagree, or there is no row.</exception>
    /// <exception cref="UserErrorException">A value is not finite.</exception>
    public EmbeddingSet(string name, float[] values, int dimension, int[] labels)
    {
        if (labels.Length == 0) throw new ArgumentException($"{name} is empty");
        if (dimension < 1 || values.Length != (long)labels.Length * dimension)
            throw new ArgumentException(
                $"{name}: {Counted.Of(values.Length, "value")} are not {Counted.Of(labels.Length, "row")} of"
                + $" {dimension}");
        if (NonFinite.First(values) is >= 0 and var wrong)
            throw new UserErrorException(
                $"{name}: the embedding of row {wrong / dimension} holds NaN or infinity: the network has diverged");
        (Name, Values, Dimension, Labels) = (name, values, dimension, labels);
    }

    /// <summary>What it is.</summary>
    public string Name { get; }

    /// <summary>All values, row by row.</summary>
    public float[] Values { get; }

    /// <summary>The width of a row.</summary>
    public int Dimension { get; }

    /// <summary>The class of each row.</summary>
    public int[] Labels { get; }

    /// <summary>The number of rows.</summary>
    public int Count => Labels.Length;

    /// <summary>One row.</summary>
    public ReadOnlySpan<float> Row(int i) => Values.AsSpan(i * Dimension, Dimension);

    /// <summary>Whether every row has length 1, to a thousandth.</summary>
    public bool IsNormalized
    {
        get
        {
            for (int i = 0; i < Count; i++)
                if (Math.Abs(SquaredDistance.Length(Row(i)) - 1) > 2e-3) return false;
            return true;
        }
    }

    /// <summary>The rows with these numbers.</summary>
    public EmbeddingSet Select(ReadOnlySpan<int> rows)
    {
        float[] values = new float[(long)rows.Length * Dimension];
        int[] labels = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            Row(rows[i]).CopyTo(values.AsSpan(i * Dimension));
            labels[i] = Labels[rows[i]];
        }
        return new EmbeddingSet(Name, values, Dimension, labels);
    }

    /// <summary>The rows by class, ascending by label.</summary>
    internal SortedDictionary<int, int[]> RowsByClass()
    {
        SortedDictionary<int, List<int>> lists = [];
        for (int i = 0; i < Count; i++)
        {
            if (!lists.TryGetValue(Labels[i], out List<int>? list)) lists[Labels[i]] = list = [];
            list.Add(i);
        }
        SortedDictionary<int, int[]> rows = [];
        foreach ((int label, List<int> list) in lists) rows[label] = [.. list];
        return rows;
    }

    internal Tensor Upload(Device device) => device.Tensor(new Shape(Count, Dimension), Values);
}
