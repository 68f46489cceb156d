namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// The rows of a batch by class. Each row's positives are its class without itself, in ascending order; together they
/// are the ordered pairs, numbered by anchor, then positive. Reused from batch to batch.
/// </summary>
sealed class ClassGroups
{
    readonly Dictionary<int, int> classOfLabel = [];
    int[] classOf = [], members = [], classStart = [], pairStart = [0], rank = [];

    /// <summary>How many rows there are.</summary>
    public int Rows { get; private set; }

    /// <summary>Ordered pairs of different rows of one class.</summary>
    public long Pairs { get; private set; }

    /// <summary>The size of the largest class.</summary>
    public int LargestClass { get; private set; }

    /// <summary>All rows of a row's class, itself included, ascending.</summary>
    public ReadOnlySpan<int> Members(int row) =>
        members.AsSpan(classStart[classOf[row]]..classStart[classOf[row] + 1]);

    /// <summary>Whether two rows are of one class.</summary>
    public bool AreSameClass(int a, int b) => classOf[a] == classOf[b];

    /// <summary>The number of the first pair that has this anchor; of anchor N: the number of pairs.</summary>
    public int FirstPair(int anchor) => pairStart[anchor];

    /// <summary>The number of the pair (anchor, positive).</summary>
    public int Pair(int anchor, int positive) => pairStart[anchor] + rank[positive] - (positive > anchor ? 1 : 0);

    public void Build(ReadOnlySpan<int> labels)
    {
        int n = Rows = labels.Length;
        if (classOf.Length < n)
            (classOf, members, rank, classStart, pairStart) = (
                new int[n], new int[n], new int[n], new int[n + 1], new int[n + 1]);
        classOfLabel.Clear();
        Array.Clear(classStart);
        for (int i = 0; i < n; i++)
        {
            if (!classOfLabel.TryGetValue(labels[i], out int c)) classOfLabel[labels[i]] = c = classOfLabel.Count;
            classOf[i] = c;
            rank[i] = classStart[c + 1]++;
        }
        LargestClass = 0;
        for (int c = 0; c < classOfLabel.Count; c++)
        {
            LargestClass = Math.Max(LargestClass, classStart[c + 1]);
            classStart[c + 1] += classStart[c];
        }
        Pairs = 0;
        for (int i = 0; i < n; i++)
        {
            int c = classOf[i];
            members[classStart[c] + rank[i]] = i;
            pairStart[i] = (int)Pairs; // wraps only where no table of pairs is made: TripletTable.RowsFor
            Pairs += classStart[c + 1] - classStart[c] - 1;
        }
        pairStart[n] = (int)Pairs;
    }
}
