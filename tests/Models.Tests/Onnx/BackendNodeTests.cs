using Google.Protobuf;
using TripletGpu.Autograd;
using TripletGpu.Inference;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Format;
using TripletGpu.Models.Serialization;
using TripletGpu.Support;
using DataType = TripletGpu.Models.Onnx.Format.TensorProto.Types.DataType;

namespace TripletGpu.Models.Tests.Onnx;

/// <summary>
/// The ONNX project's own tests of single operators, where Debian's package libonnx-testdata is installed: every one
/// whose operators we have and whose operands are floats (or shapes) must give the values that it brings.
/// </summary>
public sealed class BackendNodeTests
{
    const string Folder = "/usr/share/libonnx-testdata/data/node";

    // What our operators refuse by name: other axes, modes and element types than networks of images have.
    static readonly string[] refused =
    [
        "is not supported", "is supported", "are supported", "holds integers", "holds elements of type",
        "must be integers",
        "cannot become", "integers are computed with", "drops at random",
    ];

    // Their coordinates come from the length that a scale asks for, not from the whole number of pixels that there are:
    // the specification's text, PyTorch and ONNX Runtime take the latter.
    static readonly string[] disputed =
        ["test_resize_downsample_scales_cubic_align_corners", "test_resize_downsample_scales_linear_align_corners"];

    [Test]
    public void EverySupportedOperator_PassesTheProjectsTests()
    {
        if (!Directory.Exists(Folder)) Assert.Ignore("libonnx-testdata is not installed");
        using Device device = TestDevices.Open("cpu-avx2");
        List<string> failures = [], skipped = [];
        int passed = 0;
        foreach (string test in Directory.EnumerateDirectories(Folder).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(test);
            if (disputed.Contains(name)) continue;
            OnnxModel model;
            try
            {
                model = OnnxModel.Load(Path.Combine(test, "model.onnx"));
            }
            catch (UserErrorException)
            {
                continue;
            }
            if (model.Nodes.Any(node => !OnnxOperators.Contains(node.OpType) || node.Domain.Length > 0)
                || !HoldsNumbers(model))
                continue;
            try
            {
                Run(device, model, Path.Combine(test, "test_data_set_0"));
                passed++;
            }
            catch (UserErrorException exception) when (refused.Any(exception.Message.Contains))
            {
                skipped.Add($"{name}: {exception.Message}");
            }
            catch (Exception exception)
            {
                failures.Add($"{name}: {exception.Message.Trim()}");
            }
        }
        TestContext.Out.WriteLine(
            $"ONNX backend node tests: {passed} passed, {failures.Count} failed, {skipped.Count} refused by name");
        foreach (string line in skipped) TestContext.Out.WriteLine($"  refused {line.Replace(Folder, "")}");
        Assert.That(failures, Is.Empty, string.Join("\n", failures));
        Assert.That(passed, Is.GreaterThan(490));
    }

    static bool HoldsNumbers(OnnxModel model) => model.Graph.Input.Concat(model.Graph.Output).All(value =>
        value.Type?.TensorType is { } type && (DataType)type.ElemType is not (DataType.String or DataType.Bfloat16));

    static void Run(Device device, OnnxModel model, string data)
    {
        OnnxGraph graph = new(device, model, seed: 1);
        graph.Train(false);
        using Step step = device.BeginStep(record: false);
        Dictionary<string, OnnxValue> inputs = [];
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            OnnxTensor input = Read(Path.Combine(data, $"input_{i}.pb"));
            inputs[graph.Inputs[i].Name] = graph.Inputs[i].Value(
                device, new NpyArray<float>(new Shape(Array.ConvertAll(input.Dims, d => (int)d)), Floats(input)));
        }
        OnnxValue[] outputs = graph.Run(inputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            OnnxTensor expected = Read(Path.Combine(data, $"output_{i}.pb"));
            Assert.That(outputs[i].Dims, Is.EqualTo(expected.Dims), "extents");
            float[] values = Floats(expected), actual = outputs[i].Device?.ToArray() ?? Floats(outputs[i].Host!);
            // What ONNX rounds to 16 bits stays as it is here.
            var type = (DataType)model.Graph.Output[i].Type.TensorType.ElemType;
            double rounding = type == DataType.Float16 ? Math.Pow(2, -11) : 0;
            Tolerance tolerance = Tolerance.Normalization;
            double scale = values.Select(v => Math.Abs((double)v)).DefaultIfEmpty(0).Max();
            Assert.That(actual, Has.Length.EqualTo(values.Length));
            for (int k = 0; k < values.Length; k++)
                if (!(Math.Abs(actual[k] - values[k])
                    <= tolerance.Absolute * scale + (tolerance.Relative + rounding) * Math.Abs(values[k]))
                    && !actual[k].Equals(values[k]))
                    throw new InvalidOperationException($"output {i} at {k} is {actual[k]}, not {values[k]}");
        }
        if (inputs.Count == 1 && outputs.Length == 1 && inputs.Values.First().Device is { } x
            && outputs[0].Device is { } y && x.Count > 0)
            AssertPlanned(graph, x, y);
        graph.Release();
    }

    /// <summary>What runs in a plan gives the same, up to the rounding of joined operations.</summary>
    static void AssertPlanned(OnnxGraph graph, Tensor x, Tensor y)
    {
        float[] expected = y.ToArray(), actual = new float[expected.Length];
        using PlannedNetwork planned = new(graph);
        planned.Run(x.Shape, x.ToArray(), actual);
        if (expected.All(float.IsFinite))
            Close.AreClose(
                Array.ConvertAll(expected, v => (double)v), actual, Tolerance.Normalization, "through a plan");
        else Assert.That(actual, Is.EqualTo(expected), "through a plan");
    }

    static float[] Floats(OnnxTensor tensor) =>
        tensor.FloatsOrNull ?? Array.ConvertAll(tensor.IntegersOrNull!, v => (float)v);

    static OnnxTensor Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        return OnnxTensor.From(TensorProto.Parser.ParseFrom(file), path);
    }
}
