using System.Globalization;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>
/// Runs a query and writes its rows as Parquet files of the contract's table: field ids, types and order by contract, one file per
/// partition, durable before they are named.
/// </summary>
public sealed class ExportQuery(DuckDbSession session, IObjectStore store, IdSource ids)
{
    /// <summary>As DuckDB makes them.</summary>
    internal const int RowsOfGroup = 122_880;

    /// <param name="sql">One query with the contract's columns, in any order.</param>
    /// <param name="contract">The table's.</param>
    /// <param name="tableLocation">The table's location; files go below its <c>data</c>.</param>
    /// <param name="only">
    /// The partition that all rows should be of: they go to its file as they come, and are held nowhere. Null: not known.
    /// </param>
    /// <param name="cancel">Ends the query.</param>
    /// <exception cref="LakeException">Invalid: columns or types that are not the contract's, or a null in a required column.</exception>
    public async Task<IReadOnlyList<DataFile>> WriteAsync(
        string sql, TableContract contract, string tableLocation, PartitionKey? only, CancellationToken cancel)
    {
        await CheckAsync(sql, contract, cancel);
        var columns = contract.Columns.Select(c => (Name: SqlText.Name(c.Name), Type: SqlText.Type(c.Type.ToIceberg())))
            .Select(c => $"CAST({c.Name} AS {c.Type}) AS {c.Name}");
        var rows = $"SELECT {string.Join(", ", columns)} FROM {Derived(sql)}";
        only ??= contract.Partitions.Count == 0 ? PartitionKey.Unpartitioned : null;
        return only is { } key
            ? await StreamAsync(rows, contract, tableLocation, key, cancel)
            : await StageAsync(rows, contract, tableLocation, cancel);
    }

    /// <inheritdoc cref="WriteAsync(string, TableContract, string, PartitionKey?, CancellationToken)"/>
    public Task<IReadOnlyList<DataFile>> WriteAsync(string sql, TableContract contract, string tableLocation, CancellationToken cancel) =>
        WriteAsync(sql, contract, tableLocation, null, cancel);

    /// <summary>Rows of any partitions go to a table first, which tells what partitions they are of.</summary>
    async Task<IReadOnlyList<DataFile>> StageAsync(string rows, TableContract contract, string tableLocation, CancellationToken cancel)
    {
        var staged = SqlText.Name($"export_{ids.NewId():N}");
        await session.ExecuteAsync($"CREATE TEMP TABLE {staged} AS {rows}", cancel);
        try
        {
            await CheckRequired(staged, contract, cancel);
            return await Copy(staged, contract, tableLocation, cancel);
        }
        finally
        {
            await session.ExecuteAsync($"DROP TABLE {staged}", CancellationToken.None);
        }
    }

    /// <summary>
    /// Rows go to one file as they come. Its footer tells whether it can stay; where it leaves a doubt, the file is asked, and a file that
    /// cannot stay is written again from itself.
    /// </summary>
    async Task<IReadOnlyList<DataFile>> StreamAsync(
        string rows, TableContract contract, string tableLocation, PartitionKey key, CancellationToken cancel)
    {
        var file = await WriteFileAsync($"{rows}{Order(contract)}", contract, tableLocation, key, "v2", cancel);
        var footer = new FileFooter(file, contract);
        var path = (await session.Files.PathsAsync([file], cancel))[0];
        var written = $"read_parquet({SqlText.Literal(path)}, hive_partitioning = false)";
        var stays = false;
        try
        {
            if (file.RecordCount == 0)
                return [];
            if (!footer.HasRequired)
                await CheckRequired(written, contract, cancel);
            if (!footer.IsOf(key) && (await Partitions(written, contract, cancel) is not [var (found, _)] || !found.Equals(key)))
                return await Copy(written, contract, tableLocation, cancel);
            if (!footer.FitsVersion2 && await VersionAsync(written, contract, cancel) is not "v2" and var version)
            {
                var again = await WriteFileAsync($"SELECT * FROM {written}", contract, tableLocation, key, version, cancel);
                return [await WithNansAsync(again, written, contract, cancel)];
            }
            file = await WithNansAsync(file, written, contract, cancel);
            stays = true;
            return [file];
        }
        finally
        {
            if (!stays)
                await store.DeleteAsync(file.Path, CancellationToken.None);
        }
    }

