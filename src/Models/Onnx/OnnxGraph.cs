using TripletGpu.Autograd;
using TripletGpu.Models.Onnx.Format;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;
using TripletGpu.Modules;

namespace TripletGpu.Models.Onnx;

/// <summary>
/// The graph of an ONNX file as a module: it runs, and it trains. Parameters bear the names of the initializers, in the
/// order of the forward pass; running means and variances are statistics.
/// </summary>
public sealed class OnnxGraph : Module
{
    // A file of a few bytes can ask for any amount of memory. What it computes may have this many elements, or so many
    // times those of its input, or a few times those of its weights.
    const long FewElements = 1 << 23, MostGrowth = 4096, MostWeightGrowth = 4;

    readonly OnnxModel model;
    readonly NodeHandler[] handlers;
    readonly Dictionary<string, OnnxValue> constants = [];
    readonly Dictionary<string, Parameter> parameters;
    readonly Dictionary<string, string> copies;
    readonly Dictionary<string, int> uses = [];
    readonly Dictionary<OnnxNode, int> dropouts = [];
    readonly FixedBatch? fixedBatch;
    readonly long weightElements;

    /// <param name="device">Where the parameters live.</param>
    /// <param name="path">The ONNX file.</param>
    /// <param name="seed">Of dropout masks.</param>
    /// <exception cref="UserErrorException">
    /// The file is damaged, or needs an operator that is not supported.
    /// </exception>
    public OnnxGraph(Device device, string path, ulong seed = 1) : this(device, OnnxModel.Load(path), seed)
    {
    }

    /// <summary>
    /// A graph that is only run, neither initialized again nor exported: its weights lie on the device alone.
    /// </summary>
    /// <exception cref="UserErrorException">As above.</exception>
    public static OnnxGraph ToRun(Device device, string path) =>
        new(device, OnnxModel.Load(path, givesUpWeights: true), seed: 1);

    internal OnnxGraph(Device device, OnnxModel model, ulong seed) : base(device)
    {
        (this.model, Seed) = (model, seed);
        handlers = [.. model.Nodes.Select(OnnxOperators.Find)];
        MostElements = FewElements
            + MostWeightGrowth * model.Graph.Initializer.Sum(
                tensor => Math.Min(int.MaxValue, NodeCall.Elements([.. tensor.Dims])));
        OnnxWeights weights = new(model, (node, inputs) => Run(OnnxOperators.Find(node), node, inputs)[0]);
        parameters = weights.Trained.ToDictionary(w => w.Name, w => w.IsStatistic
            ? AddStatistic(w.Name, w.Shape, new InitialValues(model.GivesUpWeights ? null : w.Values))
            : AddParameter(w.Name, w.Shape, new InitialValues(model.GivesUpWeights ? null : w.Values)));
        foreach (OnnxTrainedWeight weight in weights.Trained) parameters[weight.Name].Value.CopyFrom(weight.Values);
        foreach ((string name, OnnxTensor constant) in weights.Constants) constants[name] = new OnnxValue(constant);
        copies = weights.Copies;
        weightElements = weights.Trained.Sum(w => w.Values.LongLength)
            + weights.Constants.Values.Sum(constant => NodeCall.Elements(constant.Dims));
        foreach (OnnxNode node in model.Nodes)
        {
            foreach (OnnxNode dropout in node.WithBranches.Where(inner => inner.OpType == "Dropout"))
                dropouts[dropout] = dropouts.Count;
            foreach (string input in node.Inputs) uses[input] = uses.GetValueOrDefault(input) + 1;
        }
        foreach (ValueInfoProto output in model.Graph.Output)
            uses[output.Name] = uses.GetValueOrDefault(output.Name) + 1;
        Inputs = [.. PortsOf(model)];
        Outputs = [.. model.Graph.Output.Select(output => output.Name)];
        fixedBatch = Inputs.Count == 1 ? new FixedBatch(this, Inputs[0]) : null;
    }

    /// <summary>What a caller provides.</summary>
    public IReadOnlyList<OnnxPort> Inputs { get; }

    /// <summary>The names of the results.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>
    /// Whether batch norms and dropouts that a file marks as training do so only while the network trains: then the
    /// file is a network, and not a computation to be repeated to the letter.
    /// </summary>
    internal bool DecidesAboutTraining { get; init; }

    internal OnnxModel Model => model;

    internal ulong Seed { get; }

    /// <summary>How many elements a tensor may have in the current run.</summary>
    internal long MostElements { get; private set; }

    /// <summary>Where the current batch is not of the size that the file declares: that size, and this one.</summary>
    internal (long Declared, long Batch)? Lifted { get; private set; }

    /// <summary>The number of the current training step, for dropout masks.</summary>
    internal uint StepNumber { get; private set; }

