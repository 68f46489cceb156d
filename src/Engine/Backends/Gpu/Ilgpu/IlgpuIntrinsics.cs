using System.Reflection;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;
using ILGPU.Runtime.Cuda;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>
/// What ILGPU's compilers emit for single operations on floats where their own choice would differ from the other
/// devices: a maximum loses NaN, PTX approximates e^x, ln, tanh and powers and lets ptxas fuse a product with a sum.
/// </summary>
static class IlgpuIntrinsics
{
    const IntrinsicImplementationMode Text = IntrinsicImplementationMode.GenerateCode,
        Function = IntrinsicImplementationMode.Redirect;

    /// <summary>Registers them all, after ILGPU.Algorithms' own: what comes last counts.</summary>
    public static void Register(Context.Builder builder)
    {
        IntrinsicImplementationManager manager = builder.GetIntrinsicManager();
        foreach (string name in (string[])[nameof(Fused.MultiplyAdd), nameof(Fused.MultiplyAddEstimate)])
        {
            MethodInfo fused = typeof(Fused).GetMethod(name)!;
            manager.RegisterMethod(fused, Ptx(nameof(PtxFused), Text));
            manager.RegisterMethod(fused, OpenCl(nameof(OpenClFused)));
        }

        OnTensorCores(
            nameof(TensorCore.Round), nameof(TensorCore.RoundByBits),
            Ptx(nameof(PtxRound), Text, CudaArchitecture.SM_80));
        OnTensorCores(
            nameof(TensorCore.Pair), nameof(TensorCore.PairByBits),
            Ptx(nameof(PtxPair), Text, CudaArchitecture.SM_80));
        Products(
            nameof(TensorCore.MultiplyAdd), nameof(TensorCore.MultiplyAddShared),
            nameof(TensorCoreProduct.Redirected), nameof(TensorCoreProduct.MultiplyAdd), nameof(PtxProduct));
        Products(
            nameof(TensorCore.MultiplyAddPairs), nameof(TensorCore.MultiplyAddPairsShared),
            nameof(TensorCoreProduct.RedirectedPairs), nameof(TensorCoreProduct.MultiplyAddPairs),
            nameof(PtxProductOfPairs));

        Binary(BinaryArithmeticKind.Add, Ptx(nameof(PtxAdd), Text));
        Binary(BinaryArithmeticKind.Sub, Ptx(nameof(PtxSubtract), Text));
        Binary(BinaryArithmeticKind.Mul, Ptx(nameof(PtxMultiply), Text));

        Binary(BinaryArithmeticKind.Max, Ptx(typeof(DeviceMath), nameof(DeviceMath.Max)));
        Binary(BinaryArithmeticKind.Min, Ptx(typeof(DeviceMath), nameof(DeviceMath.Min)));
        Binary(BinaryArithmeticKind.Max, Ptx(nameof(PtxMax), Text, CudaArchitecture.SM_80));
        Binary(BinaryArithmeticKind.Min, Ptx(nameof(PtxMin), Text, CudaArchitecture.SM_80));
        Binary(BinaryArithmeticKind.Max, OpenCl(nameof(OpenClMax)));
        Binary(BinaryArithmeticKind.Min, OpenCl(nameof(OpenClMin)));

        Unary(UnaryArithmeticKind.ExpF, nameof(DeviceMath.Exp));
        Unary(UnaryArithmeticKind.LogF, nameof(DeviceMath.Log));
        Unary(UnaryArithmeticKind.TanhF, nameof(DeviceMath.Tanh));
        Binary(BinaryArithmeticKind.PowF, Ptx(typeof(DeviceMath), nameof(DeviceMath.Pow)));

        IlgpuMemory.Register(manager);
        IlgpuStages.Register(manager);

        void Binary(BinaryArithmeticKind kind, IntrinsicImplementation implementation) =>
            manager.RegisterBinaryArithmetic(kind, BasicValueType.Float32, implementation);

        // ILGPU refuses a method that is replaced on some devices only.
        void OnTensorCores(string name, string elsewhere, PTXIntrinsic instruction)
        {
            MethodInfo method = typeof(TensorCore).GetMethod(name)!;
            manager.RegisterMethod(method, Ptx(typeof(TensorCore), elsewhere));
            manager.RegisterMethod(method, new CLIntrinsic(typeof(TensorCore), elsewhere, Function));
            manager.RegisterMethod(method, instruction);
        }

        void Products(string name, string elsewhere, string redirected, string product, string text)
        {
            OnTensorCores(
                name, elsewhere,
                new PTXIntrinsic(typeof(TensorCoreProduct), redirected, Function, CudaArchitecture.SM_80));
            manager.RegisterMethod(typeof(TensorCoreProduct).GetMethod(product)!, Ptx(text, Text));
        }

        void Unary(UnaryArithmeticKind kind, string name) =>
            manager.RegisterUnaryArithmetic(kind, BasicValueType.Float32, Ptx(typeof(DeviceMath), name));
    }

