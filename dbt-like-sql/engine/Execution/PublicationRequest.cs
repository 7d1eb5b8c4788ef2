using Dart.Lake.Lakehouse.Catalogs;

namespace Dart.Lake.Sql.Execution;

/// <summary>What goes with the commit of a run.</summary>
/// <param name="Tags">Tags that every table of the commit gets.</param>
/// <param name="Kind">The ledger's word for it, <c>eod</c>.</param>
/// <param name="Body">JSON for the ledger.</param>
/// <param name="Intervals">Days of models that are published by it.</param>
public sealed record PublicationRequest(IReadOnlyList<string> Tags, string Kind, string Body, IReadOnlyList<Interval> Intervals);
