using ILGPU;
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
    const string NotNegative = "setp.ge.s32";

    /// <summary>Registers them all.</summary>
    public static void Register(IntrinsicImplementationManager manager)
    {
        IlgpuReplacements functions = new(manager, typeof(GlobalMemory), typeof(IlgpuMemory));
        functions.Replace(nameof(GlobalMemory.Place), nameof(Place), nameof(PlaceByIndex));
        functions.Replace(nameof(GlobalMemory.ReadUnless), nameof(ReadUnless), nameof(ReadUnlessByIndex));
        functions.Replace(nameof(GlobalMemory.ReadFour), nameof(ReadFour), nameof(ReadFourByIndex));
        functions.Replace(nameof(GlobalMemory.ReadOrAny), nameof(ReadOrAny), nameof(ReadOrAnyByIndex));
        functions.Replace(nameof(GlobalMemory.ReadFourOrAny), nameof(ReadFourOrAny), nameof(ReadFourOrAnyByIndex));
        functions.Write(nameof(AddressOf), nameof(PtxAddressOf));
        functions.Write(nameof(PlaceAfter), nameof(PtxPlaceAfter));
        functions.Write(nameof(LoadUnless), nameof(PtxLoadUnless));
        functions.Write(nameof(LoadFour), nameof(PtxLoadFour));
        functions.Write(nameof(LoadOrAny), nameof(PtxLoadOrAny));
        functions.Write(nameof(LoadFourOrAny), nameof(PtxLoadFourOrAny));
    }

    /// <summary>An address, for PTX.</summary>
    public static long Place(ArrayView<float> from, int at) => PlaceAfter(AddressOf(ref from[0]), at);

    /// <summary>Reads by an address, for PTX.</summary>
    public static float ReadUnless(ArrayView<float> from, long place, int further, int bits) =>
        LoadUnless(place, further, bits);

    /// <inheritdoc cref="ReadUnless"/>
    public static Float4 ReadFour(ArrayView<float> from, long place, int further) => LoadFour(place, further);

    /// <summary>A reference as a number.</summary>
    [IntrinsicImplementation]
    public static long AddressOf(ref float element) => throw new NotSupportedException();

    /// <summary>The address so many floats after another, of either sign: no index of ILGPU's is signed.</summary>
    [IntrinsicImplementation]
    public static long PlaceAfter(long address, int at) => throw new NotSupportedException();

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

    /// <inheritdoc cref="ReadUnless"/>
    public static float ReadOrAny(
        ArrayView<float> from, long place, int further, int ahead, int bits) =>
        LoadOrAny(place, further, 4 * ahead, bits);

    /// <inheritdoc cref="ReadUnless"/>
    public static Float4 ReadFourOrAny(ArrayView<float> from, long place, int further, int bits) =>
        LoadFourOrAny(place, further, bits);

    /// <summary>One load, unless bits are negative.</summary>
    [IntrinsicImplementation]
    public static float LoadOrAny(long address, int further, int ahead, int bits) =>
        throw new NotSupportedException();

    /// <summary>One load of 16 bytes, unless bits are negative.</summary>
    [IntrinsicImplementation]
    public static Float4 LoadFourOrAny(long address, int further, int bits) => throw new NotSupportedException();

    /// <inheritdoc cref="PlaceByIndex"/>
    public static float ReadOrAnyByIndex(
        ArrayView<float> from, long place, int further, int ahead, int bits) =>
        bits >= 0 ? from[(int)place + further + ahead] : 0f;

    /// <inheritdoc cref="PlaceByIndex"/>
    public static Float4 ReadFourOrAnyByIndex(ArrayView<float> from, long place, int further, int bits)
    {
        Float4 four = new(0f, 0f, 0f, 0f);
        if (bits >= 0) four = from.Cast<Float4>()[((int)place + further) >> 2];
        return four;
    }

    static void PtxAddressOf(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        PTXCodeGenerator.PrimitiveRegister reference = code.LoadPrimitive(value[0]);
        PTXCodeGenerator.HardwareRegister target = code.AllocateHardware(value);
        using PTXCodeGenerator.CommandEmitter move = code.BeginCommand("mov.u64");
        move.AppendArgument(target);
        move.AppendArgument(reference);
    }

    static void PtxPlaceAfter(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        PTXCodeGenerator.PrimitiveRegister address = code.LoadPrimitive(value[0]), at = code.LoadPrimitive(value[1]);
        PTXCodeGenerator.HardwareRegister bytes = code.AllocateRegister(BasicValueType.Int64, PTXRegisterKind.Int64);
        using (PTXCodeGenerator.CommandEmitter multiply = code.BeginCommand("mul.wide.s32"))
        {
            multiply.AppendArgument(bytes);
            multiply.AppendArgument(at);
            multiply.AppendConstant(sizeof(float));
        }
        using PTXCodeGenerator.CommandEmitter add = code.BeginCommand("add.s64");
        add.AppendArgument(code.AllocateHardware(value));
        add.AppendArgument(address);
        add.AppendArgument(bytes);
    }

    static void PtxLoadUnless(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        PTXCodeGenerator.HardwareRegister address = PtxAddress(code, value);
        PTXCodeGenerator.HardwareRegister reads = PtxCompare(code, "setp.eq.s32", value[2]);
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
        PTXCodeGenerator.PrimitiveRegister[] results = IlgpuIntrinsics.Parts(code.Allocate(value));
        using PTXCodeGenerator.CommandEmitter load = code.BeginCommand("ld.global.nc.v4.f32");
        load.AppendVectorArgument(results);
        load.AppendArgumentValue(address);
    }

    static void PtxLoadOrAny(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        PTXCodeGenerator.HardwareRegister address = PtxSum(code, PtxAddress(code, value), value[2]);
        PTXCodeGenerator.HardwareRegister reads = PtxCompare(code, NotNegative, value[3]);
        PTXCodeGenerator.HardwareRegister target = code.AllocateHardware(value);
        using PTXCodeGenerator.CommandEmitter load = code.BeginCommand(
            "ld.global.nc.f32", new PTXCodeGenerator.PredicateConfiguration(reads, true));
        load.AppendArgument(target);
        load.AppendArgumentValue(address);
    }

    static void PtxLoadFourOrAny(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        PTXCodeGenerator.HardwareRegister address = PtxAddress(code, value);
        PTXCodeGenerator.HardwareRegister reads = PtxCompare(code, NotNegative, value[2]);
        PTXCodeGenerator.PrimitiveRegister[] results = IlgpuIntrinsics.Parts(code.Allocate(value));
        using PTXCodeGenerator.CommandEmitter load = code.BeginCommand(
            "ld.global.nc.v4.f32", new PTXCodeGenerator.PredicateConfiguration(reads, true));
        load.AppendVectorArgument(results);
        load.AppendArgumentValue(address);
    }

    /// <summary>Whether bits compare so with 0.</summary>
    static PTXCodeGenerator.HardwareRegister PtxCompare(PTXCodeGenerator code, string comparison, Value bits)
    {
        PTXCodeGenerator.HardwareRegister reads =
            code.AllocateRegister(BasicValueType.Int1, PTXRegisterKind.Predicate);
        using PTXCodeGenerator.CommandEmitter test = code.BeginCommand(comparison);
        test.AppendArgument(reads);
        test.AppendArgument(code.LoadPrimitive(bits));
        test.AppendConstant(0);
        return reads;
    }

    /// <summary>An address and a number of bytes of either sign.</summary>
    public static PTXCodeGenerator.HardwareRegister PtxSum(
        PTXCodeGenerator code, PTXCodeGenerator.HardwareRegister address, Value number)
    {
        PTXCodeGenerator.HardwareRegister bytes = code.AllocateRegister(BasicValueType.Int64, PTXRegisterKind.Int64);
        PTXCodeGenerator.HardwareRegister sum = code.AllocateRegister(BasicValueType.Int64, PTXRegisterKind.Int64);
        using (PTXCodeGenerator.CommandEmitter widen = code.BeginCommand("cvt.s64.s32"))
        {
            widen.AppendArgument(bytes);
            widen.AppendArgument(code.LoadPrimitive(number));
        }
        using PTXCodeGenerator.CommandEmitter add = code.BeginCommand("add.s64");
        add.AppendArgument(sum);
        add.AppendArgument(address);
        add.AppendArgument(bytes);
        return sum;
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
