namespace TripletGpu.Runner.Book.Steps;

/// <summary>
/// The way that the chapter takes through the step: one triplet with a loss, the pixel that answers most to a filter,
/// the output that it moves most. Chosen from the step's own numbers.
/// </summary>
sealed class StepRoute
{
    const int LeastNearer = 10;

    /// <summary>Chooses it.</summary>
    public StepRoute(WalkedStep step)
    {
        float[] losses = step["losses"].Numbers, triplets = step["triplets"].Numbers;
        float margin = step["margin"].Numbers[0];
        // Under the margin: the negative is farther than the positive, as the rule wants it. And there is a choice.
        Row = Enumerable.Range(0, losses.Length).First(r =>
            losses[r] > 0 && losses[r] < margin && triplets[3 * r + 2] >= 0
            && Nearer(step, (int)triplets[3 * r], (int)triplets[3 * r + 1]) >= LeastNearer);
        (Anchor, Positive, Negative) = ((int)triplets[3 * Row], (int)triplets[3 * Row + 1], (int)triplets[3 * Row + 2]);
        (int filter, int p, int q) = Strongest(step["conv1.y"]);
        NamedValue map = step["conv1.map"];
        int window = Enumerable.Range(0, 4).MaxBy(i => At(map, Anchor, filter, 2 * p + i / 2, 2 * q + i % 2));
        First = (filter, p, q, 2 * p + window / 2, 2 * q + window % 2);
        Second = Strongest(step["conv2.y"]);
        NamedValue embedding = step["embedding"];
        int width = embedding.Shape[1];
        Output = Enumerable.Range(0, width).MaxBy(j => Math.Abs(embedding.Numbers[Anchor * width + j]));
        Feature = (Second.Filter * step["conv2.y"].Shape[2] + Second.P) * step["conv2.y"].Shape[3] + Second.Q;
    }

    /// <summary>The triplet's row of the table.</summary>
    public int Row { get; }

    /// <summary>Its images.</summary>
    public int Anchor { get; }

    /// <summary>The other of the anchor's class.</summary>
    public int Positive { get; }

    /// <summary>That of another class.</summary>
    public int Negative { get; }

    /// <summary>Where the first layer answers the anchor most, and the pixel of the window that won.</summary>
    public (int Filter, int P, int Q, int Line, int Column) First { get; }

    /// <summary>Where the second does.</summary>
    public (int Filter, int P, int Q) Second { get; }

    /// <summary>The anchor's largest output.</summary>
    public int Output { get; }

    /// <summary>The second layer's strongest answer as one of the dense layer's inputs.</summary>
    public int Feature { get; }

    /// <summary>How many of other classes are nearer to an anchor than its positive.</summary>
    static int Nearer(WalkedStep step, int anchor, int positive)
    {
        float[] d = step["distance"].Numbers, labels = step["labels"].Numbers;
        return Enumerable.Range(0, labels.Length).Count(i => labels[i] != labels[anchor]
            && d[anchor * labels.Length + i] <= d[anchor * labels.Length + positive]);
    }

    /// <summary>The largest result of a layer for the anchor.</summary>
    (int Filter, int P, int Q) Strongest(NamedValue y)
    {
        int lines = y.Shape[2], columns = y.Shape[3], plane = lines * columns, size = y.Shape[1] * plane;
        int best = Enumerable.Range(0, size).MaxBy(i => y.Numbers[Anchor * size + i]);
        return (best / plane, best % plane / columns, best % columns);
    }

    static float At(NamedValue value, int n, int c, int h, int w) =>
        value.Numbers[((n * value.Shape[1] + c) * value.Shape[2] + h) * value.Shape[3] + w];
}
