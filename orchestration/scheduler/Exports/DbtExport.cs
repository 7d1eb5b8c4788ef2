using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration.Publications;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Exports;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Orchestration.Exports;

/// <summary>Writes a published day into a folder in which dbt builds it again, from what its publication read.</summary>
/// <param name="lake">The lake.</param>
/// <param name="engine">A connection that may write into the folder's draft.</param>
/// <param name="project">The models.</param>
/// <param name="sessions">Of the venues.</param>
/// <param name="settings">As of a run.</param>
/// <param name="ownFunctions">Names of SQL functions that DuckDB has from dartlake alone.</param>
/// <param name="ids">Of runs.</param>
/// <param name="time">The clock.</param>
public sealed class DbtExport(
    Lake lake,
    RunEngine engine,
    Project project,
    SessionsOf sessions,
    EndOfDaySettings settings,
    IReadOnlyCollection<string> ownFunctions,
    IdSource ids,
    TimeProvider time)
{
    /// <summary>What was written, and the tag of the publication that it is of.</summary>
    public sealed record Result(string Tag, DayExport Day);

    /// <exception cref="LakeException">
    /// Invalid: the day was never published, or by other models; Unavailable: the disk, or what the publication read is gone.
    /// </exception>
    public async Task<Result> WriteAsync(DateOnly day, ExportFolder folder, CancellationToken cancel)
    {
        var published = await ModelCommands.PublishedAsync(lake, day, cancel);
        RefuseOthers(day, published);
        var tag = published.Days.First(d => d.Date == day).Tag;
        var survey = await lake.Catalog.SurveyAsync(cancel);
        // of a table that cannot be read nobody knows whether the publication has it
        if (survey.LeftOut.FirstOrDefault(left => TableContracts.TryGet(left.Key.ToString()) is not null).Value is { } unread)
            throw unread;
        var tables = survey.Tables;
        var targets = tables.Values.Where(t => t.Metadata.Refs.ContainsKey(tag))
            .Select(t => t.At(t.Metadata.Refs[tag].SnapshotId)).ToList();
        var request = new RunRequest
        {
            Project = project,
            RunId = $"{day:yyyyMMdd}-{ids.NewId():N}"[..17],
            Days = [day],
            Cut = published.Cut,
            Inputs = Inputs(tables, published),
            Targets = targets.ToDictionary(t => t.Ident),
            Sessions = sessions,
            FirmCurrency = published.FirmCurrency,
            CalendarVersion = published.CalendarVersion,
        };
        var before = targets.Select(Before).OfType<Table>().ToDictionary(t => t.Ident);
        return await folder.FillAsync(async draft =>
        {
            var file = Path.Combine(draft, ProjectCopy.Database);
            var written = await new DayDatabase(lake, engine, request, before, ownFunctions, time).WriteAsync(file, cancel);
            await ProjectCopy.WriteAsync(request, written.LeftOut, draft, cancel);
            return new Result(tag, written);
        });
    }

    /// <summary>What dbt would build with other models, currency or calendars is not what was published.</summary>
    void RefuseOthers(DateOnly day, PublicationBody published)
    {
        var models = project.Fingerprints;
        var changed = models.Keys.Union(published.Models.Keys)
            .Where(m => models.GetValueOrDefault(m) != published.Models.GetValueOrDefault(m))
            .Order(StringComparer.Ordinal).ToList();
        var what = changed.Count > 0 ? $"by other models than those of today ({string.Join(", ", changed.Take(3))}{(changed.Count > 3 ? $" and {changed.Count - 3} more" : "")})"
            : published.FirmCurrency != settings.FirmCurrency ? $"in {published.FirmCurrency}, not {settings.FirmCurrency}"
            : published.CalendarVersion != settings.CalendarVersion ? $"by version {published.CalendarVersion} of the calendars, not {settings.CalendarVersion}"
            : null;
        if (what is not null)
            throw LakeException.Invalid($"{day:yyyy-MM-dd} was published {what}; run `dartlake eod --date {day:yyyy-MM-dd}` first");
    }

    /// <summary>
    /// A table as it was before the publication that made its current snapshot; where that state has expired, as the newest tag before it
    /// names it. Null: there was none.
    /// </summary>
    static Table? Before(Table table)
    {
        var (metadata, made) = (table.Metadata, table.Metadata.CurrentSnapshot!);
        if (made.ParentSnapshotId is { } parent && metadata.FindSnapshot(parent) is not null)
            return table.At(parent);
        var earlier = metadata.Refs.Values.Where(r => r.Type != SnapshotRef.Branch)
            .Select(r => metadata.FindSnapshot(r.SnapshotId)).OfType<Snapshot>()
            .Where(s => s.SequenceNumber < made.SequenceNumber).MaxBy(s => s.SequenceNumber);
        return earlier is null ? null : table.At(earlier.SnapshotId);
    }

    /// <summary>Bronze and acts as the publication read them; those that it did not find are empty.</summary>
    static Dictionary<TableIdent, Table> Inputs(IReadOnlyDictionary<TableIdent, Table> tables, PublicationBody published)
    {
        var inputs = new Dictionary<TableIdent, Table>();
        foreach (var table in Gate.BronzeTables.Append(ActNumber.Table).Where(tables.ContainsKey).Select(ident => tables[ident]))
            if (!published.Inputs.TryGetValue(table.Ident.ToString(), out var snapshot))
                inputs.Add(table.Ident, table.At(null));
            else if (table.Metadata.FindSnapshot(snapshot) is not null)
                inputs.Add(table.Ident, table.At(snapshot));
            else
                throw LakeException.Unavailable($"snapshot {snapshot} of {table.Ident}, from which the day was built, has expired; export a day that was published later");
        return inputs;
    }
}