    /// <summary>The number of a dropout among the graph's.</summary>
    internal int DropoutNumber(OnnxNode node) => dropouts[node];

    /// <summary>Other names under which nodes read parameters, and theirs.</summary>
    internal IReadOnlyDictionary<string, string> Copies => copies;

    /// <summary>The parameter that an initializer of that name has become, or null.</summary>
    internal Parameter? FindParameter(string name) => parameters.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override void SetStep(long number) => StepNumber = unchecked((uint)number);

    /// <summary>The first output for the first input.</summary>
    public override Tensor Forward(Tensor x)
    {
        if (Inputs.Count != 1)
            throw new UserErrorException($"{model.Path} has {Counted.Of(Inputs.Count, "input")}; a network has one");
        fixedBatch!.Check(x.Shape);
        return Unchecked(x);
    }

    /// <summary>Checks that batches of any size may come, as in training.</summary>
    /// <exception cref="UserErrorException">The file is made for other images, or for batches of one size.</exception>
    internal void CheckBatches(Shape imageShape)
    {
        const int images = 2;
        fixedBatch?.Check(new Shape([images, .. imageShape.ToArray()]));
    }

    /// <summary>The same, whatever the file says of its input's extents.</summary>
    internal Tensor Unchecked(Tensor x)
    {
        OnnxValue y = Run(new Dictionary<string, OnnxValue> { [Inputs[0].Name] = x })[0];
        return y.Device
            ?? throw new UserErrorException($"{model.Path}: its output \"{Outputs[0]}\" does not depend on its input");
    }

    /// <summary>Every output, whatever the file says of its input's extents.</summary>
    internal Tensor[] Everything(Tensor x) =>
        Array.ConvertAll(Run(new Dictionary<string, OnnxValue> { [Inputs[0].Name] = x }), y => y.Device
            ?? throw new UserErrorException($"{model.Path}: an output does not depend on its input"));

    /// <summary>The number of rows that the file says its one input has; 0 where it leaves that open.</summary>
    public int DeclaredRows => (int)Math.Min(fixedBatch?.Declared ?? 0, int.MaxValue);

    /// <summary>
    /// Whether each row of an input makes its own row of every output, so that an input may come in batches: shown with
    /// noise, as twice as many rows at once must give what they give in two parts.
    /// </summary>
    /// <param name="shape">The input's shape; how many rows it has does not matter.</param>
    public bool AreRowsIndependent(Shape shape) => fixedBatch?.AreRowsIndependent(shape) ?? false;

    /// <summary>Whether rows must come in batches of <see cref="DeclaredRows"/>, and these are several.</summary>
    internal bool AsksForParts(Shape shape) => fixedBatch?.AsksForParts(shape) ?? false;

