namespace TripletGpu.Kernels;

/// <summary>
/// A struct that kernels are generic over: its static members become functions and constants of the device program. An
/// interface that derives from this one says which.
/// </summary>
public interface IKernelTypeArgument;

/// <summary>A tile that knows the group that computes it.</summary>
public interface IGroupShape : IKernelTypeArgument
{
    /// <summary>Items of a group along X.</summary>
    static abstract int GroupX { get; }

    /// <summary>Items of a group along Y.</summary>
    static abstract int GroupY { get; }
}

/// <summary>The device program of a struct that kernels are generic over. The kernel compiler fills it in.</summary>
/// <typeparam name="T">The struct.</typeparam>
public static class KernelTypeArgument<T> where T : struct, IKernelTypeArgument
{
    static TypeArgumentProgram? program;

    /// <summary>The struct's name and functions.</summary>
    /// <exception cref="InvalidOperationException">The struct's project does not use the kernel compiler.</exception>
    public static TypeArgumentProgram Program
    {
        get
        {
            if (program == null) System.Runtime.CompilerServices.RuntimeHelpers.RunModuleConstructor(
                typeof(T).Module.ModuleHandle);
            return program ?? throw new InvalidOperationException(
                $"{typeof(T)} has no device program: its project must reference TripletGpu.KernelCompiler as an"
                + " analyzer");
        }
    }

    /// <summary>Called by generated code when the struct's assembly is loaded.</summary>
    public static void Define(string name, string body, Func<string> lineMap) =>
        program = new(name, body) { LineMap = lineMap };
}

/// <summary>A struct as device text.</summary>
/// <param name="Name">The struct's name, which begins the names of its functions: <c>Relu_Forward</c>.</param>
/// <param name="Body">Constants and functions in neutral names.</param>
public sealed record TypeArgumentProgram(string Name, string Body)
{
    /// <summary>The lines of C# that each line of the text has come from: <see cref="SourceLine.Read"/>.</summary>
    public Func<string> LineMap { get; init; } = static () => "";
}
