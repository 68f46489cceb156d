using System.Runtime.InteropServices;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Engine.Tests.Gpu.CudaOnCpu;

/// <summary>CUDA's graphs by the stand-in: as strict as the real ones, and as free in their order.</summary>
public sealed unsafe class CudaOnCpuGraphTests : CudaOnCpuFixture
{
    const int InvalidValue = 1, InvalidHandle = 400;

    nint library, module, function, stream, graph;

    [SetUp]
    public void MakeGraph()
    {
        Driver.Synchronize(); // the context is this thread's from here on
        library = NativeLibrary.Load(Path.Combine(Support.CudaOnCpu.Folder(out _)!, "libcuda.so.1"));
        CudaDevice device = Support.CudaOnCpu.Device(out _)!;
        KernelSource source = Kernel("float* y, int by, float to", "if (Group_IdxX == 0) y[0] = y[0] * by + to;");
        byte[] image = device.Compiler!.Compile(source, device.Target!.Value);
        nint made;
        fixed (byte* p = image, name = "Written\0"u8)
        {
            Ok(device.Library.ModuleLoadData(&made, p));
            module = made;
            Ok(device.Library.ModuleGetFunction(&made, module, name));
            function = made;
        }
        Ok(device.Library.StreamCreate(&made, 1));
        stream = made;
        Ok(((delegate* unmanaged<nint*, uint, int>)Find("cuGraphCreate"))(&made, 0));
        graph = made;
    }

    [Test]
    public void DependentNodes_RunInTheirOrder()
    {
        DeviceView<float> y = Floats(1f);
        nint first = Add(y, 10, 2), second = Add(y, 10, 3, first);
        _ = Add(y, 10, 4, second);
        nint executable = Instantiate();
        Launch(executable);
        Assert.That(Values(y), Is.EqualTo(new[] { 1234f }));
    }

    [Test]
    public void MissingDependency_Shows()
    {
        DeviceView<float> y = Floats(1f);
        nint first = Add(y, 10, 2);
        _ = Add(y, 10, 3, first);
        _ = Add(y, 10, 4); // should name the second
        Launch(Instantiate());
        Assert.That(Values(y), Is.EqualTo(new[] { 1423f }));
    }

    [Test]
    public void Parameters_AreCopied_AndThoseSetLaterTheNextLaunchs()
    {
        DeviceView<float> y = Floats(1f), z = Floats(1f);
        nint node = Add(y, 10, 2), executable = Instantiate();
        Driver.Synchronize();
        Issue(executable);
        Ok(Set(executable, node, z, 100, 5));
        Issue(executable);
        Synchronize();
        Assert.That((Values(y)[0], Values(z)[0]), Is.EqualTo((12f, 105f)));
    }

    [Test]
    public void WrongHandles_AreRefused()
    {
        DeviceView<float> y = Floats(1f);
        nint node = Add(y, 1, 1), executable = Instantiate();
        Assert.That(Set(executable, node + 8, y, 1, 1), Is.EqualTo(InvalidValue));
        Assert.That(Set(graph, node, y, 1, 1), Is.EqualTo(InvalidHandle));
        Assert.That(Add(out _, y, 1, 1, [0x1234]), Is.EqualTo(InvalidValue), "no node of the graph");
        Assert.That(Add(out _, y, 1, 1, [node, node]), Is.EqualTo(InvalidValue), "the same twice");
        Assert.That(Call("cuGraphExecDestroy", graph), Is.EqualTo(InvalidHandle));
        Ok(Call("cuGraphExecDestroy", executable));
        Ok(Call("cuGraphDestroy", graph));
        Assert.That(Call("cuGraphDestroy", graph), Is.EqualTo(InvalidHandle));
    }

    nint Add(DeviceView<float> y, int by, float to, params nint[] after)
    {
        Ok(Add(out nint node, y, by, to, after));
        return node;
    }

    int Add(out nint node, DeviceView<float> y, int by, float to, nint[] after)
    {
        var add = (delegate* unmanaged<nint*, nint, nint*, nuint, Node*, int>)Find("cuGraphAddKernelNode");
        nint address = y.Buffer, added = 0;
        void** arguments = stackalloc void*[] { &address, &by, &to };
        Node parameters = Parameters(arguments);
        int code;
        fixed (nint* dependencies = after) code = add(&added, graph, dependencies, (nuint)after.Length, &parameters);
        (address, by, to) = (0, 0, 0); // the node has its own
        node = added;
        return code;
    }

    int Set(nint executable, nint node, DeviceView<float> y, int by, float to)
    {
        var set = (delegate* unmanaged<nint, nint, Node*, int>)Find("cuGraphExecKernelNodeSetParams");
        nint address = y.Buffer;
        void** arguments = stackalloc void*[] { &address, &by, &to };
        Node parameters = Parameters(arguments);
        return set(executable, node, &parameters);
    }

    Node Parameters(void** arguments) => new()
    {
        Function = function,
        GridX = 1,
        GridY = 1,
        GridZ = 1,
        BlockX = 32,
        BlockY = 1,
        BlockZ = 1,
        Arguments = arguments,
    };

    nint Instantiate()
    {
        nint executable;
        Ok(((delegate* unmanaged<nint*, nint, ulong, int>)Find("cuGraphInstantiateWithFlags"))(&executable, graph, 0));
        return executable;
    }

    void Issue(nint executable) =>
        Ok(((delegate* unmanaged<nint, nint, int>)Find("cuGraphLaunch"))(executable, stream));

    void Synchronize() => Ok(Call("cuStreamSynchronize", stream));

    void Launch(nint executable)
    {
        Driver.Synchronize(); // what was uploaded, on its own stream
        Issue(executable);
        Synchronize();
    }

    int Call(string name, nint handle) => ((delegate* unmanaged<nint, int>)Find(name))(handle);

    nint Find(string name) => NativeLibrary.GetExport(library, name);

    static void Ok(int code) => Assert.That(code, Is.Zero);

    /// <summary>CUDA_KERNEL_NODE_PARAMS, its first version.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Node
    {
        public nint Function;
        public uint GridX, GridY, GridZ, BlockX, BlockY, BlockZ, SharedBytes;
        public void** Arguments;
        public void** Extra;
    }
}
