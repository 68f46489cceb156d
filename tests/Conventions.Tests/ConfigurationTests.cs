using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TripletGpu.Models;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Conventions.Tests;

/// <summary>Presets are right, and docs/configuration.md tells of every field.</summary>
public sealed class ConfigurationTests
{
    static IEnumerable<string> PresetFiles => Repository.Files("src/Runner/Presets", "*.json");

    static IEnumerable<string> Fields => FieldsOf(typeof(RunConfig), "");

    [TestCaseSource(nameof(PresetFiles))]
    public void Preset_IsAValidConfiguration(string file)
    {
        Assert.That(ConfigReader.Presets, Does.Contain(Path.GetFileNameWithoutExtension(file)));
        Assert.DoesNotThrow(() => ConfigReader.Parse(Repository.Read(file), file, []));
    }

    [TestCaseSource(nameof(PresetFiles))]
    public void Preset_IsInThePages(string file) =>
        Assert.That(Repository.Read("docs/training.md"), Does.Contain($"`{Path.GetFileNameWithoutExtension(file)}`"));

    [Test]
    public void Configuration_IsDescribedFieldByField()
    {
        string page = Repository.Read("docs/configuration.md");
        Repository.AssertNone(Fields.Where(field => !page.Contains($"`{field}`", StringComparison.Ordinal)
            && !page.Contains($"`{field[(field.LastIndexOf('.') + 1)..]}`", StringComparison.Ordinal)),
            "docs/configuration.md describes every field");
    }

    [Test]
    public void Words_OfTheConfigurationAreDescribed()
    {
        string page = Repository.Read("docs/configuration.md");
        Repository.AssertNone(
            from type in EnumerationsOf(typeof(RunConfig))
            from object value in Enum.GetValues(type)
            let word = JsonSerializer.SerializeToNode(value, type, ConfigReader.Format)!.GetValue<string>()
            where !page.Contains($"`{word}`", StringComparison.Ordinal)
            select $"{type.Name}: {word}",
            "docs/configuration.md describes every word");
    }

    [Test]
    public void Examples_OfThePagesAreValidConfigurations() => Repository.AssertNone(
        from page in Repository.Files("", "*.md")
        from block in Repository.Read(page).Split("```json\n").Skip(1)
        let json = block.Split("```")[0]
        where json.Contains("\"model\": {", StringComparison.Ordinal)
        let fault = Fault(json, page)
        where fault is not null
        select fault,
        "configurations in the pages are right");

    static string? Fault(string json, string page)
    {
        try
        {
            ConfigReader.Parse(json, page, []);
            return null;
        }
        catch (UserErrorException e)
        {
            return e.Message;
        }
    }

    static HashSet<Type> EnumerationsOf(Type type) => [..
        from property in ConfigReader.Format.GetTypeInfo(type).Properties
        let element = property.PropertyType.IsArray ? property.PropertyType.GetElementType()! : property.PropertyType
        let inner = Nullable.GetUnderlyingType(element) ?? element
        from found in inner.IsEnum ? [inner]
            : inner.Namespace == typeof(RunConfig).Namespace ? EnumerationsOf(inner) : []
        select found];

    static IEnumerable<string> FieldsOf(Type type, string path)
    {
        foreach (JsonPropertyInfo property in ConfigReader.Format.GetTypeInfo(type).Properties)
        {
            string name = path == "" ? property.Name : $"{path}.{property.Name}";
            Type inner = property.PropertyType.IsArray
                ? property.PropertyType.GetElementType()!
                : property.PropertyType;
            if (inner.Namespace != typeof(RunConfig).Namespace || inner.IsEnum) yield return name;
            else
                foreach (string field in FieldsOf(inner, name)) yield return field;
        }
    }
}
