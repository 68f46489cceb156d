using System.Globalization;

namespace TripletGpu.Runner.Display;

/// <summary>Times as people read them.</summary>
static class Duration
{
    /// <summary>For example <c>850 ms</c>, <c>12.3 s</c>, <c>4 min 05 s</c>, <c>2 h 10 min</c>.</summary>
    public static string Text(double seconds) => seconds switch
    {
        _ when !double.IsFinite(seconds) => "?",
        < 0.0995 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:0.##} ms"),
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:0} ms"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
        < 3600 => $"{(int)seconds / 60} min {(int)seconds % 60:00} s",
        _ => $"{(int)(seconds / 3600)} h {(int)seconds / 60 % 60:00} min",
    };
}
