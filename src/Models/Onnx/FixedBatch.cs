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
    bool isShown;

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
        if (Declared > 0 && shape[0] != Declared && shape[0] > 0 && !isShown) Show(shape);
    }

    void Show(Shape shape)
    {
        int once = (int)Math.Min(Declared, int.MaxValue / 2);
        Shape part = shape.With(0, once);
        (float[] first, float[] second) = (Noise(part, 1), Noise(part, 2));
        bool wasTraining = graph.IsTraining;
        graph.Train(false);
        try
        {
            (float[] a, Shape one) = Run(part, first);
            (float[] b, _) = Run(part, second);
            (float[] both, Shape two) = Run(shape.With(0, 2 * once), [.. first, .. second]);
            float[] parts = [.. a, .. b];
            isShown = one.Rank > 0 && one[0] == once && two == one.With(0, 2 * once) && Agree(parts, both);
        }
        catch (Exception exception) when (exception is UserErrorException or ArgumentException)
        {
            isShown = false;
        }
        finally
        {
            graph.Train(wasTraining);
        }
        if (!isShown)
            throw new UserErrorException(
                $"{graph.Model.Path} is made for batches of {Declared}, and gives something else for other numbers of"
                + " images: export it with a free number (dynamic_axes, or dynamic_shapes)");
    }

    (float[] Values, Shape Shape) Run(Shape shape, float[] values)
    {
        using Step step = graph.Device.BeginStep(record: false);
        Tensor y = graph.Unchecked(graph.Device.Tensor(shape, values));
        return (y.ToArray(), y.Shape);
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
