using TripletGpu.Bench.Peers;
using TripletGpu.Bench.Works;
using TripletGpu.Runner.Bench;
using TripletGpu.Runner.Devices;

namespace TripletGpu.Bench;

/// <summary>What a benchmark runs on: devices of TripletGpu by their identifiers, and the peers, on the CPU.</summary>
static class Contestants
{
    /// <summary>The peers by the names of the table.</summary>
    public const string OnnxRuntime = "ONNX Runtime", LibTorch = "LibTorch";

    /// <summary>Those of this run, in the order of the table.</summary>
    public static IReadOnlyList<string> All { get; set; } = [DeviceCatalog.Auto, OnnxRuntime];

    /// <summary>Threads of each of them on the CPU.</summary>
    public static int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>Where a contestant stands among those of this run.</summary>
    public static int Place(string name) => All.ToList().IndexOf(name);

    /// <summary>Whether a name is a peer's.</summary>
    public static bool IsPeer(string name) => name is OnnxRuntime or LibTorch;

    /// <summary>Makes what a contestant needs for a work.</summary>
    /// <exception cref="InvalidOperationException">A peer computes something else than we do.</exception>
    public static IBenchPass Open(string name, Work work, Pass pass)
    {
        if (!IsPeer(name))
        {
            Device device = DeviceCatalog.Open(name, Threads);
            return new DevicePass(device, work.OnDevice(device, pass));
        }
        using Device cpu = DeviceCatalog.Open("cpu", Threads);
        return name == LibTorch ? work.OnLibTorch(cpu, pass) : work.OnOnnxRuntime(cpu);
    }

    /// <summary>A pass that ends when its device has done it, and owns the device.</summary>
    sealed class DevicePass(Device device, IBenchPass pass) : IBenchPass
    {
        public void Run()
        {
            pass.Run();
            device.Synchronize();
        }

        public void Dispose()
        {
            pass.Dispose();
            device.Dispose();
        }
    }
}
