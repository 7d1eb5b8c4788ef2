using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Schemas;

namespace Dart.Lake.Tests.Support;

/// <summary>
/// An embedded lake with what <see cref="QueryEngineConformance"/> asks for: <c>silver.kinds</c>, a column of every type that we write, of
/// which two rows were there when it was tagged <see cref="Tag"/>; and <c>silver.many</c>, <see cref="Many"/> rows.
/// </summary>
public sealed class ConformanceLake : IAsyncDisposable
{
    public const string Tag = "first";
    public const int Many = 100_000;

    /// <summary>Unscaled, of 38 digits.</summary>
    static readonly Int128 longest = Int128.Parse("99999999999999999999999999999999999999");

    static readonly TableContract kinds = Contract("silver.kinds",
        ("id", "long"), ("whole", "int"), ("ratio", "double"), ("flag", "boolean"), ("day", "date"), ("at", "timestamptz"),
        ("name", "string"), ("bytes", "binary"), ("price", "decimal(18, 6)"), ("amount", "decimal(38, 10)"));

    static readonly TableContract many = Contract("silver.many", ("id", "long"), ("name", "string"));

    static readonly object?[][] first =
    [
        [1L, 7, 0.1, true, 20_718, 1_789_000_000_123_456L, "naïve 𝄞", new byte[] { 0, 255 }, 1_500_000L, longest],
        [2L, int.MinValue, double.NaN, false, -719_162, -1L, "", Array.Empty<byte>(), -1L, -longest],
    ];

    static readonly object?[][] later =
    [
        [3L, null, null, null, null, null, null, null, null, null],
        // 0001-01-01 and the last microsecond of 9999
        [
            long.MaxValue, int.MaxValue, double.PositiveInfinity, true, 2_932_896, 253_402_300_799_999_999L, "it's \"quoted\"\n\t",
            new byte[] { 39 }, 999_999_999_999_999_999L, Int128.One,
        ],
        [
            long.MinValue, 0, double.NegativeInfinity, false, -141_428, -62_135_596_800_000_000L, "null",
            new byte[] { 92, 0 }, -999_999_999_999_999_999L, Int128.Zero,
        ],
        [6L, 1, -0.0, true, 0, 0L, new string('x', 70_000), new byte[100_000], 0L, (Int128)1_000_000_000_000],
        [7L, 2, double.Epsilon, true, -1, 1L, "\u0000\u0001", new byte[] { 1 }, 1L, Int128.NegativeOne],
    ];

    ConformanceLake(Lake lake) => Lake = lake;

    public Lake Lake { get; }

    /// <param name="folder">Becomes the lake's.</param>
    public static async Task<ConformanceLake> MakeAsync(string folder)
    {
        var ids = IdSource.Seeded(5);
        var made = new ConformanceLake(await Lake.OpenAsync(folder, TimeProvider.System, ids, CancellationToken.None));
        await made.AddAsync(kinds, first, ids, Tag);
        await made.AddAsync(kinds, later, ids);
        await made.AddAsync(many, Enumerable.Range(0, Many).Select(i => new object?[] { (long)i, $"row {i}" }), ids);
        return made;
    }

    async Task AddAsync(TableContract contract, IEnumerable<object?[]> rows, IdSource ids, params IReadOnlyList<string> tags)
    {
        var ident = TableIdent.Parse(contract.Name);
        var table = await Lake.Catalog.TryLoadAsync(ident, CancellationToken.None)
            ?? await Lake.Catalog.CreateAsync(ident, contract.ToDefinition(), CancellationToken.None);
        var batch = new ColumnBatch(contract);
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
                batch[i].AppendBoxed(row[i]);
            batch.EndRow();
        }
        var files = await new ParquetFileWriter(
            Lake.Store, ids).WriteAsync(batch, table.Metadata.Location, CancellationToken.None);
        await Lake.Catalog.CommitAsync([new(ident, _ => new() { Add = files, Tags = tags })], null, CancellationToken.None);
    }

    static TableContract Contract(string name, params (string Name, string Type)[] columns) => new()
    {
        Name = name,
        Table = name,
        Key = null,
        Description = "made up for a test",
        Columns = [.. columns.Select((c, i) => new ContractColumn(
            i + 1, c.Name, ColumnType.Parse(c.Type), Nullable: i > 0, "", "", ColumnEncoding.Default))],
    };

    public ValueTask DisposeAsync() => Lake.DisposeAsync();
}
