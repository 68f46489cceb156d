using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Normalization;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu.CudaOnCpu;

/// <summary>Faults that must not pass: stand-ins that let them pass would prove nothing of what does.</summary>
public sealed class CudaOnCpuFaultTests : CudaOnCpuFixture
{
    const string Barrier = "Group_Barrier();";

    [Test]
    public void Items_OfAWarpAndAGroup_WorkTogether()
    {
        DeviceView<float> y = Floats(64);
        Run(Kernel("float* y", """
            SHARED_ARRAY float all[64];
            int i = Group_IdxX;
            all[i] = (float)i;
            Group_Barrier();
            float sum = all[63 - i];
            for (int by = 16; by > 0; by /= 2) sum += __shfl_down_sync(0xFFFFFFFFu, sum, by);
            y[i] = __shfl_sync(0xFFFFFFFFu, sum, 0) + __shfl_xor_sync(0xFFFFFFFFu, i, 1);
            """, items: 64), y);
        Assert.That(Values(y), Is.EqualTo(Enumerable.Range(0, 64).Select(i => (i < 32 ? 1520f : 496f) + (i ^ 1))));
    }

    // In a product both operands' conversions may be wrong in the same way, and nobody sees.
    [Test]
    public void Conversions_AreThoseOfTheCSharp()
    {
        float[] values =
        [
            0f, -0f, 1f, -1f, 1.00390625f, 1.01171875f, 1.003906369f, 1.00048828f, 1.00146484f, float.MaxValue,
            -float.MaxValue, float.Epsilon, 1e-39f, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
        ];
        DeviceView<float> x = Floats(values), rounded = Floats(16), pairs = Floats(16);
        KernelSource kernel = Kernel("const float* x, float* rounded, float* pairs", """
            int i = Group_IdxX;
            rounded[i] = TensorCore_Round(x[i]);
            pairs[i] = TensorCore_Pair(x[i], x[15 - i]);
            """, items: 16);
        Driver.Launch(
            kernel, 1, [KernelArgument.View(x), KernelArgument.View(rounded), KernelArgument.View(pairs)]);
        Assert.That(Values(rounded), Is.EqualTo(values.Select(TensorCore.RoundByBits)));
        Assert.That(
            Values(pairs).Select(BitConverter.SingleToUInt32Bits),
            Is.EqualTo(values.Select((v, i) =>
                BitConverter.SingleToUInt32Bits(TensorCore.PairByBits(v, values[15 - i])))));
    }

    [Test]
    public void BarrierInABranch_IsAnError() => Fails(
        () => LaunchForward("if (item < 3) Group_Barrier();"), "CUDA_ERROR_LAUNCH_FAILED");

    [Test]
    public void BarrierLeftOut_SpoilsTheResult()
    {
        Assert.That(LaunchForward(Barrier + " "), Has.All.EqualTo(1f / 16).Within(1e-6), "as it should be");
        Assert.That(LaunchForward(""), Has.Some.Not.EqualTo(1f / 16).Within(1e-6));
    }

    [Test]
    public void BarriersOfTwoBranches_AreAnError() => Fails(
        () => Run(Kernel("float* y", """
            if (Group_IdxX < 16)
                Group_Barrier();
            else
                Group_Barrier();
            """), Floats(1)),
        "CUDA_ERROR_LAUNCH_FAILED");

    [Test]
    public void ShuffleWithoutALane_IsAnError() => Fails(
        () => Run(
            Kernel("float* y", "if (Group_IdxX < 31) y[0] = __shfl_xor_sync(0xFFFFFFFFu, 1.0f, 1);"), Floats(32)),
        "CUDA_ERROR_LAUNCH_FAILED");

    [Test]
    public void ProductOfHalfAWarp_IsAnError() => Fails(
        () => Run(
            Kernel("float* y", """
                float4 one = float4_new(1.0f, 1.0f, 1.0f, 1.0f);
                if (Group_IdxX < 16) y[Group_IdxX] = TensorCore_MultiplyAdd(y, one, 1.0f, 1.0f, one).x;
                """), Floats(32)),
        "CUDA_ERROR_LAUNCH_FAILED");

    [TestCase(256, 257, TestName = "WriteOnePast_APage")]
    [TestCase(255, 256, TestName = "WriteOnePast_AnEndBetweenFours")]
    public void WriteOnePast_IsAnError(int length, int written) => Fails(
        () =>
        {
            ElementwiseKernels.LaunchFill(Driver, written, Floats(length), 1f);
            Driver.Synchronize();
        }, "CUDA_ERROR_ILLEGAL_ADDRESS");

    [Test]
    public void WriteInFront_IsAnError() => Fails(
        () => Run(Kernel("float* y", "y[(int)Group_IdxX - 1] = 1.0f;"), Floats(32)), "CUDA_ERROR_ILLEGAL_ADDRESS");

