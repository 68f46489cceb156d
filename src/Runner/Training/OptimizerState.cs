using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Optimizers;

namespace TripletGpu.Runner.Training;

/// <summary>
/// What an optimizer keeps between steps, as a .safetensors file: tensors as <c>conv1.weight/momentum</c>.
/// </summary>
static class OptimizerState
{
    const string StepsOf = "steps ";

    /// <summary>Writes the state.</summary>
    public static void Write(Stream to, Optimizer optimizer)
    {
        List<NamedTensor> tensors = [];
        Dictionary<string, string> steps = [];
        foreach (ParameterState state in optimizer.States)
        {
            steps[StepsOf + state.Parameter.Name] = state.Step.ToString(CultureInfo.InvariantCulture);
            foreach ((string name, Tensor value) in state.Tensors)
                tensors.Add(new NamedTensor(Key(state, name), value.Shape, value.ToArray()));
        }
        SafeTensors.Write(to, tensors, steps);
    }

    /// <summary>Reads the state back into an optimizer of the same kind and parameters.</summary>
    public static void Read(string path, Optimizer optimizer)
    {
        using SafeTensors file = SafeTensors.Open(path);
        foreach (ParameterState state in optimizer.States)
        {
            if (!file.Metadata.TryGetValue(StepsOf + state.Parameter.Name, out string? steps))
                throw new UserErrorException($"{path} has no state of {state.Parameter.Name}: it is of another config");
            state.Step = long.Parse(steps, CultureInfo.InvariantCulture);
            foreach ((string name, Tensor value) in state.Tensors) value.CopyFrom(file.Read(Key(state, name)));
        }
    }

    static string Key(ParameterState state, string name) => $"{state.Parameter.Name}/{name}";
}
