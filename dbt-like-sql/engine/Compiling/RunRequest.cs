using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Compiling;

/// <summary>What a run reads and what it is for. Equal requests give equal rows.</summary>
public sealed record RunRequest
{
    public required Project Project { get; init; }
    public required string RunId { get; init; }

    /// <summary>The days that are built; <c>ref()</c> shows none of their published rows.</summary>
    public required IReadOnlyList<DateOnly> Days { get; init; }

    /// <summary>A day whose sessions are shown although it is not built; null: those of <see cref="Days"/>.</summary>
    public DateOnly? Around { get; init; }

    /// <summary>V.</summary>
    public required IReadOnlyList<LogPosition> Cut { get; init; }

    /// <summary>
    /// Source tables as the gate recorded them, current snapshot and all; those that it did not are read as they are at the start.
    /// </summary>
    public IReadOnlyDictionary<TableIdent, Table> Inputs { get; init; } = new Dictionary<TableIdent, Table>();

    /// <summary>Tables of models as they were at a publication; the others are read as they are at the start.</summary>
    public IReadOnlyDictionary<TableIdent, Table> Targets { get; init; } = new Dictionary<TableIdent, Table>();
    public required SessionsOf Sessions { get; init; }
    public required string FirmCurrency { get; init; }
    public required int CalendarVersion { get; init; }

    /// <summary>Nothing is written: the run shall only be refused what it would be refused.</summary>
    public bool IsPlanned { get; init; }

    /// <summary>Answers <c>env_var</c>; null: not set.</summary>
    public Func<string, string?> Environment { get; init; } = _ => null;
}
