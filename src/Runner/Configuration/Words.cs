using System.Text.Json;

namespace TripletGpu.Runner.Configuration;

/// <summary>How configurations and the command line spell the values of an enumeration: <c>small-cnn</c>.</summary>
public static class Words
{
    /// <summary>The word of a value.</summary>
    public static string Of<T>(T value) where T : struct, Enum =>
        JsonSerializer.SerializeToElement(value, ConfigReader.Format).GetString()!;

    /// <summary>The words of all values.</summary>
    public static IEnumerable<string> All<T>() where T : struct, Enum => Enum.GetValues<T>().Select(Of);

    /// <summary>The value of a word; null where no value has it.</summary>
    public static T? Value<T>(string word) where T : struct, Enum =>
        Enum.GetValues<T>().Where(value => Of(value) == word).Select(value => (T?)value).FirstOrDefault();
}
