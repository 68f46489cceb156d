using System.Runtime.InteropServices;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>
/// Launches that the driver has taken as a graph, each behind the one before it: they are given to the device by one
/// call, with what has changed of their arguments since.
/// </summary>
sealed unsafe class CudaGraph : IDisposable
{
    readonly CudaLibrary cuda;
    readonly HeldLaunch[] launches;
    readonly byte[][] arguments;
    readonly nint[] nodes;
    readonly nint graph, executable;

    /// <param name="cuda">The driver.</param>
    /// <param name="held">The launches; they are not run.</param>
    /// <exception cref="CudaException">The driver does not take them.</exception>
    public CudaGraph(CudaLibrary cuda, HeldLaunches held)
    {
        this.cuda = cuda;
        launches = [.. Enumerable.Range(0, held.Count).Select(i => held[i])];
        arguments = [.. Enumerable.Range(0, held.Count).Select(i => held.Arguments(i).ToArray())];
        nodes = new nint[held.Count];
        nint created;
        cuda.Check(cuda.GraphCreate(&created, 0), "cuGraphCreate");
        graph = created;
        void** pointers = stackalloc void*[held.MostArguments];
        for (int i = 0; i < held.Count; i++)
        {
            KernelNode node = Node(held, i, pointers);
            nint before = i > 0 ? nodes[i - 1] : 0;
            fixed (nint* added = &nodes[i])
                cuda.Check(
                    cuda.GraphAddKernelNode(added, graph, &before, i > 0 ? 1u : 0u, &node),
                    $"cuGraphAddKernelNode of {held[i].Kernel}");
        }
        cuda.Check(cuda.GraphInstantiate(&created, graph, 0), $"cuGraphInstantiate of {this}");
        executable = created;
    }

    /// <summary>Whether these launches are those of the graph, whatever their arguments.</summary>
    public bool Fits(HeldLaunches held)
    {
        if (held.Count != launches.Length) return false;
        for (int i = 0; i < launches.Length; i++)
            if (launches[i] != held[i] || arguments[i].Length != held.Arguments(i).Length) return false;
        return true;
    }

    /// <summary>Gives the launches to a stream, with their arguments.</summary>
    /// <param name="held">Launches that fit.</param>
    /// <param name="stream">Where they go.</param>
    /// <returns>How many had other arguments than the last time.</returns>
    public int Launch(HeldLaunches held, nint stream)
    {
        int changed = 0;
        void** pointers = stackalloc void*[held.MostArguments];
        for (int i = 0; i < launches.Length; i++)
        {
            ReadOnlySpan<byte> now = held.Arguments(i);
            if (now.SequenceEqual(arguments[i])) continue;
            changed++;
            now.CopyTo(arguments[i]);
            KernelNode node = Node(held, i, pointers);
            cuda.Check(
                cuda.GraphSetParameters(executable, nodes[i], &node),
                $"cuGraphExecKernelNodeSetParams of {held[i].Kernel}");
        }
        cuda.Check(cuda.GraphLaunch(executable, stream), $"cuGraphLaunch of {this}");
        return changed;
    }

    /// <summary>The device must not have to run it any more.</summary>
    public void Dispose()
    {
        _ = cuda.GraphExecDestroy(executable);
        _ = cuda.GraphDestroy(graph);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{launches.Length} launches, {launches[0].Kernel} to {launches[^1].Kernel}";

    static KernelNode Node(HeldLaunches held, int index, void** pointers)
    {
        HeldLaunch launch = held[index];
        held.Point(index, pointers);
        return new()
        {
            Function = launch.Function,
            GroupsX = (uint)launch.Groups.X,
            GroupsY = (uint)launch.Groups.Y,
            GroupsZ = (uint)launch.Groups.Z,
            GroupX = (uint)launch.Group.X,
            GroupY = (uint)launch.Group.Y,
            GroupZ = (uint)launch.Group.Z,
            Arguments = pointers,
        };
    }

    /// <summary>CUDA_KERNEL_NODE_PARAMS of cuda.h, the first version.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct KernelNode
    {
        public nint Function;
        public uint GroupsX, GroupsY, GroupsZ, GroupX, GroupY, GroupZ, SharedBytes;
        public void** Arguments, Extra;
    }
}
