using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>The worked example of docs/add-an-op.md, on every device like any other operation.</summary>
public static class SoftsignCases
{
    public static IEnumerable<OpCase> Cases => [Softsign(new Shape(1)), Softsign(new Shape(3, 7, 5))];

    static OpCase Softsign(Shape shape) => new(
        $"Softsign {shape}", new Unary<Softsign>(), [shape],
        x => Array.ConvertAll(x[0], v => v / (1 + Math.Abs(v))),
        (x, dy) => [[.. x[0].Zip(dy, (v, d) => d / ((1 + Math.Abs(v)) * (1 + Math.Abs(v))))]],
        Tolerance.Transcendental);
}
