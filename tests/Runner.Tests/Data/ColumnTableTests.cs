using TripletGpu.Models;
using TripletGpu.Runner.Data;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Data;

/// <summary>Tables as spreadsheets and scripts write them.</summary>
public sealed class ColumnTableTests
{
    TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("Name,Team\nann,red\nbob,blue\n")]
    [TestCase("name\tteam\r\nann\tred\r\n\r\nbob\tblue")]
    [TestCase("\"name\",\"team\"\n\"ann\",\"red\"\n bob , blue \n")]
    public void Fields_AreThoseBetweenCommas(string text)
    {
        ColumnTable table = Read(text);
        Assert.That(table.Columns, Is.EqualTo(new[] { "name", "team" }));
        Assert.That(
            table.Rows.Select(row => string.Join('|', row.Fields)), Is.EqualTo(new[] { "ann|red", "bob|blue" }));
    }

    [Test]
    public void AQuotedField_MayHoldCommasQuotesAndLines()
    {
        ColumnTable table = Read(
            "name,team\n\"Doe, Jane\",\"the \"\"reds\"\"\"\n\"two\nlines\",blue\nbob,blue,green\n");
        Assert.That(table.Rows[0].Fields, Is.EqualTo(new[] { "Doe, Jane", "the \"reds\"" }));
        Assert.That(table.Rows[1].Fields[0].ReplaceLineEndings("\n"), Is.EqualTo("two\nlines"));
        Assert.That(() => table.Check(),
            Throws.TypeOf<UserErrorException>().With.Message.Contains("line 5: there should be 2 fields"));
    }

    [Test]
    public void AQuoteWithoutAnEnd_IsRefused() =>
        Assert.That(() => Read("name,team\nann,red\n\"bob,blue\n"),
            Throws.TypeOf<UserErrorException>().With.Message.Contains("line 3: a quoted field does not end"));

    ColumnTable Read(string text)
    {
        File.WriteAllText(folder["t.csv"], text);
        return ColumnTable.Read(folder["t.csv"]);
    }
}
