namespace TripletGpu.Runner.Reports;

/// <summary>
/// The pages that are part of the program: each is one file with styles and script inside, which opens with no network.
/// Its one placeholder takes the data as JSON.
/// </summary>
static class PageTemplate
{
    const string Prefix = "TripletGpu.Runner.Reports.", Placeholder = "/*DATA*/null";

    /// <summary>A page with its data.</summary>
    /// <param name="name">The embedded file.</param>
    /// <param name="json">Serialized so that &lt; and &gt; are escaped: no value can end the script element.</param>
    public static string Fill(string name, string json)
    {
        using Stream stream = typeof(PageTemplate).Assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new InvalidOperationException($"the program was built without {name}");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Replace(Placeholder, json, StringComparison.Ordinal);
    }
}
