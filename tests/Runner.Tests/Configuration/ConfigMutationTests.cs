using System.Text;
using TripletGpu.Models;
using TripletGpu.Runner.Configuration;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Configuration;

/// <summary>Damaged configurations: the presets, written out and as they are.</summary>
public sealed class ConfigMutationTests
{
    [Test]
    public void Config_Damaged()
    {
        byte[][] presets =
        [
            .. ConfigReader.Presets.Select(name => Encoding.UTF8.GetBytes(
                ConfigReader.ToJson(ConfigReader.Read(name, [])))),
        ];
        Mutations.Survives(
            300, presets, file => ConfigReader.Parse(Encoding.UTF8.GetString(file), "my.json", []),
            typeof(UserErrorException));
    }

    [Test]
    public void Setting_Damaged() => Mutations.Survives(
        300,
        [
            "optimizer.learningRate=0.01"u8.ToArray(), "model.input=[3,64,64]"u8.ToArray(),
            "phases[0].loss.rule=hard"u8.ToArray(),
        ],
        setting => ConfigReader.Parse("{}", "my.json", [Encoding.UTF8.GetString(setting)]), typeof(UserErrorException));

    /// <summary>What mutations have found.</summary>
    [TestCase("model.input=[3,64.0,64]", "model.input[1] must be a whole number in digits alone, not 64.0")]
    [TestCase("train.epochs=2e0", "train.epochs must be a whole number in digits alone, not 2e0")]
    public void Parse_WhatMutationsFound_SaysWhatIsWrong(string setting, string message) => Assert.That(
        () => ConfigReader.Parse("{}", "my.json", [setting]),
        Throws.TypeOf<UserErrorException>().With.Message.Contains(message));
}
