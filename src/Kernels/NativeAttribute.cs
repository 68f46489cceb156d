namespace TripletGpu.Kernels;

/// <summary>
/// Marks a function that some devices have an instruction for. The C of the kernel compiler calls it
/// <c>Class_Method</c> and leaves its body out where the prelude has defined that name; ILGPU's driver may register one
/// of its own.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NativeAttribute : Attribute;
