namespace Dart.Lake.Bench;

/// <summary>Milliseconds of one commit.</summary>
/// <param name="Wall">From its begin to its end.</param>
/// <param name="Cpu">Of all threads of the process meanwhile, what goes on in the background included.</param>
public sealed record CommitTime(double Wall, double Cpu);
