using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Staging;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Sql.Staging;

/// <summary>
/// An engine of others that builds models of a run. It sees tables by the lake's catalog, each at the snapshot that the run reads. What is
/// a view elsewhere is the query itself, in brackets, where it is read from; rows are kept in staging tables.
/// </summary>
internal sealed class RemoteEngine(Lake lake, TargetEngine target, StagingTables staging, SharedFiles shared)
{
    /// <summary>Answers of <see cref="RunEngine.Rows"/> are small.</summary>
    const int MostRows = 1_000_000;

    readonly IQueryEngine engine = target.Engine;
    readonly SqlDialect dialect = target.Dialect;
    readonly Dictionary<string, TableIdent> kept = new(StringComparer.Ordinal);
    readonly HashSet<(TableIdent, long)> known = [];

    public RunEngine Doors() => new(
        dialect, engine.ExecuteAsync, RowsAsync, async (sql, cancel) => [.. (await ColumnsAsync(sql, cancel)).Select(c => c.Name)],
        ExportAsync, ReaderAsync, CheckAsync, InBrackets, InBrackets, KeepAsync,
        async (sql, cancel) => await OutlineAsync(sql, cancel), DropAsync)
    {
        IsToldFiles = false,
    };

    Task<string> InBrackets(string name, string sql, CancellationToken cancel) => Task.FromResult($"({OneLine.Of(sql, dialect.Lexer)})");

    Task<IReadOnlyList<object?[]>> RowsAsync(string sql, CancellationToken cancel) => AskAsync(
        sql, MostRows, async (answer, rows) => (IReadOnlyList<object?[]>)await rows, cancel);

    Task<IReadOnlyList<AnswerColumn>> ColumnsAsync(string sql, CancellationToken cancel) => AskAsync(
        $"select * from (\n{sql}\n) described where false", 1, async (answer, rows) =>
        {
            await rows;
            return AnswerColumn.Of(answer.Schema);
        }, cancel);

    async Task<T> AskAsync<T>(
        string sql, int limit, Func<QueryResult, Task<IReadOnlyList<object?[]>>, Task<T>> read, CancellationToken cancel)
    {
        try
        {
            await using var answer = await engine.QueryAsync(sql, cancel);
            return await read(answer, answer.ReadRowsAsync(limit, cancel));
        }
        catch (LakeException e)
        {
            // whether or not it was read, nothing has changed
            throw e.OutcomeIsUnknown ? LakeException.Unavailable(e.Message, e) : PlacedFailure.Of(e, sql);
        }
    }

    async Task CheckAsync(string sql, TableContract contract, CancellationToken cancel)
    {
        var found = (await ColumnsAsync(sql, cancel)).ToLookup(c => c.Name, StringComparer.OrdinalIgnoreCase);
        var wanted = contract.Columns.ToLookup(c => c.Name, StringComparer.OrdinalIgnoreCase);
        if (contract.Columns.Where(c => !found.Contains(c.Name)).Select(c => c.Name).ToList() is [_, ..] missing)
            throw LakeException.Invalid($"{contract.Name}: the query lacks {string.Join(", ", missing)}");
        if (found.Select(c => c.Key).Where(c => !wanted.Contains(c)).ToList() is [_, ..] extra)
            throw LakeException.Invalid($"{contract.Name}: the query has {string.Join(", ", extra)}, which the contract has not");
        if (Twice(found.SelectMany(c => c)) is [_, ..] twice)
            throw LakeException.Invalid($"{contract.Name}: the query has {string.Join(", ", twice)} more than once");
        var wrong = contract.Columns.Where(c => !found[c.Name].First().FitsInto(c.Type))
            .Select(c => $"{c.Name} is {found[c.Name].First().Shown}, cast it to {dialect.Type(c.Type)}").ToList();
        if (wrong.Count > 0)
            throw LakeException.Invalid($"{contract.Name}: {string.Join("; ", wrong)}");
    }

