using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>What a table's columns need to be those of its contract.</summary>
/// <param name="Table">Which.</param>
/// <param name="Steps">What is done, in order.</param>
public sealed record TableMigration(TableIdent Table, IReadOnlyList<MigrationStep> Steps);
