using System.Text;
using TripletGpu.Models;
using TripletGpu.Runner.Evaluation;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Evaluation;

/// <summary>Damaged lists of pairs of faces.</summary>
public sealed class FacePairsMutationTests
{
    [Test]
    public void Pairs_Damaged()
    {
        using TemporaryFolder folder = new();
        string[] people = ["Ann_Lee", "Bo_Ek", "Chloë_May"];
        foreach (string name in people)
            for (int i = 1; i <= 3; i++)
            {
                Directory.CreateDirectory(folder[name]);
                File.WriteAllBytes(Path.Combine(folder[name], $"{name}_{i:0000}.jpg"), []);
            }
        StringBuilder list = new("10\t1\n");
        for (int i = 0; i < 10; i++)
            list.Append($"{people[i % 3]}\t1\t{2 + i % 2}\n{people[i % 3]}\t{1 + i % 3}\t{people[(i + 1) % 3]}\t2\n");
        Mutations.Survives(
            400, [Encoding.UTF8.GetBytes($"{list}")],
            file => FacePairs.Read(folder.Write("pairs.txt", file), folder.Path), typeof(UserErrorException));
    }
}
