using System.Globalization;

namespace TripletGpu.Models.Text;

/// <summary>Numbers of things in messages.</summary>
static class Counted
{
    /// <summary>For example <c>1 image</c>, <c>2,000 images</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">The word for one.</param>
    /// <param name="many">The word for any other number; null where an s is added, or es after an s.</param>
    public static string Of(Int128 count, string one, string? many = null) => string.Create(
        CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many ?? one + Ending(one))}");

    static string Ending(string one) => one.EndsWith('s') ? "es" : "s";
}
