using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using TripletGpu.Backends.Gpu.Launching;

namespace TripletGpu.Runner.Configuration;

/// <summary>
/// How configurations and the command line spell the values of an enumeration: <c>small-cnn</c>. The words are those of
/// <see cref="ConfigReader.Format"/>, without its serializer, which takes tens of milliseconds before its first word.
/// </summary>
public static class Words
{
    // What PyTorch's users write, read wherever a word is.
    static readonly Dictionary<(Type Type, string Word), string> Aliases = new()
    {
        [(typeof(MatrixPrecision), "bf16")] = Of(MatrixPrecision.Bfloat16),
    };

    /// <summary>The word of a value.</summary>
    public static string Of<T>(T value) where T : struct, Enum => Of(typeof(T), value.ToString());

    /// <summary>The words of all values.</summary>
    public static IEnumerable<string> All<T>() where T : struct, Enum =>
        Enum.GetNames(typeof(T)).Select(name => Of(typeof(T), name));

    /// <summary>The words of all values, and what else is read as one.</summary>
    public static IEnumerable<string> AllRead<T>() where T : struct, Enum =>
        All<T>().Concat(Aliases.Keys.Where(alias => alias.Type == typeof(T)).Select(alias => alias.Word));

    /// <summary>The value of a word, or of an alias of one; null where no value has it.</summary>
    public static T? Value<T>(string word) where T : struct, Enum =>
        Array.Find(Enum.GetNames(typeof(T)), name => Of(typeof(T), name) == Full(typeof(T), word)) is { } found
            ? Enum.Parse<T>(found) : null;

    /// <summary>The word that an alias stands for; any other word itself.</summary>
    internal static string Full(Type type, string word) => Aliases.GetValueOrDefault((type, word), word);

    /// <summary>The word of a value by its name in the code.</summary>
    internal static string Of(Type type, string name) =>
        type.GetField(name)?.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
            ?? JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}
