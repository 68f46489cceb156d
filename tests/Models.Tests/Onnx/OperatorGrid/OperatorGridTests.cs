using Microsoft.ML.OnnxRuntime;
using TripletGpu.Autograd;
using TripletGpu.Models.Onnx;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Onnx.OperatorGrid;

/// <summary>
/// Small models of every operator through ONNX Runtime and through ours. Where they differ, docs/onnx.md says what the
/// specification says, and <see cref="Settled"/> which models that concerns.
/// </summary>
public sealed class OperatorGridTests
{
    const int FewestModels = 3000;
    const double Relative = 2e-5, Absolute = 2e-6;

    [Test]
    public void EveryModel_AgreesWithOnnxRuntime_OrIsSettled()
    {
        using TemporaryFolder folder = new();
        using Device device = TestDevices.Open("cpu-avx2");
        SortedDictionary<string, List<string>> settled = [], open = [];
        int agreed = 0, refusedByBoth = 0, count = 0;
        foreach (GridModel model in
            Elementwise.Models().Concat(Windows.Models()).Concat(Sums.Models()).Concat(Layouts.Models()))
        {
            count++;
            byte[] bytes = model.ToBytes();
            (IReadOnlyList<OnnxTensor>? judged, string refusal) = Judge(bytes, model);
            (IReadOnlyList<OnnxTensor>? ours, string error) = Ours(device, folder.Write("grid.onnx", bytes), model);
            string? difference = (judged, ours) switch
            {
                (null, null) => "",
                (null, _) => $"refused there: {refusal}",
                (_, null) => $"refused here: {error}",
                _ => Difference(judged, ours),
            };
            if (difference is null) agreed++;
            else if (difference.Length == 0) refusedByBoth++;
            else if (Settled.Reason(model, difference) is { } reason) Add(settled, reason, $"{model}: {difference}");
            else Add(open, model.Type, $"{model}: {difference}");
        }
        TestContext.Out.WriteLine(
            $"{count:N0} models: {agreed:N0} agree, {refusedByBoth} refused by both,"
            + $" {settled.Sum(p => p.Value.Count)} settled");
        foreach ((string reason, List<string> models) in settled)
            TestContext.Out.WriteLine($"  {models.Count} x {reason}, such as {models[0]}");
        foreach (string line in open.Values.SelectMany(list => list)) TestContext.Out.WriteLine($"  open: {line}");
        Assert.That(open.Select(p => $"{p.Key}: {p.Value.Count}"), Is.Empty);
        Assert.That(count, Is.GreaterThanOrEqualTo(FewestModels));
    }

    static (IReadOnlyList<OnnxTensor>?, string) Judge(byte[] bytes, GridModel model)
    {
        try
        {
            return (Runtime.Run(bytes, model.Fed), "");
        }
        catch (OnnxRuntimeException exception)
        {
            return (null, exception.Message.ReplaceLineEndings(" "));
        }
    }

    static (IReadOnlyList<OnnxTensor>?, string) Ours(Device device, string path, GridModel model)
    {
        try
        {
            OnnxGraph graph = new(device, OnnxModel.Load(path), seed: 1);
            graph.Train(false);
            using Step step = device.BeginStep(record: false);
            OnnxValue[] outputs = graph.Run(model.Fed.ToDictionary(
                input => input.Name,
                input => graph.Inputs.First(port => port.Name == input.Name).Value(
                    device, new(new Shape(Array.ConvertAll(input.Dims, d => (int)d)), input.FloatsOrNull!))));
            OnnxTensor[] results = [.. outputs.Select(y => y.Host
                ?? OnnxTensor.Of("", y.Dims, y.Device!.ToArray()))];
            graph.Release();
            return (results, "");
        }
        catch (UserErrorException exception)
        {
            return (null, exception.Message);
        }
        catch (Exception exception)
        {
            return ([], $"a fault of ours: {exception.Message}");
        }
    }

    static string? Difference(IReadOnlyList<OnnxTensor> expected, IReadOnlyList<OnnxTensor> actual)
    {
        if (expected.Count != actual.Count) return $"{actual.Count} outputs, not {expected.Count}";
        for (int i = 0; i < expected.Count; i++)
        {
            if (!expected[i].Dims.SequenceEqual(actual[i].Dims))
                return $"({string.Join(",", actual[i].Dims)}), not ({string.Join(",", expected[i].Dims)})";
            double[] e = new OnnxValue(expected[i]).ToNumbers(), a = new OnnxValue(actual[i]).ToNumbers();
            double scale = e.Where(double.IsFinite).Select(Math.Abs).Where(v => v < 1e30).DefaultIfEmpty(0).Max();
            for (int k = 0; k < e.Length; k++)
                if (!e[k].Equals(a[k]) && !(Math.Abs(e[k] - a[k]) <= Absolute * scale + Relative * Math.Abs(e[k])))
                    return $"output {i} at {k} is {(float)a[k]:R}, not {(float)e[k]:R}";
        }
        return null;
    }

    static void Add(SortedDictionary<string, List<string>> to, string key, string what)
    {
        if (!to.TryGetValue(key, out List<string>? list)) to[key] = list = [];
        list.Add(what);
    }
}
