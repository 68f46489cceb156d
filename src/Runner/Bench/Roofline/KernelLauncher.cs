using System.Reflection;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>A kernel's generated launcher, found by the kernel's name.</summary>
static class KernelLauncher
{
    const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    static readonly Lazy<Dictionary<string, Type>> Types = new(() => typeof(KernelCatalog).Assembly.GetTypes()
        .Where(t => t is { IsNested: false, Namespace: not null } && t.Namespace.StartsWith("TripletGpu.Kernels"))
        .ToDictionary(t => t.Name));

    /// <summary>Calls the launcher, which puts one launch into the queue.</summary>
    /// <param name="work">The kernel, its size and its arguments.</param>
    /// <param name="queue">Gets the launch; the arguments live until its call returns.</param>
    /// <param name="view">The device's memory for a view.</param>
    public static void Launch(KernelWork work, IKernelQueue queue, Func<WorkMemory, object> view)
    {
        string[] parts = work.Kernel.TrimEnd('>').Split('<', 2), path = parts[0].Split('.');
        MethodInfo method = Types.Value[path[0]].GetMethod("Launch" + path[1], Static)
            ?? throw new MissingMethodException(path[0], "Launch" + path[1]);
        if (parts.Length > 1) method = method.MakeGenericMethod(StructsOf(work.Kernel));
        object[] arguments =
            [queue, work.Launch, .. work.Arguments.Select(a => a is WorkMemory memory ? view(memory) : a)];
        method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    /// <summary>The structs that a kernel of the catalog is bound to.</summary>
    public static Type[] StructsOf(string kernel) => kernel.TrimEnd('>').Split('<', 2) is [_, var names]
        ? [.. names.Split(", ").Select(name => Types.Value[name])] : [];
}
