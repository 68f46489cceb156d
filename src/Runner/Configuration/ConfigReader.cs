using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Configuration;

/// <summary>
/// Makes a <see cref="RunConfig"/> from a preset or a JSON file and the settings of the command line. Whatever is wrong
/// with them is one line that names the field by its path.
/// </summary>
public static class ConfigReader
{
    const long MostBytes = 1 << 20;
    const string PresetPrefix = "Presets/";

    static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
        MaxDepth = 16,
    };

    /// <summary>How configurations look in JSON: camelCase fields, kebab-case words.</summary>
    internal static JsonSerializerOptions Format { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters =
        {
            new WordConverter<MatrixPrecision>(),
            new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false),
        },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        WriteIndented = true,
    };

    /// <summary>The names of the presets that are part of the program.</summary>
    public static IReadOnlyList<string> Presets { get; } =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(PresetPrefix, StringComparison.Ordinal))
        .Select(name => Path.GetFileNameWithoutExtension(name)).Order(StringComparer.Ordinal)];

    /// <summary>Reads a preset by its name, or else a file.</summary>
    /// <param name="nameOrPath">A preset's name or a file's path.</param>
    /// <param name="settings">Fields that replace those of the file: <c>optimizer.learningRate=0.01</c>.</param>
    /// <returns>The configuration with every default filled in, checked.</returns>
    /// <exception cref="UserErrorException">Neither a preset nor a file, or something in it is wrong.</exception>
    public static RunConfig Read(string nameOrPath, IReadOnlyList<string> settings)
    {
        if (Presets.Contains(nameOrPath)) return Parse(PresetText(nameOrPath), nameOrPath, settings);
        if (!File.Exists(nameOrPath)) throw new UserErrorException(
            $"{nameOrPath} is neither a file nor a preset ({string.Join(", ", Presets)}){Guess(nameOrPath)}");
        using FileStream stream = InputFile.Open(nameOrPath);
        if (ForeignFile.Describe(stream, WantedFile.Configuration) is { } other)
            throw new UserErrorException($"{nameOrPath} is no configuration: {other}");
        if (stream.Length > MostBytes) throw new UserErrorException($"{nameOrPath} is too large for a configuration");
        return Parse(new StreamReader(stream).ReadToEnd(), nameOrPath, settings);
    }

    /// <summary>Reads a configuration from its text.</summary>
    /// <param name="json">JSON; comments and trailing commas are allowed.</param>
    /// <param name="source">Where the text is from, for messages.</param>
    /// <param name="settings">Fields that replace those of the text.</param>
    /// <exception cref="UserErrorException">Something in it is wrong.</exception>
    public static RunConfig Parse(string json, string source, IReadOnlyList<string> settings)
    {
        JsonNode root;
        try
        {
            root = JsonNode.Parse(json, documentOptions: Lenient)
                ?? throw new UserErrorException($"{source}: null is no configuration");
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{source}: {Json.Fault(e)}", e);
        }
        JsonTypeInfo type = Format.GetTypeInfo(typeof(RunConfig));
        ConfigSchema.Check(root, type, "", source);
        ConfigSetting.DropOtherLoss(root, settings);
        foreach (string setting in settings) ConfigSetting.Apply(root, type, setting);
        ConfigSchema.Check(root, type, "", "--set");
        RunConfig config = ConfigDefaults.Resolve(root.Deserialize<RunConfig>(Format)!);
        ConfigRules.Check(config, source);
        return config;
    }

    /// <summary>The configuration as JSON, every field written out.</summary>
    public static string ToJson(RunConfig config) => JsonSerializer.Serialize(config, Format);

    static string PresetText(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{PresetPrefix}{name}.json")!;
        return new StreamReader(stream).ReadToEnd();
    }

    static string Guess(string name) =>
        Spelling.Nearest(name, Presets) is { } preset ? $"; did you mean {preset}?" : "";
}
