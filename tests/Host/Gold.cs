using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests;

/// <summary>The canonical export of gold that a demo leaves: what has to be the same, byte for byte, however it came about.</summary>
static class Gold
{
    public static IReadOnlyList<TableContract> Tables { get; } = [
        .. TableContracts.All.Where(contract => contract.Table?.StartsWith("gold.", StringComparison.Ordinal) == true),
    ];

    /// <summary>Those and silver: whatever models build.</summary>
    public static IReadOnlyList<TableContract> OfModels { get; } = [
        .. TableContracts.All.Where(contract => contract.Table?.Split('.')[0] is "silver" or "gold"),
    ];

    /// <summary>By table.</summary>
    public static Task<IReadOnlyDictionary<string, string>> ExportAsync(string dataDir) => ExportAsync(new LakePlace { DataDir = dataDir });

    /// <summary>The same of a lake whose parts lie anywhere.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ExportAsync(LakePlace place, IReadOnlyList<TableContract>? tables = null)
    {
        await using var lake = await Lake.OpenAsync(place, TimeProvider.System, IdSource.System, CancellationToken.None);
        await using var engine = DuckDbEngine.Open(new DuckDbOptions
        {
            AllowedFolders = [place.DataDir],
            Objects = lake.Store,
            Threads = Environment.ProcessorCount,
            MemoryLimitBytes = 1L << 30,
        });
        await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new ScanOptions(), CancellationToken.None);
        var exports = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var table in tables ?? Tables)
        {
            await using var text = new StringWriter();
            await CanonicalExport.WriteAsync(session, table, null, "trade_date", text, CancellationToken.None);
            exports[table.Table!] = text.ToString();
        }
        return exports;
    }

    /// <summary>Fails at the first table that differs, with the first line that does.</summary>
    public static void AssertSame(IReadOnlyDictionary<string, string> expected, IReadOnlyDictionary<string, string> actual)
    {
        foreach (var table in expected.Keys)
        {
            if (expected[table] == actual[table])
                continue;
            var (left, right) = (expected[table].Split('\n'), actual[table].Split('\n'));
            var line = left.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count();
            Assert.Fail($"{table} differs in line {line + 1}:\n{left.ElementAtOrDefault(line)}\n{right.ElementAtOrDefault(line)}");
        }
    }
}
