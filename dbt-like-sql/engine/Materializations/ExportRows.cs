using Dart.Lake.Schemas;

namespace Dart.Lake.Sql.Materializations;

/// <summary>What to write where: a query whose columns are the contract's, and an absolute path that does not exist.</summary>
public sealed record RowExport(string Sql, string Path, TableContract Contract);

/// <summary>Writes a query of the run's connection as one durable Parquet file with the contract's field ids.</summary>
public delegate Task ExportRows(RowExport export, CancellationToken cancel);
