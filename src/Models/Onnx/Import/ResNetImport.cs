using TripletGpu.Models.Networks;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;

namespace TripletGpu.Models.Onnx.Import;

/// <summary>
/// Recognises a ResNet50 by its graph: stem, bottlenecks, head. Batch norms may stand in the file or be folded into the
/// convolutions; a folded one becomes a batch norm that only adds the bias. The stride may lie on the first 1x1 or on
/// the 3x3 convolution. The classifier may be missing.
/// </summary>
public sealed class ResNetImport
{
    const float Epsilon = 1e-5f;
    static readonly int[] blocksPerStage = [3, 4, 6, 3];

    readonly GraphWalk graph;
    readonly List<NamedTensor> tensors = [];
    readonly List<string> log = [];
    bool? strideOnFirst;

    ResNetImport(OnnxModel model) => graph = new GraphWalk(model);

    /// <summary>Reads an ONNX file.</summary>
    /// <exception cref="UserErrorException">It is no ResNet50; says what does not fit.</exception>
    public static ImportedNetwork Read(string path)
    {
        OnnxModel model = OnnxModel.Load(path);
        string[] inputs = [.. model.Inputs.Select(i => i.Name)];
        if (inputs.Length != 1) throw new UserErrorException(
            $"{path} has {Counted.Of(inputs.Length, "input")}; a ResNet50 has one");
        return new ResNetImport(model).Walk(inputs[0]);
    }

    ImportedNetwork Walk(string input)
    {
        string x = graph.Resolve(input);
        int border = TakeBorder(ref x);
        x = Unit(graph.Expect(x, "the first convolution", "Conv"), "conv1", "bn1", (7, 2, 3 - border));
        int channels = tensors[0].Shape[1], width = tensors[0].Shape[0];
        x = Output(graph.Expect(x, "a ReLU", "Relu"));
        border = TakeBorder(ref x);
        OnnxNode pool = graph.Expect(x, "the max pool", "MaxPool");
        CheckWindow(pool, (3, 2, 1 - border));
        x = Output(pool);
        for (int stage = 0; stage < blocksPerStage.Length; stage++)
            for (int block = 0; block < blocksPerStage[stage]; block++)
                x = Block(x, $"layer{stage + 1}.{block}", width << stage, stage > 0 && block == 0 ? 2 : 1);
        (int outputs, bool isNormalized) = Head(x, width * 32);
        graph.CheckNothingIsLeft();
        return new ImportedNetwork(new ResNet50Settings
        {
            Input = new Shape(channels, 224, 224),
            Width = width,
            Outputs = outputs,
            Normalize = isNormalized,
            StrideOnFirst = strideOnFirst ?? false,
        }, tensors, log);
    }

    /// <summary>
    /// Steps over zeros around the image, as Keras puts them before its first convolution and its pool: there they are
    /// as good as padding, since a ReLU's values are not below 0.
    /// </summary>
    int TakeBorder(ref string x)
    {
        if (graph.Next(x, "Pad") is not { } pad) return 0;
        long[] pads = graph.Integers(pad, "pads", 1) ?? throw pad.Error("its pads must be constants");
        if (pads is not [0, 0, var width, _, 0, 0, _, _] || pads.Where((_, i) => i % 4 > 1).Any(p => p != width)
            || width is < 0 or > 3 || pad.Text("mode", "constant") != "constant" || pad.Float("value", 0) != 0
            || (pad.HasInput(2) && graph.Tensor(pad, 2).FloatsOrNull is not [0]))
            throw pad.Error("zeros on all four sides of the image are expected here");
        x = Output(pad);
        return (int)width;
    }

