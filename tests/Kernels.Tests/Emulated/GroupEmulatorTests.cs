using ILGPU;
using TripletGpu.Kernels.Language;
using static TripletGpu.Kernels.Language.GroupEmulator;

namespace TripletGpu.Kernels.Tests;

/// <summary>The emulator behaves as a device does, and says so where a device would hang or answer garbage.</summary>
public sealed class GroupEmulatorTests
{
    [Test]
    public void Barrier_ItemsSeeWhatOthersWroteBefore()
    {
        int[] y = new int[8];
        ArrayView<int> view = View(y);
        Run(1, 8, () =>
        {
            var shared = SharedMemory.Allocate<int>(8);
            shared[Group.IdxX] = Group.IdxX;
            Group.Barrier();
            view[Group.IdxX] = shared[7 - Group.IdxX];
        });
        Assert.That(y, Is.EqualTo(new[] { 7, 6, 5, 4, 3, 2, 1, 0 }));
    }

    [Test]
    public void Barrier_SomeItemsLeft_Throws() => Assert.That(
        () => Run(1, 8, () =>
        {
            if (Group.IdxX >= 5) return;
            Group.Barrier();
        }),
        Throws.InvalidOperationException.With.Message.Contains("5 items wait at a barrier and 3 have left the kernel"));

    [Test]
    public void View_IndexBeyondItsEnd_Throws()
    {
        ArrayView<float> view = View(new float[8]).SubView(2, 4);
        Assert.Multiple(() =>
        {
            Assert.That(() =>
                view[4], Throws.TypeOf<IndexOutOfRangeException>().With.Message.EqualTo("index 4 in a view of 4"));
            Assert.That(() => view[-1], Throws.TypeOf<IndexOutOfRangeException>());
            Assert.That(() => view.SubView(3, 2), Throws.TypeOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void Run_AnItemFails_ThrowsItsError() => Assert.That(
        () => Run((2, 1), 4, () =>
        {
            if (Grid.IdxX == 1 && Group.IdxX == 2) _ = View(new int[1])[3];
            Group.Barrier();
        }),
        Throws.InvalidOperationException.With.Message.Contains("index 3 in a view of 1"));

    [Test]
    public void SharedMemory_StartsUndefined()
    {
        float[] y = new float[2];
        ArrayView<float> view = View(y);
        Run(1, 1, () =>
        {
            view[0] = SharedMemory.Allocate<float>(1)[0];
            view[1] = LocalMemory.Allocate<float>(1)[0];
        });
        Assert.That(y, Is.All.NaN);
    }

    [Test]
    public void Warp_ShuffleDown_SumsAWarp()
    {
        int[] y = new int[10];
        ArrayView<int> view = View(y);
        Run(1, 10, () =>
        {
            int sum = Group.LinearIndex;
            for (int offset = Warp.WarpSize / 2; offset > 0; offset /= 2)
                sum += Warp.ShuffleDown(sum, offset);
            view[Group.LinearIndex] = sum;
        });
        Assert.That((y[0], y[4]), Is.EqualTo((0 + 1 + 2 + 3, 4 + 5 + 6 + 7)));
    }

    [Test]
    public void Atomic_AddFloat_LosesNothing()
    {
        float[] y = new float[1];
        ArrayView<float> view = View(y);
        Run(4, 32, () => Atomic.Add(ref view[0], 1f));
        Assert.That(y[0], Is.EqualTo(128f));
    }

    [Test]
    public void Grid_OutsideAKernel_Throws() =>
        Assert.That(() => Grid.IdxX, Throws.InvalidOperationException.With.Message.Contains("GroupEmulator.Run"));
}
