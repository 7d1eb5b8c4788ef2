using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Columns;
using Dart.Lake.Lakehouse.Tests.Parquet;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Engines;

public sealed class TableReaderTests(DuckDbFixture fixture) : IClassFixture<DuckDbFixture>, IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("dartlake-reader-'quoted'-").FullName;
    readonly DuckDbSession session = fixture.Session;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Columns_are_found_by_id_when_names_types_and_order_have_changed()
    {
        var batch = new ColumnBatch(Contracts.Of("bronze.old",
            ("dropped", "string", true, ColumnEncoding.Dictionary), ("whole", "int", false, ColumnEncoding.Default),
            ("price", "decimal(9, 2)", true, ColumnEncoding.Default), ("name", "string", true, ColumnEncoding.Dictionary)));
        for (var i = 0; i < 3; i++)
        {
            batch.Text(0).Append("gone");
            batch.Int32(1).Append(i - 1);
            if (i == 1) batch.Int64(2).AppendNull(); else batch.Int64(2).Append(-1050 * (i + 1));
            batch.Text(3).Append($"n{i}");
            batch.EndRow();
        }
        var old = await new ParquetFileWriter(new LocalObjectStore("/"), IdSource.Seeded(1)).WriteAsync(batch, folder, CancellationToken.None);
        var evolved = new IcebergSchema(1,
        [
            new(4, "title", IcebergType.String, false), new(2, "whole number", IcebergType.Long, true), new(9, "dropped", IcebergType.Timestamptz, false),
            new(3, "price", IcebergType.Decimal(18, 2), false), new(10, "added", IcebergType.Decimal(38, 10), false),
        ]);
        var rows = await session.RowsAsync($"SELECT *, typeof(\"whole number\"), typeof(price) FROM ({await Sql(evolved, old)}) ORDER BY 2", CancellationToken.None);
        Assert.Equal(["n0", -1L, null, -10.50m, null, "BIGINT", "DECIMAL(18,2)"], rows[0]);
        Assert.Equal(["n1", 0L, null, null, null, "BIGINT", "DECIMAL(18,2)"], rows[1]);
        Assert.Equal(["n2", 1L, null, -31.50m, null, "BIGINT", "DECIMAL(18,2)"], rows[2]);
    }

    [Fact]
    public async Task A_partition_column_comes_from_the_file_and_not_from_the_folders_name()
    {
        var contract = Contracts.Of(
            "silver.days", ("day", "date", false, ColumnEncoding.Default), ("x", "int", false, ColumnEncoding.Default)) with
        { Partitions = [new("day", "identity", "day")] };
        var batch = new ColumnBatch(contract);
        batch.Int32(0).Append(20_000);
        batch.Int32(1).Append(7);
        batch.EndRow();
        var file = Assert.Single(await new ParquetFileWriter(
            new LocalObjectStore("/"), IdSource.Seeded(2)).WriteAsync(batch, folder, CancellationToken.None));
        var misplaced = file.Path.Replace("day=2024-10-04", "day=1999-01-01", StringComparison.Ordinal);
        Directory.CreateDirectory(Path.GetDirectoryName(misplaced["file://".Length..])!);
        File.Move(file.Path["file://".Length..], misplaced["file://".Length..]);
        var rows = await session.RowsAsync(
            await Sql(contract.ToIceberg(), [file with { Path = misplaced }]), CancellationToken.None);
        Assert.Equal([new DateOnly(2024, 10, 4), 7L], Assert.Single(rows));
    }

    [Fact]
    public async Task A_table_without_files_has_its_columns_and_types_and_no_row()
    {
        var sql = await Sql(Contracts.AllTypes.ToIceberg(), []);
        Assert.Empty(await session.RowsAsync(sql, CancellationToken.None));
        var types = (await session.RowsAsync($"SELECT column_type FROM (DESCRIBE {sql})", CancellationToken.None)).Select(r => (string)r[0]!);
        Assert.Equal(["DATE", "BIGINT", "VARCHAR", "VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP WITH TIME ZONE", "BLOB", "DECIMAL(18,6)", "DECIMAL(9,2)", "DECIMAL(38,10)"], types);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_named()
    {
        var gone = new DataFile { Path = $"file://{folder}/gone.parquet", Partition = PartitionKey.Unpartitioned, RecordCount = 1, FileSizeInBytes = 1 };
        var e = await Assert.ThrowsAsync<LakeException>(() => Sql(Contracts.AllTypes.ToIceberg(), [gone]));
        Assert.Equal(LakeErrorKind.Unavailable, e.Kind);
        Assert.Contains("gone.parquet", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_column_writer_wrote_sql_reads_and_filters_by_every_type()
    {
        var (batch, rows) = AllTypesRows.Make(seed: 31, count: 3000);
        var files = await new ParquetFileWriter(
            new LocalObjectStore("/"), IdSource.Seeded(3)).WriteAsync(batch, folder, CancellationToken.None);
        await session.ExecuteAsync($"CREATE OR REPLACE VIEW written AS {await Sql(batch.Contract.ToIceberg(), files)}", CancellationToken.None);
        var row = rows.First(r => r.All(v => v is not null));
        foreach (var column in batch.Contract.Columns.Where(c => c.Type.Kind is not (ColumnKind.Binary or ColumnKind.Boolean)))
        {
            var i = batch.Contract.IndexOf(column.Name);
            var found = await session.RowsAsync($"SELECT count(*) FROM written WHERE \"{column.Name}\" = CAST(? AS {SqlText.Type(column.Type.ToIceberg())})", CancellationToken.None, row[i]);
            Assert.Equal((long)rows.Count(r => r[i] == row[i]), found[0][0]);
        }
    }

    Task<string> Sql(IcebergSchema schema, IReadOnlyList<DataFile> files) =>
        TableReader.SqlForAsync(session, TestTable.Of(schema), schema, files, CancellationToken.None);
}