    static PTXIntrinsic Ptx(
        string name, IntrinsicImplementationMode mode, CudaArchitecture? since = null) =>
        since is { } architecture ? new(typeof(IlgpuIntrinsics), name, mode, architecture)
            : new(typeof(IlgpuIntrinsics), name, mode);

    static PTXIntrinsic Ptx(Type type, string name) => new(type, name, Function);

    static CLIntrinsic OpenCl(string name) => new(typeof(IlgpuIntrinsics), name, Text);

    static void PtxFused(PTXBackend backend, PTXCodeGenerator code, Value value) => Ptx(code, value, "fma.rn.f32");

    // Without .rn ptxas may fuse.
    static void PtxAdd(PTXBackend backend, PTXCodeGenerator code, Value value) => Ptx(code, value, "add.rn.f32");

    static void PtxSubtract(PTXBackend backend, PTXCodeGenerator code, Value value) => Ptx(code, value, "sub.rn.f32");

    static void PtxMultiply(PTXBackend backend, PTXCodeGenerator code, Value value) => Ptx(code, value, "mul.rn.f32");

    static void PtxMax(PTXBackend backend, PTXCodeGenerator code, Value value) => Ptx(code, value, "max.NaN.f32");

    static void PtxMin(PTXBackend backend, PTXCodeGenerator code, Value value) => Ptx(code, value, "min.NaN.f32");

    static void Ptx(PTXCodeGenerator code, Value value, string instruction)
    {
        var operands = new PTXCodeGenerator.PrimitiveRegister[value.Count];
        for (int i = 0; i < operands.Length; i++) operands[i] = code.LoadPrimitive(value[i]);
        PTXCodeGenerator.HardwareRegister target = code.AllocateHardware(value);
        using PTXCodeGenerator.CommandEmitter command = code.BeginCommand(instruction);
        command.AppendArgument(target);
        foreach (PTXCodeGenerator.PrimitiveRegister operand in operands) command.AppendArgument(operand);
    }

    static void PtxRound(PTXBackend backend, PTXCodeGenerator code, Value value) =>
        PtxToBits(code, value, "cvt.rna.tf32.f32", code.LoadPrimitive(value[0]));

    // The upper half's number is the instruction's first.
    static void PtxPair(PTXBackend backend, PTXCodeGenerator code, Value value) => PtxToBits(
        code, value, "cvt.rn.bf16x2.f32", code.LoadPrimitive(value[1]), code.LoadPrimitive(value[0]));

    static void PtxToBits(
        PTXCodeGenerator code, Value value, string instruction, params PTXCodeGenerator.PrimitiveRegister[] operands)
    {
        PTXCodeGenerator.HardwareRegister bits = Bits(code);
        using (PTXCodeGenerator.CommandEmitter round = code.BeginCommand(instruction))
        {
            round.AppendArgument(bits);
            foreach (PTXCodeGenerator.PrimitiveRegister operand in operands) round.AppendArgument(operand);
        }
        Move(code, code.AllocateHardware(value), bits);
    }

