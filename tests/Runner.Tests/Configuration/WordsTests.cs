using System.Text.Json;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Search;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Tests.Configuration;

public sealed class WordsTests
{
    static IEnumerable<Type> Enumerations =>
        typeof(RunConfig).Assembly.GetTypes().Where(type => type is { IsEnum: true, Namespace: not null })
            .Concat([typeof(MiningRule), typeof(TripletDistance), typeof(IndexStorage), typeof(IdentifyBy)]);

    [TestCaseSource(nameof(Enumerations))]
    public void Words_AreThoseThatConfigurationsAreWrittenIn(Type type) => Assert.That(
        Enum.GetNames(type).Select(name => Words.Of(type, name)),
        Is.EqualTo(Enum.GetNames(type).Select(
            name => JsonSerializer.SerializeToElement(Enum.Parse(type, name), type, ConfigReader.Format).GetString())));

    [Test]
    public void EachValue_IsFoundByItsWord_AndNothingByAnother()
    {
        foreach (MiningRule rule in Enum.GetValues<MiningRule>())
            Assert.That(Words.Value<MiningRule>(Words.Of(rule)), Is.EqualTo(rule));
        Assert.That(Words.Value<MiningRule>("soft"), Is.Null);
        Assert.That(Words.All<IndexStorage>(), Does.Contain("float16"));
    }
}
