namespace Dart.Lake.Sql.Loading;

/// <summary>All keys that a project may use, place by place.</summary>
internal static class ProjectKeys
{
    /// <summary>Those that only dbt's own tools read are allowed, so that a project can be used with both: they change no row.</summary>
    public static KnownKeys File { get; } = new("dbt_project.yml",
    [
        "name", "version", "config-version", "profile", "model-paths", "seed-paths", "test-paths", "macro-paths", "vars", "models", "seeds",
        "data_tests", "tests", "snapshot-paths", "analysis-paths", "function-paths",
        "docs-paths", "asset-paths", "target-path", "log-path", "clean-targets", "packages-install-path",
    ]);

    public static KnownKeys ModelConfig { get; } =
        new("config of a model", ["materialized", "schema", "alias", "tags", "enabled", "row_rules", "engine", "meta", "description"]);

    public static KnownKeys SeedConfig { get; } = new("config of a seed", ["column_types", "enabled", "meta", "description"]);

    /// <summary>Of a file of tests/.</summary>
    public static KnownKeys FileAuditConfig { get; } = new("config of an audit", ["severity", "scope", "enabled", "meta", "description"]);

    /// <summary>Of an audit in a properties file.</summary>
    public static KnownKeys AuditConfig { get; } = new("config of an audit", ["severity", "where", "enabled", "meta", "description"]);

    public static KnownKeys Properties { get; } = new("a properties file", ["version", "models", "seeds", "sources"]);

    public static KnownKeys Model { get; } =
        new("a model's properties", ["name", "description", "meta", "config", "columns", "data_tests", "tests"]);

    public static KnownKeys Column { get; } =
        new("a column's properties", ["name", "description", "meta", "data_type", "data_tests", "tests"]);

    public static KnownKeys Seed { get; } = new("a seed's properties", ["name", "description", "meta", "config", "columns"]);

    public static KnownKeys SeedColumn { get; } = new("a column's properties", ["name", "description", "meta"]);

    public static KnownKeys Source { get; } = new("a source's properties", ["name", "description", "meta", "schema", "tables"]);

    public static KnownKeys SourceTable { get; } =
        new("a source table's properties", ["name", "description", "meta", "identifier", "columns"]);

    public static KnownKeys SourceColumn { get; } = new("a column's properties", ["name", "description", "meta", "data_type"]);

    /// <summary>What stands beside an audit's arguments.</summary>
    static readonly string[] ofAudits = ["name", "test_name", "description", "config", "arguments", "severity", "where", "column_name"];

    /// <summary>Of an audit in a properties file.</summary>
    /// <param name="kind">Its name.</param>
    /// <param name="arguments">Of its own.</param>
    public static KnownKeys Audit(string kind, params IEnumerable<string> arguments) => new($"the audit {kind}", [.. ofAudits, .. arguments]);

    /// <summary>Below <c>arguments:</c>.</summary>
    public static KnownKeys Arguments(string kind, params IEnumerable<string> arguments) =>
        new($"the arguments of {kind}", ["column_name", .. arguments]);
}
