namespace TripletGpu.Runner.Reports;

/// <summary>The file names of the kernel book's pages, which a web server and every file system take.</summary>
static class PageName
{
    /// <summary>A kernel's: <c>GemmKernels.Tiled-Tile64x64.html</c>.</summary>
    public static string OfKernel(string name) => name.Replace("<", "-", StringComparison.Ordinal)
        .Replace(", ", "-", StringComparison.Ordinal).Replace(">", "", StringComparison.Ordinal) + ".html";

    /// <summary>An operation's.</summary>
    public static string OfOperation(string name) => name + ".html";
}