    string Block(string x, string name, int width, int stride)
    {
        List<OnnxNode> convolutions = [.. graph.Readers(x).Where(n => n.OpType == "Conv")];
        OnnxNode first = convolutions.FirstOrDefault(IsMainBranch)
            ?? throw graph.Error(
                $"{name} should begin with a convolution at \"{x}\", as ResNet50's 3, 4, 6 and 3 blocks do");
        // Only the position of the stride is free: on the first 1x1, or on the 3x3.
        bool onFirst = stride == 2 && Stride(first) == 2;
        if (stride == 2)
        {
            if (strideOnFirst is { } before && before != onFirst)
                throw first.Error("its stride lies elsewhere than in earlier blocks");
            strideOnFirst = onFirst;
        }
        string y = Unit(graph.Visit(first), $"{name}.conv1", $"{name}.bn1", (1, onFirst ? stride : 1, 0), width);
        y = Output(graph.Expect(y, "a ReLU", "Relu"));
        y = Unit(
            graph.Expect(y, $"{name}.conv2", "Conv"), $"{name}.conv2", $"{name}.bn2", (3, onFirst ? 1 : stride, 1),
            width);
        y = Output(graph.Expect(y, "a ReLU", "Relu"));
        y = Unit(graph.Expect(y, $"{name}.conv3", "Conv"), $"{name}.conv3", $"{name}.bn3", (1, 1, 0), 4 * width);
        OnnxNode sum = graph.Expect(y, "the sum of the block", "Add");
        string shortcut = convolutions.FirstOrDefault(n => n != first) is { } projection
            ? Unit(graph.Visit(projection), $"{name}.downsample.0", $"{name}.downsample.1", (1, stride, 0), 4 * width)
            : x;
        if (!sum.Inputs.Select(graph.Resolve).Order().SequenceEqual(new[] { y, shortcut }.Order()))
            throw sum.Error($"{name} does not add its two branches");
        return Output(graph.Expect(Output(sum), "a ReLU", "Relu"));
    }

    /// <summary>Whether a ReLU follows the convolution and its batch norm; on the shortcut a sum does.</summary>
    bool IsMainBranch(OnnxNode convolution)
    {
        List<OnnxNode> next = graph.Readers(Output(convolution));
        if (next is [{ OpType: "BatchNormalization" } norm]) next = graph.Readers(Output(norm));
        return next is [{ OpType: "Relu" }];
    }

    (int Outputs, bool IsNormalized) Head(string x, int features)
    {
        OnnxNode pool = graph.Expect(x, "the average over the image", "GlobalAveragePool", "ReduceMean", "AveragePool");
        x = Output(pool);
        while (graph.Next(x, "Flatten", "Reshape", "Squeeze") is { } flat) x = Output(flat);
        if (graph.Readers(x).Count == 0) return (0, false);
        int outputs = Dense(ref x, features);
        return (outputs, TakeNormalization(x));
    }

    int Dense(ref string x, int features)
    {
        if (graph.Readers(x) is not [{ OpType: "Gemm" or "MatMul" } dense]) return 0;
        graph.Visit(dense);
        x = Output(dense);
        OnnxTensor weight = graph.Tensor(dense, 1);
        if (weight.Dims.Length != 2) throw dense.Error("its weight is no matrix");
        bool isTransposed = dense.Int("transB", 0) != 0;
        long inputs = isTransposed ? weight.Dims[1] : weight.Dims[0];
        int outputs = (int)(isTransposed ? weight.Dims[0] : weight.Dims[1]);
        if (inputs != features || dense.Float("alpha", 1) != 1 || dense.Float("beta", 1) != 1
            || dense.Int("transA", 0) != 0)
            throw dense.Error($"it is no dense layer of {features} features");
        float[] values = weight.FloatsOrNull!;
        Add(
            "fc.weight", new Shape(outputs, features), isTransposed ? values : Transposed(values, features, outputs),
            weight.Name);
        float[] bias = new float[outputs];
        string source = "zeros";
        OnnxNode? holder = dense.OpType == "Gemm" ? dense.HasInput(2) ? dense : null : graph.Next(x, "Add");
        if (holder is not null)
        {
            OnnxTensor tensor = graph.Tensor(holder, holder == dense ? 2 : graph.IsTensor(holder, 0) ? 0 : 1);
            (bias, source) = (tensor.FloatsOrNull!, tensor.Name);
            x = Output(holder);
        }
        if (bias.Length != outputs) throw dense.Error(
            $"its bias has {Counted.Of(bias.Length, "element")}, not {outputs}");
        Add("fc.bias", new Shape(outputs), bias, source);
        return outputs;
    }

    /// <summary>Steps over x / max(|x|, epsilon) at the end, as our own export has it.</summary>
    bool TakeNormalization(string x)
    {
        if (graph.Readers(x).Find(n => n.OpType == "ReduceL2") is not { } norm)
            return graph.Next(x, "LpNormalization") is not null;
        graph.Visit(norm);
        string length = Output(norm);
        while (graph.Next(length, "Clip", "Max", "Expand") is { } step) length = Output(step);
        OnnxNode? quotient = graph.Readers(x).Find(n => n.OpType == "Div");
        if (quotient is null || graph.Next(length, "Div") != quotient)
            throw norm.Error("a division by the length should follow");
        return true;
    }

