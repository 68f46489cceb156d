using TripletGpu.Inference;
using TripletGpu.Models;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Inference;

/// <summary>
/// An ONNX file. One with a single input runs through a plan, and in batches if each row makes its own row of every
/// output; any other runs operation by operation on all of its inputs at once.
/// </summary>
sealed class RunnableGraph(OnnxGraph graph) : RunnableModel
{
    readonly PlannedNetwork planned = new(graph) { OwnsWeights = true };
    float[] result = [];

    public override IReadOnlyList<string> Inputs { get; } = [.. graph.Inputs.Select(port => port.Name)];

    public override IReadOnlyList<string> Outputs => graph.Outputs;

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">
    /// The file holds integers and the input takes floats, or the other way round: what pixels mean is the network's to
    /// say, and nobody has asked it.
    /// </exception>
    public override IRows Open(string input, string path, Action<string> warn)
    {
        NpyElement element = Npy.ReadHeader(path).Element;
        if (graph.Inputs.FirstOrDefault(port => port.Name == input) is not { } port
            || element.IsInteger == port.IsInteger) return new ArrayRows(path);
        string takes = port.IsInteger ? "integers; numpy: array.astype('int64')"
            : "floats; " + AsFloats(element);
        throw new UserErrorException($"{path} holds {element}, but the input \"{input}\" takes {takes}");
    }

    /// <inheritdoc/>
    public override RowBatches Run(IReadOnlyDictionary<string, IRows> inputs)
    {
        graph.CheckNames(inputs.Keys);
        if (graph.Inputs is not [{ IsInteger: false } port] || inputs[port.Name] is not { Shape: { Rank: > 0 } shape } x
            || shape.Count == 0)
            return new RowBatches(
                null, [graph.Evaluate(inputs.ToDictionary(input => input.Key, input => All(input.Value)))]);
        if (graph.AsksForParts(shape)) return new RowBatches(shape[0], Run(port.Name, x, graph.DeclaredRows));
        int most = RowsAtOnce(shape);
        return shape[0] <= most || !graph.AreRowsIndependent(shape)
            ? new RowBatches(null, Run(port.Name, x, shape[0]))
            : new RowBatches(shape[0], Run(port.Name, x, most));
    }

    public override void Dispose()
    {
        planned.Dispose();
        graph.Release();
    }

    /// <summary>All rows where the file takes exactly that many, or no fewer.</summary>
    int RowsAtOnce(Shape shape)
    {
        int declared = graph.DeclaredRows;
        if (shape[0] <= Math.Max(declared, 1)) return shape[0];
        try
        {
            return planned.RowsAtOnce(shape.With(0, Math.Max(declared, 1)));
        }
        catch (UserErrorException)
        {
            // Whatever is wrong with these rows may be right with all; if not, running them says what.
            return shape[0];
        }
    }

    IEnumerable<IReadOnlyDictionary<string, NpyArray<float>>> Run(string name, IRows x, int most)
    {
        Shape one = x.Shape.With(0, 1);
        float[] batch = new float[checked((int)(most * one.Count))];
        foreach ((int first, int count) in RowBatches.Split(x.Shape[0], most))
        {
            x.Read(first, count, batch);
            if (batch.Length > count * one.Count) batch = batch[..(int)(count * one.Count)];
            yield return Run(name, new NpyArray<float>(one.With(0, count), batch));
        }
    }

    IReadOnlyDictionary<string, NpyArray<float>> Run(string name, NpyArray<float> x)
    {
        if (graph.Outputs.Count > 1 || Plan(x.Shape) is not { } plan)
            return graph.Evaluate(new Dictionary<string, NpyArray<float>> { [name] = x });
        if (result.Length != plan.ResultShape.Count) result = new float[plan.ResultShape.Count];
        plan.Run(x.Values, result);
        return new Dictionary<string, NpyArray<float>> { [graph.Outputs[0]] = new(plan.ResultShape, result) };
    }

    InferencePlan? Plan(Shape shape)
    {
        try
        {
            return planned.Plan(shape);
        }
        catch (UserErrorException)
        {
            // An output that is a constant has no plan; of any other error running the graph says the same.
            return null;
        }
    }

    static NpyArray<float> All(IRows rows)
    {
        float[] values = new float[rows.Shape.Count];
        rows.Read(0, rows.Shape.Rank == 0 ? 1 : rows.Shape[0], values);
        return new NpyArray<float>(rows.Shape, values);
    }
}
