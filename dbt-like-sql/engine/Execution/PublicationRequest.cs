using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Sql.Execution;

/// <summary>What the ledger gets with the commit of a run.</summary>
/// <param name="Kind">The ledger's word for it, <c>eod</c>.</param>
/// <param name="Body">JSON for the ledger.</param>
/// <param name="Intervals">Days of models that are published by it.</param>
public sealed record PublicationRequest(string Kind, string Body, IReadOnlyList<Interval> Intervals)
{
    /// <summary>Staging tables of the run, whose names go with the commit.</summary>
    internal IReadOnlyCollection<TableIdent> Forgotten { get; init; } = [];
}
