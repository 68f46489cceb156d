using System.Text.Json;
using System.Text.Json.Serialization;

namespace TripletGpu.Runner.Reports;

/// <summary>
/// Writes report.html: one file with data, images and script inside, which opens with no network. The page itself is
/// the embedded resource report.html; its one placeholder takes the data as JSON.
/// </summary>
public static class ReportWriter
{
    const string Template = "report.html";

    static readonly JsonSerializerOptions json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new SpriteSheetConverter() },
    };

    /// <summary>The page as text.</summary>
    public static string Render(ReportData data) => PageTemplate.Fill(Template, JsonSerializer.Serialize(data, json));

    sealed class SpriteSheetConverter : JsonConverter<SpriteSheet>
    {
        public override SpriteSheet Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            throw new NotSupportedException("sprite sheets are only written");

        public override void Write(Utf8JsonWriter writer, SpriteSheet sheet, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteNumber("width", sheet.Width);
            writer.WriteNumber("height", sheet.Height);
            writer.WriteNumber("columns", sheet.Columns);
            writer.WriteNumber("count", sheet.Count);
            writer.WriteBase64String("png", sheet.ToPng());
            writer.WriteEndObject();
        }
    }
}
