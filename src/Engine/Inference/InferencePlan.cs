using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Inference.Rules;
using TripletGpu.Modules;

namespace TripletGpu.Inference;

/// <summary>
/// A network in inference mode, planned once for batches of one shape: operations joined by rules, constants computed,
/// every value in a buffer that is reused after its last reader. Running it allocates nothing.
/// </summary>
/// <remarks>
/// The plan reads the parameters as they were when it was made; after a change of them, make another.
/// </remarks>
public sealed class InferencePlan : IDisposable
{
    static readonly IPlanRule[] rules =
    [
        new FoldBatchNorm(), new FuseResidual(), new FuseClip(), new SkipEmptyPad(), new SkipSignedMagnitude(),
        new RecogniseActivation(), new RecogniseL2Pool(), new PadInPooling(), new RecogniseResponseNorm(),
        new RecogniseL2Normalize(), new FuseMaxPool(), new DropTaps(), new PoolBesideConvolution(),
    ];

    readonly Device device;
    readonly PlanConstants constants;
    readonly Tensor[] slots;
    readonly IReadOnlyList<Tensor> uploads;
    readonly PlanPart[] parts;

    InferencePlan(PlanConstants constants, PlanGraph graph, IReadOnlyList<Tensor> uploads)
    {
        (device, this.constants, this.uploads, Graph) = (constants.Device, constants, uploads, graph);
        PlanStages planned = StagesOf(graph, device);
        JoinedValues joined = new(graph);
        Lifetimes lifetimes = new(graph, planned, joined);
        BufferSlots assigned = new();
        int[] places = Assign(lifetimes, assigned);
        // First, since from here on the plan has memory that nobody would give back: it is all taken at once.
        foreach (PlanNode node in graph.Nodes) constants.Prepare(node);
        slots = device.Build<Tensor[]>(() => [.. assigned.Elements.Select(count =>
            device.Unowned(new Shape(checked((int)count)), ElementType.Float32, "a plan's buffer"))]);
        parts = [.. RowParts.Of(graph, device.Backend.Branches).Select(rows =>
            new PlanPart(graph, planned, lifetimes, joined, places, slots, rows))];
    }

    /// <summary>What runs, and what became of the network's operations.</summary>
    public PlanGraph Graph { get; }

    /// <summary>The shape of a batch.</summary>
    public Shape BatchShape => Graph.Input.Shape;

    /// <summary>The shape of the result.</summary>
    public Shape ResultShape => Graph.Output.Shape;

    /// <summary>Bytes of the buffers that the values share.</summary>
    public long BufferBytes => slots.Sum(slot => slot.Count * sizeof(float));

    /// <summary>The layers of the operation that makes a tensor, as the device's observer gets it.</summary>
    public string? LayerOf(Tensor y) =>
        parts.Select(part => part.LayerOf(y)).FirstOrDefault(layer => layer is not null);

    /// <summary>Plans a network.</summary>
    /// <param name="network">The network, in inference mode.</param>
    /// <param name="batch">The shape of a batch.</param>
    /// <param name="constants">Shared by the plans of one network.</param>
    /// <exception cref="ValueNeededException">What it does depends on values, so it has no plan.</exception>
    /// <exception cref="ShapeException">The network does not take that shape.</exception>
    internal static InferencePlan Make(Module network, Shape batch, PlanConstants constants)
    {
        PlanGraph graph = GraphRecorder.Record(network, batch, out IReadOnlyList<Tensor> uploads);
        try
        {
            return new InferencePlan(constants, Rewrite(graph, constants), uploads);
        }
        catch
        {
            foreach (Tensor upload in uploads) upload.Release();
            constants.Forget(uploads);
            throw;
        }
    }

    /// <summary>Bytes of the buffers that a plan would take.</summary>
    internal static long BufferBytesOf(Module network, Shape batch, PlanConstants constants)
    {
        PlanGraph graph = Rewrite(
            GraphRecorder.Record(network, batch, out IReadOnlyList<Tensor> uploads), constants);
        BufferSlots assigned = new();
        Assign(new Lifetimes(graph, StagesOf(graph, constants.Device), new JoinedValues(graph)), assigned);
        foreach (Tensor upload in uploads) upload.Release();
        constants.Forget(uploads);
        return assigned.Elements.Sum() * sizeof(float);
    }

    static PlanStages StagesOf(PlanGraph graph, Device device) => new(
        graph, device.Backend.Branches is { } branches && RowParts.Of(graph, branches).Length == 1);

    static int[] Assign(Lifetimes lifetimes, BufferSlots slots) =>
        slots.Assign([.. lifetimes.All.Select(life => (life.Elements, life.First, life.Last))]);

    /// <summary>Applies the rules until none applies, then decides how maps lie.</summary>
    internal static PlanGraph Rewrite(PlanGraph graph, PlanConstants constants)
    {
        for (int i = 0; i < graph.Nodes.Count;)
        {
            PlanGraph? rewritten = null;
            foreach (IPlanRule rule in rules)
                if ((rewritten = rule.Apply(graph, graph.Nodes[i], constants)) is not null) break;
            // The joined node stands where the later one stood, and a node before it is gone: look at it again.
            if (rewritten is null) i++;
            else (graph, i) = (rewritten, Math.Max(0, i - (graph.Nodes.Count - rewritten.Nodes.Count)));
        }
        return MapBlocks.Apply(graph, constants.Device.Backend);
    }

    /// <summary>Runs a batch.</summary>
    /// <param name="batch">The values of <see cref="BatchShape"/>.</param>
    /// <param name="result">Gets those of <see cref="ResultShape"/>.</param>
    /// <exception cref="ArgumentException">One of them has another number of elements.</exception>
    public unsafe void Run(ReadOnlySpan<float> batch, Span<float> result)
    {
        CheckLength(batch.Length, BatchShape, "batch");
        CheckLength(result.Length, ResultShape, "result");
        using DeviceUse.Scope use = device.Use.Begin();
        // Who observes operations wants them one after the other.
        if (parts.Length == 1 || device.Observer is not null)
        {
            foreach (PlanPart part in parts) part.Run(batch, result);
            return;
        }
        int length = batch.Length, resultLength = result.Length;
        fixed (float* from = batch, to = result)
        {
            float* x = from, y = to;
            device.Backend.Branches!.RunParts(i =>
                parts[i].Run(new ReadOnlySpan<float>(x, length), new Span<float>(y, resultLength)));
        }
    }

    static void CheckLength(int length, Shape shape, string what)
    {
        if (length != shape.Count)
            throw new ArgumentException($"the {what} {shape} has {shape.Count} elements, the host memory {length}");
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (PlanPart part in parts) part.Release();
        foreach (Tensor slot in slots) slot.Release();
        foreach (Tensor upload in uploads) upload.Release();
        constants.Forget(uploads);
    }
}
