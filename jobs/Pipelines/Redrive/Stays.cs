using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>A record that cannot be released, and why not.</summary>
public sealed record Stays(LogPosition At, string Reason, string Detail);
