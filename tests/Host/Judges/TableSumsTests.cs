using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>
/// The judge of values is tried: a table with every type and every kind of double, and others that differ from it in next to nothing.
/// </summary>
public sealed class TableSumsTests
{
    static readonly double[] ratios = [
        double.NaN,
        0,
        double.NegativeInfinity,
        double.MaxValue,
        double.Epsilon,
        1e-310,
        Math.PI,
        0.1,
        -1e23,
    ];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_bit_of_a_double_minus_nought_a_null_and_two_values_that_changed_places_are_told_by_every_reader()
    {
        using var folder = new TempFolder();
        TableContract[] tables = [Contract("as_it_was"), Contract("one_bit"), Contract("minus_nought"), Contract("not_a_number"), Contract("null"), Contract("changed_places")];
        await using (var lake = await Lake.OpenAsync(folder["lake"], TimeProvider.System, IdSource.Seeded(1), Cancel))
        {
            await WriteAsync(lake, tables[0], [.. ratios]);
            await WriteAsync(lake, tables[1], [.. ratios.Select(r => r == Math.PI ? Math.BitIncrement(r) : r)]);
            await WriteAsync(lake, tables[2], [.. ratios.Select(r => r == 0 ? double.NegativeZero : r)]);
            await WriteAsync(lake, tables[3], [.. ratios.Select(r => double.IsNaN(r) ? BitConverter.Int64BitsToDouble(-1) : r)]);
            await WriteAsync(lake, tables[4], [.. ratios.Select(r => r == 0 ? (double?)null : r)]);
            await WriteAsync(lake, tables[5], [.. ratios.Reverse()]);
        }
        var ours = await TableSums.OfOursAsync(folder["lake"], tables);
        Assert.Empty(ours.Differences(await TableSums.OfPyIcebergAsync(folder["lake"])));
        Assert.Empty(ours.Differences(await TableSums.OfSparkAsync(folder["lake"], tables, folder["spark"])));
        Assert.Equal(["*", "ratio"], Changed(ours, "one_bit"));
        Assert.Equal(["*", "ratio"], Changed(ours, "minus_nought"));
        Assert.Equal(["*", "ratio"], Changed(ours, "null"));
        Assert.Empty(Changed(ours, "not_a_number"));
        Assert.Equal(["*"], Changed(ours, "changed_places"));
    }

    static IEnumerable<string> Changed(TableSums sums, string table) =>
        Contract(table).Columns
            .Select(column => column.Name)
            .Append("*")
            .Where(name => sums.Figures[$"gold.{table}.{name}"] != sums.Figures[$"gold.as_it_was.{name}"])
            .Order(StringComparer.Ordinal);

    static TableContract Contract(string name) => new()
    {
        Name = $"gold.{name}",
        Table = $"gold.{name}",
        Key = null,
        Description = "made up for a test",
        Columns = [.. new[] { "long", "double", "int", "string", "boolean", "date", "timestamptz", "binary", "decimal(18, 6)", "decimal(38, 10)" }.Select((type, i) =>
            new ContractColumn(
                i + 1, i == 0 ? "sequence" : i == 1 ? "ratio" : $"column_{i}", ColumnType.Parse(type), Nullable: i > 0, "", "", ColumnEncoding.Default))],
    };

    static async Task WriteAsync(Lake lake, TableContract contract, IReadOnlyList<double?> values)
    {
        var batch = new ColumnBatch(contract);
        for (var i = 0; i < values.Count; i++)
        {
            batch.Int64(0).Append(i);
            if (values[i] is { } value)
                batch.Double(1).Append(value);
            else
                batch.Double(1).AppendNull();
            batch.Int32(2).Append(-i);
            batch.Text(3).Append($"{i} 𝄞 é|\n");
            batch.Boolean(4).Append(i % 2 == 0);
            batch.Int32(5).Append(20_000 * (i - 1));
            batch.Int64(6).Append(1_790_000_000_000_001 * (i - 1));
            batch.Binary(7).Append([0, 255, (byte)i]);
            batch.Int64(8).Append(i - 1);
            batch.Int128(9).Append((Int128)long.MaxValue * 1_000_000_000 * (i - 1));
            batch.EndRow();
        }
        for (var i = 0; i < batch.ColumnCount; i++)
            if (contract.Columns[i].Nullable)
                batch[i].AppendNull();
            else
                batch.Int64(i).Append(values.Count);
        batch.EndRow();
        var ident = TableIdent.Parse(contract.Name);
        var table = await lake.Catalog.CreateAsync(ident, contract.ToDefinition(), Cancel);
        var files = await new ParquetFileWriter(
            new LocalObjectStore("/"), IdSource.Seeded(values.Count)).WriteAsync(batch, table.Metadata.Location, Cancel);
        await lake.Catalog.CommitAsync([new(ident, _ => new TableIntent { Add = files })], null, Cancel);
    }
}
