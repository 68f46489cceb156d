namespace TripletGpu.Backends.Gpu.Launching;

/// <summary>Numbers of elements, items and groups as kernels take them: they count with 32 bits.</summary>
static class KernelSize
{
    /// <summary>A number that may be too large.</summary>
    /// <exception cref="DeviceOutOfMemoryException">
    /// It is: what would help against a full device helps here.
    /// </exception>
    public static int Of(long count) => count <= int.MaxValue ? (int)count : throw TooLarge(count);

    /// <summary>
    /// How many groups of a size hold a number of items. Not (count + each - 1) / each, which overflows near the
    /// largest.
    /// </summary>
    public static int Groups(int count, int each) => count / each + (count % each > 0 ? 1 : 0);

    static DeviceOutOfMemoryException TooLarge(long count) => new(
        $"{count:N0} elements are more than kernels count, {int.MaxValue:N0}: a smaller batch or input needs less");
}
