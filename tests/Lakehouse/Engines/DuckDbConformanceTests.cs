using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Engines;

/// <summary>DuckDB over an embedded lake keeps what every engine keeps.</summary>
public sealed class DuckDbConformanceTests : QueryEngineConformance, IAsyncLifetime
{
    static readonly TableContract numbers = Contracts.Of("silver.numbers",
        ("id", "long", false, ColumnEncoding.Delta), ("price", "decimal(18, 6)", true, ColumnEncoding.Default),
        ("at", "timestamptz", true, ColumnEncoding.Delta), ("name", "string", true, ColumnEncoding.Dictionary));

    readonly string folder = Directory.CreateTempSubdirectory("dartlake-conformance-").FullName;
    readonly DuckDbEngine engine = DuckDbEngine.Open(new() { Threads = 1, MemoryLimitBytes = 1L << 30 });
    Lake lake = null!;

    public async ValueTask InitializeAsync()
    {
        var ids = IdSource.Seeded(5);
        lake = await Lake.OpenAsync(folder, TimeProvider.System, ids, CancellationToken.None);
        var table = await lake.Catalog.CreateAsync(new("silver", "numbers"), numbers.ToDefinition(), CancellationToken.None);
        var batch = new ColumnBatch(numbers);
        foreach (var (id, price, at, name) in Rows)
        {
            batch.Int64(0).Append(id);
            if (price is { } p) batch.Int64(1).Append(p); else batch.Int64(1).AppendNull();
            if (at is { } a) batch.Int64(2).Append(a); else batch.Int64(2).AppendNull();
            if (name is { } n) batch.Text(3).Append(n); else batch.Text(3).AppendNull();
            batch.EndRow();
        }
        var files = await new ParquetFileWriter(
            new LocalObjectStore("/"), ids).WriteAsync(batch, table.Metadata.Location, CancellationToken.None);
        await lake.Catalog.CommitAsync([new(table.Ident, _ => new() { Add = files })], null, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        await lake.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    protected override async Task<IQueryEngine> OpenAsync() =>
        await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new(), CancellationToken.None);
}
