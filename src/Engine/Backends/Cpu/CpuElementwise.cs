using TripletGpu.Backends.Cpu.Elementwise;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Functions;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Backends.Cpu;

/// <summary>
/// Elementwise functions on the CPU: one vector loop for each access pattern, shared by all functions.
/// </summary>
sealed unsafe class CpuElementwise(CpuBackend cpu) : IElementwise
{
    readonly BroadcastGradient gradient = new(cpu);

    public void Unary<TMath>(Tensor x, Tensor y) where TMath : struct, IUnaryMath =>
        cpu.For(Count(y), new UnaryForward<TMath>(x.Floats(), y.Floats()));

    public void UnaryBackward<TMath>(Tensor x, Tensor y, Tensor dy, Gradient dx) where TMath : struct, IUnaryMath
    {
        if (!dx.IsNeeded) return;
        cpu.For(Count(dy), new UnaryBackward<TMath>(
            Read(x, TMath.Reads, Reads.Inputs), Read(y, TMath.Reads, Reads.Output), dy.Floats(), dx.Target.Floats(),
            dx.Accumulate));
    }

    public void Binary<TMath>(Tensor a, Tensor b, Tensor y) where TMath : struct, IBinaryMath =>
        Forward<TMath>(a, b.Floats(), b.Shape, y);

    public void BinaryBackward<TMath>(Tensor a, Tensor b, Tensor y, Tensor dy, Gradient da, Gradient db)
        where TMath : struct, IBinaryMath
    {
        Backward<TMath, OperandA>(a, Read(b, TMath.Reads, Reads.Inputs), b.Shape, y, dy, da);
        Backward<TMath, OperandB>(a, Read(b, TMath.Reads, Reads.Inputs), b.Shape, y, dy, db);
    }

    public void WithScalar<TMath>(Tensor a, float b, Tensor y) where TMath : struct, IBinaryMath =>
        Forward<TMath>(a, &b, Shape.Scalar, y);

    public void WithScalarBackward<TMath>(Tensor a, float b, Tensor y, Tensor dy, Gradient da)
        where TMath : struct, IBinaryMath => Backward<TMath, OperandA>(a, &b, Shape.Scalar, y, dy, da);

    public void Affine(Tensor x, float scale, float shift, Gradient y)
    {
        if (y.IsNeeded)
            cpu.For(Count(x), new AffineLoop(x.Floats(), scale, shift, y.Target.Floats(), y.Accumulate));
    }

    public void Dropout(Tensor x, DropoutMask mask, Gradient y)
    {
        if (y.IsNeeded) cpu.For(Count(x), new DropoutLoop(x.Floats(), mask, y.Target.Floats(), y.Accumulate));
    }

    void Forward<TMath>(Tensor a, float* b, Shape shapeB, Tensor y) where TMath : struct, IBinaryMath
    {
        Shape box = y.Shape;
        StridedRows rows = new(box, Strided.Broadcast(a.Shape, box), Strided.Broadcast(shapeB, box));
        cpu.For(Count(y), new BinaryForward<TMath>(rows, a.Floats(), b, y.Floats()));
    }

    void Backward<TMath, TOperand>(Tensor a, float* b, Shape shapeB, Tensor y, Tensor dy, Gradient dx)
        where TMath : struct, IBinaryMath where TOperand : struct, IOperand
    {
        if (!dx.IsNeeded) return;
        gradient.Run<TMath, TOperand>(
            dy.Shape, a.Shape, Read(a, TMath.Reads, Reads.Inputs), shapeB, b, Read(y, TMath.Reads, Reads.Output),
            dy.Floats(), dx.Target.Shape, scale: 1, dx.Target.Floats(), dx.Accumulate);
    }

    static int Count(Tensor x) => checked((int)x.Count);

    /// <summary>The values, where the function reads them; elsewhere they may have been released.</summary>
    static float* Read(Tensor x, Reads reads, Reads what) => (reads & what) != 0 ? x.Floats() : null;
}
