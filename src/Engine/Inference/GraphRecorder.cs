using TripletGpu.Autograd;
using TripletGpu.Modules;

namespace TripletGpu.Inference;

/// <summary>
/// Lists the operations of a network without running them: while a device has a recorder, operations make tensors that
/// have a shape and no memory. What is computed of constants alone is computed once, now.
/// </summary>
sealed class GraphRecorder(Module network)
{
    readonly LayerNames names = new(network);
    readonly Dictionary<Tensor, PlanValue> values = new(ReferenceEqualityComparer.Instance);
    readonly List<PlanNode> nodes = [];
    readonly List<Tensor> kept = [];

    /// <summary>The graph of a network in inference mode for a batch of a shape.</summary>
    /// <param name="network">The network, in inference mode.</param>
    /// <param name="batch">The shape of a batch.</param>
    /// <param name="uploads">What the network uploaded on its way; its owner releases it.</param>
    /// <exception cref="ValueNeededException">What it does depends on values, so it has no plan.</exception>
    /// <exception cref="ShapeException">The network does not take that shape.</exception>
    public static PlanGraph Record(Module network, Shape batch, out IReadOnlyList<Tensor> uploads)
    {
        Device device = network.Device;
        GraphRecorder recorder = new(network);
        using Step step = device.BeginStep(record: false);
        device.Recorder = recorder;
        try
        {
            Tensor x = Tensor.WithoutMemory(device, batch, ElementType.Float32, "Input");
            PlanValue input = recorder.values[x] = new PlanValue(batch, ElementType.Float32, null);
            Tensor y = network.Forward(x);
            PlanValue output = recorder.Value(y);
            return new PlanGraph(input, output, Needed(recorder.nodes, output));
        }
        finally
        {
            device.Recorder = null;
            foreach (Tensor tensor in recorder.kept) step.Keep(tensor);
            uploads = recorder.kept;
        }
    }

    /// <summary>Whether an operation on these tensors gives the same for every batch.</summary>
    public static bool AreConstant(ReadOnlySpan<Tensor> x)
    {
        foreach (Tensor tensor in x)
            if (tensor.IsReleased) return false;
        return true;
    }

    /// <summary>Notes an operation instead of its forward pass.</summary>
    public void Add(Op op, ReadOnlySpan<Tensor> x, Tensor y)
    {
        PlanValue[] inputs = new PlanValue[x.Length];
        for (int i = 0; i < x.Length; i++) inputs[i] = Value(x[i]);
        PlanValue output = values[y] = new PlanValue(y.Shape, y.Type, null);
        nodes.Add(new PlanNode(op, inputs, output, [names.Next(op, x)]));
    }

    /// <summary>The nodes on which the result depends: a graph may compute more than is asked of it.</summary>
    static PlanNode[] Needed(List<PlanNode> nodes, PlanValue result)
    {
        HashSet<PlanValue> read = [result];
        List<PlanNode> needed = [];
        for (int i = nodes.Count - 1; i >= 0; i--)
        {
            if (!read.Contains(nodes[i].Output)) continue;
            read.UnionWith(nodes[i].Inputs);
            needed.Add(nodes[i]);
        }
        needed.Reverse();
        return [.. needed];
    }

    PlanValue Value(Tensor tensor)
    {
        if (values.TryGetValue(tensor, out PlanValue? known)) return known;
        // Nobody has made it here, so it is the same for every batch: a parameter, or a constant on its way to an op.
        if (tensor.Owner is not null) kept.Add(tensor);
        return values[tensor] = new PlanValue(tensor.Shape, tensor.Type, tensor);
    }
}

/// <summary>The values of a tensor were asked for where only its shape is known.</summary>
public sealed class ValueNeededException(string message) : InvalidOperationException(message);
