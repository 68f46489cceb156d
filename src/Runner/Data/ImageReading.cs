using System.Runtime.ExceptionServices;

namespace TripletGpu.Runner.Data;

/// <summary>Reads several images of a data set, on all cores where one takes long.</summary>
static class ImageReading
{
    /// <summary>
    /// Calls <paramref name="read"/> for 0 .. <paramref name="count"/> - 1, in any order and from several threads if
    /// reading is costly.
    /// </summary>
    public static void ForEach(IImageDataset data, int count, Action<int> read)
    {
        if (!data.IsCostly)
        {
            for (int i = 0; i < count; i++) read(i);
            return;
        }
        try
        {
            Parallel.For(0, count, read);
        }
        catch (AggregateException exception) when (exception.InnerException is UserErrorException error)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }
}
