namespace Dart.Lake.Bench;

/// <summary>Milliseconds.</summary>
/// <param name="First">From the catalog to the files, nothing read before.</param>
/// <param name="Again">The same, manifests known.</param>
/// <param name="FirstQuery">A session of its own and a query without rows: the catalog, the files, their footers, DuckDB's binding.</param>
/// <param name="Query">The same, footers known.</param>
/// <param name="Files">That were planned.</param>
public sealed record PlanTimes(double First, double Again, double FirstQuery, double Query, int Files);
