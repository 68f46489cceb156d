using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Modules;
using TripletGpu.Ops;
using BatchNorm2d = TripletGpu.Modules.BatchNorm2d;
using BatchNormRelu = TripletGpu.Modules.BatchNormRelu;
using Conv2d = TripletGpu.Modules.Conv2d;
using L2Pool2d = TripletGpu.Ops.L2Pool2d;
using Linear = TripletGpu.Modules.Linear;
using LocalResponseNorm = TripletGpu.Ops.LocalResponseNorm;
using MaxPool2d = TripletGpu.Ops.MaxPool2d;
using PRelu = TripletGpu.Modules.PRelu;

namespace TripletGpu.Engine.Tests.Inference;

/// <summary>
/// A network of random layers: each reads one or more of the maps before it, some of them twice, some never, so that
/// whatever stands between two operations of a rule of the planner does so here sooner or later.
/// </summary>
sealed class RandomNetwork : Module
{
    readonly List<Func<Tensor[], Tensor>> layers = [];
    readonly List<Shape> maps = [];
    readonly List<string> words = [];
    readonly Random random;
    readonly Linear head;
    readonly bool isPooled, isNormalized;

    /// <summary>The network of a seed.</summary>
    public RandomNetwork(Device device, int seed) : base(device)
    {
        random = new Random(seed);
        Input = new(random.Next(1, 6), Width(), random.Next(4, 29), random.Next(4, 29));
        maps.Add(Input);
        int count = random.Next(3, 14);
        while (layers.Count < count) AddLayer();
        Shape last = maps[^1];
        (isPooled, isNormalized) = (Flip() || last.Product(1, 4) > 4_000, Flip());
        head = Add("head", new Linear(device, isPooled ? last[1] : last.Product(1, 4), random.Next(1, 40)));
    }

    /// <summary>A batch.</summary>
    public Shape Input { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        Tensor[] values = new Tensor[layers.Count + 1];
        values[0] = x;
        for (int i = 0; i < layers.Count; i++) values[i + 1] = layers[i](values);
        // A mean of planes right behind a batch norm is its shift, whatever comes before: not so behind a tanh.
        Tensor y = head.Forward(isPooled ? values[^1].Tanh().GlobalAveragePool() : values[^1].Flatten());
        return isNormalized ? y.L2Normalize() : y;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Input}: {string.Join("; ", words)}; {(isPooled ? "mean of planes" : "all")}, linear"
        + (isNormalized ? ", normalised" : "");

    void AddLayer()
    {
        int at = Recent();
        Shape x = maps[at];
        switch (random.Next(13))
        {
            case 12:
                Weigh(at, x);
                break;
            case 11:
                Depthwise(at, x);
                break;
            case 0 or 1 or 2:
                Convolution(at, x);
                break;
            case 3:
                int[] same = [.. Enumerable.Range(0, maps.Count).Where(i => maps[i] == x)];
                int other = same[random.Next(same.Length)];
                bool relu = Flip();
                Keep($"{at} + {other}{(relu ? ", ReLU" : "")}", x, v =>
                    relu ? v[at].Add(v[other]).Relu() : v[at].Add(v[other]));
                break;
            case 4:
                int[] beside = [.. Enumerable.Range(0, maps.Count).Where(i => maps[i].With(1, 1) == x.With(1, 1))];
                int[] parts =
                    [at, .. Enumerable.Range(0, random.Next(1, 4)).Select(_ => beside[random.Next(beside.Length)])];
                if (parts.Sum(i => maps[i][1]) > 300) break;
                Keep($"concat {string.Join(" ", parts)}", x.With(1, parts.Sum(i => maps[i][1])),
                    v => TensorOps.Concat(1, [.. parts.Select(i => v[i])]));
                break;
            case 5:
                Pool(at, x);
                break;
            case 6:
                int size = random.Next(1, 7);
                Keep($"LRN {size} of {at}", x, v => new LocalResponseNorm(size, 0.1f).Apply(v[at]));
                break;
            case 7:
                Activation(at, x);
                break;
            case 8:
                int first = random.Next(x[1]), length = 1 + random.Next(x[1] - first);
                Keep($"channels {first} + {length} of {at}", x.With(1, length), v => v[at].Slice(1, first, length));
                break;
            case 9 when HasVariance(x):
                bool rectified = Flip();
                Module norm = rectified ? new BatchNormRelu(Device, x[1]) : new BatchNorm2d(Device, x[1]);
                norm = Add($"{layers.Count}", norm);
                Keep($"{norm.GetType().Name} of {at}", x, v => norm.Forward(v[at]));
                break;
            case 10:
                int gate = Recent();
                if (maps[gate] != x) break;
                Keep($"{at} * sigmoid {gate}", x, v => v[at].Multiply(v[gate].Sigmoid()));
                break;
        }
    }

    void Convolution(int at, Shape x)
    {
        int kernel = 1 + 2 * random.Next(3), stride = random.Next(4) == 0 ? 2 : 1, padding = Flip() ? kernel / 2 : 0;
        int rows = (x[2] + 2 * padding - kernel) / stride + 1, columns = (x[3] + 2 * padding - kernel) / stride + 1;
        if (!Fits(x, kernel, padding)) return;
        Conv2d layer = Add(
            $"{layers.Count}", new Conv2d(Device, x[1], Width(), kernel, stride, padding, bias: Flip()));
        int filters = layer.Weight.Value.Shape[0];
        Follow($"{kernel}x{kernel}/{stride} padding {padding} to {filters} of {at}", new(x[0], filters, rows, columns),
            v => layer.Forward(v[at]));
    }

