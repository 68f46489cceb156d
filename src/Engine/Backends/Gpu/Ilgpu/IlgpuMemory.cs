using System.Reflection;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>
/// What ILGPU compiles in place of <see cref="GlobalMemory"/>: for PTX, whose views check nothing, by addresses. A
/// function of which the text is written here can have no view among its parameters.
/// </summary>
static class IlgpuMemory
{
    /// <summary>Registers them all.</summary>
    public static void Register(IntrinsicImplementationManager manager)
    {
        Replace(nameof(GlobalMemory.Place), nameof(Place), nameof(PlaceByIndex));
        Replace(nameof(GlobalMemory.ReadUnless), nameof(ReadUnless), nameof(ReadUnlessByIndex));
        Replace(nameof(GlobalMemory.ReadFour), nameof(ReadFour), nameof(ReadFourByIndex));
        Write(nameof(AddressOf), nameof(PtxAddressOf));
        Write(nameof(LoadUnless), nameof(PtxLoadUnless));
        Write(nameof(LoadFour), nameof(PtxLoadFour));

        // ILGPU refuses a method that is replaced on some devices only.
        void Replace(string name, string onCuda, string elsewhere)
        {
            MethodInfo method = typeof(GlobalMemory).GetMethod(name)!;
            manager.RegisterMethod(
                method, new PTXIntrinsic(typeof(IlgpuMemory), onCuda, IntrinsicImplementationMode.Redirect));
            manager.RegisterMethod(
                method, new CLIntrinsic(typeof(IlgpuMemory), elsewhere, IntrinsicImplementationMode.Redirect));
        }

        void Write(string name, string text) => manager.RegisterMethod(
            typeof(IlgpuMemory).GetMethod(name)!,
            new PTXIntrinsic(typeof(IlgpuMemory), text, IntrinsicImplementationMode.GenerateCode));
    }

    /// <summary>An address, for PTX.</summary>
    public static long Place(ArrayView<float> from, int at) => AddressOf(ref from.SubView(at)[0]);

    /// <summary>Reads by an address, for PTX.</summary>
    public static float ReadUnless(ArrayView<float> from, long place, int further, int bits) =>
        LoadUnless(place, further, bits);

    /// <inheritdoc cref="ReadUnless"/>
    public static Float4 ReadFour(ArrayView<float> from, long place, int further) => LoadFour(place, further);

    /// <summary>A reference as a number.</summary>
    [IntrinsicImplementation]
    public static long AddressOf(ref float element) => throw new NotSupportedException();

    /// <summary>One load, 0 without.</summary>
    [IntrinsicImplementation]
    public static float LoadUnless(long address, int further, int bits) => throw new NotSupportedException();

    /// <summary>One load of 16 bytes.</summary>
    [IntrinsicImplementation]
    public static Float4 LoadFour(long address, int further) => throw new NotSupportedException();

    /// <summary>Elsewhere as it is written there.</summary>
    public static long PlaceByIndex(ArrayView<float> from, int at) => at;

    /// <inheritdoc cref="PlaceByIndex"/>
    public static float ReadUnlessByIndex(ArrayView<float> from, long place, int further, int bits) =>
        bits == 0 ? from[(int)place + further] : 0f;

    /// <inheritdoc cref="PlaceByIndex"/>
    public static Float4 ReadFourByIndex(ArrayView<float> from, long place, int further) =>
        from.Cast<Float4>()[((int)place + further) >> 2];

    static void PtxAddressOf(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        PTXCodeGenerator.PrimitiveRegister reference = code.LoadPrimitive(value[0]);
        PTXCodeGenerator.HardwareRegister target = code.AllocateHardware(value);
        using PTXCodeGenerator.CommandEmitter move = code.BeginCommand("mov.u64");
        move.AppendArgument(target);
        move.AppendArgument(reference);
    }

    static void PtxLoadUnless(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        PTXCodeGenerator.HardwareRegister address = PtxAddress(code, value);
        PTXCodeGenerator.HardwareRegister reads =
            code.AllocateRegister(BasicValueType.Int1, PTXRegisterKind.Predicate);
        using (PTXCodeGenerator.CommandEmitter test = code.BeginCommand("setp.eq.s32"))
        {
            test.AppendArgument(reads);
            test.AppendArgument(code.LoadPrimitive(value[2]));
            test.AppendConstant(0);
        }
        PTXCodeGenerator.HardwareRegister target = code.AllocateHardware(value);
        using (PTXCodeGenerator.CommandEmitter zero = code.BeginCommand("mov.f32"))
        {
            zero.AppendArgument(target);
            zero.AppendConstant(0f);
        }
        using PTXCodeGenerator.CommandEmitter load = code.BeginCommand(
            "ld.global.nc.f32", new PTXCodeGenerator.PredicateConfiguration(reads, true));
        load.AppendArgument(target);
        load.AppendArgumentValue(address);
    }

    static void PtxLoadFour(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        PTXCodeGenerator.HardwareRegister address = PtxAddress(code, value);
        PTXCodeGenerator.PrimitiveRegister[] results =
            [.. ((PTXCodeGenerator.CompoundRegister)code.Allocate(value)).Children
                .Cast<PTXCodeGenerator.PrimitiveRegister>()];
        using PTXCodeGenerator.CommandEmitter load = code.BeginCommand("ld.global.nc.v4.f32");
        load.AppendVectorArgument(results);
        load.AppendArgumentValue(address);
    }

    /// <summary>The address so many floats after another: one instruction of ptxas.</summary>
    static PTXCodeGenerator.HardwareRegister PtxAddress(PTXCodeGenerator code, Value value)
    {
        PTXCodeGenerator.HardwareRegister bytes = Long(), address = Long();
        using (PTXCodeGenerator.CommandEmitter multiply = code.BeginCommand("mul.wide.u32"))
        {
            multiply.AppendArgument(bytes);
            multiply.AppendArgument(code.LoadPrimitive(value[1]));
            multiply.AppendConstant(sizeof(float));
        }
        using PTXCodeGenerator.CommandEmitter add = code.BeginCommand("add.u64");
        add.AppendArgument(address);
        add.AppendArgument(bytes);
        add.AppendArgument(code.LoadPrimitive(value[0]));
        return address;

        PTXCodeGenerator.HardwareRegister Long() =>
            code.AllocateRegister(BasicValueType.Int64, PTXRegisterKind.Int64);
    }
}
