using System.Diagnostics;
using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Ops;

namespace TripletGpu.Benchmarks;

/// <summary>
/// Pooling and normalisation at the sizes of NN2, in GB/s of what must move at least (each input read once, each output
/// written once) beside a plain copy, forwards and backwards.
/// </summary>
static class MemoryBoundLayers
{
    const int Repetitions = 9;

    public static void Run()
    {
        using Device device = new("cpu", new CpuBackend());
        Console.WriteLine($"GB/s (ms), the median of {Repetitions}");
        Console.WriteLine($"{"layer",-28}{"shape",-22}{"forward",16}{"backward",16}");
        Shape[] maps = [new(16, 64, 112, 112), new(16, 192, 56, 56), new(16, 256, 14, 14), new(32, 1024, 7, 7)];
        foreach (Shape x in maps)
        {
            Copy(device, x);
            Layer(device, new BatchNorm2d(), x);
            Layer(device, new BatchNormRelu(), x);
            Layer(device, new MaxPool2d(PoolingWindow.Square(3, 2, 1)), x);
            Layer(device, new MaxPool2d(PoolingWindow.Square(3, 1, 1)), x);
            Layer(device, new MaxPool2d(PoolingWindow.Square(2, 2)), x);
            Layer(device, new L2Pool2d(PoolingWindow.Square(3, 1, 1)), x);
            Layer(device, new L2Pool2d(PoolingWindow.Square(3, 2, 1)), x);
            Layer(device, new AveragePool2d(PoolingWindow.Square(3, 1, 1)), x);
            Layer(device, new LocalResponseNorm(), x);
            Layer(device, new GlobalAveragePool(), x);
        }
        Layer(device, new L2Normalize(), new Shape(1800, 128));
    }

    static void Copy(Device device, Shape shape)
    {
        using Step step = device.BeginStep(record: false);
        Tensor x = Random(device, shape), y = device.Empty(shape);
        CpuBackend cpu = (CpuBackend)device.Backend;
        double seconds = Time(() => cpu.Workers.For(shape[0], 1, (from, to) =>
        {
            int image = shape.Product(1, 4);
            Span(x)[(from * image)..(to * image)].CopyTo(Span(y)[(from * image)..]);
        }));
        Console.WriteLine($"{"copy",-28}{shape,-22}{Rate(8 * x.Count, seconds),16}");
    }

    static void Layer(Device device, Op op, Shape x)
    {
        using Step outer = device.BeginStep(record: false);
        Tensor[] inputs = op is BatchNorm
            ? [Random(device, x), .. Enumerable.Range(0, 4).Select(_ => Random(device, new Shape(x[1]), 1))]
            : [Random(device, x)];
        Shape[] shapes = [.. inputs.Select(i => i.Shape)];
        Tensor y = device.Empty(op.InferShape(shapes)), dy = Random(device, y.Shape);
        Tensor[] extras = [.. op.Extras(shapes).Select(s => device.Empty(s.Shape, s.Type))];
        Gradient[] dx = [.. inputs.Select(
            (v, i) => i < 3 ? new Gradient(device.Empty(v.Shape), false) : Gradient.None)];
        double forward = Time(() => op.Forward(device.Backend, inputs, y, extras));
        double backward = Time(() => op.Backward(device.Backend, inputs, y, extras, dy, dx));
        long bytes = 4 * (inputs[0].Count + y.Count), again = 0;
        if (op.Saves.HasFlag(Saved.Inputs)) again += 4 * inputs[0].Count;
        if (op.Saves.HasFlag(Saved.Output)) again += 4 * y.Count;
        string name = op switch
        {
            MaxPool2d p => $"MaxPool2d {p.Window.Height}/{p.Window.StrideH}",
            L2Pool2d p => $"L2Pool2d {p.Window.Height}/{p.Window.StrideH}",
            AveragePool2d p => $"AveragePool2d {p.Window.Height}/{p.Window.StrideH}",
            _ => op.Name,
        };
        Console.WriteLine($"{name,-28}{x,-22}{Rate(bytes, forward),16}{Rate(bytes + again, backward),16}");
    }

    static Span<float> Span(Tensor x) => CpuTensors.Span(x);

    static Tensor Random(Device device, Shape shape, float least = -1)
    {
        Random random = new(1);
        float[] values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = least + 2 * random.NextSingle();
        return device.Tensor(shape, values);
    }

    static double Time(Action action)
    {
        for (int i = 0; i < 3; i++) action();
        double[] seconds = new double[Repetitions];
        for (int i = 0; i < Repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(seconds);
        return seconds[Repetitions / 2];
    }

    static string Rate(long bytes, double seconds) => $"{bytes / seconds / 1e9:F1} ({seconds * 1e3:F2})";
}
