using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.BadInput;

/// <summary>A data folder with one table, <c>ops.log_holes</c>, of one file, to be damaged.</summary>
sealed class HolesLake : IDisposable
{
    static readonly TableContract Contract = TableContracts.Get("ops.log_holes");
    readonly TempFolder folder = new();

    public string DataDir => folder["lake"];

    /// <summary>Its only data file.</summary>
    public string DataFile { get; private set; } = "";

    /// <summary>Its current metadata file.</summary>
    public string MetadataFile { get; private set; } = "";

    public static async Task<HolesLake> MakeAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        var holes = new HolesLake();
        await using var lake = await Lake.OpenAsync(holes.DataDir, TimeProvider.System, IdSource.System, cancel);
        var table = await lake.Catalog.CreateAsync(TableIdent.Parse(Contract.Name), Contract.ToDefinition(), cancel);
        var batch = new ColumnBatch(Contract);
        for (var i = 0; i < 100; i++)
            Append(batch, i);
        var files = await new ParquetFileWriter(new LocalObjectStore("/"), IdSource.System).WriteAsync(batch, table.Metadata.Location, cancel);
        var committed = await lake.Catalog.CommitAsync([new(table.Ident, _ => new TableIntent { Add = files })], null, cancel);
        holes.DataFile = FileLocation.ToPath(Assert.Single(files).Path);
        holes.MetadataFile = FileLocation.ToPath(committed[0].MetadataLocation);
        return holes;
    }

    /// <summary>As a later version of the program would leave it.</summary>
    public async Task SaveVersionAsync(string version)
    {
        await using var lake = await Lake.OpenAsync(DataDir, TimeProvider.System, IdSource.System, TestContext.Current.CancellationToken);
        await lake.Ledger.SaveMetaAsync("format_version", version, TestContext.Current.CancellationToken);
    }

    static void Append(ColumnBatch batch, int i)
    {
        batch.Text(0).Append("log");
        batch.Text(1).Append("trades_raw");
        batch.Int32(2).Append(0);
        batch.Int64(3).Append(i);
        batch.Int64(4).Append(i + 1);
        batch.Text(5).Append("SKIPPED");
        batch[6].AppendNull();
        batch[7].AppendNull();
        batch.Int64(8).Append(1_790_000_000_000_000);
        batch.EndRow();
    }

    public void Dispose() => folder.Dispose();
}
