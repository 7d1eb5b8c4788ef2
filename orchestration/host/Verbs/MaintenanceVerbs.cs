using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Analysis;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Maintenance;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Verbs;

/// <summary>
/// <c>table compact|expire|orphans|health|analyze|rollback</c>: keep tables small and quick, and go back. Each may be typed again, and be
/// killed.
/// </summary>
static class MaintenanceVerbs
{
    public static IReadOnlyList<Command> Build(Composition composition) =>
        [Compact(composition), Expire(composition), Orphans(composition), Health(composition), Analyze(composition), Rollback(composition)];

    static Command Compact(Composition composition)
    {
        var (tables, before) = (Tables(), Flags.Date("--before", "Days before this one (UTC) are closed; none: today"));
        var target = Flags.Number("--target-mb", "Size of a file; 0: what the table says, else 128", 0, new LimitsAttribute(0, 4096));
        return new Command("compact", "Join the small files of closed days, beside running streams") { tables, before, target }.OnLake(
            composition,
            async (lake, parsed, json, cancel) =>
            {
                var megabytes = parsed.GetValue(target);
                var options = new CompactOptions(
                    parsed.GetValue(before) ?? Today(composition), megabytes > 0 ? (long)megabytes << 20 : null);
                var lines = json ? null : new PlainLines(composition.Time);
                var result = new ResultTable("", "table", "partitions", "files", "new_files", "rows", "bytes", "new_bytes", "left_files", "snapshot");
                return await EachAsync(lake, parsed.GetValue(tables)!, result, json, async table =>
                {
                    var report = await new Compaction(lake, composition.Ids)
                        .RunAsync(table.Ident, options, new CompactReporter(table.Ident.ToString(), lines), cancel);
                    result.Add(
                        report.Table.ToString(), report.Partitions, report.Files, report.NewFiles,
                        report.Rows, report.Bytes, report.NewBytes, report.LeftFiles, report.SnapshotId);
                }, cancel);
            });
    }

    static Command Expire(Composition composition)
    {
        var tables = Tables();
        var days = Flags.Number("--older-than", "Days since a snapshot was the current one", 1, new LimitsAttribute(0, 36500));
        var keep = Flags.Number("--keep", "So many of the newest stay", 1, new LimitsAttribute(1, 100000));
        return new Command("expire", "Take old snapshots out that no tag, position or run needs") { tables, days, keep }.OnLake(
            composition,
            async (lake, parsed, json, cancel) =>
            {
                var options = new ExpireOptions(composition.Time.GetUtcNow().AddDays(-parsed.GetValue(days)), parsed.GetValue(keep));
                var result = new ResultTable("", "table", "expired", "kept", "kept_by_need", "files_waiting");
                return await EachAsync(lake, parsed.GetValue(tables)!, result, json, async table =>
                {
                    var report = await new Expiry(lake).RunAsync(table.Ident, options, cancel);
                    result.Add(report.Table.ToString(), report.Expired, report.Kept, report.Needed, report.FilesWaiting);
                }, cancel);
            });
    }

    /// <summary>
    /// Namespaces of tables that stand still from one end of day to the next. Those of a stream would lose their statistics in minutes.
    /// </summary>
    static readonly string[] analyzed = ["silver", "gold"];

    static Command Analyze(Composition composition)
    {
        var tables = Tables("namespace.table; none: all of silver and gold. Name a table that is streamed to only when its stream stands still");
        return new Command("analyze", "Count the distinct values of columns, for engines that choose how to join by them") { tables }.OnLake(
            composition,
            async (lake, parsed, json, cancel) =>
            {
                await using var engine = composition.DuckDb(lake);
                var analysis = new TableAnalysis(lake, engine, composition.Ids);
                var lines = json ? null : new PlainLines(composition.Time);
                var result = new ResultTable("", "table", "columns", "files", "known_files", "rows", "snapshot", "analyzed");
                return await EachAsync(lake, parsed.GetValue(tables)!, result, json, async table =>
                {
                    var name = table.Ident.ToString();
                    var made = await analysis.WriteAsync(table, new AnalysisReporter(name, lines), cancel);
                    await analysis.CommitAsync(made is null ? [] : [made], cancel);
                    result.Add(
                        name, made?.Columns ?? 0, made?.Files ?? 0, made?.KnownFiles ?? 0, made?.Rows ?? 0,
                        table.Metadata.CurrentSnapshotId, made is not null);
                }, cancel, ident => analyzed.Contains(ident.Namespace, StringComparer.Ordinal));
            });
    }

