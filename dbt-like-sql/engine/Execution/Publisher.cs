using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Planning;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Execution;

/// <summary>Turns staged files into one commit over the tables that the plan names.</summary>
internal sealed class Publisher(Lake lake, RunRequest request)
{
    /// <param name="stage">The tables of the commit, and their tags.</param>
    /// <param name="targets">All tables of the run.</param>
    /// <param name="publication">What goes with the commit.</param>
    /// <param name="cancel">Ends it before the commit.</param>
    /// <exception cref="LakeException">
    /// Conflict: somebody else wrote to a table meanwhile. Bug: what is staged is not what the plan names.
    /// </exception>
    public Task<IReadOnlyList<Table>> PublishAsync(
        PublishStage stage,
        IReadOnlyCollection<StagedTable> targets,
        PublicationRequest publication,
        CancellationToken cancel)
    {
        var staged = targets.Where(t => t.IsStaged).OrderBy(t => t.Ident).ToList();
        if (!stage.Tables.ToHashSet(StringComparer.Ordinal).SetEquals(staged.Select(t => t.Ident.ToString())))
            throw LakeException.Bug(
                $"the plan publishes {string.Join(", ", stage.Tables)}, and what is staged is {string.Join(", ", staged.Select(t => t.Ident))}");
        var changes = staged.Select(target => new TableChange(target.Ident, now => Intent(target, now, stage.Tags))
        {
            Uuid = target.Table.Metadata.TableUuid,
        });
        var note = new CommitNote(request.RunId, publication.Kind, publication.Body)
        {
            Intervals = publication.Intervals,
            Forgotten = publication.Forgotten,
            Days = staged.ToDictionary(t => t.Ident, t => (IReadOnlyList<DateOnly>)[.. t.StagedDays]),
        };
        return lake.Catalog.CommitAsync([.. changes], note, cancel);
    }

    TableIntent Intent(StagedTable target, Table now, IReadOnlyList<string> tags)
    {
        var isResults = target.Ident == NativeTables.Results;
        if (!isResults && now.Metadata.RowsSnapshotId != target.Table.Metadata.RowsSnapshotId)
            throw LakeException.Conflict($"{target.Ident} was written by somebody else while the run went on; run it again");
        return new()
        {
            Add = target.AllStaged,
            Replace = isResults ? null : Replaced(target),
            AlwaysSnapshot = true,
            Tags = isResults ? [] : tags,
            Summary = new Dictionary<string, string>(StringComparer.Ordinal) { [LakeNames.Run] = request.RunId },
        };
    }

    static IReadOnlyList<PartitionKey> Replaced(StagedTable target)
    {
        var others = target.ReplacesAll ? target.Published.Select(f => f.Partition) : [];
        return [.. target.StagedDays.Select(StagedTable.Key).Concat(others).Distinct()];
    }
}
