using System.CommandLine;
using System.Text.RegularExpressions;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Display;

namespace TripletGpu.Conventions.Tests;

/// <summary>What the pages show exists: commands, options, files.</summary>
public sealed partial class DocumentTests
{
    static IEnumerable<string> Pages => Repository.Files("", "*.md");

    [Test]
    public void Commands_OfThePagesAreUnderstood()
    {
        RootCommand root = CommandLine.Root(Terminal.OfProcess());
        Repository.AssertNone(
            from page in Pages
            from command in ShownCommands(page)
            let errors = root.Parse(command).Errors
            where errors.Count > 0
            select $"{page}: triplet {command}: {errors[0].Message}",
            "commands in code blocks parse");
    }

    [Test]
    public void Commands_OfTheProgramAreInThePages() => Repository.AssertNone(
        from command in CommandLine.Root(Terminal.OfProcess()).Subcommands
        where !Pages.Any(page => Repository.Read(page).Contains($"triplet {command.Name}", StringComparison.Ordinal))
        select command.Name,
        "every command is in some page");

    [Test]
    public void CommandNames_InThePagesExist()
    {
        HashSet<string> names =
            [.. CommandLine.Root(Terminal.OfProcess()).Subcommands.Select(command => command.Name), "COMMAND"];
        Repository.AssertNone(
            from page in Pages
            from Match match in InlineCommand().Matches(Repository.Read(page))
            where !names.Contains(match.Groups["name"].Value)
            select $"{page}: triplet {match.Groups["name"].Value}",
            "commands that are mentioned exist");
    }

    [Test]
    public void Links_LeadToFiles() => Repository.AssertNone(
        from page in Pages
        from Match match in Link().Matches(Repository.Read(page))
        let target = match.Groups["target"].Value
        where !target.Contains("://", StringComparison.Ordinal)
            && !target.StartsWith("mailto:", StringComparison.Ordinal)
        let path = Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, target.Split('#')[0])
        where target[0] != '#' && !File.Exists(path) && !Directory.Exists(path)
        select $"{page}: {target}",
        "relative links lead to files");

    [Test]
    public void Anchors_LeadToHeadings() => Repository.AssertNone(
        from page in Pages
        from Match match in Link().Matches(Repository.Read(page))
        let parts = match.Groups["target"].Value.Split('#')
        where parts.Length == 2 && !parts[0].Contains("://", StringComparison.Ordinal)
        let other = parts[0] == "" ? page : Path.Combine(Path.GetDirectoryName(page)!, parts[0])
        where other.EndsWith(".md", StringComparison.Ordinal) && !Headings(other).Contains(parts[1])
        select $"{page}: {match.Groups["target"].Value}",
        "links into pages lead to headings");

    /// <summary>The lines of code blocks that call the program, without its name.</summary>
    static IEnumerable<string> ShownCommands(string page)
    {
        bool isCode = false;
        foreach (string line in Repository.Read(page).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal)) isCode = !isCode;
            else if (isCode && ShownCommand().Match(line) is { Success: true } match)
                yield return match.Groups["arguments"].Value.Trim();
        }
    }

    static HashSet<string> Headings(string page) =>
        [.. Repository.Lines(page).Where(line => line.StartsWith('#'))
            .Select(
                line => NotInAnAnchor().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    // An explanation may follow after two spaces or a #, a redirection after > or |.
    [GeneratedRegex(@"^\s*(?:\$ )?(?:\./)?triplet\s(?<arguments>(?:(?!\s{2,}|\s#|\s[>|&]).)*)")]
    private static partial Regex ShownCommand();

    [GeneratedRegex(@"`(?:\./)?triplet (?<name>[a-zA-Z]+)")]
    private static partial Regex InlineCommand();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnAnchor();
}
