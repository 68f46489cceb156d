using ILGPU;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Functions;

namespace Snapshots;

/// <summary>A function of one value.</summary>
public interface IFunction : IKernelTypeArgument
{
    static abstract float Apply(float x);
}

/// <summary>Tile sizes.</summary>
public interface ISizes : IGroupShape
{
    static abstract int Depth { get; }
}

/// <summary>x squared.</summary>
public readonly struct Square : IFunction
{
    const int Exponent = 2;

    public static float Apply(float x) => Power(x, Exponent);

    static float Power(float x, int n)
    {
        float y = 1f;
        for (int i = 0; i < n; i++)
            y *= x;
        return y;
    }
}

public readonly struct Small : ISizes
{
    public static int GroupX => 8;
    public static int GroupY => GroupX / 2;
    public static int Depth => 4 * GroupY;
}

public static partial class GenericKernels
{
    /// <summary>Two type parameters, a tile as type argument, a generic helper bound now and at load.</summary>
    [Kernel(GroupOf = nameof(TSizes))]
    public static void Both<TFunction, TSizes>(ArrayView<float> x, ArrayView<float> y)
        where TFunction : struct, IFunction where TSizes : struct, ISizes
    {
        var tile = SharedMemory.Allocate<float>(TSizes.Depth * TSizes.GroupX);
        int item = Group.LinearIndex;
        for (int i = 0; i < TSizes.Depth; i += TSizes.GroupY)
            tile[item + i * TSizes.GroupX] = Twice<TFunction>(x[item]);
        Group.Barrier();
        y[item] = Twice<Square>(tile[item]) + Small.Depth;
    }

    static float Twice<TOther>(float x) where TOther : struct, IFunction => TOther.Apply(TOther.Apply(x));
}
