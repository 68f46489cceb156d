using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Launching;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu.CudaOnCpu;

/// <summary>Tests of the stand-ins that run CUDA C on the CPU, by tests/cuda-on-cpu.sh.</summary>
public abstract unsafe class CudaOnCpuFixture
{
    readonly List<nint> buffers = [];

    protected IGpuDriver Driver { get; private set; } = null!;

    [OneTimeSetUp]
    public void OpenDevice()
    {
        if (!TestDevices.IsNamed(TestDrivers.CudaOnCpu)) Assert.Ignore("runs under tests/cuda-on-cpu.sh alone");
        Driver = TestDevices.OpenDriver(TestDrivers.CudaOnCpu);
    }

    [OneTimeTearDown]
    public void CloseDevice() => Driver?.Dispose();

    [TearDown]
    public void Free()
    {
        foreach (nint buffer in buffers) Driver.Free(buffer);
        buffers.Clear();
    }

    /// <summary>Exactly so many floats, which nobody has written.</summary>
    protected DeviceView<float> Floats(int count)
    {
        nint buffer = Driver.Allocate(count * sizeof(float));
        buffers.Add(buffer);
        return new(buffer, 0, count);
    }

    protected DeviceView<float> Floats(params float[] values)
    {
        DeviceView<float> view = Floats(values.Length);
        fixed (float* p = values) Driver.Upload(p, view.Buffer, 0, values.Length * sizeof(float));
        return view;
    }

    protected float[] Values(DeviceView<float> view)
    {
        float[] values = new float[view.Length];
        fixed (float* p = values)
            Driver.Download(view.Buffer, view.Offset * sizeof(float), p, view.Length * sizeof(float));
        return values;
    }

    /// <summary>A kernel of groups of so many items, in the words of the preludes.</summary>
    protected static KernelSource Kernel(string parameters, string body, int items = 32) => new()
    {
        Name = "WrittenKernels.Written",
        Entry = "Written",
        CSharp = "",
        Body = $"KERNEL GROUP({items}, 1, 1) void Written({parameters})\n{{\n{body}\n}}",
        Group = items,
    };

    /// <summary>Another kernel in the place of one.</summary>
    protected static KernelSource Altered(KernelSource kernel, string from, string to)
    {
        string body = kernel.Body.Replace(from, to, StringComparison.Ordinal);
        Assert.That(body, Is.Not.EqualTo(kernel.Body), $"{kernel} has no {from}");
        return new()
        {
            Name = kernel.Name,
            Entry = kernel.Entry,
            Group = kernel.Group,
            IndexDimensions = kernel.IndexDimensions,
            SharedBytes = kernel.SharedBytes,
            CSharp = kernel.CSharp,
            Body = body,
        };
    }

    /// <summary>Launches a kernel of one view and waits for it.</summary>
    protected void Run(KernelSource kernel, DeviceView<float> view, int groups = 1)
    {
        Driver.Launch(kernel, groups, [KernelArgument.View(view)]);
        Driver.Synchronize();
    }

    /// <summary>What the driver says of a fault.</summary>
    protected static void Fails(Action run, string error) =>
        Assert.That(() => run(), Throws.InstanceOf<DriverException>().With.Message.Contains(error));
}
