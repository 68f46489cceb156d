using Google.Protobuf;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Format;
using TripletGpu.Models.Serialization;
using TripletGpu.Support;
using AttributeType = TripletGpu.Models.Onnx.Format.AttributeProto.Types.AttributeType;

namespace TripletGpu.Models.Tests.Onnx;

/// <summary>Poolings with dilations along one axis, against the definition.</summary>
public sealed class DilatedPoolingTests
{
    static readonly double[] line = [.. Enumerable.Range(0, 23).Select(i => Math.Sin(1.7 * i) + 0.1 * i)];

    [Test, Pairwise]
    public void Line_MatchesTheDefinition(
        [Values("MaxPool", "AveragePool", "LpPool")] string type, [Values(2, 3)] int kernel,
        [Values(1, 2, 4)] int stride,
        [Values(2, 3)] int dilation, [Values(0, 1)] int before, [Values(0, 2)] int after, [Values] bool ceilMode,
        [Values] bool countsPadding)
    {
        ModelProto model = new() { IrVersion = 9, Graph = new GraphProto() };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 19 });
        model.Graph.Input.Add(new ValueInfoProto { Name = "x" });
        model.Graph.Output.Add(new ValueInfoProto { Name = "y" });
        NodeProto node = new() { OpType = type, Input = { "x" }, Output = { "y" } };
        node.Attribute.Add([Ints("kernel_shape", kernel), Ints("strides", stride), Ints("dilations", dilation),
            Ints("pads", before, after), Int("ceil_mode", ceilMode)]);
        if (type == "AveragePool") node.Attribute.Add(Int("count_include_pad", countsPadding));
        model.Graph.Node.Add(node);
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, model.ToByteArray());
        using Device device = TestDevices.Open("cpu-portable");
        OnnxGraph graph = new(device, path);
        NpyArray<float> x = new(new Shape(1, 1, line.Length), Array.ConvertAll(line, v => (float)v));
        float[] y = graph.Evaluate(new Dictionary<string, NpyArray<float>> { ["x"] = x })["y"].Values;
        graph.Release();
        File.Delete(path);
        Close.AreClose(
            Expected(type, kernel, stride, dilation, before, after, ceilMode, countsPadding), y, Tolerance.Sum, type);
    }

    static double[] Expected(
        string type, int kernel, int stride, int dilation, int before, int after, bool ceilMode, bool countsPadding)
    {
        List<double> y = [];
        int last = line.Length + after - dilation * (kernel - 1) - 1;
        int end = ceilMode ? Math.Max(last + 1, Math.Min(last + stride, line.Length)) : last + 1;
        for (int start = -before; start < end; start += stride)
        {
            int[] places = [.. Enumerable.Range(0, kernel).Select(k => start + k * dilation)];
            double[] inside = [.. places.Where(at => at >= 0 && at < line.Length).Select(at => line[at])];
            int counted = countsPadding ? places.Count(at => at >= -before && at < line.Length + after) : inside.Length;
            y.Add(type switch
            {
                "MaxPool" => inside.Max(),
                "AveragePool" => inside.Sum() / counted,
                _ => Math.Sqrt(inside.Sum(v => v * v)),
            });
        }
        return [.. y];
    }

    static AttributeProto Ints(string name, params long[] values) =>
        new() { Name = name, Type = AttributeType.Ints, Ints = { values } };

    static AttributeProto Int(string name, bool value) =>
        new() { Name = name, Type = AttributeType.Int, I = value ? 1 : 0 };
}
