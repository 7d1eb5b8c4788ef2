namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>Columns of a table have changed.</summary>
/// <param name="Table"><c>namespace.name</c>.</param>
/// <param name="Columns">Which, and what of them.</param>
/// <param name="Because">What has them.</param>
public sealed record ColumnsChanged(string Table, IReadOnlyList<string> Columns, string Because);
