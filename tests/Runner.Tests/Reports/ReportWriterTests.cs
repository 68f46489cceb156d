using TripletGpu.Runner.Images;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Tests.Reports;

public sealed class ReportWriterTests
{
    [Test]
    public void Render_PutsTheDataIntoThePage()
    {
        string page = ReportWriter.Render(
            new ReportData { Title = "mnist-small", Facts = [new Fact("device", "cpu")] });
        Assert.That(page, Does.StartWith("<!doctype html>"));
        Assert.That(page, Does.Contain("\"title\":\"mnist-small\""));
        Assert.That(page, Does.Not.Contain("/*DATA*/"));
    }

    [Test]
    public void Render_EscapesWhatCouldEndTheScript()
    {
        string page = ReportWriter.Render(new ReportData { Title = "</script><b>" });
        Assert.That(page, Does.Not.Contain("</script><b>"));
    }

    [Test]
    public void Render_RefersToNothingOutsideTheFile()
    {
        string page = ReportWriter.Render(new ReportData { Title = "run" }).Replace("http://www.w3.org/2000/svg", "");
        Assert.That(
            page,
            Does.Not.Contain("http://").And.Not.Contain("https://").And.Not.Contain("src=").And.Not.Contain("<link"));
    }

    [Test]
    public void SpriteSheet_HoldsEachImageAtItsPlace()
    {
        SpriteSheet sheet = new(2, 1, 1);
        for (int i = 0; i < 3; i++) Assert.That(sheet.Add([i / 4f, 1]), Is.EqualTo(i));
        Assert.That(sheet.Columns, Is.EqualTo(2));
        using PixelImage image = ImageFile.Decode(sheet.ToPng());
        Assert.That((image.Width, image.Height), Is.EqualTo((4, 2)));
        byte[] grey = [0, 255, 64, 255, 128, 255, 0, 0];
        Assert.That(image.Pixels.ToArray(), Is.EqualTo(grey.SelectMany(value => new[] { value, value, value })));
    }

    [Test]
    public void PngEncoder_RefusesASizeThatDoesNotFit() =>
        Assert.That(() => PngEncoder.Encode(new byte[5], 2, 2, 1), Throws.ArgumentException);

    /// <summary>Images of any number of channels can be trained on; a page shows colours or grey.</summary>
    [TestCase(1, 1)]
    [TestCase(2, 1)]
    [TestCase(3, 3)]
    [TestCase(5, 3)]
    public void SpriteSheet_ShowsTheFirstChannels(int channels, int shown)
    {
        SpriteSheet sheet = new(2, 2, channels);
        sheet.Add(new float[4 * channels]);
        const int colourType = 25;
        Assert.That(sheet.ToPng()[colourType], Is.EqualTo(shown == 1 ? 0 : 2));
    }
}
