using System.Globalization;
using System.Text.Json;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>
/// What a reader finds in tables, as figures that do not depend on the order of rows: by column how many values there
/// are and the sum of their hashes, and the same over whole rows, so that two values that changed places are told too.
/// The hash is the first 48 bits of SHA-256 over a text that all readers make alike: numbers by their digits, doubles
/// by their IEEE bits (NaN is one value, -0 is not 0), times in microseconds and days of 1970, bytes in hexadecimal.
/// </summary>
/// <param name="Figures">By <c>namespace.table.column</c>; rows are the column <c>*</c>.</param>
sealed record TableSums(IReadOnlyDictionary<string, string> Figures)
{
    /// <summary>Ours, through the verb <c>sql</c>; of the state at a tag, when one is given.</summary>
    /// <param name="dataDir">Of the lake.</param>
    /// <param name="tables">That are read.</param>
    /// <param name="tag">Null: the current state.</param>
    /// <param name="environment">Settings of a shared lake.</param>
    public static async Task<TableSums> OfOursAsync(
        string dataDir, IReadOnlyList<TableContract> tables, string? tag = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var rows = new List<JsonElement>();
        foreach (var query in SumSql.DuckDb.Queries(tables))
        {
            using var process = Exe.Start(
                environment ?? new Dictionary<string, string>(),
                ["sql", query, "--data-dir", dataDir, "--format", "json", .. tag is null ? Array.Empty<string>() : ["--as-of", tag]]);
            var answer = (await Exe.EndAsync(process, TimeSpan.FromMinutes(3))).Exits(0).Out;
            rows.AddRange(JsonDocument.Parse(answer).RootElement.EnumerateArray());
        }
        return Of(rows, tables);
    }

    /// <summary>Spark's.</summary>
    /// <param name="folder">For Spark's own files.</param>
    public static Task<TableSums> OfSparkAsync(string dataDir, IReadOnlyList<TableContract> tables, string folder) =>
        OfSparkAsync(tables, folder, new Dictionary<string, string>
        {
            ["LAKE_CATALOG_TYPE"] = "jdbc",
            ["LAKE_JDBC_URL"] = $"jdbc:sqlite:{Path.Combine(dataDir, "catalog.db")}",
            ["LAKE_WAREHOUSE"] = Path.Combine(folder, "unused"),
        });

    /// <summary>The same with the settings of a catalog of any place.</summary>
    public static async Task<TableSums> OfSparkAsync(
        IReadOnlyList<TableContract> tables, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var output = await Tool.RunAsync(Shared.Path("engines", "spark"), ["sql", folder, .. SumSql.Spark.Queries(tables)], environment);
        return Of(output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement), tables);
    }

    /// <summary>A running Trino's.</summary>
    public static async Task<TableSums> OfTrinoAsync(TrinoServer trino, IReadOnlyList<TableContract> tables)
    {
        var figures = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var table in tables)
            foreach (var row in await trino.RowsAsync(SumSql.Trino.Queries([table]).Single()))
                figures.Add(row[0], row[1].Split(','));
        return Of(figures, tables);
    }

    /// <summary>
    /// PyIceberg's, of every table that its catalog lists, with the columns
    /// that it finds; of those that have a tag at the tag, when one is given.
    /// </summary>
    public static Task<TableSums> OfPyIcebergAsync(string dataDir, string? tag = null) =>
        OfPyIcebergAsync($"sqlite:///{Path.Combine(dataDir, "catalog.db")}", new Dictionary<string, string>(), tag);

    /// <summary>The same by a catalog as SQLAlchemy names it.</summary>
    public static async Task<TableSums> OfPyIcebergAsync(string catalog, IReadOnlyDictionary<string, string> environment, string? tag)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Judges", "sum_tables.py");
        var output = await Tool.RunAsync(
            Shared.Path("engines", "pyiceberg"), ["python", script, catalog, .. tag is null ? Array.Empty<string>() : [tag]], environment);
        return new(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal));
    }

    /// <summary>Each figure that is not the same on both sides.</summary>
    public IReadOnlyList<string> Differences(TableSums others) =>
    [
        .. from name in Figures.Keys.Union(others.Figures.Keys).Order(StringComparer.Ordinal)
           let pair = (Ours: Figures.GetValueOrDefault(name, "absent"), Theirs: others.Figures.GetValueOrDefault(name, "absent"))
           where pair.Ours != pair.Theirs
           select $"{name}: {pair.Ours}, the other reads {pair.Theirs}",
    ];

    static TableSums Of(IEnumerable<JsonElement> rows, IReadOnlyList<TableContract> tables) => Of(
        rows.ToDictionary(
            row => row.GetProperty("name").GetString()!, row => row.GetProperty("figures").GetString()!.Split(','), StringComparer.Ordinal),
        tables);

    static TableSums Of(Dictionary<string, string[]> figures, IReadOnlyList<TableContract> tables) =>
        new(tables.SelectMany(table => SumSql.Columns(table)
            .Select(column => column.Name)
            .Prepend("*")
            .Zip(figures[table.Name], (name, figure) => (Name: $"{table.Name}.{name}", figure)))
            .ToDictionary(pair => pair.Name, pair => pair.figure, StringComparer.Ordinal));
}
