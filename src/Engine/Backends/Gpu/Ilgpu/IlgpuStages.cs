using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>
/// What ILGPU compiles in place of <see cref="StageMemory"/>: for PTX the start of a stage is in bytes, which ptxas
/// leaves to the loads and stores.
/// </summary>
static class IlgpuStages
{
    /// <summary>Registers them all.</summary>
    public static void Register(IntrinsicImplementationManager manager)
    {
        IlgpuReplacements functions = new(manager, typeof(StageMemory), typeof(IlgpuStages));
        functions.Replace(nameof(StageMemory.Next), nameof(NextInBytes), nameof(Next));
        functions.Replace(nameof(StageMemory.Other), nameof(OtherInBytes), nameof(Other));
        functions.Replace(nameof(StageMemory.Load), nameof(Load), nameof(LoadByIndex));
        functions.Replace(nameof(StageMemory.Store), nameof(Store), nameof(StoreByIndex));
        functions.Replace(nameof(StageMemory.StoreOne), nameof(StoreOne), nameof(StoreOneByIndex));
        functions.Write(nameof(LoadStage), nameof(PtxLoadStage));
        functions.Write(nameof(StoreStage), nameof(PtxStoreStage));
        functions.Write(nameof(StoreOneToStage), nameof(PtxStoreOneToStage));
    }

    /// <inheritdoc cref="OtherInBytes"/>
    public static int NextInBytes(int start, int places, int length) => (start + 16 * places) & (16 * length - 1);

    /// <inheritdoc cref="Other"/>
    public static int Next(int start, int places, int length) => (start + places) & (length - 1);

    /// <summary>The start of a stage in bytes, for PTX.</summary>
    public static int OtherInBytes(int start, int length) => 16 * length - start;

    /// <inheritdoc cref="OtherInBytes"/>
    public static Float4 Load(ArrayView<Float4> from, int start, int at) =>
        LoadStage(IlgpuMemory.AddressOf(ref from.Cast<float>()[0]), start, 16 * at);

    /// <inheritdoc cref="OtherInBytes"/>
    public static void Store(ArrayView<float> to, int start, int at, Float4 elements) =>
        StoreStage(IlgpuMemory.AddressOf(ref to[0]), start, 16 * at, elements);

    /// <inheritdoc cref="OtherInBytes"/>
    public static void StoreOne(ArrayView<float> to, int start, int at, int further, float element) =>
        StoreOneToStage(IlgpuMemory.AddressOf(ref to[0]), start, 16 * at + 4 * further, element);

    /// <summary>One load of 16 bytes of shared memory.</summary>
    [IntrinsicImplementation]
    public static Float4 LoadStage(long address, int start, int at) => throw new NotSupportedException();

    /// <summary>One store of 16 bytes to shared memory.</summary>
    [IntrinsicImplementation]
    public static void StoreStage(long address, int start, int at, Float4 elements) =>
        throw new NotSupportedException();

    /// <summary>One store of 4 bytes to shared memory.</summary>
    [IntrinsicImplementation]
    public static void StoreOneToStage(long address, int start, int at, float element) =>
        throw new NotSupportedException();

    /// <summary>Elsewhere as it is written there.</summary>
    public static int Other(int start, int length) => length - start;

    /// <inheritdoc cref="Other"/>
    public static Float4 LoadByIndex(ArrayView<Float4> from, int start, int at) => from.SubView(start)[at];

    /// <inheritdoc cref="Other"/>
    public static void StoreByIndex(ArrayView<float> to, int start, int at, Float4 elements)
    {
        var stage = to.Cast<Float4>().SubView(start);
        stage[at] = elements;
    }

    /// <inheritdoc cref="Other"/>
    public static void StoreOneByIndex(ArrayView<float> to, int start, int at, int further, float element)
    {
        var stage = to.SubView(4 * start);
        stage[4 * at + further] = element;
    }

    static void PtxLoadStage(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        PTXCodeGenerator.HardwareRegister address = PtxStageAddress(code, value);
        PTXCodeGenerator.PrimitiveRegister[] results = IlgpuIntrinsics.Parts(code.Allocate(value));
        using PTXCodeGenerator.CommandEmitter load = code.BeginCommand("ld.shared.v4.f32");
        load.AppendVectorArgument(results);
        load.AppendArgumentValue(address);
    }

    static void PtxStoreStage(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        PTXCodeGenerator.HardwareRegister address = PtxStageAddress(code, value);
        PTXCodeGenerator.PrimitiveRegister[] elements = IlgpuIntrinsics.Parts(code.Load(value[3]));
        using PTXCodeGenerator.CommandEmitter store = code.BeginCommand("st.shared.v4.f32");
        store.AppendArgumentValue(address);
        store.AppendVectorArgument(elements);
    }

    static void PtxStoreOneToStage(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        PTXCodeGenerator.HardwareRegister address = PtxStageAddress(code, value);
        PTXCodeGenerator.PrimitiveRegister element = code.LoadPrimitive(value[3]);
        using PTXCodeGenerator.CommandEmitter store = code.BeginCommand("st.shared.f32");
        store.AppendArgumentValue(address);
        store.AppendArgument(element);
    }

    /// <summary>An address, the start of a stage in bytes and a place in it, which loads and stores add.</summary>
    static PTXCodeGenerator.HardwareRegister PtxStageAddress(PTXCodeGenerator code, Value value) =>
        IlgpuMemory.PtxSum(code, IlgpuMemory.PtxSum(code, code.LoadHardware(value[0]), value[1]), value[2]);
}
