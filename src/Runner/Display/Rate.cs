using System.Diagnostics;
using System.Globalization;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Display;

/// <summary>How fast a piece of work goes since this was made, and when it will be done.</summary>
sealed class Rate
{
    readonly Stopwatch watch = Stopwatch.StartNew();

    /// <summary>For example <c>1,200 of 10,000 rows, 84 a second, 1:45 left</c>.</summary>
    /// <param name="done">How many are done.</param>
    /// <param name="total">Of how many.</param>
    /// <param name="one">The word for one.</param>
    public string Text(long done, long total, string one)
    {
        double perSecond = done / Math.Max(watch.Elapsed.TotalSeconds, 1e-3);
        TimeSpan left = TimeSpan.FromSeconds(done == 0 ? 0 : (total - done) / perSecond);
        string clock = left.TotalHours >= 1 ? $"{(int)left.TotalHours}:{left:mm\\:ss}" : $"{left:m\\:ss}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{done:N0} of {Counted.Of(total, one)}, {perSecond:N0} a second, {clock} left");
    }
}
