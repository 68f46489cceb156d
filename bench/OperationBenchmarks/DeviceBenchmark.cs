using BenchmarkDotNet.Attributes;
using TripletGpu.Autograd;
using TripletGpu.RandomNumbers;
using TripletGpu.Runner.Devices;

namespace TripletGpu.OperationBenchmarks;

/// <summary>Opens a device for a benchmark, with a step that owns its operands.</summary>
public abstract class DeviceBenchmark
{
    Step? operands;

    /// <summary>The device's identifier, as the command line has it.</summary>
    [ParamsSource(nameof(Devices))]
    public string DeviceId { get; set; } = DeviceCatalog.Auto;

    /// <summary>Every device that can be used here.</summary>
    public static IEnumerable<string> Devices =>
        DeviceCatalog.List().Where(device => device.Usable).Select(device => device.Id);

    /// <summary>The open device.</summary>
    protected Device Device { get; private set; } = null!;

    [GlobalSetup]
    public void Open()
    {
        Device = DeviceCatalog.Open(DeviceId, threads: 0);
        operands = Device.BeginStep(record: false);
        Prepare();
    }

    [GlobalCleanup]
    public void Close()
    {
        operands?.Dispose();
        Device.Dispose();
    }

    /// <summary>Makes the operands.</summary>
    protected abstract void Prepare();

    /// <summary>Runs an operation in a step of its own, to its end.</summary>
    protected void Run(Action operation)
    {
        using Step step = Device.BeginStep(record: false);
        operation();
        Device.Synchronize();
    }

    /// <summary>Normal random values.</summary>
    protected Tensor Normal(Shape shape)
    {
        Philox random = new(seed: 1);
        float[] values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = random.NextNormal();
        return Device.Tensor(shape, values);
    }
}
