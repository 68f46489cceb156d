namespace TripletGpu.Runner.Reports;

/// <summary>
/// Everything that report.html shows. Parts that a run does not have are null or empty and are left out.
/// </summary>
public sealed record ReportData
{
    /// <summary>The run's name, for the title.</summary>
    public required string Title { get; init; }

    /// <summary>What ran: model, parameters, data, device, seed. Shown as a list of names and values.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];

    /// <summary>The headline figures, each with the baseline that it must be read against.</summary>
    public IReadOnlyList<Figure> Figures { get; init; } = [];

    /// <summary>One sentence on how the figures were measured.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>The course of the training, one value a step.</summary>
    public Course? Course { get; init; }

    /// <summary>Names of the classes that the page shows, by label.</summary>
    public IReadOnlyDictionary<int, string> Classes { get; init; } = new Dictionary<int, string>();

    /// <summary>The test embedding on a plane.</summary>
    public EmbeddingMap? Map { get; init; }

    /// <summary>Which classes are taken for which.</summary>
    public ConfusionTable? Confusion { get; init; }

    /// <summary>What was measured otherwise than usual, or not at all.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The verification curve.</summary>
    public RocCurve? Roc { get; init; }

    /// <summary>The mistakes whose wrong neighbour lies nearest.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; init; } = [];

    /// <summary>All images that the map and the mistakes refer to.</summary>
    public SpriteSheet? Images { get; init; }
}

/// <summary>A name and a value, both ready to be read.</summary>
public sealed record Fact(string Name, string Value);

/// <summary>A measured figure in 0..1 and what it must be compared with.</summary>
/// <param name="Name">Such as <c>precision at 1</c>.</param>
/// <param name="Value">The figure.</param>
/// <param name="Note">What it means, in a few words.</param>
/// <param name="Baselines">Figures of simpler methods by name.</param>
public sealed record Figure(string Name, double Value, string Note, IReadOnlyList<Baseline> Baselines);

/// <summary>The figure of a simpler method.</summary>
public sealed record Baseline(string Name, double Value);

/// <summary>The training by step; all arrays have the same length.</summary>
public sealed record Course(int[] Step, float[] Loss, float[] ActiveFraction, float[] LearningRate);

/// <summary>Points on a plane; all arrays have the same length.</summary>
/// <param name="X">Horizontal positions.</param>
/// <param name="Y">Vertical positions.</param>
/// <param name="Label">The true class.</param>
/// <param name="Predicted">The class of the nearest reference.</param>
/// <param name="Image">The number of the image in the sprite sheet, or -1.</param>
/// <param name="Method">How the plane was made, for the caption.</param>
public sealed record EmbeddingMap(float[] X, float[] Y, int[] Label, int[] Predicted, int[] Image, string Method);

/// <summary>How often class <c>row</c> was taken for class <c>column</c>.</summary>
/// <param name="Labels">The classes shown.</param>
/// <param name="Counts">By row and column, in their order.</param>
/// <param name="Others">How often each was taken for a class that is not shown.</param>
/// <param name="Hidden">How many classes of the test are not shown: those with fewer mistakes.</param>
public sealed record ConfusionTable(int[] Labels, int[][] Counts, int[] Others, int Hidden);

/// <summary>Share of same-class pairs accepted by share of different-class pairs accepted.</summary>
public sealed record RocCurve(double[] FalseAcceptRate, double[] ValidationRate, double Auc, double EqualErrorRate);

/// <summary>A test image, the wrong reference nearest to it, and their squared distance.</summary>
public sealed record Mistake(int Image, int NeighbourImage, int Label, int Predicted, double Distance);
