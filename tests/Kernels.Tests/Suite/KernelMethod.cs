using System.Reflection;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>A kernel's generated launcher, found by the kernel's name.</summary>
sealed class KernelMethod
{
    const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    static readonly Dictionary<string, Type> Types = typeof(KernelCatalog).Assembly.GetTypes()
        .Where(t => t is { IsNested: false, Namespace: not null } && t.Namespace.StartsWith("TripletGpu.Kernels"))
        .ToDictionary(t => t.Name);

    readonly MethodInfo launcher;

    public KernelMethod(KernelSource kernel)
    {
        (string path, string structs) = kernel.Name.Split('<') is [var before, var after]
            ? (before, after.TrimEnd('>')) : (kernel.Name, "");
        (string type, string name) = path.Split('.') is [var first, var second] ? (first, second) : (path, "");
        Type[] arguments = [.. structs.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(s => Types[s])];
        MethodInfo found = Types[type].GetMethod("Launch" + name, Static)
            ?? throw new MissingMethodException(type, "Launch" + name);
        launcher = arguments.Length == 0 ? found : found.MakeGenericMethod(arguments);
    }

    /// <summary>Puts the kernel into a queue.</summary>
    public void Launch(IKernelQueue queue, KernelCase c, Func<KernelMemory, object> view)
    {
        object[] arguments = [queue, c.Size, .. c.Arguments.Select(a => a is KernelMemory memory ? view(memory) : a)];
        launcher.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }
}
