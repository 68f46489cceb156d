namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>
/// Uploads through page-locked memory, which the copy engine reads on its own: the caller has its memory back as soon
/// as the bytes are staged, and the device copies while the host fills the other slot.
/// </summary>
sealed unsafe class PinnedStaging : IDisposable
{
    /// <summary>
    /// Bytes of a slot: large enough for the full rate of PCIe, small enough to lock without a thought.
    /// </summary>
    public const int SlotBytes = 4 << 20;

    const uint NoTiming = 2;

    readonly CudaLibrary cuda;
    readonly Slot[] slots = new Slot[2];
    int next;

    public PinnedStaging(CudaLibrary cuda) => this.cuda = cuda;

    /// <summary>
    /// Copies host memory to the device behind what the stream already holds. Returns before it has arrived.
    /// </summary>
    public void Upload(byte* from, nint to, long bytes, nint stream)
    {
        for (long done = 0; done < bytes; done += SlotBytes)
        {
            ref Slot slot = ref slots[next];
            next = (next + 1) % slots.Length;
            if (slot.Memory == null) slot = Create();
            // An event that was never recorded counts as complete.
            cuda.Check(cuda.EventSynchronize(slot.Copied), "cuEventSynchronize");
            nuint part = (nuint)Math.Min(SlotBytes, bytes - done);
            Buffer.MemoryCopy(from + done, slot.Memory, SlotBytes, (long)part);
            cuda.Check(cuda.CopyToDevice(to + (nint)done, slot.Memory, part, stream), "cuMemcpyHtoDAsync");
            cuda.Check(cuda.EventRecord(slot.Copied, stream), "cuEventRecord");
        }
    }

    /// <summary>The stream must be idle.</summary>
    public void Dispose()
    {
        foreach (Slot slot in slots)
            if (slot.Memory != null)
            {
                _ = cuda.EventDestroy(slot.Copied);
                _ = cuda.FreePinned(slot.Memory);
            }
    }

    Slot Create()
    {
        Slot slot;
        cuda.Check(cuda.AllocatePinned(&slot.Memory, SlotBytes, 0), "cuMemHostAlloc");
        cuda.Check(cuda.EventCreate(&slot.Copied, NoTiming), "cuEventCreate");
        return slot;
    }

    struct Slot
    {
        public void* Memory;
        public nint Copied;
    }
}
