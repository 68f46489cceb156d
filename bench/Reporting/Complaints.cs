using BenchmarkDotNet.Loggers;

namespace TripletGpu.Bench.Reporting;

/// <summary>Of all that BenchmarkDotNet logs, what went wrong, on standard error.</summary>
sealed class Complaints : ILogger
{
    /// <inheritdoc/>
    public string Id => nameof(Complaints);

    /// <inheritdoc/>
    public int Priority => 0;

    /// <inheritdoc/>
    public void Write(LogKind logKind, string text)
    {
        if (logKind == LogKind.Error) Console.Error.Write(text);
    }

    /// <inheritdoc/>
    public void WriteLine(LogKind logKind, string text)
    {
        if (logKind == LogKind.Error) Console.Error.WriteLine(text);
    }

    /// <inheritdoc/>
    public void WriteLine()
    {
    }

    /// <inheritdoc/>
    public void Flush()
    {
    }
}
