using System.Globalization;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Planning;

/// <summary>
/// Which images of a folder are held out: a share of each class, or, where classes have only a few images, whole
/// classes. Folders of their own for test and validation come before either.
/// </summary>
static class SplitPlan
{
    const double TestShare = 0.1, ValidationShare = 0.05;

    // A tenth of fewer images is less than one.
    const int FewImages = 10, ManyClasses = 20, LeastToShare = 4, LeastClasses = 2;

    /// <summary>Chooses.</summary>
    /// <param name="survey">What the folder holds.</param>
    /// <param name="given">What was asked for.</param>
    /// <param name="left">What each class is left with to train on; of whole classes that are held out nothing.</param>
    /// <param name="reasons">Takes a line.</param>
    public static DataConfig Of(FolderSurvey survey, GivenSettings given, out int[] left, List<string> reasons)
    {
        int[] sizes = [.. survey.Classes.Select(c => c.Images).Order()];
        int median = sizes[sizes.Length / 2];
        bool isByClass = given.Text("data.split") is { } split
            ? split == Words.Of(DataSplit.Classes)
            : median < FewImages && sizes.Length >= ManyClasses;
        double test = given.Share("data.testShare")
            ?? (isByClass || median >= FewImages ? TestShare : median >= LeastToShare ? 1.0 / median : 0);
        double validation = given.Share("data.validationShare") ?? (isByClass ? TestShare : ValidationShare);
        if (survey.HasTest) test = 0;
        if (survey.HasValidation) validation = 0;
        if (isByClass)
        {
            int held = Drawn(sizes.Length, test), judged = Drawn(sizes.Length - held, validation);
            left = sizes[..^Math.Min(held + judged, sizes.Length - LeastClasses)];
        }
        else
        {
            left = [.. sizes.Select(n => n - Share(n, test)).Select(n => n - Share(n, validation))];
            // Where not even a class of the middle can give one, nothing would be held out.
            if (validation > 0 && Share(median - Share(median, test), validation) == 0) validation = 0;
        }
        reasons.Add(Reason(survey, isByClass, test, validation, median));
        return new DataConfig
        {
            Split = isByClass ? DataSplit.Classes : DataSplit.Images,
            TestShare = test,
            ValidationShare = validation > 0 ? new ShareOrNone(validation) : null,
        };
    }

    static string Reason(FolderSurvey survey, bool isByClass, double test, double validation, int median)
    {
        string of = isByClass ? "of the classes" : "of each class";
        List<string> parts = [];
        if (survey.HasTest) parts.Add("the folder that is the test");
        else if (test > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{test:0.##%} {of} for the test"));
        if (survey.HasValidation) parts.Add("the folder for choosing the best network");
        else if (validation > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture,
                $"{validation:0.##%} {of} for choosing the best network"));
        if (parts.Count == 0)
            return $"data: nothing is held out, as half of the classes have {Counted.Of(median, "image")} or fewer:"
                + " the figures are"
                + " of the images that were trained on";
        return $"data: {string.Join(", ", parts)}" + (isByClass
            ? $"; whole classes (data.split=classes), as half of them have {Counted.Of(median, "image")} or fewer: the"
                + " figures are of"
                + " classes that were never trained on"
            : "");
    }

    static int Drawn(int classes, double share) => share == 0 ? 0 : Math.Max(1, (int)Math.Round(classes * share));

    static int Share(int images, double share) => Math.Min(images - 1, (int)Math.Round(images * share));
}