    async Task<IReadOnlyList<DataFile>> ExportAsync(
        string sql, TableContract contract, string location, PartitionKey? only, CancellationToken cancel)
    {
        await CheckAsync(sql, contract, cancel);
        var table = await staging.MakeAsync(contract.Name.Replace('.', '_'), contract.ToDefinition(), cancel);
        var columns = contract.Columns.Select(c => (c.Name, Sql: dialect.Type(c.Type))).ToList();
        return shared.Add(await FillAsync(table, columns, sql, cancel)).Files;
    }

    async Task<(string Sql, StagedRows? Rows)> KeepAsync(string name, string sql, CancellationToken cancel)
    {
        var schema = await OutlineAsync(sql, cancel);
        var subject = string.Concat(name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..].Where(IsOfNames));
        var table = await staging.MakeAsync(subject, new(schema, [], new Dictionary<string, string>()), cancel);
        kept[name] = table.Ident;
        var rows = shared.Add(await FillAsync(table, [.. schema.Fields.Select(f => (f.Name, ""))], sql, cancel));
        return (await InBrackets(name, await ReaderAsync(rows.Table, rows.Files, cancel), cancel), rows);
    }

    async Task<IcebergSchema> OutlineAsync(string sql, CancellationToken cancel)
    {
        var found = await ColumnsAsync(sql, cancel);
        if (Twice(found) is [_, ..] twice)
            throw LakeException.Invalid($"the query has {string.Join(", ", twice)} more than once; on {dialect.Name} a step's columns have names of their own");
        if (found.Index().FirstOrDefault(c => c.Item.Name == dialect.Unnamed(c.Index)).Item is { } unnamed)
            throw LakeException.Invalid($"the query has a column without a name ({dialect.Name} calls it {unnamed.Name}); on {dialect.Name} a step's columns have names of their own");
        if (found.Where(c => c.Type is null).Select(c => $"{c.Name} is {c.Shown}").ToList() is [_, ..] wrong)
            throw LakeException.Invalid($"{string.Join(", ", wrong)}: no table has that type, so cast it");
        return new IcebergSchema(0, [.. found.Select((c, at) => new SchemaField(at + 1, c.Name, c.Type!, false, ""))]);
    }

    static bool IsOfNames(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_';

    static List<string> Twice(IEnumerable<AnswerColumn> columns) =>
        [.. columns.GroupBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Where(c => c.Count() > 1).Select(c => c.Key)];

    /// <summary>One statement writes all rows: they are there or not, and only what its snapshot holds is ever read.</summary>
    async Task<StagedRows> FillAsync(Table table, IReadOnlyList<(string Name, string Cast)> columns, string sql, CancellationToken cancel)
    {
        var names = string.Join(", ", columns.Select(c => Quoted.Name(c.Name)));
        var values = string.Join(", ", columns.Select(c => c.Cast.Length == 0
            ? Quoted.Name(c.Name)
            : $"cast({Quoted.Name(c.Name)} as {c.Cast}) as {Quoted.Name(c.Name)}"));
        var statement = $"insert into {NameOf(table.Ident)} ({names}) select {values} from (\n{sql}\n) built";
        try
        {
            await engine.ExecuteAsync(statement, cancel);
        }
        catch (LakeException e) when (e.OutcomeIsUnknown)
        {
            // it makes one snapshot: when that is there, so are all rows
            var found = await staging.ReadAsync(table, cancel);
            return found.Table.Metadata.CurrentSnapshotId is not null ? found
                : throw LakeException.Unavailable($"{dialect.Name} was lost while it wrote, and nothing of that is kept: see that it runs, and run it again ({(e.InnerException as LakeException ?? e).Message})", e);
        }
        catch (LakeException e)
        {
            throw PlacedFailure.Of(e, statement);
        }
        return await staging.ReadAsync(table, cancel);
    }

    async Task DropAsync(string name, CancellationToken cancel)
    {
        if (kept.Remove(name, out var table))
            await staging.DropAsync(table, cancel);
    }

    string NameOf(TableIdent ident) =>
        $"{Quoted.Name(target.Catalog)}.{Quoted.Name(ident.Namespace)}.{Quoted.Name(ident.Name)}";

    /// <summary>Files that some staging table has are read there, all others in the table's own snapshot.</summary>
    async Task<string> ReaderAsync(Table table, IReadOnlyList<DataFile> files, CancellationToken cancel)
    {
        var selects = new List<string>();
        foreach (var place in files.GroupBy(f => shared.TableOf(f) ?? table).OrderBy(p => p.Key.Ident))
            selects.Add(await SelectAsync(place.Key, table.Metadata.Schema, [.. place], cancel));
        return selects.Count == 0 ? Empty(table.Metadata.Schema) : string.Join("\nunion all\n", selects);
    }

    async Task<string> SelectAsync(Table from, IcebergSchema schema, IReadOnlyList<DataFile> files, CancellationToken cancel)
    {
        var snapshot = from.Metadata.CurrentSnapshot
            ?? throw LakeException.Bug($"{from.Ident} has files and no snapshot");
        if (target.Refresh(NameOf(from.Ident)) is { } refresh && known.Add((from.Ident, snapshot.SnapshotId)))
            await engine.ExecuteAsync(refresh, cancel);
        var stored = from.Metadata.SchemaOf(snapshot);
        var columns = schema.Fields.Select(field => Column(field, stored.Find(field.Id)));
        var which = await WhichAsync(from, stored, files, cancel);
        return $"select {string.Join(", ", columns)} from {NameOf(from.Ident)} {target.AsOf(snapshot.SnapshotId)}{which}";
    }

    string Column(SchemaField wanted, SchemaField? stored)
    {
        var name = Quoted.Name(wanted.Name);
        return stored is null ? $"cast(null as {TypeOf(wanted)}) as {name}"
            : stored.Type != wanted.Type ? $"cast({Quoted.Name(stored.Name)} as {TypeOf(wanted)}) as {name}"
            : stored.Name != wanted.Name ? $"{Quoted.Name(stored.Name)} as {name}"
            : name;
    }

    string TypeOf(SchemaField field) => ContractSchema.TryColumnType(field.Type) is { } type ? dialect.Type(type)
        : field.Type == IcebergType.Float ? dialect.Float
        : field.Type == IcebergType.Timestamp ? dialect.PlainTime
        : throw LakeException.Invalid($"{field.Name} is {field.Type}, which models on {dialect.Name} cannot read");

    string Empty(IcebergSchema schema) =>
        $"select {string.Join(", ", schema.Fields.Select(f => Column(f, null)))} where 1 = 0";

    /// <summary>A condition that leaves out files that are not asked for: by partition where that tells them, else by path.</summary>
    async Task<string> WhichAsync(Table from, IcebergSchema schema, IReadOnlyList<DataFile> files, CancellationToken cancel)
    {
        var asked = files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var others = (await lake.Scan.PlanAsync(from, new(), cancel)).Files.Where(f => !asked.Contains(f.Path)).ToList();
        if (others.Count == 0)
            return "";
        if (others.Exists(o => files.Any(f => f.Partition.Equals(o.Partition)))
            || DayColumn(from.Metadata, schema) is not { } column)
            return $" where {target.FilePath} in ({string.Join(", ", asked.Order(StringComparer.Ordinal).Select(dialect.Text))})";
        var days = others.Select(o => StagedTable.Day(o.Partition)).Distinct().Order().Select(Quoted.Date);
        return $" where {Quoted.Name(column)} not in ({string.Join(", ", days)})";
    }

    /// <summary>The column whose values are the partitions; null: it is not as simple as that.</summary>
    static string? DayColumn(TableMetadata table, IcebergSchema schema) =>
        table.PartitionSpecs.First(s => s.SpecId == table.DefaultSpecId).Fields is [{ Transform.Kind: TransformKind.Identity } field]
            && schema.Find(field.SourceId) is { Type.Name: "date" } column
            ? column.Name
            : null;
}
