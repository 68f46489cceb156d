using System.Text.RegularExpressions;

namespace TripletGpu.Conventions.Tests;

/// <summary>
/// The folders of a project depend on each other one way, so that each is understood without those that use it.
/// The engine's do not: a tensor knows its tape, and the tape tensors.
/// </summary>
public sealed partial class RoomTests
{
    [TestCase("Runner")]
    [TestCase("Models")]
    public void Rooms_DependOnEachOtherOneWay(string project)
    {
        Dictionary<string, HashSet<string>> uses = Uses(project);
        Assert.That(uses, Has.Count.GreaterThan(3), "rooms");
        // A room that uses only rooms taken away before can be taken away: what remains stands in a circle or uses one.
        while (uses.FirstOrDefault(room => room.Value.Count == 0).Key is { } free)
        {
            uses.Remove(free);
            foreach (HashSet<string> used in uses.Values) used.Remove(free);
        }
        Repository.AssertNone(
            uses.Select(room => $"{room.Key} uses {string.Join(", ", room.Value)}"), $"no circles in src/{project}");
    }

    /// <summary>Which other rooms of the project each room names, in a using or within a longer name.</summary>
    static Dictionary<string, HashSet<string>> Uses(string project)
    {
        string folder = $"src/{project}";
        var files = Repository.Sources(folder).Select(file => (Room: RoomOf(file, folder), Text: Repository.Read(file)))
            .Where(file => file.Room is not null).ToLookup(file => file.Room!, file => file.Text);
        return files.ToDictionary(room => room.Key, room => room
            .SelectMany(text => NamespaceOf().Matches(text))
            .Where(match => match.Groups["project"].Value == project)
            .Select(match => match.Groups["room"].Value)
            .Where(used => used != room.Key && files.Contains(used)).ToHashSet());
    }

    /// <summary>The folder right below the project's; null for a file beside it.</summary>
    static string? RoomOf(string file, string folder)
    {
        string path = file[(folder.Length + 1)..];
        int end = path.IndexOf('/', StringComparison.Ordinal);
        return end < 0 ? null : path[..end];
    }

    [GeneratedRegex(@"\bTripletGpu\.(?<project>\w+)\.(?<room>\w+)")]
    private static partial Regex NamespaceOf();
}
