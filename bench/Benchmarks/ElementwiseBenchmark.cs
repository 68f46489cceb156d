using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Optimizers;
using TripletGpu.Ops;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Benchmarks;

/// <summary>
/// Elementwise functions, sums, copies and an optimizer, in GB/s of what must move at least: for a map that fits into
/// the caches, and for one that does not.
/// </summary>
static class ElementwiseBenchmark
{
    public static void Run(Device device, double seconds)
    {
        Console.WriteLine($"{"operation",-28}{"shape",-22}{"forward",16}{"backward",16}   GB/s (ms), medians");
        foreach (Shape map in (Shape[])[new(32, 32, 24, 24), new(64, 64, 56, 56)])
        {
            Shape channel = new(map[1], 1, 1), rows = new(map.Product(0, 3), map[3]);
            Time(device, new Affine(2, 1), seconds, map);
            Time(device, new Unary<Relu>(), seconds, map);
            Time(device, new Unary<Sqrt>(), seconds, map);
            Time(device, new Unary<Exp>(), seconds, map);
            Time(device, new Unary<Log>(), seconds, map);
            Time(device, new Unary<Sigmoid>(), seconds, map);
            Time(device, new Unary<Tanh>(), seconds, map);
            Time(device, new Dropout(new DropoutMask(0.25f, 1, 2, 3)), seconds, map);
            Time(device, new Binary<Add>(), seconds, map, map);
            Time(device, new Binary<Multiply>(), seconds, map, channel);
            Time(device, new Sum(new Shape(1, 1, 1, 1)), seconds, map);
            Time(device, new Sum(new Shape(1, map[1], 1, 1)), seconds, map);
            Time(device, new LogSoftmax(), seconds, rows);
            Time(device, new Concat(1), seconds, map, map);
            Time(device, new Permute(new Shape(0, 2, 3, 1)), seconds, map);
            TimeAdam(device, seconds, map);
        }
    }

    static void Time(Device device, Op op, double seconds, params Shape[] shapes)
    {
        using Step step = device.BeginStep(record: false);
        Tensor[] x = Array.ConvertAll(shapes, shape => Ramp(device, shape));
        Tensor y = device.Empty(op.InferShape(shapes)), dy = Ramp(device, y.Shape);
        Gradient[] dx = Array.ConvertAll(shapes, shape => new Gradient(device.Empty(shape), Accumulate: false));
        double forward = Timing.Of(() => op.Forward(device.Backend, x, y, []), seconds / 10).Median;
        double backward = Timing.Of(() => op.Backward(device.Backend, x, y, [], dy, dx), seconds / 10).Median;
        long inputs = shapes.Sum(shape => 4 * shape.Count), output = 4 * y.Count;
        long again = (op.Saves.HasFlag(Saved.Inputs) ? inputs : 0) + (op.Saves.HasFlag(Saved.Output) ? output : 0);
        Console.WriteLine($"{op.Name,-28}{shapes[0],-22}{Rate(inputs + output, forward),16}"
            + $"{Rate(inputs + output + again, backward),16}");
    }

    static void TimeAdam(Device device, double seconds, Shape shape)
    {
        using Step step = device.BeginStep(record: false);
        AdamRule rule = new(1e-3f, 0, 0.9f, 0.1f, 0.999f, 0.001f, 1, 1e-8f);
        Tensor[] t = [.. Enumerable.Range(0, 4).Select(_ => Ramp(device, shape))];
        UpdateMarks marks = new(device.Tensor(new Shape(3), new int[3]), Number: 1);
        ParameterUpdate<AdamRule>[] updates = [new(rule, t[0], t[1], t[2], t[3], Place: 0)];
        double time = Timing.Of(() => device.Backend.Optimizers.Update<AdamRule>(updates, marks), seconds / 10).Median;
        Console.WriteLine($"{"Adam",-28}{shape,-22}{Rate(7 * 4 * shape.Count, time),16}");
    }

    static Tensor Ramp(Device device, Shape shape)
    {
        float[] values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = 0.1f + i % 1000 * 0.01f;
        return device.Tensor(shape, values);
    }

    static string Rate(long bytes, double seconds) => $"{bytes / seconds / 1e9:F1} ({seconds * 1e3:F3})";
}
