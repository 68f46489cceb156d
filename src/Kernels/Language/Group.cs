using TripletGpu.Kernels.Language;

namespace ILGPU;

/// <summary>All groups of a launch, and where this one lies among them.</summary>
public static class Grid
{
    public static int IdxX => EmulatedItem.Current.Grid.X;

    public static int IdxY => EmulatedItem.Current.Grid.Y;

    public static int IdxZ => EmulatedItem.Current.Grid.Z;

    public static int DimX => EmulatedItem.Current.Group.Grid.X;

    public static int DimY => EmulatedItem.Current.Group.Grid.Y;

    public static int DimZ => EmulatedItem.Current.Group.Grid.Z;

    public static Index3D GlobalIndex => new(
        IdxX * Group.DimX + Group.IdxX, IdxY * Group.DimY + Group.IdxY, IdxZ * Group.DimZ + Group.IdxZ);
}

/// <summary>The items that share memory and barriers, and this item's place among them.</summary>
public static class Group
{
    public static int IdxX => EmulatedItem.Current.Index.X;

    public static int IdxY => EmulatedItem.Current.Index.Y;

    public static int IdxZ => EmulatedItem.Current.Index.Z;

    public static int DimX => EmulatedItem.Current.Group.Size.X;

    public static int DimY => EmulatedItem.Current.Group.Size.Y;

    public static int DimZ => EmulatedItem.Current.Group.Size.Z;

    public static int LinearIndex => EmulatedItem.Current.Linear;

    public static bool IsFirstThread => LinearIndex == 0;

    public static void Barrier() => EmulatedItem.Current.Group.Barrier.Arrive();
}

/// <summary>Items that run in step. Called on the CPU a warp is four items.</summary>
public static class Warp
{
    public static int WarpSize => EmulatedGroup.WarpSize;

    public static int LaneIdx => Group.LinearIndex % WarpSize;

    public static T Shuffle<T>(T value, int lane) where T : unmanaged => Exchange(value, lane);

    public static T ShuffleDown<T>(T value, int delta) where T : unmanaged =>
        Exchange(value, LaneIdx + delta < WarpSize ? LaneIdx + delta : LaneIdx);

    public static T ShuffleXor<T>(T value, int mask) where T : unmanaged => Exchange(value, LaneIdx ^ mask);

    static T Exchange<T>(T value, int lane) where T : unmanaged =>
        EmulatedItem.Current.Group.Exchange(EmulatedItem.Current.Linear, value, lane);
}

/// <summary>Orders an item's memory accesses as others see them.</summary>
public static class MemoryFence
{
    public static void GroupLevel() => Thread.MemoryBarrier();

    public static void DeviceLevel() => Thread.MemoryBarrier();

    public static void SystemLevel() => Thread.MemoryBarrier();
}

/// <summary>Memory that the items of a group share. Its contents are undefined at first.</summary>
public static class SharedMemory
{
    public static ArrayView<T> Allocate<T>(int extent) where T : unmanaged => EmulatedItem.Current.Shared<T>(extent);

    public static ArrayView<T> GetDynamic<T>() where T : unmanaged =>
        new ArrayView<byte>(EmulatedItem.Current.Group.Dynamic, 0, EmulatedItem.Current.Group.Dynamic.Length).Cast<T>();
}

/// <summary>Memory of one item. Its contents are undefined at first.</summary>
public static class LocalMemory
{
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged => new(EmulatedGroup.Undefined<T>(extent), 0, extent);
}
