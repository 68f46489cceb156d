using System.Globalization;
using TripletGpu.Runner.Bench.Roofline;

namespace TripletGpu.Runner.Book.Drawing;

/// <summary>A kernel's points under the roof of a device: what memory and arithmetic allow at its intensity.</summary>
static class RooflinePicture
{
    const int Width = 720, Height = 260, Left = 60, Right = 20, Top = 14, Bottom = 34;

    /// <summary>An element <c>svg</c>; both axes are logarithmic.</summary>
    public static string Draw(KernelRun run, IReadOnlyList<KernelRow> rows)
    {
        double ridge = run.PeakGflops / run.PeakGbPerSecond;
        double least = Math.Min(ridge / 8, rows.Min(r => r.Intensity > 0 ? r.Intensity : ridge / 8) / 2);
        double most = Math.Max(ridge * 8, rows.Max(r => r.Intensity) * 2);
        double top = run.PeakGflops * 2;
        double bottom = Math.Min(least * run.PeakGbPerSecond, rows.Min(r => r.Gflops > 0 ? r.Gflops : top)) / 2;
        int X(double intensity) => Left + (int)(Share(intensity, least, most) * (Width - Left - Right));
        int Y(double gflops) => Height - Bottom - (int)(Share(gflops, bottom, top) * (Height - Top - Bottom));
        SvgText svg = new();
        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "axis");
        svg.Line(Left, Top, Left, Height - Bottom, "axis");
        svg.Text(Width - Right, Height - 6, "operations a byte", "lab", "end");
        svg.Text(Left + 6, Top + 8, "GFLOP/s", "lab");
        svg.Line(X(least), Y(least * run.PeakGbPerSecond), X(ridge), Y(run.PeakGflops), "roof");
        svg.Line(X(ridge), Y(run.PeakGflops), X(most), Y(run.PeakGflops), "roof");
        svg.Text(X(most), Y(run.PeakGflops) - 6, Number(run.PeakGflops), "lab", "end");
        foreach (double tick in Powers(least, most))
            svg.Text(X(tick), Height - Bottom + 14, Number(tick), "lab", "middle");
        foreach (double tick in Powers(bottom, top)) svg.Text(Left - 6, Y(tick) + 4, Number(tick), "lab", "end");
        foreach (KernelRow row in rows.Where(r => r.Flops > 0))
            svg.Dot(X(row.Intensity), Y(row.Gflops), $"{row.Size}: {Number(row.Gflops)} GFLOP/s");
        return svg.Close(Width, Height, $"{rows[0].Kernel} under the roof of {run.Name}");
    }

    /// <summary>A number of three digits.</summary>
    public static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    static double Share(double value, double least, double most) =>
        Math.Clamp(Math.Log(value / least) / Math.Log(most / least), 0, 1);

    static IEnumerable<double> Powers(double from, double to)
    {
        for (int power = (int)Math.Ceiling(Math.Log10(from)); Math.Pow(10, power) <= to; power++)
            yield return Math.Pow(10, power);
    }
}
