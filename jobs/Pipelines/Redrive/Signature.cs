namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>Who acts, and why.</summary>
public sealed record Signature(string By, string Why);
