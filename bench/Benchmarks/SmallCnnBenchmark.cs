using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Convolution;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Optimizers;

namespace TripletGpu.Benchmarks;

/// <summary>
/// small-cnn at batch 128: the whole training step (dropout, semi-hard loss, SGD with momentum), inference, and its two
/// fused convolutions alone.
/// </summary>
static class SmallCnnBenchmark
{
    const int Batch = 128, PerClass = 4;

    // So low that the one batch is not learned while it is timed: gradients of a loss of 0 would be zeros, and fast.
    const float LearningRate = 1e-7f;
    static readonly Shape Image = new(1, 28, 28);

    public static void Run(Device device, double seconds)
    {
        SmallCnn network = new(device, Image);
        network.Initialize(seed: 1);
        Sgd optimizer = new(network.Parameters(), momentum: 0.9f);
        float[] pixels = Uniform(Batch * Image.Count);
        int[] labels = [.. Enumerable.Range(0, Batch).Select(i => i / PerClass)];
        TripletSettings settings = new();
        Shape shape = new([Batch, .. Image.ToArray()]);
        Print("training step", Train);
        network.Train(false);
        Print("inference", Infer);
        Layers(new(Batch, 1, 28, 28, 32, 3, 3, 26, 26, 1, 1, 0, 0, 1, 1));
        Layers(new(Batch, 32, 13, 13, 32, 3, 3, 11, 11, 1, 1, 0, 0, 1, 1));
        optimizer.Release();
        network.Release();

        void Train()
        {
            using Step step = device.BeginStep();
            step.Backward(network.Forward(device.Tensor(shape, pixels)).TripletLoss(labels, settings));
            optimizer.Update(step.Gradients, LearningRate);
        }

        void Infer()
        {
            using Step step = device.BeginStep(record: false);
            network.Forward(device.Tensor(shape, pixels));
        }

        void Layers(ConvolutionShape d)
        {
            using Step step = device.BeginStep(record: false);
            Tensor x = Random(new(d.N, d.C, d.H, d.W)), weight = Random(new(d.K, d.C, d.R, d.S)),
                bias = Random(new(d.K));
            Tensor y = device.Empty(new(d.N, d.K, d.P / 2, d.Q / 2)), dy = Random(y.Shape), dx = Random(x.Shape);
            Tensor dw = Random(weight.Shape), db = Random(bias.Shape);
            Tensor index = device.Empty(new(IConvolution.MaxPoolIndexCount(d)), ElementType.Int32);
            IConvolution on = device.Backend.Convolution;
            Print($"conv {d.C} to {d.K}, forward", () => on.ForwardReluMaxPool(x, weight, bias, y, index, d));
            Gradient input = d.C == 1 ? Gradient.None : new(dx, false);
            Print($"conv {d.C} to {d.K}, backward",
                () => on.BackwardReluMaxPool(x, weight, index, dy, input, new(dw, false), new(db, false), d));
        }

        Tensor Random(Shape of) => device.Tensor(of, Uniform(of.Count));

        void Print(string what, Action call)
        {
            Timing.Of(call, seconds); // the JIT's first and second thoughts
            (double median, double best) = Timing.Of(call, seconds);
            Console.WriteLine(
                $"small-cnn {what}: median {median * 1e3:F3} ms, best {best * 1e3:F3} ms, {Batch / median:F0}"
                + " images/s");
        }
    }

    static float[] Uniform(long count)
    {
        Random random = new(1);
        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = 2 * random.NextSingle() - 1;
        return values;
    }
}