    /// <summary>The outputs in order for inputs by name.</summary>
    internal OnnxValue[] Run(IReadOnlyDictionary<string, OnnxValue> inputs)
    {
        Dictionary<string, OnnxValue> values = new(constants);
        foreach ((string name, Parameter parameter) in parameters) values[name] = parameter.Value;
        foreach ((string name, string weight) in copies) values[name] = parameters[weight].Value;
        foreach (OnnxPort port in Inputs)
            values[port.Name] = inputs.GetValueOrDefault(port.Name)
                ?? throw new UserErrorException($"{model.Path} needs the input \"{port.Name}\"");
        // A file that trains is also exported, and would keep its Reshape to one number of images.
        Lifted = !DecidesAboutTraining && fixedBatch is { Declared: > 0 and var declared }
            && inputs[Inputs[0].Name].Dims is [var batch, ..]
            && batch != declared ? (declared, batch) : null;
        MostElements = Math.Min(int.MaxValue, FewElements + MostWeightGrowth * weightElements
            + MostGrowth * inputs.Values.Sum(input => NodeCall.Elements(input.Dims)));
        Dictionary<Tensor, int> pending = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < handlers.Length; i++)
        {
            OnnxNode node = model.Nodes[i];
            // A node of constants alone has become a weight or a constant.
            if (node.Outputs.All(name => name.Length == 0 || values.ContainsKey(name)))
            {
                Forget(node, values, pending);
                continue;
            }
            OnnxValue[] outputs = Run(handlers[i], node, values);
            for (int k = 0; k < node.Outputs.Count; k++)
            {
                string name = node.Outputs[k];
                if (name.Length == 0) continue;
                if (k >= outputs.Length)
                {
                    if (uses.ContainsKey(name)) throw node.Error($"its output {k}, \"{name}\", is not supported");
                    continue;
                }
                values[name] = outputs[k];
                if (outputs[k].Device is { } made && (pending.ContainsKey(made) || !IsForeign(made, values, node)))
                    pending[made] = pending.GetValueOrDefault(made) + uses.GetValueOrDefault(name);
            }
            Forget(node, values, pending);
        }
        return [.. Outputs.Select(name => values[name])];
    }

    /// <summary>The outputs of a branch for the values around it by name.</summary>
    internal OnnxValue[] Run(OnnxBranch branch, Dictionary<string, OnnxValue> around)
    {
        Dictionary<string, OnnxValue> values = new(around);
        foreach ((string name, OnnxTensor constant) in branch.Constants) values[name] = new OnnxValue(constant);
        foreach (OnnxNode node in branch.Nodes)
        {
            OnnxValue[] outputs = Run(OnnxOperators.Find(node), node, values);
            for (int k = 0; k < Math.Min(outputs.Length, node.Outputs.Count); k++) values[node.Outputs[k]] = outputs[k];
        }
        return [.. branch.Outputs.Select(name => values.GetValueOrDefault(name)
            ?? throw new UserErrorException($"{model.Path}: no node of {branch.Name} makes its output \"{name}\""))];
    }

    internal static IEnumerable<OnnxPort> PortsOf(OnnxModel model) =>
        model.Inputs.Select(OnnxPort.Of);

    /// <summary>The outputs by name for arrays by name, in inference mode.</summary>
    /// <exception cref="UserErrorException">An input is missing or unknown, or does not fit.</exception>
    public IReadOnlyDictionary<string, NpyArray<float>> Evaluate(IReadOnlyDictionary<string, NpyArray<float>> inputs)
    {
        CheckNames(inputs.Keys);
        Train(false);
        foreach ((string name, NpyArray<float> input) in inputs)
            if (fixedBatch is not null) fixedBatch.Check(input.Shape);
        using Step step = Device.BeginStep(record: false);
        OnnxValue[] outputs = Run(inputs.ToDictionary(
            input => input.Key, input => Inputs.First(port => port.Name == input.Key).Value(Device, input.Value)));
        return Outputs.Zip(outputs).ToDictionary(pair => pair.First, pair => ToArray(pair.Second));
    }

    /// <summary>Checks that inputs of these names are all that the graph needs.</summary>
    /// <exception cref="UserErrorException">One is missing or unknown.</exception>
    public void CheckNames(IEnumerable<string> names)
    {
        foreach (string name in names)
            if (Inputs.All(port => port.Name != name))
                throw new UserErrorException(
                    $"{model.Path} has no input \"{name}\"; it has"
                    + $" {string.Join(", ", Inputs.Select(port => port.Name))}");
        if (Inputs.FirstOrDefault(port => !names.Contains(port.Name)) is { } missing)
            throw new UserErrorException($"{model.Path} needs the input \"{missing.Name}\"");
    }

    static NpyArray<float> ToArray(OnnxValue value) => value.Device is { } tensor
        ? new NpyArray<float>(tensor.Shape, tensor.ToArray())
        : new NpyArray<float>(
            new Shape(Array.ConvertAll(value.Dims, extent => (int)extent)),
            value.Host!.FloatsOrNull ?? Array.ConvertAll(value.Host.IntegersOrNull!, v => (float)v));

    /// <summary>Whether a node has handed through an input, which is not the graph's to give up.</summary>
    static bool IsForeign(Tensor made, Dictionary<string, OnnxValue> values, OnnxNode node) =>
        node.Inputs.Any(input => values.GetValueOrDefault(input)?.Device == made);

    void Forget(OnnxNode node, Dictionary<string, OnnxValue> values, Dictionary<Tensor, int> pending)
    {
        foreach (string input in node.Inputs)
            if (values.GetValueOrDefault(input)?.Device is { } tensor && pending.TryGetValue(tensor, out int left))
            {
                pending[tensor] = left - 1;
                if (left == 1) Device.CurrentStep!.Discard(tensor);
            }
    }

    OnnxValue[] Run(NodeHandler handler, OnnxNode node, Dictionary<string, OnnxValue> values) =>
        Run(handler, node, [.. node.Inputs.Select(name => values.GetValueOrDefault(name))]);

    OnnxValue[] Run(NodeHandler handler, OnnxNode node, OnnxValue?[] inputs)
    {
        try
        {
            OnnxValue[] outputs = handler(new NodeCall(node, inputs, this));
            foreach (OnnxValue output in outputs)
                if (NodeCall.Elements(output.Dims) > MostElements)
                    throw node.Error($"its output ({string.Join(", ", output.Dims)}) is too large");
            return outputs;
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw node.Error(exception.Message);
        }
    }

    /// <summary>The values that the file has.</summary>
    sealed record InitialValues(float[]? Values) : Initializer
    {
        public override void Fill(Span<float> values, RandomNumbers.Philox random)
        {
            if (Values is null) throw new InvalidOperationException("a graph that is only run keeps no initial values");
            Values.CopyTo(values);
        }
    }
}
