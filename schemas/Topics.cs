namespace Dart.Lake.Schemas;

/// <summary>A topic of events (docs/data.md, "Topics").</summary>
/// <param name="Index">Its place in <see cref="Topics.All"/>.</param>
/// <param name="Name">Its name in Kafka.</param>
/// <param name="Table">The bronze table of its events.</param>
/// <param name="Key">The columns of an event that its record's key, and so its partition, follows.</param>
/// <param name="Compacted">Whether Kafka keeps only the newest record of a key.</param>
/// <param name="Schema">Of its values.</param>
public sealed record Topic(int Index, string Name, string Table, IReadOnlyList<string> Key, bool Compacted, WireSchema Schema)
{
    /// <summary>What its bronze table promises.</summary>
    public TableContract Contract => TableContracts.Get(Table);

    public override string ToString() => Name;
}

/// <summary>The topics that producers fill, bronze and hot read, and reconciliation compares.</summary>
public static class Topics
{
    /// <summary>The marker that every partition of every topic has when a day is over.</summary>
    public static WireSchema EndOfDay { get; } = new("end_of_day-value", "dartlake.v1.EndOfDay", "avro/end_of_day.avsc");

    public static Topic MarketData { get; } =
        Of(0, "market_data_raw", "bronze.market_data", ["instrument"], "dartlake.v1.MarketData", "avro/market_data_raw.avsc");

    public static Topic Trades { get; } =
        Of(1, "trades_raw", "bronze.trades", ["account"], "dartlake.v1.Trade", "avro/trades_raw.avsc");

    public static Topic Reference { get; } =
        Of(2, "reference_raw", "bronze.reference", ["kind", "id", "as_of"], "dartlake.v1.Reference", "avro/reference_raw.avsc") with { Compacted = true };

    public static Topic Permit { get; } =
        Of(3, "permit_raw", "bronze.permit", ["account"], "dartlake.v1.PermitEvent", "proto/permit.proto");

    public static IReadOnlyList<Topic> All { get; } = [MarketData, Trades, Reference, Permit];

    /// <summary>All schemas, in the order in which a new registry gives them their ids: Avro's first.</summary>
    public static IReadOnlyList<WireSchema> Schemas { get; } = [.. All.Select(t => t.Schema).Append(EndOfDay).OrderBy(s => s.IsProtobuf)];

    static Topic Of(int index, string name, string table, string[] key, string record, string resource) =>
        new(index, name, table, key, Compacted: false, new($"{name}-value", record, resource));
}
