using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Avro;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Iceberg;

namespace Dart.Lake.Lakehouse.Tests.Engines;

/// <summary>What this reader does not read, each kind as others have it: refused by what it is, and only when it is asked for.</summary>
public sealed class UnreadableKindsTests
{
    static readonly TableIdent good = new("gold", "good"), odd = new("gold", "odd");
    static readonly CancellationToken none = CancellationToken.None;

    public static TheoryData<string, string> Kinds => new()
    {
        { "ORC", "data files of the format ORC" },
        { "AVRO", "data files of the format AVRO" },
        { "vortex", "data files of the format vortex" },
        { "encrypted data file", "encrypted data files" },
        { "encrypted manifest", "encrypted manifests" },
        { "encrypted metadata", "encrypted metadata" },
        { "position deletes", "position deletes" },
        { "deletion vector", "deletion vectors" },
        { "equality deletes", "equality deletes" },
        { "format 4", "format version 4 is not supported" },
        { "nested column", "a nested column" },
        { "variant", "variant" },
        { "geometry", "geometry" },
        { "hologram", "hologram" },
    };

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_kind_that_is_not_read_is_refused_by_what_it_is_and_only_when_it_is_asked_for(string kind, string says)
    {
        await using var made = await TempLake.OpenAsync();
        await using var engine = DuckDbEngine.Open(new() { Threads = 1, MemoryLimitBytes = 1L << 30 });
        await MakeAsync(made, engine, kind);
        await using var lake = await made.ReopenAsync(seed: 2);
        await using var session = await LakeSession.OpenNamedAsync(engine, lake.Catalog, lake.Lake.Scan, null, none);
        Assert.Equal(1L, await CountAsync(session, "SELECT count(x) FROM gold.good"));
        await CountAsync(session, "SELECT count(*) FROM information_schema.tables");
        if (kind == "nested column")
            Assert.Equal(1L, await CountAsync(session, "SELECT count(x) FROM gold.odd"));
        var refused = await Assert.ThrowsAsync<LakeException>(() => CountAsync(session, "SELECT * FROM gold.odd"));
        // a type that no version of the format has is damage
        Assert.Equal(kind == "hologram" ? LakeErrorKind.Corrupt : LakeErrorKind.Invalid, refused.Kind);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Contains("odd", refused.Message, StringComparison.Ordinal);
        Assert.Single(refused.Message.Split('\n'));
    }

    static async Task<object?> CountAsync(LakeSession session, string sql)
    {
        await using var result = await session.QueryReadOnlyAsync(sql, none);
        return (await result.ReadRowsAsync(1, none))[0][0];
    }

    static async Task MakeAsync(TempLake lake, DuckDbEngine engine, string kind)
    {
        var x = new SchemaField(1, "x", IcebergType.Int, Required: false);
        var list = new IcebergType("list") { Children = [new(3, "element", IcebergType.Int, Required: false)] };
        SchemaField[] fields = kind == "nested column" ? [x, new(2, "list", list, Required: false)] : [x];
        foreach (var (ident, schema) in new[] { (good, new IcebergSchema(0, [x])), (odd, new IcebergSchema(0, fields)) })
            await lake.Catalog.CreateAsync(ident, new(schema, [], new Dictionary<string, string>()), none);
        var file = await FileAsync(lake, engine);
        await lake.CommitAsync(good, new TableIntent { Add = [file] });
        var table = await lake.CommitAsync(odd, new TableIntent
        {
            Add = [kind switch
            {
                "ORC" or "AVRO" or "vortex" => file with { FileFormat = kind },
                "encrypted data file" => file with { KeyMetadata = [1, 2, 3] },
                _ => file,
            }],
        });
        switch (kind)
        {
            case "position deletes" or "deletion vector":
                await DeletesAsync(table, 1, kind == "deletion vector" ? "PUFFIN" : "PARQUET");
                break;
            case "equality deletes":
                await DeletesAsync(table, 2, "PARQUET");
                break;
            case "encrypted manifest":
                await EditListAsync(table, manifests => [.. manifests.Select(m => m with { KeyMetadata = [7] })]);
                break;
            case "encrypted metadata":
                await EditMetadataAsync(table, json => json["encryption-keys"] = new JsonArray(new JsonObject { ["key-id"] = "k", ["encrypted-key-metadata"] = "AA==" }));
                break;
            case "format 4":
                await EditMetadataAsync(table, json => json["format-version"] = 4);
                break;
            case "variant" or "geometry" or "hologram":
                await EditMetadataAsync(table, json =>
                {
                    json["format-version"] = 3;
                    json["next-row-id"] = 0;
                    json["last-column-id"] = 9;
                    json["schemas"]![0]!["fields"]!.AsArray().Add(new JsonObject { ["id"] = 9, ["name"] = "odd_type", ["required"] = false, ["type"] = kind });
                });
                break;
        }
    }

