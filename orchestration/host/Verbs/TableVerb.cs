using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>table ls|show|history|files|refs</c>: what the catalog and the metadata say.</summary>
static class TableVerb
{
    delegate Task Inspect(Lake lake, Table table, bool json, CancellationToken cancel);

    public static Command Build(Composition composition)
    {
        var verb = new Command("table", "Look into tables, and keep them small and quick")
        {
            List(composition),
            One(composition, "show", "Columns, partitioning, properties and position of a table", ShowAsync),
            One(composition, "history", "Snapshots of a table, newest first", HistoryAsync),
            One(composition, "files", "Live data files of a table", FilesAsync),
            One(composition, "refs", "Branches and tags of a table", RefsAsync),
        };
        foreach (var command in MaintenanceVerbs.Build(composition))
            verb.Add(command);
        return verb;
    }

    static Command List(Composition composition) =>
        new Command("ls", "All tables with rows, files and bytes").OnLake(composition, async (lake, _, json, cancel) =>
        {
            var survey = await lake.Catalog.SurveyAsync(cancel);
            LeftOutText.Print(survey.LeftOut.Values);
            var result = new ResultTable("", "table", "rows", "files", "bytes", "snapshots");
            foreach (var (ident, table) in survey.Tables.OrderBy(pair => pair.Key))
            {
                var metadata = table.Metadata;
                var summary = metadata.CurrentSnapshot?.Summary;
                result.Add(ident.ToString(), Total(summary, "total-records"), Total(summary, "total-data-files"), Total(summary, "total-files-size"), metadata.Snapshots.Count);
            }
            result.Print(json);
            return survey.LeftOut.Keys.FirstOrDefault() is { } first
                ? Failure.Say($"{survey.LeftOut.Count} tables cannot be read, {first} among them; see the lines above")
                : 0;
        });

    static Command One(Composition composition, string name, string description, Inspect inspect)
    {
        var table = new Argument<string>("table") { Description = "namespace.table" };
        return new Command(name, description) { table }.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            await inspect(lake, await NamedTable.FindAsync(lake, parsed.GetValue(table)!, cancel), json, cancel);
            return 0;
        });
    }

    static Task ShowAsync(Lake lake, Table table, bool json, CancellationToken cancel)
    {
        var metadata = table.Metadata;
        var rules = TableContracts.TryGet(table.Ident.ToString())?.RowRules;
        if (json)
        {
            Json.Print(new
            {
                table = table.Ident.ToString(),
                metadata.TableUuid,
                metadata.Location,
                table.MetadataLocation,
                metadata.FormatVersion,
                metadata.CurrentSnapshotId,
                columns = metadata.Schema.Fields.Select(field =>
                    new { field.Id, field.Name, type = field.Type.ToString(), field.Required, field.Doc }),
                partitions = Partitions(metadata),
                rowRules = rules?.Select(rule => new { rule.Name, rule.Says }),
                metadata.Properties,
            });
            return Task.CompletedTask;
        }
        Screen.Line($"{table.Ident}  format v{metadata.FormatVersion}  {metadata.Location}");
        Screen.Line($"partitioned by {string.Join(", ", Partitions(metadata).DefaultIfEmpty("nothing"))}");
        var columns = new ResultTable("", "id", "column", "type", "required", "meaning");
        foreach (var field in metadata.Schema.Fields)
            columns.Add(field.Id, field.Name, field.Type.ToString(), field.Required, field.Doc);
        columns.Print(json: false);
        PrintRules(rules);
        foreach (var (name, value) in metadata.Properties.OrderBy(property => property.Key, StringComparer.Ordinal))
            Screen.Line($"{name} = {value}");
        return Task.CompletedTask;
    }

    /// <summary>What a row must keep; what breaks one is set aside. A table that no contract of ours is of has none to tell.</summary>
    static void PrintRules(IReadOnlyList<RowRule>? rules)
    {
        if (rules is null)
            return;
        if (rules.Count == 0)
        {
            Screen.Line("row rules: none");
            return;
        }
        var result = new ResultTable("row rules", "rule", "says");
        foreach (var rule in rules)
            result.Add(rule.Name, rule.Says);
        result.Print(json: false);
    }

    static IEnumerable<string> Partitions(TableMetadata metadata) =>
        metadata.Spec.Fields.Select(field =>
            $"{field.Transform}({metadata.Schema.Fields.FirstOrDefault(column => column.Id == field.SourceId)?.Name})");

    static Task HistoryAsync(Lake lake, Table table, bool json, CancellationToken cancel)
    {
        var result = new ResultTable("", "snapshot", "time", "operation", "added_rows", "removed_rows", "rows", "stream", "run");
        foreach (var snapshot in table.Metadata.Snapshots.OrderByDescending(s => s.SequenceNumber))
            result.Add(snapshot.SnapshotId, DateTimeOffset.FromUnixTimeMilliseconds(snapshot.TimestampMs), snapshot.Operation,
                Total(snapshot.Summary, "added-records"), Total(snapshot.Summary, "deleted-records"), Total(snapshot.Summary, "total-records"),
                snapshot.Summary.GetValueOrDefault(LakeNames.Stream), snapshot.Summary.GetValueOrDefault(LakeNames.Run));
        result.Print(json);
        return Task.CompletedTask;
    }

    static async Task FilesAsync(Lake lake, Table table, bool json, CancellationToken cancel)
    {
        var plan = await lake.Scan.PlanAsync(table, new ScanOptions(), cancel);
        var result = new ResultTable("", "file", "partition", "rows", "bytes");
        foreach (var file in plan.Files)
            result.Add(file.Path, file.Partition.ToString(), file.RecordCount, file.FileSizeInBytes);
        result.Print(json);
    }

    static Task RefsAsync(Lake lake, Table table, bool json, CancellationToken cancel)
    {
        var result = new ResultTable("", "name", "type", "snapshot", "time");
        foreach (var (name, reference) in table.Metadata.Refs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            result.Add(name, reference.Type, reference.SnapshotId,
                table.Metadata.FindSnapshot(reference.SnapshotId) is { } snapshot
                    ? DateTimeOffset.FromUnixTimeMilliseconds(snapshot.TimestampMs)
                    : null);
        result.Print(json);
        return Task.CompletedTask;
    }

    static long Total(IReadOnlyDictionary<string, string>? summary, string key) =>
        summary is not null && summary.TryGetValue(key, out var text) && long.TryParse(text, out var value) ? value : 0;
}
