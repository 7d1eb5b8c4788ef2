namespace Dart.Lake.Jobs.Pipelines.Returns;

/// <summary>Who acts, and why.</summary>
public sealed record Signature(string By, string Why);
