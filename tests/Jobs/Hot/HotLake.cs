using System.Collections.Immutable;
using System.Text.Json;
using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>A lake whose bronze, closes and published lots a test writes itself.</summary>
sealed class HotLake : IAsyncDisposable
{
    public const string Log = "log", Topic = "trades_raw";
    static readonly IdSource ids = IdSource.System;

    readonly string folder;

    HotLake(string folder, Dart.Lake.Lake lake, DuckDbEngine engine) => (this.folder, Lake, Engine) = (folder, lake, engine);

    public Dart.Lake.Lake Lake { get; }
    public DuckDbEngine Engine { get; }

    public static async Task<HotLake> OpenAsync()
    {
        var root = Directory.CreateTempSubdirectory("dartlake-history").FullName;
        var lake = await Dart.Lake.Lake.OpenAsync(root, TimeProvider.System, ids, default);
        return new(root, lake, DuckDbEngine.Open(new DuckDbOptions
        {
            Threads = 1,
            TempFolder = Path.Combine(root, "tmp"),
            AllowedFolders = [root],
            MemoryLimitBytes = 1L << 30,
        }));
    }

    public Task<LakeSession> SessionAsync() => LakeSession.OpenAsync(Engine, Lake.Catalog, Lake.Scan, new ScanOptions(), default);

    /// <summary>Adds trades to bronze, which is then at the positions.</summary>
    public Task TradesAsync(
        HotNames names,
        IEnumerable<(TradeRow Row, Coordinate At)> rows,
        IReadOnlyDictionary<LogPartition, long> next) => WriteAsync("bronze.trades", rows.Select(r => Values(
        ("kind", r.Row.Kind!.Value.Word()), ("account", names.Accounts[r.Row.Account]), ("instrument", names.Instruments[r.Row.Instrument]),
        ("event_time", r.Row.EventTime), ("ingest_time", r.Row.IngestTime), ("source", names.Sources[r.Row.Source]), ("sequence", r.Row.Sequence), ("ref_sequence", OrNull(r.Row.RefSequence)),
        ("side", r.Row.Side switch { 0 => null, > 0 => "BUY", _ => "SELL" }), ("price", OrNull(r.Row.Price)), ("quantity", OrNull(r.Row.Quantity)), ("fee", OrNull(r.Row.Fee)),
        ("currency", names.Currencies[r.Row.Currency]), ("venue", names.Venues[r.Row.Venue]), ("_kafka_partition", r.At.Partition), ("_offset", r.At.Offset))), null, next);

    public Task ReferencesAsync(IEnumerable<ReferenceRow> rows, long from = 0) => WriteAsync("bronze.reference", rows.Select((r, i) => Values(
        ("kind", r.KindWord), ("id", r.Id), ("event_time", r.EventTime), ("ingest_time", r.IngestTime),
        ("source", "refdata"), ("sequence", r.Sequence), ("valid_from", r.ValidFrom), ("valid_to", r.ValidTo), ("currency", r.Currency), ("venue", r.Venue), ("desk", r.Desk), ("multiplier", r.Multiplier),
        ("action", r.Action), ("numerator", r.Numerator), ("denominator", r.Denominator), ("as_of", r.AsOf), ("_kafka_partition", 0), ("_offset", from + i))), null, null);

    /// <summary>Publishes the lots of a day, in place of those that it had.</summary>
    public Task PublishAsync(HotClose close, IReadOnlyDictionary<LogPartition, long> cut)
    {
        var positions = JsonSerializer.Serialize(cut.GroupBy(c => c.Key.LogId).ToDictionary(
            l => l.Key,
            l => l.GroupBy(c => c.Key.Topic).ToDictionary(t => t.Key, t => t.ToDictionary(c => c.Key.Partition, c => c.Value))));
        return WriteAsync("gold.lots_eod", close.Lots.Select((l, i) => Values(
            ("trade_date", close.Day), ("desk", "desk"), ("account", l.Account), ("instrument", l.Instrument), ("currency", "USD"), ("lot_number", i + 1L), ("source", l.Source), ("sequence", l.Lot.Sequence),
            ("event_time", l.Lot.Time), (
                "price", l.Lot.Price), ("quantity", l.Lot.Quantity), ("cost", l.Lot.Cost), ("adjusted", false), ("multiplier", Money.One), ("cut_positions", positions))), close.Day, null);
    }

    public async Task CloseAsync(HotClose close, HotState state)
    {
        var table = new HotCloseTable(Lake, ids);
        await table.EnsureAsync(_ => { }, default);
        await table.WriteAsync(close, state, (await Lake.Ledger.AcquireEpochAsync("hot", "test", default))!, default);
    }

    /// <summary>Adds rows of any table, by the names of their columns.</summary>
    /// <param name="table">Its name.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="day">They are all rows of this day's partition then; null: further ones.</param>
    public Task RowsAsync(string table, IEnumerable<Dictionary<string, object?>> rows, int? day = null) =>
        WriteAsync(table, rows, day, null);

    async Task WriteAsync(
        string name, IEnumerable<Dictionary<string, object?>> rows, int? day, IReadOnlyDictionary<LogPartition, long>? next)
    {
        var (ident, contract) = (TableIdent.Parse(name), TableContracts.Get(name));
        var table = await Lake.Catalog.TryLoadAsync(ident, default)
            ?? await Lake.Catalog.CreateAsync(ident, contract.ToDefinition(), default);
        var batch = new ColumnBatch(contract, 64);
        foreach (var row in rows)
        {
            for (var i = 0; i < batch.ColumnCount; i++)
                batch[i].AppendBoxed(row.GetValueOrDefault(batch[i].Definition.Name) ?? Default(batch[i].Definition.Name));
            batch.EndRow();
        }
        var files = await new ParquetFileWriter(Lake.Store, ids).WriteAsync(batch, table.Metadata.Location, default);
        var snapshot = ids.NewLong() & long.MaxValue;
        var position = next is null
            ? null
            : new TablePosition(snapshot, next.ToImmutableSortedDictionary(n => n.Key, n => new PartitionPosition(n.Value, null)));
        await Lake.Catalog.CommitAsync([new(ident, _ => new()
        {
            Add = files,
            AlwaysSnapshot = true,
            SnapshotId = snapshot,
            Replace = day is { } d ? [new PartitionKey(d)] : null,
            Properties = position is null
                ? new Dictionary<string, string?>()
                : new Dictionary<string, string?> { [LakeNames.Position] = position.ToProperty() },
        })], null, default);
    }

    static object? Default(string column) => column switch
    {
        "_log_id" => Log,
        "_topic" => Topic,
        "_schema_id" => 1,
        "_ingested_at" => 0L,
        _ => null,
    };

    static Dictionary<string, object?> Values(params (string Name, object? Value)[] values) =>
        values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);

    static object? OrNull(long value) => value == TradeRow.None ? null : value;

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Lake.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
