using System.CommandLine;
using TripletGpu.Models.Search;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Search;

/// <summary>What the commands that look into an index share.</summary>
static class SearchOptions
{
    /// <summary><c>--run</c>.</summary>
    public static Option<string?> Run() => new("--run")
    {
        Description = "Where the run of the index lies now (default: where it lay)",
        HelpName = "RUN",
    };

    /// <summary>INDEX.</summary>
    public static Argument<string> Index() => new("INDEX") { Description = "An index that triplet index build made" };

    /// <summary>IMAGE...</summary>
    public static Argument<string[]> Images() => new("IMAGE")
    {
        Description = "Images, folders, .npy files of images or of embeddings, or dataset:mnist:test",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary><c>--by</c>.</summary>
    public static Option<string> By()
    {
        Option<string> option = new("--by")
        {
            Description = "The nearest row's class, the nearest class mean, or a vote of the k nearest rows",
            DefaultValueFactory = _ => Words.Of(IdentifyBy.Nearest),
        };
        return option.AcceptOnlyFromAmong([.. Words.All<IdentifyBy>()]);
    }

    /// <summary><c>--k</c>.</summary>
    public static Option<int> Voters() => new("--k")
    {
        Description = "Rows that vote",
        HelpName = "K",
        DefaultValueFactory = _ => 10,
    };
}
