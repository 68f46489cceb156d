using System.Text.RegularExpressions;

namespace TripletGpu.Conventions.Tests;

/// <summary>What the style of CONTRIBUTING.md says of source files, as far as a program can see it.</summary>
public sealed partial class SourceTests
{
    const int MostLines = 300, MostColumns = 120;

    // Split, so that this file does not hold them itself.
    static readonly string[] Banned =
        [
            "TO" + "DO", "FIX" + "ME", "HA" + "CK", "NotImplemented" + "Exception", "Assert." + "Inconclusive",
            "[Ig" + "nore",
        ];

    static readonly string[] TextFiles = ["*.cs", "*.md", "*.json", "*.csproj", "*.props", "*.sh", "*.py"];

    // Why some files are elsewhere.
    static readonly Dictionary<string, string> NamespaceExceptions = new()
    {
        ["src/KernelCompiler/IsExternalInit.cs"] = "the C# compiler looks for it in System.Runtime.CompilerServices",
        ["tests/Engine.Tests/Examples/"] = "docs/add-an-op.md shows them as they would stand in src",
    };

    [Test]
    public void Sources_HaveAtMost300Lines() => Repository.AssertNone(
        from file in Repository.Sources("src", "tests", "bench")
        let lines = Repository.Lines(file).Length
        where lines > MostLines
        select $"{file}: {lines} lines",
        $"past {MostLines} lines a file holds a second concept");

    [Test]
    public void Sources_HaveAtMost120Columns() => Repository.AssertNone(
        from file in Repository.Sources("src", "tests", "bench")
        from line in Repository.Lines(file).Index()
        where line.Item.Length > MostColumns
        select $"{file}:{line.Index + 1}: {line.Item.Length} columns",
        $"a line has at most {MostColumns} columns");

    [Test]
    public void Sources_HoldNoUnfinishedWork() => Repository.AssertNone(
        from file in Repository.Sources("src", "tests", "bench")
        from line in Repository.Lines(file).Index()
        from word in Banned
        where line.Item.Contains(word, StringComparison.Ordinal)
        select $"{file}:{line.Index + 1}: {word}",
        "what is not done is not there");

    [Test]
    public void Sources_AreNamedAfterAType() => Repository.AssertNone(
        from file in Repository.Sources("src", "tests")
        let name = Path.GetFileName(file).Split('.')[0]
        let types = TypeDeclaration().Matches(Repository.Read(file))
        where name != "Program" && types.Count > 0 && types.All(type => type.Groups["name"].Value != name)
            // Part of a type may be named after what it adds, and a set of small structs after what they
            // have in common.
            && !types.All(type => type.Groups["partial"].Success)
            && !types.All(type => type.Groups["kind"].Value is "struct" or "interface")
        select $"{file}: {types[0].Groups["name"].Value}",
        "a file has the name of its type");

    [Test]
    public void PublicTypes_AreDescribed() => Repository.AssertNone(
        from file in Repository.Sources("src")
        let lines = Repository.Lines(file)
        from line in lines.Index()
        where PublicType().IsMatch(line.Item) && !IsDescribed(lines, line.Index)
        select $"{file}:{line.Index + 1}: {line.Item.Trim()}",
        "public types have XML documentation; members of the libraries are checked by the compiler");

    [Test]
    public void Tests_AreNamedByWhatTheyShow() => Repository.AssertNone(
        from file in Repository.Sources("tests")
        from Match test in TestMethod().Matches(Repository.Read(file))
        where !test.Groups["name"].Value.Contains('_', StringComparison.Ordinal)
        select $"{file}: {test.Groups["name"].Value}",
        "a test is named Subject_Case_Outcome");

    [Test]
    public void Texts_FollowTheEditorConfig()
    {
        List<string> faults = [];
        foreach (string file in TextFiles.SelectMany(pattern => Repository.Files("", pattern)))
        {
            string text = Repository.Read(file);
            if (text.Contains('\r', StringComparison.Ordinal)) faults.Add($"{file}: carriage returns");
            if (text.Length > 0 && !text.EndsWith('\n') && !IsWrittenByNuGet(file))
                faults.Add($"{file}: no newline at its end");
            if (text.Contains('\t', StringComparison.Ordinal)) faults.Add($"{file}: tabs");
            if (!file.EndsWith(".md", StringComparison.Ordinal) && TrailingSpace().IsMatch(text))
                faults.Add($"{file}: spaces at a line's end");
        }
        Repository.AssertNone(faults, "text files follow .editorconfig");
    }

    [Test]
    public void Namespaces_FollowFolders() => Repository.AssertNone(
        from file in Repository.Sources("src", "tests")
        let declared = Namespace().Match(Repository.Read(file))
        where declared.Success && !NamespaceExceptions.Keys.Any(file.StartsWith)
        let expected = NamespaceOf(file)
        where declared.Groups["name"].Value != expected
        select $"{file}: {declared.Groups["name"].Value}, not {expected}",
        "a file's namespace is its project's root namespace and its folders");

    static string NamespaceOf(string file)
    {
        string project = string.Join('/', file.Split('/')[..2]);
        Match named = RootNamespace().Match(Repository.Read(Repository.Files(project, "*.csproj").Single()));
        string root = named.Success ? named.Groups["name"].Value : $"TripletGpu.{Path.GetFileName(project)}";
        return string.Join('.', [root, .. file.Split('/')[2..^1]]);
    }

    static bool IsWrittenByNuGet(string file) => Path.GetFileName(file) == "packages.lock.json";

    static bool IsDescribed(string[] lines, int declaration)
    {
        int above = declaration - 1;
        while (above >= 0 && (Starts(above, "[") || Starts(above, "//") && !Starts(above, "///"))) above--;
        return above >= 0 && Starts(above, "///");

        bool Starts(int line, string with) => lines[line].TrimStart().StartsWith(with, StringComparison.Ordinal);
    }

    [GeneratedRegex(
        @"^(public |internal |private |protected )?"
        + @"(?:(?:static|sealed|abstract|readonly|unsafe|ref|(?<partial>partial)) )*"
        + @"(?<kind>class|struct|interface|enum|record struct|record|delegate [\w<>\[\]?]+) (?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex("<RootNamespace>(?<name>[^<]+)<")]
    private static partial Regex RootNamespace();

    [GeneratedRegex(@"^public (?!.*\bpartial\b).*\b(class|struct|interface|enum|record|delegate) \w+")]
    private static partial Regex PublicType();

    [GeneratedRegex(
        @"\[(?:Test|TestCase|TestCaseSource)\b[^\n]*\n(?:\s*\[[^\n]*\n)*"
        + @"\s*public (?:async )?(?:void|Task) (?<name>\w+)")]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"[ \t]+$", RegexOptions.Multiline)]
    private static partial Regex TrailingSpace();
}
