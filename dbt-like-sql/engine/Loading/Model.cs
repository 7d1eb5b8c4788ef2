using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Loading;

/// <summary>A model: a query with a name, and what it is for.</summary>
internal sealed record Model
{
    public required string Name { get; init; }

    /// <summary>Path below the project's folder, with <c>/</c>.</summary>
    public required string Path { get; init; }
    public required Template Template { get; init; }
    public required ModelConfig Config { get; init; }
    public required Materialization Materialization { get; init; }
    public required TableIdent Target { get; init; }
    public string Description { get; init; } = "";

    /// <summary>The only engine that can build it; null: whatever the run's target is.</summary>
    public SqlDialect? Engine { get; init; }

    /// <summary>Names of the models that the query reads, in order of first mention.</summary>
    public required IReadOnlyList<string> Refs { get; init; }

    /// <summary>Tables outside of the models that the query reads.</summary>
    public required IReadOnlyList<TableIdent> Sources { get; init; }

    /// <summary>Tables that the model's reference rules ask.</summary>
    public IReadOnlyList<TableIdent> RuleTables { get; init; } = [];

    /// <summary>Models whose rows of other days, or of before the run, the query reads; they need not come first.</summary>
    public IReadOnlyList<string> PublishedRefs { get; init; } = [];

    /// <summary>The line on which a model is first read, by its name.</summary>
    public IReadOnlyDictionary<string, int> Lines { get; init; } = new Dictionary<string, int>();
    public IReadOnlyList<GenericAudit> Audits { get; init; } = [];

    /// <summary>Changes when the model's text, or a macro's, changes: hex digits.</summary>
    public required string Fingerprint { get; init; }

    public bool SplitsRows => Config.Flag("row_rules", false);

    /// <summary>Of its namespace where a table keeps its rows, else of its folder.</summary>
    public string Layer => IsPublished ? Target.Namespace : Path.Split('/') is [_, var folder, _, ..] ? folder : "silver";

    public bool IsPublished => Materialization is Materialization.Day or Materialization.Table;
}
