using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Execution;

/// <summary>Turns staged files into one commit over all tables.</summary>
internal sealed class Publisher(Lake lake, RunRequest request)
{
    static readonly TableIdent results = new("dq", "results");

    public Task<IReadOnlyList<Table>> PublishAsync(IReadOnlyList<StagedTable> staged, PublicationRequest publication, CancellationToken cancel)
    {
        var changes = staged.OrderBy(s => s.Ident).Select(target => new TableChange(target.Ident, now => Intent(target, now, publication)));
        return lake.Catalog.CommitAsync([.. changes], new(request.RunId, publication.Kind, publication.Body) { Intervals = publication.Intervals }, cancel);
    }

    TableIntent Intent(StagedTable target, Table now, PublicationRequest publication)
    {
        var isResults = target.Ident == results;
        if (!isResults && now.Metadata.CurrentSnapshotId != target.Table.Metadata.CurrentSnapshotId)
            throw LakeException.Conflict($"{target.Ident} was written by somebody else while the run went on; run it again");
        return new()
        {
            Add = target.AllStaged,
            Replace = isResults ? null : Replaced(target),
            AlwaysSnapshot = true,
            Tags = isResults ? [] : publication.Tags,
            Summary = new Dictionary<string, string>(StringComparer.Ordinal) { [LakeNames.Run] = request.RunId },
        };
    }

    static IReadOnlyList<PartitionKey> Replaced(StagedTable target) =>
        [.. target.StagedDays.Select(StagedTable.Key).Concat(target.ReplacesAll ? target.Published.Select(f => f.Partition) : []).Distinct()];
}
