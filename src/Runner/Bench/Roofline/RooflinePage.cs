using System.Text.Json;
using System.Text.Json.Serialization;
using TripletGpu.Kernels;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>
/// The roofline as a page: each kernel as a point under the roof of memory and arithmetic, and where it was before.
/// </summary>
static class RooflinePage
{
    static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DictionaryKeyPolicy = null,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The page as text.</summary>
    /// <param name="run">What was measured.</param>
    /// <param name="before">An earlier run; null without one.</param>
    /// <param name="book">The folder of the kernel book that points lead to; null: they show the kernel's C#
    /// here.</param>
    /// <param name="path">Where the page will lie.</param>
    public static string Render(KernelRun run, KernelRun? before, string? book, string path)
    {
        Dictionary<(string, string), KernelRow> old =
            before?.Rows.GroupBy(row => (row.Kernel, row.Size)).ToDictionary(group => group.Key,
            group => group.First()) ?? [];
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return PageTemplate.Fill("roofline.html", JsonSerializer.Serialize(
            new
            {
                run.Device,
                run.Name,
                run.Clock,
                run.PeakGflops,
                run.PeakGbPerSecond,
                BeforePeakGflops = before?.PeakGflops,
                BeforePeakGbPerSecond = before?.PeakGbPerSecond,
                Rows = run.Rows.Select(row => Point(row, old.GetValueOrDefault((row.Kernel, row.Size)))),
                Kernels = run.Rows.Select(row => row.Kernel).Distinct().ToDictionary(name => name, name => Kernel(name,
                book, folder)),
            },
            Options));
    }

    static object Point(KernelRow row, KernelRow? before) => new
    {
        row.Kernel,
        row.Family,
        row.Size,
        row.Seconds,
        row.Spread,
        row.Samples,
        row.Flops,
        row.Bytes,
        row.PeakShare,
        row.BandwidthShare,
        row.Bound,
        row.Registers,
        SharedBytes = row.SharedBytes > 0 ? row.SharedBytes : (int?)null,
        row.Occupancy,
        row.FlopsFormula,
        row.BytesFormula,
        row.Letters,
        Before = before?.Seconds,
        BeforeSpread = before?.Spread,
    };

    static object Kernel(string name, string? book, string folder)
    {
        KernelSource? source = KernelCatalog.All.FirstOrDefault(kernel => kernel.Name == name);
        string page = PageName.OfKernel(name);
        return new
        {
            Source = source?.CSharp,
            Group = source?.Group is { } group ? $"{group}" : source is null
            ? null : $"by index, {source.IndexDimensions}-D",
            Page = book is null ? null
                : Path.GetRelativePath(folder, Path.Combine(Path.GetFullPath(book), "kernels", page)).Replace('\\',
                '/'),
        };
    }
}
