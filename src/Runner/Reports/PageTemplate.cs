namespace TripletGpu.Runner.Reports;

/// <summary>
/// The pages that are part of the program: each is one file with styles and script inside, which opens with no network.
/// What all have in common lies in page.css and page.js; a placeholder takes the data as JSON.
/// </summary>
static class PageTemplate
{
    const string Prefix = "TripletGpu.Runner.Reports.";

    /// <summary>A page with its data.</summary>
    /// <param name="name">The embedded file.</param>
    /// <param name="json">Serialized so that &lt; and &gt; are escaped: no value can end the script element.</param>
    public static string Fill(string name, string json) => Read(name) // the data last: it may hold any text
        .Replace("/*STYLE*/\n", Read("page.css"), StringComparison.Ordinal)
        .Replace("/*SCRIPT*/\n", Read("page.js"), StringComparison.Ordinal)
        .Replace("/*DATA*/null", json, StringComparison.Ordinal);

    /// <summary>An embedded file.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(PageTemplate).Assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new InvalidOperationException($"the program was built without {name}");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
