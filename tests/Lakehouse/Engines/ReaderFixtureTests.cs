using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Iceberg;

namespace Dart.Lake.Lakehouse.Tests.Engines;

/// <summary>Tables that other implementations wrote, read as <c>sql</c> reads them, against what several readers made of them.</summary>
public sealed class ReaderFixtureTests(DuckDbFixture fixture) : IClassFixture<DuckDbFixture>
{
    /// <summary>What we refuse by what it is; anything else must give the rows.</summary>
    static readonly string[] refusals = ["equality deletes", "position deletes", "a nested column"];

    /// <summary>Strings as the checksums have them: only quotes, backslashes and control characters are escaped.</summary>
    static readonly JsonSerializerOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static string? Folder => Shared.Root is { } root && Directory.Exists(Path.Combine(root, "data", "iceberg"))
        ? Path.Combine(root, "data", "iceberg")
        : null;

    /// <summary>Number and name of each case, or one that is skipped when the shared folder is not there.</summary>
    public static TheoryData<int, string> Cases()
    {
        var cases = new TheoryData<int, string>();
        if (Folder is null)
            cases.Add(-1, "all");
        else
            foreach (var (i, table) in Read().GetProperty("tables").EnumerateArray().Index())
                cases.Add(i, $"{table.GetProperty("metadata").GetString()} {(table.TryGetProperty("snapshot", out var id) ? id.GetInt64() : null)}");
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task A_table_gives_the_rows_that_its_readers_agree_on_or_is_refused_by_what_it_is(int number, string name)
    {
        var folder = Shared.Path("data", "iceberg");
        var wanted = Read().GetProperty("tables")[number];
        var verdict = wanted.GetProperty("verdict").GetString();
        try
        {
            var (schema, rows) = await ReadAsync(folder, wanted, wanted, "");
            Assert.NotEqual("reject", verdict);
            if (verdict == "disputed")
                return;
            Assert.Equal(wanted.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("id").GetInt32()), schema.Fields.Select(f => f.Id));
            AssertRows(wanted, schema, rows);
        }
        catch (LakeException e)
        {
            Assert.NotEqual(LakeErrorKind.Bug, e.Kind);
            if (verdict == "rows")
                Assert.True(refusals.Any(r => e.Message.Contains(r, StringComparison.Ordinal)), $"{name}: {e.Message}");
        }
    }

    [Fact]
    public async Task Filters_count_as_many_rows_as_the_writers_own_tests_say()
    {
        var folder = Shared.Path("data", "iceberg");
        var counted = 0;
        foreach (var check in Read().GetProperty("checks").EnumerateArray())
        {
            var wanted = Read().GetProperty("tables").EnumerateArray().First(t => t.GetProperty("metadata").GetString() == check.GetProperty("metadata").GetString());
            try
            {
                var (_, rows) = await ReadAsync(folder, wanted, check, $"WHERE {check.GetProperty("filter").GetString()}");
                Assert.True(check.GetProperty("count").GetInt32() == rows.Count, $"{check}: {rows.Count}");
                counted++;
            }
            catch (LakeException e) when (wanted.GetProperty("verdict").GetString() == "disputed")
            {
                // the required column that the mapping of v3.2 does not know: others read it as null
                Assert.Contains("lacks the required column", e.Message, StringComparison.Ordinal);
            }
        }
        Assert.True(counted >= 6, $"{counted}");
    }

    static JsonElement Read() => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder!, "expected.json"))).RootElement;

    async Task<(IcebergSchema Schema, IReadOnlyList<object?[]> Rows)> ReadAsync(
        string folder, JsonElement wanted, JsonElement state, string filter)
    {
        var store = new MappedStore(folder, wanted);
        var location = FileLocation.FromPath(Path.Combine(folder, wanted.GetProperty("metadata").GetString()!));
        var table = new Table(new("ns", "t"), location, await new MetadataStore(store).ReadAsync(location, CancellationToken.None));
        var options = new ScanOptions { SnapshotId = state.TryGetProperty("snapshot", out var id) ? id.GetInt64() : null };
        var plan = await new TableScan(new ManifestStore(store)).PlanAsync(table, options, CancellationToken.None);
        IReadOnlyList<DataFile> files = [.. plan.Files.Select(f => f with { Path = store.Map(f.Path) })];
        var sql = await TableReader.SqlForAsync(fixture.Session, table, plan.Schema, files, CancellationToken.None);
        return (plan.Schema, await fixture.Session.RowsAsync($"SELECT * FROM ({sql}) {filter}", CancellationToken.None));
    }

    static void AssertRows(JsonElement wanted, IcebergSchema schema, IReadOnlyList<object?[]> rows)
    {
        Assert.Equal(wanted.GetProperty("count").GetInt32(), rows.Count);
        if (wanted.TryGetProperty("checksum", out var checksum))
            Assert.Equal(
                checksum.GetString(), rows.Aggregate(0UL, (sum, row) => unchecked(sum + Hash(Row(schema, row, bits: true)))).ToString("x16"));
        else
            Assert.Equal(
                wanted.GetProperty("rows").EnumerateArray().Select(r => Wanted(schema, r)).Order(StringComparer.Ordinal),
                rows.Select(r => Row(schema, r, bits: false)).Order(StringComparer.Ordinal));
    }

    static ulong Hash(string row) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(row)));

    static string Row(IcebergSchema schema, object?[] row, bool bits) =>
        $"[{string.Join(',', row.Select((value, i) => Value(schema.Fields[i].Type, value, bits)))}]";

    /// <summary>Our text of an expected row: floats are compared by value, not by how they are spelled.</summary>
    static string Wanted(IcebergSchema schema, JsonElement row) => $"[{string.Join(',', row.EnumerateArray().Select((value, i) =>
        schema.Fields[i].Type.Name is "float" or "double" && value.ValueKind == JsonValueKind.Number
            ? Value(schema.Fields[i].Type, value.GetDouble(), bits: false)
            : JsonSerializer.Serialize(value, plain)))}]";

    /// <summary>A value as the fixtures' README writes it.</summary>
    static string Value(IcebergType type, object? value, bool bits) => (type.Name, value) switch
    {
        (_, null) => "null",
        ("float", double v) => bits ? Text(BitConverter.SingleToUInt32Bits((float)v).ToString("x8"))
            : ((float)v).ToString("R", CultureInfo.InvariantCulture),
        ("double", double v) => bits ? Text(BitConverter.DoubleToUInt64Bits(v).ToString("x16")) : v.ToString("R", CultureInfo.InvariantCulture),
        (_, bool v) => v ? "true" : "false",
        (_, long v) => v.ToString(CultureInfo.InvariantCulture),
        ("time", TimeOnly v) => Text(v.ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture)),
        (_, DateOnly v) => Text(v.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        (_, DateTime v) => Text(v.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture)),
        (_, DateTimeOffset v) => Text(v.ToString("yyyy-MM-ddTHH:mm:ss.ffffff+00:00", CultureInfo.InvariantCulture)),
        (_, byte[] v) => Text(Convert.ToHexStringLower(v)),
        (_, decimal or BigDecimal) => Text(Convert.ToString(value, CultureInfo.InvariantCulture)!),
        _ => Text(value.ToString()!),
    };

    static string Text(string value) => JsonSerializer.Serialize(value, plain);
}
