using System.Reflection;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Optimizers;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Operations of the functions that kernels are generic over, counted by running them.</summary>
static class FunctionCost
{
    /// <summary>Operations of one value of a function of one or two values.</summary>
    public static int Forward(Type function) => Call(nameof(UnaryForward), nameof(BinaryForward), function);

    /// <summary>Operations of its derivative by its first, or only, value.</summary>
    public static int BackwardA(Type function) => Call(nameof(UnaryBackward), nameof(BinaryBackwardA), function);

    /// <summary>Operations of its derivative by its second value.</summary>
    public static int BackwardB(Type function) => Call(nameof(BinaryBackwardB), nameof(BinaryBackwardB), function);

    /// <summary>What the derivative reads.</summary>
    public static Reads ReadsOf(Type function) => (Reads)Call(nameof(UnaryReads), nameof(BinaryReads), function);

    /// <summary>Operations of an optimizer's rule for one weight.</summary>
    public static int Update<TRule>(TRule rule) where TRule : struct, IUpdateRule => CountedValue.In(() =>
    {
        CountedValue first = default, second = default;
        rule.Update(default(CountedValue), default, ref first, ref second);
    });

    static int Call(string unary, string binary, Type function) => (int)typeof(FunctionCost)
        .GetMethod(function.IsAssignableTo(typeof(IUnaryMath)) ? unary : binary,
        BindingFlags.Static | BindingFlags.NonPublic)!
        .MakeGenericMethod(function).Invoke(null, null)!;

    static int UnaryForward<T>() where T : IUnaryMath =>
        CountedValue.In(() => T.Forward(default(CountedValue)));

    static int UnaryBackward<T>() where T : IUnaryMath =>
        CountedValue.In(() => T.Backward(default(CountedValue), default, default));

    static int UnaryReads<T>() where T : IUnaryMath => (int)T.Reads;

    static int BinaryForward<T>() where T : IBinaryMath =>
        CountedValue.In(() => T.Forward(default(CountedValue), default));

    static int BinaryBackwardA<T>() where T : IBinaryMath =>
        CountedValue.In(() => T.BackwardA(default(CountedValue), default, default, default));

    static int BinaryBackwardB<T>() where T : IBinaryMath =>
        CountedValue.In(() => T.BackwardB(default(CountedValue), default, default, default));

    static int BinaryReads<T>() where T : IBinaryMath => (int)T.Reads;
}