    async Task<DataFile> WriteFileAsync(
        string rows, TableContract contract, string tableLocation, PartitionKey key, string version, CancellationToken cancel)
    {
        var location = DataPath.New(tableLocation, contract, key, ids);
        var fieldIds = contract.Columns.Select(c => string.Create(CultureInfo.InvariantCulture, $"{SqlText.Name(c.Name)}: {c.Id}"));
        // level 3, the default, takes a seventh more time for files that are a twentieth smaller
        const string compression = "COMPRESSION zstd, COMPRESSION_LEVEL 1";
        var form = $"FORMAT parquet, PARQUET_VERSION {version}, {compression}, FIELD_IDS {{{string.Join(", ", fieldIds)}}}";
        await store.WriteFileAsync(
            location, path => session.ExecuteAsync($"COPY ({rows}) TO {SqlText.Literal(path)} ({form})", cancel), cancel);
        return await FooterMetrics.ReadAsync(store, location, contract.ToIceberg(), key, cancel);
    }

    static string Order(TableContract contract) =>
        contract.Sort.Count == 0 ? "" : $" ORDER BY {string.Join(", ", contract.Sort.Select(s => $"{SqlText.Name(s)} ASC NULLS FIRST"))}";

    static string Derived(string sql) => $"(\n{sql.TrimEnd().TrimEnd(';')}\n)";

    /// <summary>Whether a query has the contract's columns; nothing is computed.</summary>
    /// <exception cref="LakeException">Invalid: the SQL, or columns or types that are not the contract's.</exception>
    public async Task CheckAsync(string sql, TableContract contract, CancellationToken cancel)
    {
        var described = await session.RowsAsync(
            $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {Derived(sql)})", cancel);
        var types = described.ToDictionary(row => (string)row[0]!, row => (string)row[1]!, StringComparer.OrdinalIgnoreCase);
        if (contract.Columns.Where(c => !types.ContainsKey(c.Name)).Select(c => c.Name).ToList() is [_, ..] missing)
            throw LakeException.Invalid($"{contract.Name}: the query lacks {string.Join(", ", missing)}");
        var known = contract.Columns.Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (types.Keys.Where(t => !known.Contains(t)).ToList() is [_, ..] extra)
            throw LakeException.Invalid($"{contract.Name}: the query has {string.Join(", ", extra)}, which the contract has not");
        var wrong = contract.Columns.Where(c => !CastTarget.Takes(c.Type, types[c.Name]))
            .Select(c => $"{c.Name} is {types[c.Name]}, cast it to {SqlText.Type(c.Type.ToIceberg())}").ToList();
        if (wrong.Count > 0)
            throw LakeException.Invalid($"{contract.Name}: {string.Join("; ", wrong)}");
    }

    async Task CheckRequired(string staged, TableContract contract, CancellationToken cancel)
    {
        var required = contract.Columns.Where(c => !c.Nullable).ToList();
        if (required.Count == 0)
            return;
        var missing = string.Join(", ", required.Select(c => $"count(*) - count({SqlText.Name(c.Name)})"));
        var counts = (await session.RowsAsync($"SELECT {missing} FROM {staged}", cancel))[0];
        var nulls = required.Select((c, i) => (c.Name, Count: (long)counts[i]!)).Where(c => c.Count > 0)
            .Select(c => $"{c.Name} is null in {c.Count} rows").ToList();
        if (nulls.Count > 0)
            throw LakeException.Invalid($"{contract.Name}: {string.Join(", ", nulls)}, but the contract requires it");
    }

    async Task<IReadOnlyList<DataFile>> Copy(string staged, TableContract contract, string tableLocation, CancellationToken cancel)
    {
        var files = new List<DataFile>();
        foreach (var (key, where) in await Partitions(staged, contract, cancel))
        {
            var version = await VersionAsync(staged + where, contract, cancel);
            var rows = $"SELECT * FROM {staged}{where}{Order(contract)}";
            var file = await WriteFileAsync(rows, contract, tableLocation, key, version, cancel);
            files.Add(await WithNansAsync(file, staged + where, contract, cancel));
        }
        return files;
    }

    async Task<string> VersionAsync(string rows, TableContract contract, CancellationToken cancel) =>
        await WideInts(rows, contract, cancel) || await EmptyGroups(rows, contract, cancel) ? "v1" : "v2";

    async Task<DataFile> WithNansAsync(DataFile file, string rows, TableContract contract, CancellationToken cancel) =>
        file with { NanValueCounts = await NanCounts(rows, contract, cancel) };

