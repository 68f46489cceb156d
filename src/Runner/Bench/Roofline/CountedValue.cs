using TripletGpu.Kernels.Functions;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>
/// A number that counts what is done with it: a function's vector form runs on it and tells its operations. Choices
/// (Select) and signs cost nothing, both of their sides are computed, as a vector computes them.
/// </summary>
readonly struct CountedValue : ISimd<CountedValue>
{
    [ThreadStatic]
    static int operations;

    /// <summary>Operations of what a function does.</summary>
    public static int In(Action function)
    {
        operations = 0;
        function();
        return operations;
    }

    public static CountedValue Create(float value) => default;

    public static CountedValue operator +(CountedValue a, CountedValue b) => Count(1);

    public static CountedValue operator -(CountedValue a, CountedValue b) => Count(1);

    public static CountedValue operator *(CountedValue a, CountedValue b) => Count(1);

    public static CountedValue operator /(CountedValue a, CountedValue b) => Count(1);

    public static CountedValue operator -(CountedValue a) => default;

    public static CountedValue MultiplyAdd(CountedValue a, CountedValue b, CountedValue c) => Count(2);

    public static CountedValue Max(CountedValue a, CountedValue b) => Count(1);

    public static CountedValue Min(CountedValue a, CountedValue b) => Count(1);

    public static CountedValue Abs(CountedValue a) => default;

    public static CountedValue CopySign(CountedValue a, CountedValue sign) => default;

    public static CountedValue Sqrt(CountedValue a) => Count(1);

    public static CountedValue Exp(CountedValue a) => Count(1);

    public static CountedValue Log(CountedValue a) => Count(1);

    public static CountedValue Power(CountedValue a, CountedValue b) => Count(1);

    public static CountedValue GreaterThan(CountedValue a, CountedValue b) => Count(1);

    public static CountedValue Select(CountedValue mask, CountedValue yes, CountedValue no) => default;

    static CountedValue Count(int number)
    {
        operations += number;
        return default;
    }
}
