using System.Globalization;
using TripletGpu.Autograd;
using TripletGpu.Bench.Peers;
using TripletGpu.Models;
using TripletGpu.Models.Summary;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.RandomNumbers;
using TripletGpu.Runner.Bench;

namespace TripletGpu.Bench.Works;

/// <summary>A layer alone. Its weights are packed in every call, as in training.</summary>
/// <param name="name">The name in the table.</param>
/// <param name="input">The shape of a batch.</param>
/// <param name="create">Makes the layer.</param>
public sealed class LayerWork(string name, Shape input, Func<Device, Module> create) : Work(name)
{
    /// <inheritdoc/>
    public override bool Has(Pass pass, bool onOnnxRuntime) => pass == Pass.Forward || !onOnnxRuntime;

    /// <summary>GFLOP/s of the direct algorithm, or GB/s of input and output where there are no products.</summary>
    public override string Rate(double seconds, Pass pass)
    {
        using Device cpu = new("cpu", new Backends.Cpu.CpuBackend(1));
        Alone layer = new(cpu, input, create);
        int passes = pass == Pass.Training ? 3 : 1;
        double flops = 2.0 * passes * input[0] * NetworkSummary.Of(layer, layer.ImageShape).Macs;
        double bytes = sizeof(float) * (input.Count + (double)input[0] * layer.Dimension);
        return flops > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{flops / seconds * 1e-9:N1} GFLOP/s")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / seconds * 1e-9:N1} GB/s");
    }

    internal override IBenchPass OnDevice(Device device, Pass pass) =>
        new DevicePass(new Alone(device, input, create), input, pass);

    internal override IBenchPass OnOnnxRuntime(Device cpu)
    {
        Alone layer = new(cpu, input, create);
        return Agreement.Check(Name, new OnnxPass(layer, input, Normal(input)), Expected(layer));
    }

    internal override IBenchPass OnLibTorch(Device cpu, Pass pass)
    {
        Alone layer = new(cpu, input, create);
        if (pass == Pass.Training)
            return new TorchBackwardPass(layer, input, Normal(input), Normal(new Shape(input[0], layer.Dimension)));
        return Agreement.Check(Name, new TorchForwardPass(layer, input, Normal(input)), Expected(layer));
    }

    float[] Expected(Alone layer)
    {
        layer.Train(false);
        using Step step = layer.Device.BeginStep(record: false);
        return layer.Forward(layer.Device.Tensor(input, Normal(input))).ToArray();
    }

    static float[] Normal(Shape shape)
    {
        Philox random = new(seed: 1);
        float[] values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = random.NextNormal();
        return values;
    }

    /// <summary>A layer as a network, so that it is exported as one: its output as a row an image.</summary>
    sealed class Alone : EmbeddingNetwork
    {
        readonly Module layer;

        public Alone(Device device, Shape input, Func<Device, Module> create)
            : this(device, new Shape(input.ToArray()[1..]), create(device))
        {
        }

        Alone(Device device, Shape image, Module layer) : base(device, image, Width(device, image, layer), false)
        {
            this.layer = Add("layer", layer);
            Initialize(seed: 1);
        }

        protected override Tensor Embed(Tensor images)
        {
            Tensor y = layer.Forward(images);
            return y.Shape.Rank > 2 ? y.Flatten() : y;
        }

        static int Width(Device device, Shape image, Module layer)
        {
            layer.Train(false);
            using Step step = device.BeginStep(record: false);
            int width = checked((int)layer.Forward(device.Empty(new Shape([1, .. image.ToArray()]))).Count);
            layer.Train(true);
            return width;
        }
    }

    sealed class DevicePass : IBenchPass
    {
        readonly Alone layer;
        readonly Step outer;
        readonly Tensor x, dy;
        readonly bool trains;

        public DevicePass(Alone layer, Shape input, Pass pass)
        {
            (this.layer, trains) = (layer, pass == Pass.Training);
            layer.Train(trains);
            outer = layer.Device.BeginStep(record: false);
            x = layer.Device.Tensor(input, Normal(input));
            Shape output = new(input[0], layer.Dimension);
            dy = layer.Device.Tensor(output, Normal(output));
            x.RequiresGradient = trains;
        }

        public void Run()
        {
            using Step step = layer.Device.BeginStep(record: trains);
            Tensor y = layer.Forward(x);
            if (trains) step.Backward(y, dy);
        }

        public void Dispose() => outer.Dispose();
    }
}