    /// <summary>Footers do not count NaN, and without the count no file can be skipped for "greater than".</summary>
    async Task<IReadOnlyDictionary<int, long>> NanCounts(string rows, TableContract contract, CancellationToken cancel)
    {
        var doubles = contract.Columns.Where(c => c.Type.Kind == ColumnKind.Double).ToList();
        if (doubles.Count == 0)
            return new Dictionary<int, long>();
        var nans = string.Join(", ", doubles.Select(c => $"count(*) FILTER (WHERE isnan({SqlText.Name(c.Name)}))"));
        var counts = (await session.RowsAsync($"SELECT {nans} FROM {rows}", cancel))[0];
        return doubles.Select((c, i) => KeyValuePair.Create(c.Id, (long)counts[i]!)).ToDictionary();
    }

    /// <summary>
    /// Whether an int column spans 2^31 or more. DuckDB 1.5.6 then writes deltas of more than 32 bits in version 2, and Arrow C++ refuses
    /// the file ("InitBlock EOF"; Parquet's Encodings.md wants such deltas to wrap).
    /// </summary>
    async Task<bool> WideInts(string staged, TableContract contract, CancellationToken cancel)
    {
        var ints = contract.Columns.Where(c => c.Type.Kind == ColumnKind.Int).Select(c => SqlText.Name(c.Name)).ToList();
        if (ints.Count == 0)
            return false;
        var widths = string.Join(", ", ints.Select(c => $"max({c})::BIGINT - min({c})::BIGINT"));
        var spans = await session.RowsAsync($"SELECT {widths} FROM {staged}", cancel);
        return spans[0].Any(s => s is > (long)int.MaxValue);
    }

    /// <summary>
    /// Whether a text or binary column may be null in all rows of a row group. DuckDB 1.5.6 writes such a group in version 2 as
    /// DELTA_LENGTH_BYTE_ARRAY without a length, and Spark 4.1 ends at the file ("Index 0 out of bounds for length 0").
    /// </summary>
    async Task<bool> EmptyGroups(string rows, TableContract contract, CancellationToken cancel)
    {
        var nullable = contract.Columns.Where(c => c is { Nullable: true, Type.Kind: ColumnKind.String or ColumnKind.Binary });
        var texts = nullable.Select(c => SqlText.Name(c.Name)).ToList();
        if (texts.Count == 0)
            return false;
        var counts = await session.RowsAsync($"SELECT count(*), {string.Join(", ", texts.Select(c => $"count({c})"))} FROM {rows}", cancel);
        var all = (long)counts[0][0]!;
        return counts[0].Skip(1).Any(count => count is 0L || all > RowsOfGroup && (long)count! < all);
    }

    /// <summary>The partitions that have rows, each with the condition that picks them.</summary>
    async Task<IReadOnlyList<(PartitionKey Key, string Where)>> Partitions(string staged, TableContract contract, CancellationToken cancel)
    {
        if (contract.Partitions.Count == 0)
        {
            var any = await session.RowsAsync($"SELECT 1 FROM {staged} LIMIT 1", cancel);
            return any.Count == 0 ? [] : [(PartitionKey.Unpartitioned, "")];
        }
        var terms = contract.Partitions.Select(p => Term(contract, p)).ToList();
        var rows = await session.RowsAsync($"SELECT DISTINCT {string.Join(", ", terms)} FROM {staged} ORDER BY ALL", cancel);
        var kinds = contract.Partitions.Select(p => contract.Column(p.Source).Type.Kind).ToList();
        return [.. rows.Select(row => (new PartitionKey([.. row.Select((v, i) => KeyValue(v, kinds[i]))]), Where(row)))];

        string Where(IReadOnlyList<object?> row) =>
            " WHERE " + string.Join(" AND ", terms.Select((t, i) => $"{t} IS NOT DISTINCT FROM {Literal(row[i])}"));
    }

    static string Term(TableContract contract, ContractPartition field)
    {
        var name = SqlText.Name(field.Source);
        return (field.Transform, contract.Column(field.Source).Type.Kind) switch
        {
            ("identity", not (ColumnKind.Double or ColumnKind.Binary or ColumnKind.Timestamptz)) => name,
            ("day", ColumnKind.Timestamptz) => $"CAST({name} AT TIME ZONE 'UTC' AS DATE)",
            ("day", ColumnKind.Date) => name,
            _ => throw LakeException.Invalid($"{contract.Name}: an export cannot be partitioned by {field.Transform}({field.Source}); use identity, or day of a time"),
        };
    }

    static object? KeyValue(object? value, ColumnKind source) => value switch
    {
        long whole when source == ColumnKind.Int => (int)whole,
        DateOnly day => day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
        _ => value,
    };

    static string Literal(object? value) => value switch
    {
        null => "NULL",
        DateOnly day => $"DATE '{day:yyyy-MM-dd}'",
        string text => SqlText.Literal(text),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