    static Command Orphans(Composition composition)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be deleted, and delete nothing" };
        var days = Flags.Number("--older-than", "Age in days", (int)Lakehouse.Maintenance.Orphans.DefaultAge.TotalDays,
            new LimitsAttribute((int)Lakehouse.Maintenance.Orphans.LeastAge.TotalDays, 36500));
        return new Command("orphans", "Delete files of the lake that nothing names") { dryRun, days }.OnLake(
            composition, async (lake, parsed, json, cancel) =>
        {
            var search = new Orphans(lake, composition.Time);
            var (found, spared) = await search.FindAsync(TimeSpan.FromDays(parsed.GetValue(days)), cancel);
            var (deleted, failure) = parsed.GetValue(dryRun) ? ([], null) : await search.DeleteAsync(found, cancel);
            var gone = deleted.ToHashSet();
            var result = new ResultTable("", "file", "kind", "bytes", "changed", "deleted");
            foreach (var file in found)
                result.Add(file.Path, file.Kind, file.Bytes, file.Changed, gone.Contains(file));
            result.Print(json);
            foreach (var folder in spared)
                Failure.Note($"left as it is: {folder.Path}, for {folder.Why}");
            if (!json)
                Screen.Line($"{found.Count:N0} orphans, {found.Sum(f => f.Bytes):N0} bytes; {deleted.Count:N0} deleted");
            return failure is null ? 0 : Failure.Say($"{found.Count - deleted.Count} orphans stay: {failure}");
        });
    }

    static Command Rollback(Composition composition)
    {
        var table = new Argument<string>("table") { Description = "namespace.table" };
        var to = new Option<string>("--to") { Description = "A snapshot, tag or time, such as snapshot:1, tag:eod-2026-09-21", HelpName = "STATE", Required = true };
        var any = new Option<bool>("--any-snapshot") { Description = "Also one that the table's history does not lead back to" };
        return new Command("rollback", "Make an earlier snapshot of a table the current one") { table, to, any }.OnLake(
            composition, async (lake, parsed, json, cancel) =>
        {
            var ident = (await NamedTable.FindAsync(lake, parsed.GetValue(table)!, cancel)).Ident;
            var report = await new Rollback(lake).RunAsync(ident, parsed.GetValue(to)!, parsed.GetValue(any), cancel);
            if (json)
                Json.Print(new
                {
                    table = report.Table.ToString(),
                    report.From,
                    report.To,
                    changed = report.From != report.To,
                    report.HoldsStream,
                });
            else
                Screen.Line(report.From == report.To
                    ? $"{report.Table} is at snapshot {report.To}: nothing to do"
                    : $"{report.Table} is at snapshot {report.To} now, and was at {report.From}; nothing was deleted");
            if (report.HoldsStream)
                Failure.Note($"the position of {report.Table} stays where it was: its stream does not start again until 'dartlake stream bronze --read-again', which reads again what came after, or '--accept-position', which reads on from there, and then 'dartlake verify' names the rows between");
            return 0;
        });
    }

    static Command Health(Composition composition)
    {
        var tables = Tables();
        return new Command("health", "Files, snapshots and metadata of tables, orphans, and what to do") { tables }.OnLake(
            composition, async (lake, parsed, json, cancel) =>
        {
            var (compact, expire) = (new CompactOptions(Today(composition)), new ExpireOptions(composition.Time.GetUtcNow().AddDays(-1)));
            var folder = ShellWord.Quoted(parsed.GetValue<string>("--data-dir")!);
            var result = new ResultTable("", "table", "files", "small", "do", "bytes", "manifests", "snapshots", "old", "metadata_files", "metadata_bytes");
            var code = await EachAsync(lake, parsed.GetValue(tables)!, result, json, async table =>
            {
                var health = await new HealthCheck(lake, composition.Ids).LookAsync(table, compact, expire, cancel);
                result.Add(
                    health.Table.ToString(), health.Files, health.SmallFiles, Advice(health, folder), health.Bytes,
                    health.Manifests, health.Snapshots, health.OldSnapshots,
                    health.MetadataFiles, health.MetadataBytes);
            }, cancel);
            if (code == 0)
                await SayOrphansAsync(lake, composition, folder, cancel);
            return code;
        });
    }

    static async Task SayOrphansAsync(Lake lake, Composition composition, string folder, CancellationToken cancel)
    {
        // a bucket is listed when somebody asks for its orphans: each thousand files cost a request
        if (!lake.IsEmbedded)
            return;
        try
        {
            var (orphans, _) = await new Orphans(lake, composition.Time).FindAsync(Lakehouse.Maintenance.Orphans.DefaultAge, cancel);
            if (orphans.Count > 0)
                Failure.Note($"{orphans.Count:N0} files of {orphans.Sum(f => f.Bytes):N0} bytes are named by no table; look with 'dartlake table orphans --dry-run --data-dir {folder}'");
        }
        catch (LakeException e)
        {
            Failure.Note($"files that no table names were not looked for: {e.Message}");
        }
    }

    /// <summary>The one line to type next; empty: nothing.</summary>
    static string Advice(TableHealth health, string folder) => health switch
    {
        { Ignored: [var property, ..] } => $"{property} is no positive number and counts as unsaid; set it anew, or remove it",
        { Collects: false } => "gc.enabled is false: nothing is deleted",
        { SmallFiles: >= 10 } => $"dartlake table compact {health.Table} --data-dir {folder}",
        { OldSnapshots: > 0 } => $"dartlake table expire {health.Table} --data-dir {folder}",
        _ => "",
    };

    static DateOnly Today(Composition composition) => DateOnly.FromDateTime(composition.Time.GetUtcNow().UtcDateTime);

    static Argument<string[]> Tables(string description = "namespace.table; none: all") =>
        new("tables") { Description = description, Arity = ArgumentArity.ZeroOrMore };

    /// <summary>
    /// The tables of those names, one after the other; without names all, and those that their properties or format keep from it are told
    /// and left. One that fails does not stop the others, and what was done of them is printed.
    /// </summary>
    /// <returns>The exit code.</returns>
    static async Task<int> EachAsync(
        Lake lake, string[] names, ResultTable result, bool json, Func<Table, Task> act, CancellationToken cancel,
        Func<TableIdent, bool>? among = null)
    {
        var run = new EachTable(cancel);
        foreach (var name in names)
            await run.DoAsync(name, async () => await act(Maintained(await NamedTable.FindAsync(lake, name, cancel))));
        if (names.Length == 0)
        {
            var survey = await lake.Catalog.SurveyAsync(cancel);
            run.LeaveOut(survey.LeftOut.Values);
            foreach (var (ident, table) in survey.Tables.Where(pair => IsWanted(pair.Key)).OrderBy(pair => pair.Key))
                await run.DoAsync(ident.ToString(), () => act(table), mayBeKept: true);
        }
        return run.End(result, json, nothingElse: names.Length == 1);

        bool IsWanted(TableIdent ident) => ident.Namespace != LakeNames.Staging && (among?.Invoke(ident) ?? true);
    }

    static Table Maintained(Table table) => table.Ident.Namespace != LakeNames.Staging ? table
        : throw LakeException.Invalid($"{table.Ident} is a staging table of a run, which looks after it itself");
}