    [Test]
    public void ReadPastTheEnd_IsAnError() => Fails(
        () => Run(Kernel("float* y", "y[Group_IdxX] = y[Group_IdxX + 1];"), Floats(32)), "CUDA_ERROR_ILLEGAL_ADDRESS");

    [Test]
    public void ElementBeyondASharedArray_IsAnError() => Fails(
        () => Run(
            Kernel("float* y", "SHARED_ARRAY float all[32]; all[Group_IdxX + 1] = 1.0f; y[0] = all[0];"), Floats(32)),
        "CUDA_ERROR_ILLEGAL_ADDRESS");

    [Test]
    public void ViewOneOff_IsMisalignedForFours()
    {
        KernelSource kernel = Kernel(
            "float* y", "y[4 * Group_IdxX] = __ldg((const float4*)y + Group_IdxX).y;", items: 2);
        DeviceView<float> y = Floats(0, 1, 2, 3, 4, 5, 6, 7, 8);
        Run(kernel, new(y.Buffer, 0, 8));
        Assert.That(Values(y), Is.EqualTo(new float[] { 1, 1, 2, 3, 5, 5, 6, 7, 8 }));
        Fails(() => Run(kernel, new(y.Buffer, 1, 8)), "CUDA_ERROR_MISALIGNED_ADDRESS");
    }

    [Test]
    public void WhatNobodyHasWritten_IsNaN()
    {
        DeviceView<float> y = Floats(32);
        Run(Kernel("float* y", """
            SHARED_ARRAY float all[33];
            if (Group_IdxX == 0) all[32] = 1.0f;
            y[Group_IdxX] = Group_IdxX < 16 ? y[Group_IdxX] + 1.0f : all[Group_IdxX];
            """), y);
        Assert.That(Values(y), Has.All.NaN);
    }

    [Test]
    public void SharedMemoryBeyond48KiB_IsRefused() => Fails(
        () => Run(
            Kernel("float* y", "SHARED_ARRAY float all[12289]; all[Group_IdxX] = y[0]; y[1] = all[0];"), Floats(32)),
        "uses too much shared data (49156 bytes, 49152 max)");

    [Test]
    public void PtxWithoutAMeaning_IsRefused() => Fails(
        () => Run(Kernel("float* y", "int x; asm(\"popc.b32 %0, 7;\" : \"=r\"(x)); y[0] = x;"), Floats(32)),
        "inline PTX without a meaning: popc.b32 %0, 7");

    [Test]
    public void MoreItemsThanLaunchBounds_AreRefused()
    {
        KernelSource kernel = Kernel("float* y", "y[0] = 1.0f;");
        Fails(() => Run(new()
        {
            Name = kernel.Name,
            Entry = kernel.Entry,
            CSharp = "",
            Body = kernel.Body,
            Group = 64,
        }, Floats(1)), "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES");
    }

    [TestCase(ProductForm.Bfloat128x128, "TensorCore_MultiplyAddPairs(fragments, a, b0.x, b1.x,",
        "TensorCore_MultiplyAddPairs(fragments, a, b1.x, b0.x,")]
    [TestCase(ProductForm.Tensor64x64, "TensorCore_MultiplyAdd(fragments, a, b0.y, b1.y,",
        "TensorCore_MultiplyAdd(fragments, a, b1.y, b0.y,")]
    [TestCase(ProductForm.Tensor64x64, "TensorCore_MultiplyAdd(fragments, a,",
        "TensorCore_MultiplyAdd(fragments, float4_new(a.x, a.z, a.y, a.w),")]
    public void SwappedFragments_AreAWrongTile(ProductForm form, string right, string wrong)
    {
        using TemporaryFolder folder = new();
        List<string> warnings = [];
        Assert.That(Trials("right", Driver).Passes(TileUse.Product, form), string.Join('\n', warnings));
        AlteredDriver altered = new(Driver) { Replace = kernel => Altered(kernel, right, wrong) };
        Assert.That(Trials("wrong", altered).Passes(TileUse.Product, form), Is.False);
        Assert.That(warnings.Single(), Does.Contain("are not to be trusted"));

        TileTrials Trials(string name, IGpuDriver driver) => new(driver, name, warnings.Add, folder[name]);
    }

    /// <summary>Makes a row of 256 ones a unit, by a kernel whose barriers are replaced.</summary>
    float[] LaunchForward(string barrier)
    {
        AlteredDriver altered = new(Driver) { Replace = kernel => Altered(kernel, Barrier, barrier) };
        DeviceView<float> y = Floats(256);
        UnitRowKernels.LaunchForward(
            altered, 1, Floats([.. Enumerable.Repeat(1f, 256)]), y, Floats(1), 256, 1e-6f);
        Driver.Synchronize();
        return Values(y);
    }
}
