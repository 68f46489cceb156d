using TripletGpu.Models;
using TripletGpu.Modules;
using TripletGpu.Optimizers;
using TripletGpu.Runner.Configuration;
using TripletGpu.Schedules;

namespace TripletGpu.Runner.Training;

/// <summary>The optimizer and the schedule that a config describes.</summary>
static class OptimizerFactory
{
    /// <summary>Makes the optimizer for a network's parameters.</summary>
    /// <exception cref="UserErrorException">A group's pattern matches no parameter, or settings contradict.</exception>
    public static Optimizer Create(OptimizerConfig config, IReadOnlyList<Parameter> parameters)
    {
        ParameterGroup[] groups =
            [.. config.Groups.Select(g => new ParameterGroup(g.Match, (float)g.Rate, (float?)g.WeightDecay))];
        float momentum = (float)config.Momentum, decay = (float)config.WeightDecay;
        float beta2 = (float)config.Beta2!, epsilon = (float)config.Epsilon!;
        try
        {
            return config.Kind switch
            {
                OptimizerKind.Sgd => new Sgd(parameters, momentum, config.Nesterov, decay, groups),
                OptimizerKind.Adam => new Adam(parameters, momentum, beta2, epsilon, decay, groups),
                OptimizerKind.Adagrad => new AdaGrad(parameters, epsilon: epsilon, weightDecay: decay, groups: groups),
                _ => new RmsProp(parameters, beta2, epsilon: epsilon, weightDecay: decay, groups: groups),
            };
        }
        catch (ArgumentException exception)
        {
            throw new UserErrorException($"the config's optimizer: {exception.Message}", exception);
        }
    }

    /// <summary>Makes the schedule of a run of that many steps.</summary>
    public static Schedule Create(ScheduleConfig config, double learningRate, long totalSteps)
    {
        float rate = (float)learningRate;
        return config.Kind switch
        {
            ScheduleKind.Constant => new ConstantSchedule(rate, config.WarmupSteps),
            ScheduleKind.Step => new StepSchedule(rate, (float)config.Factor, config.EverySteps, config.WarmupSteps),
            ScheduleKind.Cosine => new CosineSchedule(rate, totalSteps, config.WarmupSteps),
            _ => new InverseTimeSchedule(rate, (float)config.Decay, config.WarmupSteps),
        };
    }
}
