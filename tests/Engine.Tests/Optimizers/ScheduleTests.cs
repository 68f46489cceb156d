using TripletGpu.Schedules;

namespace TripletGpu.Engine.Tests.Optimizers;

public sealed class ScheduleTests
{
    static readonly TestCaseData[] Cases =
    [
        new(new ConstantSchedule(0.1f), 1000L, 0.1f),
        new(new ConstantSchedule(0.1f, 4), 0L, 0.025f),
        new(new ConstantSchedule(0.1f, 4), 3L, 0.1f),
        new(new StepSchedule(1, 0.1f, 30), 29L, 1f),
        new(new StepSchedule(1, 0.1f, 30), 30L, 0.1f),
        new(new StepSchedule(1, 0.5f, 10, WarmupSteps: 5), 25L, 0.25f),
        new(new CosineSchedule(2, 100), 0L, 2f),
        new(new CosineSchedule(2, 100), 50L, 1f),
        new(new CosineSchedule(2, 100), 100L, 0f),
        new(new CosineSchedule(2, 100), 500L, 0f),
        new(new CosineSchedule(2, 110, WarmupSteps: 10), 60L, 1f),
        new(new InverseTimeSchedule(0.3f, 0.01f), 200L, 0.1f),
    ];

    [TestCaseSource(nameof(Cases))]
    public void Rate_FollowsTheFormula(Schedule schedule, long step, float expected) =>
        Assert.That(schedule.Rate(step), Is.EqualTo(expected).Within(1e-7f));
}
