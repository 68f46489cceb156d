using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.Models.Networks;
using TripletGpu.Models.Summary;
using TripletGpu.Modules;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>An operation of one of the networks, by its name: <c>resnet50.layer1.0.conv2</c>.</summary>
/// <param name="Name">The network and the module whose parameters it uses, or its kind and number.</param>
/// <param name="Op">The operation.</param>
/// <param name="Inputs">Shapes for a batch of one; weights among them.</param>
/// <param name="Output">The shape of its output for a batch of one.</param>
sealed record NamedLayer(string Name, Op Op, IReadOnlyList<Shape> Inputs, Shape Output)
{
    const int Side = 224;

    static readonly Lazy<IReadOnlyList<NamedLayer>> Found = new(Find);

    /// <summary>The layers of NN2 and ResNet50 for 224 x 224 pixels, in forward order; of equals the first.</summary>
    public static IReadOnlyList<NamedLayer> All => Found.Value;

    /// <summary>Elements of its input for one image.</summary>
    public int InputCount => (int)Inputs[0].Count;

    /// <summary>Elements of its output for one image.</summary>
    public int OutputCount => (int)Output.Count;

    static List<NamedLayer> Find()
    {
        using Device device = new("cpu", new CpuBackend());
        List<NamedLayer> layers = [];
        Add("nn2", new Nn2(device, new Nn2Settings { Input = new Shape(3, Side, Side) }));
        Add("resnet50", new ResNet50(device, new ResNet50Settings { Input = new Shape(3, Side, Side) }));
        return layers;

        void Add(string name, Module network)
        {
            Observer observer = new(name, new LayerNames(network));
            NetworkSummary.Observe(network, new Shape(3, Side, Side), observer);
            network.Release();
            layers.AddRange(observer.Layers);
        }
    }

    sealed class Observer(string network, LayerNames names) : IOpObserver
    {
        readonly HashSet<string> seen = [];

        public List<NamedLayer> Layers { get; } = [];

        public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y)
        {
            List<Shape> inputs = [];
            foreach (Tensor input in x) inputs.Add(input.Shape);
            string name = $"{network}.{names.Next(op, x)}";
            if (!op.IsView && seen.Add($"{op} {string.Join(' ', inputs)}"))
                Layers.Add(new NamedLayer(name, op, inputs, y.Shape));
        }
    }
}
