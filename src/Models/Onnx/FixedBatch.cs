using TripletGpu.Autograd;

namespace TripletGpu.Models.Onnx;

/// <summary>
/// A file whose input says how many images there are. It takes another number only if that is shown to be right: twice
/// as many at once must give what they give in two parts. Reshapes to that number then follow the batch.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="port">Its input.</param>
sealed class FixedBatch(OnnxGraph graph, OnnxPort port)
{
    const double Relative = 1e-4;
    bool? takesOthers, rowsAreIndependent;

    /// <summary>The number of images that the file says; 0 where it says none.</summary>
    public long Declared { get; } = port.Dims is [var batch, _, ..] && batch > 0 ? batch : 0;

    /// <summary>Checks an input's extents against those that the file declares.</summary>
    /// <exception cref="UserErrorException">They differ, and not only in a number of images that is free.</exception>
    public void Check(Shape shape)
    {
        if (port.Dims is not { } dims) return;
        bool fits = dims.Count == shape.Rank;
        for (int axis = Declared > 0 ? 1 : 0; fits && axis < dims.Count; axis++)
            fits = dims[axis] <= 0 || dims[axis] == shape[axis];
        if (!fits)
            throw new UserErrorException(
                $"{graph.Model.Path}: its input \"{port.Name}\" is ({string.Join(", ", dims.Select(Text))}),"
                + $" not {shape}");
        if (Declared == 0 || shape[0] == Declared || shape[0] <= 0 || TakesOthers(shape)) return;
        throw new UserErrorException(
            $"{graph.Model.Path} is made for batches of {Declared}, and gives something else for other numbers of"
            + " images: export it with a free number (dynamic_axes, or dynamic_shapes)");
    }

    /// <summary>
    /// Whether each row of an input makes its own row of every output, shown likewise: then batches may be cut.
    /// </summary>
    public bool AreRowsIndependent(Shape shape) => rowsAreIndependent ??= Holds(shape, everyOutput: true);

    /// <summary>
    /// Whether rows come only in batches of the number that the file says: it takes no other, these are several such
    /// batches, and each row makes its own row of every output.
    /// </summary>
    public bool AsksForParts(Shape shape)
    {
        if (Declared == 0 || shape[0] <= Declared || shape[0] % Declared != 0 || TakesOthers(shape)) return false;
        Shape part = shape.With(0, (int)Declared);
        bool hasRows = false;
        graph.Device.WhileNotRecording(() => hasRows =
            Run(part, Noise(part, 1), everyOutput: true).All(y => y.Shape.Rank > 0 && y.Shape[0] == Declared));
        return hasRows;
    }

    bool TakesOthers(Shape shape) => takesOthers ??= Holds(shape, everyOutput: false);

    bool Holds(Shape shape, bool everyOutput)
    {
        int once = (int)Math.Clamp(Declared, 1, int.MaxValue / 2);
        Shape part = shape.With(0, once);
        (float[] first, float[] second) = (Noise(part, 1), Noise(part, 2));
        bool wasTraining = graph.IsTraining, holds = false;
        // Of a batch that is only being planned there are no values; those of the noise are wanted.
        graph.Device.WhileNotRecording(() =>
        {
            graph.Train(false);
            try
            {
                (float[] Values, Shape Shape)[] a = Run(part, first, everyOutput), b = Run(part, second, everyOutput);
                (float[] Values, Shape Shape)[] both = Run(shape.With(0, 2 * once), [.. first, .. second], everyOutput);
                holds = Enumerable.Range(0, both.Length).All(i =>
                    a[i].Shape.Rank > 0 && a[i].Shape[0] == once && both[i].Shape == a[i].Shape.With(0, 2 * once)
                    && Agree([.. a[i].Values, .. b[i].Values], both[i].Values));
            }
            catch (Exception exception) when (exception is UserErrorException or ArgumentException)
            {
                // What takes only one number of rows says so.
            }
            finally
            {
                graph.Train(wasTraining);
            }
        });
        return holds;
    }

    (float[] Values, Shape Shape)[] Run(Shape shape, float[] values, bool everyOutput)
    {
        using Step step = graph.Device.BeginStep(record: false);
        Tensor x = graph.Device.Tensor(shape, values);
        Tensor[] outputs = everyOutput ? graph.Everything(x) : [graph.Unchecked(x)];
        return Array.ConvertAll(outputs, y => (y.ToArray(), y.Shape));
    }

    static bool Agree(float[] expected, float[] actual)
    {
        double scale = expected.Select(v => Math.Abs((double)v)).DefaultIfEmpty(0).Max();
        return expected.Zip(actual).All(pair => Math.Abs(pair.First - pair.Second) <= Relative * scale);
    }

    static float[] Noise(Shape shape, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, checked((int)shape.Count)).Select(_ => random.NextSingle())];
    }

    static string Text(long extent) => extent > 0 ? $"{extent}" : "any";
}
