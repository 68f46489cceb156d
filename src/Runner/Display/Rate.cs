using System.Diagnostics;
using System.Globalization;

namespace TripletGpu.Runner.Display;

/// <summary>How fast a piece of work goes since this was made, and when it will be done.</summary>
sealed class Rate
{
    readonly Stopwatch watch = Stopwatch.StartNew();

    /// <summary>For example <c>1,200 of 10,000 rows, 84 a second, 1:45 left</c>.</summary>
    public string Text(long done, long total, string what)
    {
        double perSecond = done / Math.Max(watch.Elapsed.TotalSeconds, 1e-3);
        TimeSpan left = TimeSpan.FromSeconds(done == 0 ? 0 : (total - done) / perSecond);
        string clock = left.TotalHours >= 1 ? $"{(int)left.TotalHours}:{left:mm\\:ss}" : $"{left:m\\:ss}";
        return string.Create(
            CultureInfo.InvariantCulture, $"{done:N0} of {total:N0} {what}, {perSecond:N0} a second, {clock} left");
    }
}
