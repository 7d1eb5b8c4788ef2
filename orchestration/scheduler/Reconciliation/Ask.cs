namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>Asks tables, by their names, what has a small answer: published tables, or what a run has staged.</summary>
internal delegate Task<IReadOnlyList<object?[]>> Ask(string sql, CancellationToken cancel);
