using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TripletGpu.Runner.Configuration;

/// <summary>
/// How configurations and the command line spell the values of an enumeration: <c>small-cnn</c>. The words are those of
/// <see cref="ConfigReader.Format"/>, without its serializer, which takes tens of milliseconds before its first word.
/// </summary>
public static class Words
{
    /// <summary>The word of a value.</summary>
    public static string Of<T>(T value) where T : struct, Enum => Of(typeof(T), value.ToString());

    /// <summary>The words of all values.</summary>
    public static IEnumerable<string> All<T>() where T : struct, Enum =>
        Enum.GetNames(typeof(T)).Select(name => Of(typeof(T), name));

    /// <summary>The value of a word; null where no value has it.</summary>
    public static T? Value<T>(string word) where T : struct, Enum =>
        Array.Find(Enum.GetNames(typeof(T)), name => Of(typeof(T), name) == word) is { } found
            ? Enum.Parse<T>(found) : null;

    /// <summary>The word of a value by its name in the code.</summary>
    internal static string Of(Type type, string name) =>
        type.GetField(name)?.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
            ?? JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}
