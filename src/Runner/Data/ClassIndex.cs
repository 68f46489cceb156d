namespace TripletGpu.Runner.Data;

/// <summary>Which images each class has.</summary>
sealed class ClassIndex
{
    readonly int[][] byClass;

    public ClassIndex(ReadOnlySpan<int> labels)
    {
        Dictionary<int, List<int>> images = [];
        for (int i = 0; i < labels.Length; i++)
        {
            if (!images.TryGetValue(labels[i], out List<int>? list)) images[labels[i]] = list = [];
            list.Add(i);
        }
        Labels = [.. images.Keys.Order()];
        byClass = [.. Labels.Select(label => images[label].ToArray())];
    }

    /// <summary>The labels that occur, ascending.</summary>
    public int[] Labels { get; }

    /// <summary>How many classes occur.</summary>
    public int Count => byClass.Length;

    /// <summary>The images of the i-th class that occurs.</summary>
    public ReadOnlySpan<int> this[int i] => byClass[i];
}
