using Google.Protobuf;
using TripletGpu.Autograd;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Format;
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
        "is not supported", "is supported", "are supported", "holds integers", "holds elements of type", "must be integers",
        "cannot become", "integers are computed with", "drops at random",
    ];

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
            OnnxModel model;
            try
            {
                model = OnnxModel.Load(Path.Combine(test, "model.onnx"));
            }
            catch (UserErrorException)
            {
                continue;
            }
            if (model.Nodes.Any(node => !OnnxOperators.Contains(node.OpType) || node.Domain.Length > 0) || !HoldsNumbers(model)) continue;
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
        TestContext.Out.WriteLine($"ONNX backend node tests: {passed} passed, {failures.Count} failed, {skipped.Count} refused by name");
        foreach (string line in skipped) TestContext.Out.WriteLine($"  refused {line.Replace(Folder, "")}");
        Assert.That(failures, Is.Empty, string.Join("\n", failures));
        Assert.That(passed, Is.GreaterThan(100));
    }

    static bool HoldsNumbers(OnnxModel model) => model.Graph.Input.Concat(model.Graph.Output).All(value =>
        value.Type?.TensorType is { } type && (DataType)type.ElemType is DataType.Float or DataType.Int64 or DataType.Bool);

    static void Run(Device device, OnnxModel model, string data)
    {
        OnnxGraph graph = new(device, model, seed: 1);
        graph.Train(false);
        using Step step = device.BeginStep(record: false);
        Dictionary<string, OnnxValue> inputs = [];
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            OnnxTensor input = Read(Path.Combine(data, $"input_{i}.pb"));
            bool isTensor = input.FloatsOrNull is not null && input.Dims.Length > 0;
            inputs[graph.Inputs[i].Name] = isTensor
                ? device.Tensor(new Shape(Array.ConvertAll(input.Dims, d => (int)d)), input.FloatsOrNull!)
                : new OnnxValue(input);
        }
        OnnxValue[] outputs = graph.Run(inputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            OnnxTensor expected = Read(Path.Combine(data, $"output_{i}.pb"));
            Assert.That(outputs[i].Dims, Is.EqualTo(expected.Dims), "extents");
            double[] values = expected.FloatsOrNull is { } floats
                ? Array.ConvertAll(floats, v => (double)v)
                : Array.ConvertAll(expected.IntegersOrNull!, v => (double)v);
            float[] actual = outputs[i].Device?.ToArray() ?? outputs[i].Host!.FloatsOrNull
                ?? Array.ConvertAll(outputs[i].Host!.IntegersOrNull!, v => (float)v);
            Tolerance tolerance = Tolerance.Normalization;
            double scale = values.Select(Math.Abs).DefaultIfEmpty(0).Max();
            Assert.That(actual, Has.Length.EqualTo(values.Length));
            for (int k = 0; k < values.Length; k++)
                if (!(Math.Abs(actual[k] - values[k]) <= tolerance.Absolute * scale + tolerance.Relative * Math.Abs(values[k]))
                    && actual[k] != values[k])
                    throw new InvalidOperationException($"output {i} at {k} is {actual[k]}, not {values[k]}");
        }
        graph.Release();
    }

    static OnnxTensor Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        return OnnxTensor.From(TensorProto.Parser.ParseFrom(file), path);
    }
}