    static async Task<DataFile> FileAsync(TempLake lake, DuckDbEngine engine)
    {
        var path = Path.Combine(lake.Lake.DataDir, "x.parquet");
        await using var session = engine.OpenSession();
        await session.ExecuteAsync($"COPY (SELECT 1 AS x, [1] AS list) TO '{path}' (FORMAT parquet, field_ids {{x: 1, list: {{__duckdb_field_id: 2, element: 3}}}})", none);
        return new()
        {
            Path = $"file://{path}",
            Partition = PartitionKey.Unpartitioned,
            RecordCount = 1,
            FileSizeInBytes = new FileInfo(path).Length,
        };
    }

    /// <summary>Adds a manifest of deletes to the snapshot as it lies on the disk.</summary>
    static Task DeletesAsync(Table table, int content, string format) => EditListAsync(table, manifests =>
    {
        var partition = PartitionType.Of(table.Metadata, 0);
        var writer = new AvroFileWriter(ManifestSchema.Entry(partition),
        [
            new("schema", SchemaJson.ToText(table.Metadata.Schema)), new("schema-id", "0"), new("partition-spec", SpecJson.ToText(partition.Spec)),
            new("partition-spec-id", "0"), new("format-version", "2"), new("content", "deletes"),
        ], Guid.Empty);
        var avro = writer.Next;
        avro.Integer((int)EntryStatus.Added);
        avro.Optional(present: true);
        avro.Integer(table.Metadata.CurrentSnapshotId!.Value);
        avro.Optional(present: false);
        avro.Optional(present: false);
        avro.Integer(content);
        avro.Text($"{table.Metadata.Location}/data/deletes");
        avro.Text(format);
        avro.Integer(1);
        avro.Integer(100);
        // maps, key, offsets, equality ids, order
        for (var absent = 0; absent < 10; absent++)
            avro.Optional(present: false);
        writer.EndObject();
        var bytes = writer.Finish();
        var path = Path.Combine(Path.GetDirectoryName(FileLocation.ToPath(table.MetadataLocation))!, "deletes.avro");
        File.WriteAllBytes(path, bytes);
        var deletes = manifests[0] with { Path = FileLocation.FromPath(path), Length = bytes.Length, Content = ManifestFile.Deletes };
        return [.. manifests, deletes];
    });

    static async Task EditListAsync(Table table, Func<IReadOnlyList<ManifestFile>, IReadOnlyList<ManifestFile>> edit)
    {
        var snapshot = table.Metadata.CurrentSnapshot!;
        var path = FileLocation.ToPath(snapshot.ManifestList!);
        var manifests = edit(ManifestList.Read(await File.ReadAllBytesAsync(path)));
        await File.WriteAllBytesAsync(path, ManifestList.Write(manifests, snapshot, Guid.Empty));
    }

    static async Task EditMetadataAsync(Table table, Action<JsonNode> edit)
    {
        var path = FileLocation.ToPath(table.MetadataLocation);
        var json = JsonNode.Parse(await File.ReadAllTextAsync(path))!;
        edit(json);
        await File.WriteAllTextAsync(path, json.ToJsonString());
    }
}