    /// <summary>A convolution and what may go into its epilogue.</summary>
    void Follow(string what, Shape y, Func<Tensor[], Tensor> convolution)
    {
        int follows = random.Next(HasVariance(y) ? 0 : 2, 6);
        Module? norm = follows switch
        {
            0 => new BatchNorm2d(Device, y[1]),
            1 => new BatchNormRelu(Device, y[1]),
            _ => null,
        };
        if (norm is not null) norm = Add($"{layers.Count}-norm", norm);
        (string then, Func<Tensor, Tensor> function) = follows switch
        {
            0 or 1 => (norm!.GetType().Name, norm.Forward),
            2 => ("ReLU", map => map.Relu()),
            3 => ("clip", map => map.Clip(0, 0.5f)),
            4 => ("minimum", map => map.Minimum(0.75f)),
            _ => ("nothing", (Func<Tensor, Tensor>)(map => map)),
        };
        Keep($"{what}, then {then}", y, v => function(convolution(v)));
    }

    void Depthwise(int at, Shape x)
    {
        int kernel = 1 + 2 * random.Next(3);
        ConvolutionGeometry geometry = new(random.Next(1, 3), Flip() ? kernel / 2 : 0);
        if (!Fits(x, kernel, geometry.PaddingTop)) return;
        Parameter weight = AddParameter(
            $"{layers.Count}-taps", new Shape(x[1], 1, kernel, kernel), Initializer.FanIn(kernel * kernel));
        Follow($"depthwise {kernel}x{kernel}/{geometry.StrideH} padding {geometry.PaddingTop} of {at}",
            new DepthwiseConv2d(geometry, HasBias: false, ClipRange.None).InferShape([x, weight.Value.Shape]),
            v => v[at].DepthwiseConv2d(weight.Value, geometry));
    }

    /// <summary>Channels times weights that the means of their planes make (SENet).</summary>
    void Weigh(int at, Shape x)
    {
        Conv2d squeeze = Add($"{layers.Count}-squeeze", new Conv2d(Device, x[1], Width(), 1));
        Conv2d excite = Add($"{layers.Count}-excite", new Conv2d(Device, squeeze.Weight.Value.Shape[0], x[1], 1));
        Keep($"{at} weighted by its planes' means", x, v =>
        {
            Tensor means = v[at].GlobalAveragePool().Reshape(v[at].Shape[0], x[1], 1, 1);
            return v[at].Multiply(excite.Forward(squeeze.Forward(means).Relu()).Sigmoid());
        });
    }

    void Pool(int at, Shape x)
    {
        int kernel = random.Next(1, 4), stride = random.Next(1, 3), padding = Flip() ? kernel / 2 : 0;
        bool ceil = Flip();
        PoolingWindow window = PoolingWindow.Square(kernel, stride, padding, ceil);
        if (!Fits(x, kernel, padding)) return;
        int kind = random.Next(3);
        Op op = kind switch
        {
            0 => new MaxPool2d(window),
            1 => new L2Pool2d(window),
            _ => new AveragePool2d(window, Flip()),
        };
        Keep($"{op.Name} {kernel}/{stride} padding {padding}{(ceil ? " ceil" : "")} of {at}",
            op.InferShape([x]), v => op.Apply(v[at]));
    }

    void Activation(int at, Shape x)
    {
        switch (random.Next(7))
        {
            case 4:
                Keep($"Silu of {at}", x, v => v[at].Multiply(v[at].Sigmoid()));
                break;
            case 5:
                Keep($"HardSwish of {at}", x, v => v[at].Multiply(v[at].Affine(1f / 6, 0.5f).Clip(0, 1)));
                break;
            case 6:
                Keep($"Gelu of {at}", x, v => v[at].Gelu());
                break;
            case 0:
                Keep($"ReLU of {at}", x, v => v[at].Relu());
                break;
            case 1:
                PRelu slope = Add($"{layers.Count}", new PRelu(Device, x[1]));
                Keep($"PReLU of {at}", x, v => slope.Forward(v[at]));
                break;
            case 2:
                Keep($"0.5 {at} + 0.25", x, v => v[at].Affine(0.5f, 0.25f));
                break;
            default:
                Keep($"tanh of {at}", x, v => v[at].Tanh());
                break;
        }
    }

    void Keep(string what, Shape y, Func<Tensor[], Tensor> layer)
    {
        layers.Add(layer);
        maps.Add(y);
        words.Add($"{maps.Count - 1} = {what}");
    }

    static bool Fits(Shape x, int kernel, int padding) => Math.Min(x[2], x[3]) + 2 * padding >= kernel;

    /// <summary>Whether a batch norm's gradients are more than rounding.</summary>
    static bool HasVariance(Shape x) => x[0] * x[2] * x[3] > 8;

    int Recent() => Math.Max(0, maps.Count - 1 - random.Next(3));

    int Width() => random.Next(3) switch
    {
        0 => random.Next(1, 8),
        1 => 16 * random.Next(1, 7),
        _ => random.Next(1, 100),
    };

    bool Flip() => random.Next(2) == 0;
}
