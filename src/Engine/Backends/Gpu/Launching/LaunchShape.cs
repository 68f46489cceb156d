using TripletGpu.Kernels;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.Launching;

/// <summary>A launch in groups, as drivers take it.</summary>
/// <param name="Groups">Groups along each axis.</param>
/// <param name="Group">Items of a group along each axis.</param>
readonly record struct LaunchShape(LaunchSize Groups, LaunchSize Group)
{
    /// <summary>
    /// The shape of a launch. An explicitly grouped kernel names its group, and <paramref name="size"/> counts groups;
    /// for a kernel with an index it counts items, and an axis's last group may lie partly beyond them.
    /// </summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="size">Groups or items.</param>
    /// <param name="mostItems">Items that the device allows in a group.</param>
    public static LaunchShape Of(KernelSource kernel, LaunchSize size, int mostItems)
    {
        if (kernel.Group is { } own) return new(size, own);
        LaunchSize group = GroupOf(kernel.IndexDimensions, mostItems);
        return new(
            new(
                KernelSize.Groups(size.X, group.X), KernelSize.Groups(size.Y, group.Y),
                KernelSize.Groups(size.Z, group.Z)),
            group);
    }

    static LaunchSize GroupOf(int dimensions, int most) => dimensions switch
    {
        1 => Math.Min(128, most),
        2 => (Math.Min(32, most), Math.Max(1, Math.Min(4, most / 32))),
        _ => (Math.Min(16, most), Math.Max(1, Math.Min(4, most / 16)), Math.Max(1, Math.Min(2, most / 64))),
    };

}
