using System.Globalization;
using System.Net;
using System.Text;

namespace TripletGpu.Runner.Book.Drawing;

/// <summary>A picture as it is put together; its colours are those of the page.</summary>
sealed class SvgText
{
    readonly StringBuilder shapes = new();

    /// <summary>A rectangle.</summary>
    public void Box(int x, int y, int width, int height, string style) => Add(
        $"<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"3\" class=\"{style}\"/>");

    /// <summary>A rectangle around others.</summary>
    public void Frame(int x, int y, int width, int height) => Add(
        $"<rect x=\"{x + 1}\" y=\"{y}\" width=\"{width - 2}\" height=\"{height}\" rx=\"8\" class=\"frame\"/>");

    /// <summary>A line.</summary>
    public void Line(int x, int y, int toX, int toY, string style) =>
        Add($"<path d=\"M{x} {y}L{toX} {toY}\" class=\"{style}\"/>");

    /// <summary>A point that says what it is.</summary>
    public void Dot(int x, int y, string title) => Add(
        $"<circle cx=\"{x}\" cy=\"{y}\" r=\"5\" class=\"mine\"><title>{WebUtility.HtmlEncode(title)}</title></circle>");

    /// <summary>A line to the right with a head.</summary>
    public void Arrow(int x, int y, int toX, int toY) =>
        Add($"<path d=\"M{x} {y}L{toX} {toY}m-6 -4l6 4l-6 4\" class=\"link\"/>");

    /// <summary>Words; the anchor is start, middle or end.</summary>
    public void Text(int x, int y, string text, string style, string anchor = "start") => Add(
        $"<text x=\"{x}\" y=\"{y}\" class=\"{style}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>");

    /// <summary>The element.</summary>
    public string Close(int width, int height, string title) => string.Create(CultureInfo.InvariantCulture,
        $"<svg viewBox=\"-1 0 {width + 2} {height}\" role=\"img\" class=\"picture\">")
        + $"<title>{WebUtility.HtmlEncode(title)}</title>{shapes}</svg>";

    void Add(FormattableString shape) => shapes.Append(shape.ToString(CultureInfo.InvariantCulture));
}
