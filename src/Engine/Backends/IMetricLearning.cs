namespace TripletGpu.Backends;

/// <summary>The MetricLearning family of a backend.</summary>
public interface IMetricLearning
{
}
