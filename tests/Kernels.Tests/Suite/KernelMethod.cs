using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using TripletGpu.Kernels.Language;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>A kernel's C# method and its generated launcher, found by the kernel's name.</summary>
sealed class KernelMethod
{
    const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    readonly KernelSource kernel;
    readonly MethodInfo method, launcher;
    readonly Type[] parameters;

    public KernelMethod(KernelSource kernel)
    {
        this.kernel = kernel;
        (string path, string structs) = kernel.Name.Split('<') is [var before, var after]
            ? (before, after.TrimEnd('>')) : (kernel.Name, "");
        (string type, string name) = path.Split('.') is [var first, var second] ? (first, second) : (path, "");
        Type[] arguments = [.. structs.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(Find)];
        MethodInfo Close(string of) => Find(type).GetMethod(of, Static) is not { } found
            ? throw new MissingMethodException(type, of)
            : arguments.Length == 0 ? found : found.MakeGenericMethod(arguments);
        (method, launcher) = (Close(name), Close("Launch" + name));
        parameters = [.. method.GetParameters().Select(p => p.ParameterType)];
    }

    /// <summary>Puts the kernel into a queue, by its launcher.</summary>
    public void Launch(IKernelQueue queue, KernelCase c, Func<KernelMemory, object> view)
    {
        object[] arguments = [queue, c.Size, .. c.Arguments.Select(a => a is KernelMemory memory ? view(memory) : a)];
        if (c.SharedElements is { } shared) arguments = [.. arguments, shared];
        launcher.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    /// <summary>Runs the kernel as plain C#, item by item or group by group.</summary>
    public void Call(KernelCase c, Func<KernelMemory, object> view)
    {
        int indices = kernel.IndexDimensions > 0 ? 1 : 0;
        object[] arguments = new object[indices + c.Arguments.Length];
        for (int i = 0; i < c.Arguments.Length; i++)
            arguments[indices + i] = c.Arguments[i] switch
            {
                KernelMemory memory => view(memory),
                int value when parameters[indices + i] == typeof(SpecializedValue<int>) =>
                    new SpecializedValue<int>(value),
                var value => value,
            };
        if (kernel.Group is { } group)
        {
            GroupEmulator.Run(c.Size, group, () => Invoke(arguments), sizeof(int) * (c.SharedElements ?? 0));
            return;
        }
        for (int z = 0; z < c.Size.Z; z++)
            for (int y = 0; y < c.Size.Y; y++)
                for (int x = 0; x < c.Size.X; x++)
                {
                    arguments[0] = kernel.IndexDimensions switch
                    {
                        1 => new Index1D(x),
                        2 => new Index2D(x, y),
                        _ => new Index3D(x, y, z),
                    };
                    Invoke(arguments);
                }
    }

    void Invoke(object[] arguments) => method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    static Type Find(string name) =>
        typeof(KernelCatalog).Assembly.GetType($"TripletGpu.Kernels.{name}", throwOnError: true)!;
}
