using TripletGpu.Backends.Gpu.Convolution;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Backends.Gpu.MetricLearning;
using TripletGpu.Backends.Gpu.PairLosses;

namespace TripletGpu.Backends.Gpu;

/// <summary>
/// The operations on a GPU, from the kernels of TripletGpu.Kernels. OpenCL, CUDA and ILGPU differ in the driver alone.
/// </summary>
public sealed class GpuBackend : IBackend
{
    readonly GpuScratch scratch;

    /// <param name="driver">The device's driver; disposed with the backend.</param>
    /// <exception cref="DriverException">The device allows less than kernels take.</exception>
    /// <param name="plan">Which kernels to take; null for what the device's capabilities suggest.</param>
    /// <param name="trials">Try tiles before they are taken; null: nothing is tried.</param>
    public GpuBackend(IGpuDriver driver, LaunchPlan? plan = null, TileTrials? trials = null)
    {
        if (LaunchPlan.Misfit(driver.Capabilities) is not "" and var misfit)
        {
            driver.Dispose();
            throw new DriverException($"{driver.Capabilities.Name} cannot be used: {misfit}");
        }
        Driver = driver;
        Plan = plan ?? new LaunchPlan(driver.Capabilities);
        scratch = new GpuScratch(driver);
        var products = new GpuProducts(driver, Plan, trials);
        Memory = new GpuMemory(driver);
        Elementwise = new GpuElementwise(driver);
        Reduction = new GpuReduction(driver, Plan, scratch);
        MatMul = new GpuMatMul(driver, products);
        Convolution = new GpuConvolution(driver, Plan, scratch, trials);
        Pooling = new GpuPooling(driver);
        Normalization = new GpuNormalization(driver, Plan, scratch);
        MetricLearning = new GpuMetricLearning(driver, Plan, scratch);
        PairLosses = new GpuPairLosses(driver, Plan, products, scratch);
        Optimizers = new GpuOptimizers(driver, Plan);
    }

    /// <summary>The device's driver.</summary>
    public IGpuDriver Driver { get; }

    /// <summary>Which kernels run.</summary>
    public LaunchPlan Plan { get; }

    /// <summary>
    /// How products and convolutions multiply from now on; what it is set to has been tried on the device before.
    /// </summary>
    /// <exception cref="DriverException">The device cannot multiply so, or does it wrongly.</exception>
    public MatrixPrecision Precision
    {
        get => Plan.Precision;
        set
        {
            if (value != MatrixPrecision.Float32)
            {
                if (!Driver.Capabilities.HasTensorCores)
                    throw new DriverException(
                        $"{Driver.Capabilities.Name} computes in float32: TF32 and bfloat16 take the tensor cores of an"
                        + " NVIDIA card of compute capability 8.0 or later");
                if (TensorCoreTest.Run(Driver, value) is not "" and var fault) throw new DriverException(fault);
            }
            Plan.Precision = value;
        }
    }

    /// <summary>
    /// Whether launches are given to the device together, as graphs (<see cref="IGpuDriver.UsesGraphs"/>), from now on.
    /// Some have been tried before.
    /// </summary>
    /// <exception cref="DriverException">The driver has no graphs, or runs them wrongly.</exception>
    public bool UsesGraphs
    {
        get => Driver.UsesGraphs;
        set
        {
            Driver.UsesGraphs = value;
            if (value && GraphTest.Run(Driver) is not "" and var fault)
            {
                Driver.UsesGraphs = false;
                throw new DriverException(fault);
            }
        }
    }

    /// <summary>Bytes of device memory that operations keep as scratch.</summary>
    public long ScratchBytes => scratch.Bytes;

    /// <inheritdoc/>
    public IMemory Memory { get; }

    /// <inheritdoc/>
    public IElementwise Elementwise { get; }

    /// <inheritdoc/>
    public IReduction Reduction { get; }

    /// <inheritdoc/>
    public IMatMul MatMul { get; }

    /// <inheritdoc/>
    public IConvolution Convolution { get; }

    /// <inheritdoc/>
    public IPooling Pooling { get; }

    /// <inheritdoc/>
    public INormalization Normalization { get; }

    /// <inheritdoc/>
    public IMetricLearning MetricLearning { get; }

    /// <inheritdoc/>
    public IPairLosses PairLosses { get; }

    /// <inheritdoc/>
    public IOptimizers Optimizers { get; }

    /// <summary>Gives back scratch memory and closes the driver.</summary>
    public void Dispose()
    {
        scratch.Dispose();
        Driver.Dispose();
    }
}
