using Dart.Lake.Sql.Materializations;

namespace Dart.Lake.Sql.Execution;

/// <summary>What a run asks of its SQL engine: one connection's doors.</summary>
/// <param name="Execute">Runs a statement that answers nothing.</param>
/// <param name="Rows">Runs a query whose answer is small; null for NULL.</param>
/// <param name="Export">Writes a query's rows as a durable Parquet file.</param>
public sealed record RunEngine(
    Func<string, CancellationToken, Task> Execute,
    Func<string, CancellationToken, Task<IReadOnlyList<object?[]>>> Rows,
    ExportRows Export);