    static void PtxProduct(PTXBackend backend, PTXCodeGenerator code, Value value) =>
        PtxTensorCore(code, value, "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32");

    static void PtxProductOfPairs(PTXBackend backend, PTXCodeGenerator code, Value value) =>
        PtxTensorCore(code, value, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32");

    static void PtxTensorCore(PTXCodeGenerator code, Value value, string instruction)
    {
        PTXCodeGenerator.PrimitiveRegister[] a = [.. Parts(code.Load(value[0])).Select(AsBits)];
        PTXCodeGenerator.PrimitiveRegister[] b =
            [AsBits(code.LoadPrimitive(value[1])), AsBits(code.LoadPrimitive(value[2]))];
        PTXCodeGenerator.PrimitiveRegister[] sums = Parts(code.Load(value[3]));
        PTXCodeGenerator.PrimitiveRegister[] results = Parts(code.Allocate(value));
        using PTXCodeGenerator.CommandEmitter multiply = code.BeginCommand(instruction);
        multiply.AppendVectorArgument(results);
        multiply.AppendVectorArgument(a);
        multiply.AppendVectorArgument(b);
        multiply.AppendVectorArgument(sums);

        PTXCodeGenerator.PrimitiveRegister AsBits(PTXCodeGenerator.PrimitiveRegister x)
        {
            PTXCodeGenerator.HardwareRegister bits = Bits(code);
            Move(code, bits, x);
            return bits;
        }
    }

    /// <summary>The registers of a structure's fields.</summary>
    public static PTXCodeGenerator.PrimitiveRegister[] Parts(PTXCodeGenerator.Register structure) =>
        [.. ((PTXCodeGenerator.CompoundRegister)structure).Children.Cast<PTXCodeGenerator.PrimitiveRegister>()];

    // PTX takes numbers in TF32 and pairs as bits, and no register of a float.
    static PTXCodeGenerator.HardwareRegister Bits(PTXCodeGenerator code) =>
        code.AllocateRegister(BasicValueType.Int32, PTXRegisterKind.Int32);

    static void Move(
        PTXCodeGenerator code, PTXCodeGenerator.PrimitiveRegister to, PTXCodeGenerator.PrimitiveRegister from)
    {
        using PTXCodeGenerator.CommandEmitter move = code.BeginCommand("mov.b32");
        move.AppendArgument(to);
        move.AppendArgument(from);
    }

    static void OpenClFused(CLBackend backend, CLCodeGenerator code, Value value)
    {
        CLCodeGenerator.Variable a = code.Load(value[0]), b = code.Load(value[1]), c = code.Load(value[2]);
        using CLCodeGenerator.StatementEmitter statement = code.BeginStatement(code.Allocate(value));
        statement.AppendCommand("fma");
        statement.BeginArguments();
        statement.AppendArgument(a);
        statement.AppendArgument(b);
        statement.AppendArgument(c);
        statement.EndArguments();
    }

    static void OpenClMax(CLBackend backend, CLCodeGenerator code, Value value) => OpenClFirst(code, value, ">");

    static void OpenClMin(CLBackend backend, CLCodeGenerator code, Value value) => OpenClFirst(code, value, "<");

    // a > b || a != a ? a : b: a NaN wins, as in C#.
    static void OpenClFirst(CLCodeGenerator code, Value value, string comparison)
    {
        CLCodeGenerator.Variable a = code.Load(value[0]), b = code.Load(value[1]);
        using CLCodeGenerator.StatementEmitter statement = code.BeginStatement(code.Allocate(value));
        statement.Append(a);
        statement.AppendCommand(comparison);
        statement.Append(b);
        statement.AppendCommand("||");
        statement.Append(a);
        statement.AppendCommand("!=");
        statement.Append(a);
        statement.AppendCommand("?");
        statement.Append(a);
        statement.AppendCommand(":");
        statement.Append(b);
    }
}