    /// <summary>A convolution with its batch norm, in whichever form.</summary>
    string Unit(
        OnnxNode convolution, string name, string norm, (int Kernel, int Stride, int Pad) window, int filters = 0)
    {
        CheckWindow(convolution, window);
        if (convolution.Int("group", 1) != 1) throw convolution.Error("it has groups, as no convolution of a ResNet50");
        OnnxTensor weight = graph.Tensor(convolution, 1);
        if (weight.Dims.Length != 4 || weight.Dims[2] != window.Kernel || weight.Dims[3] != window.Kernel)
            throw convolution.Error($"{name} should have {window.Kernel} x {window.Kernel} taps");
        if (filters > 0 && weight.Dims[0] != filters)
            throw convolution.Error($"{name} should have {Counted.Of(filters, "filter")}, not {weight.Dims[0]}");
        Add($"{name}.weight", new Shape(Array.ConvertAll(weight.Dims, d => (int)d)), weight.FloatsOrNull!, weight.Name);
        OnnxTensor? bias = convolution.HasInput(2) ? graph.Tensor(convolution, 2) : null;
        string y = Output(convolution);
        int channels = (int)weight.Dims[0];
        if (graph.Next(y, "BatchNormalization") is not { } batchNorm)
        {
            // Folded: gamma 1, mean 0 and a variance that with epsilon makes 1 leave only the bias.
            AddNorm(norm, Filled(channels, 1), bias?.FloatsOrNull ?? new float[channels], new float[channels],
                Filled(channels, 1 - Epsilon), bias is null ? "zeros" : $"{bias.Name} (batch norm folded)");
            return y;
        }
        float[] mean = [.. graph.Tensor(batchNorm, 3).FloatsOrNull!],
            variance = [.. graph.Tensor(batchNorm, 4).FloatsOrNull!];
        float epsilon = batchNorm.Float("epsilon", Epsilon);
        for (int c = 0; c < variance.Length; c++) variance[c] += epsilon - Epsilon;
        if (bias?.FloatsOrNull is { } shift)
            for (int c = 0; c < mean.Length; c++) mean[c] -= shift[c];
        AddNorm(
            norm, graph.Tensor(batchNorm, 1).FloatsOrNull!, graph.Tensor(batchNorm, 2).FloatsOrNull!, mean, variance,
            batchNorm.Inputs[1]);
        return Output(batchNorm);
    }

    void AddNorm(string name, float[] weight, float[] bias, float[] mean, float[] variance, string source)
    {
        Shape shape = new(weight.Length);
        Add($"{name}.weight", shape, weight, source);
        Add($"{name}.bias", shape, bias, source);
        Add($"{name}.running_mean", shape, mean, source);
        Add($"{name}.running_var", shape, variance, source);
    }

    void Add(string name, Shape shape, float[] values, string source)
    {
        if (values.Length != shape.Count)
            throw graph.Error($"\"{source}\" has {Counted.Of(values.Length, "value")}; {name} needs {shape}");
        tensors.Add(new NamedTensor(name, shape, values));
        log.Add($"{name} {shape} <- {source}");
    }

    static void CheckWindow(OnnxNode node, (int Kernel, int Stride, int Pad) window)
    {
        (int kernel, int stride, int pad) = window;
        long[] pads = node.Ints("pads") ?? [0, 0, 0, 0];
        bool fits = (node.Ints("kernel_shape") ?? [kernel, kernel]).All(k => k == kernel)
            && (node.Ints("strides") ?? [1, 1]).All(s => s == stride) && pads.All(p => p == pad)
            && (node.Ints("dilations") ?? [1, 1]).All(d => d == 1)
            && node.Text("auto_pad", "NOTSET") is "NOTSET" or "" && node.Int("ceil_mode", 0) == 0;
        if (!fits)
            throw node.Error(
                $"a window of {kernel} x {kernel} with stride {stride} and padding {pad} is expected here");
    }

    static long Stride(OnnxNode node) => node.Ints("strides") is [var stride, ..] ? stride : 1;

    string Output(OnnxNode node) => graph.Resolve(node.Outputs[0]);

    static float[] Filled(int count, float value)
    {
        float[] values = new float[count];
        Array.Fill(values, value);
        return values;
    }

    static float[] Transposed(float[] values, int rows, int columns)
    {
        float[] y = new float[values.Length];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) y[c * rows + r] = values[r * columns + c];
        return y;
    }
}
