using TripletGpu.Backends.Gpu;
using TripletGpu.Models;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>How the products of a benchmark ran, each kind once.</summary>
sealed class PlanWatch
{
    readonly HashSet<PlanRow> seen = [];
    readonly List<PlanRow> rows = [];

    /// <summary>In the order in which they first ran.</summary>
    public IReadOnlyList<PlanRow> Rows => rows;

    /// <summary>Notes what a device's plan chooses from now on.</summary>
    /// <exception cref="UserErrorException">The device has none.</exception>
    public void Watch(Device device)
    {
        if (device.Backend is not GpuBackend gpu)
            throw new UserErrorException(
                $"--plan: {device.Name} computes without tiles; opencl:N, cuda:N and ilgpu:cpu have a plan");
        gpu.Plan.Observer = product =>
        {
            PlanRow row = PlanRow.Of("product", product);
            if (seen.Add(row)) rows.Add(row);
        };
    }
}
