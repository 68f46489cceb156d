using TripletGpu.Models.Text;

namespace TripletGpu.Models.Onnx;

/// <summary>One node with the values of its inputs, about to run.</summary>
/// <param name="node">The node.</param>
/// <param name="inputs">The values; null for an optional input that is left out.</param>
/// <param name="graph">The graph, which knows whether it trains.</param>
sealed class NodeCall(OnnxNode node, OnnxValue?[] inputs, OnnxGraph graph)
{
    // Attributes that count pixels. Larger ones are damage, and would ask for absurd amounts of memory.
    const long LargestExtent = 1 << 16;

    public OnnxNode Node => node;

    public OnnxGraph Graph => graph;

    public Device Device => graph.Device;

    public int InputCount => inputs.Length;

    public long Opset => node.Opset;

    /// <summary>The same with another first input.</summary>
    public NodeCall WithFirst(OnnxValue value) => new(node, [value, .. inputs.AsSpan(1)], graph);

    public bool Has(int index) => index < inputs.Length && inputs[index] is not null;

    /// <summary>An input that must be there.</summary>
    public OnnxValue Value(int index) =>
        Has(index) ? inputs[index]! : throw node.Error($"input {index} is missing");

    /// <summary>An input as floats on the device.</summary>
    public Tensor Tensor(int index)
    {
        OnnxValue value = Value(index);
        if (value.Device is { } tensor) return tensor;
        if (value.IsInteger) throw node.Error($"input {index} holds integers; only floats are computed with");
        float[] floats = value.Host!.FloatsOrNull!;
        return Device.Tensor(ShapeOf(value.Dims), floats);
    }

    public Tensor? OptionalTensor(int index) => Has(index) ? Tensor(index) : null;

    /// <summary>An input of integers that must be known without running the network.</summary>
    public OnnxTensor Host(int index) => Value(index).Host is { IsFloat: false } host ? host
        : throw node.Error($"input {index} must be integers that do not depend on the network's values");

    /// <summary>The values of such an input.</summary>
    public long[] Integers(int index) => Host(index).IntegersOrNull!;

    /// <summary>The integers of an attribute or, in later opsets, of an input; null where there is neither.</summary>
    public long[]? IntegersOf(string attribute, int index) => Has(index) ? Integers(index) : node.Ints(attribute);

    /// <summary>The number that an input holds as a constant, or null where it is no constant of one element.</summary>
    public float? Scalar(int index) => Has(index) && Value(index).Host is { } host && Elements(host.Dims) == 1
        ? host.FloatsOrNull?[0] ?? host.IntegersOrNull![0]
        : null;

    /// <summary>Where an axis lies, counted from the first.</summary>
    public int Axis(long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw node.Error($"axis {axis} is none of {rank}");

    /// <summary>Numbers of pixels from an attribute.</summary>
    public int[] Pixels(string name, int[] otherwise)
    {
        if (node.Ints(name) is not { } values) return otherwise;
        if (values.Length != otherwise.Length)
            throw node.Error($"{name} has {values.Length} numbers, not {otherwise.Length}");
        return Array.ConvertAll(
            values, v => v is >= 0 and <= LargestExtent ? (int)v : throw node.Error($"{name} holds {v}"));
    }

    /// <summary>The shape of extents that a node names.</summary>
    /// <exception cref="UserErrorException">There is no such tensor, or it is absurdly large.</exception>
    public Shape ShapeOf(ReadOnlySpan<long> dims)
    {
        string extents = string.Join(", ", dims.ToArray());
        if (dims.Length > Shape.MaxRank)
            throw node.Error(
                $"a tensor of {Counted.Of(dims.Length, "dimension")}; at most {Shape.MaxRank} are supported");
        foreach (long extent in dims)
            if (extent < 0) throw node.Error($"a tensor cannot have the extents ({extents})");
        if (Elements(dims) > graph.MostElements)
            throw node.Error($"a tensor of extents ({extents}) is too large");
        Span<int> checkedDims = stackalloc int[dims.Length];
        for (int i = 0; i < dims.Length; i++) checkedDims[i] = checked((int)dims[i]);
        return new Shape(checkedDims);
    }

    /// <summary>The product of extents; more than any tensor may have where it overflows or one is negative.</summary>
    public static long Elements(ReadOnlySpan<long> dims)
    {
        long count = 1;
        bool isEmpty = dims.Contains(0);
        foreach (long extent in dims)
        {
            if (extent < 0 || extent > int.MaxValue) return long.MaxValue;
            if (!isEmpty) count = count > long.MaxValue / extent ? long.MaxValue : count * extent;
        }
        return isEmpty ? 0 : count;
    }

    public UserErrorException Error(string message) => node.Error(message);
}
