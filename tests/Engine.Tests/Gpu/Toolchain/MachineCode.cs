namespace TripletGpu.Engine.Tests.Gpu.Toolchain;

/// <summary>A kernel for one architecture.</summary>
/// <param name="Registers">Registers of an item.</param>
/// <param name="Stack">Bytes of an item in local memory.</param>
/// <param name="Spilled">Bytes of registers stored there.</param>
/// <param name="File">The CUBIN.</param>
sealed record MachineCode(int Registers, int Stack, int Spilled, string File);
