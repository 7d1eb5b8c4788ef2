using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>The rows of bronze as the hot path reads them, all of one state of the catalog.</summary>
sealed class BronzeRows(LakeSession session, HotNames names, Codes conditions)
{
    const string Where = "_log_id, _topic, _kafka_partition::BIGINT, _offset";
    static readonly TableIdent cutTable = new("job", "cut"), releasedTable = new("job", "released");

    IReadOnlySet<LogPosition> lifted = new HashSet<LogPosition>();

    /// <summary>After this, rows that were released from quarantine say so.</summary>
    public async Task LiftAsync(CancellationToken cancel) => lifted = await PlacesAsync("kind = 'QUARANTINE'", 0, cancel);

    /// <summary>Trades with an event time from <paramref name="from"/> on.</summary>
    public Task TradesAsync(long from, Action<LogPartition, long, TradeRow> take, CancellationToken cancel) =>
        TradesAsync($"bronze.trades WHERE epoch_us(event_time) >= {from}", take, cancel);

    /// <summary>
    /// Trades of any day at or past the positions, of a partition that is not named all; and those of places before them.
    /// </summary>
    public async Task TradesPastAsync(
        IReadOnlyDictionary<LogPartition, long> cut,
        IReadOnlySet<LogPosition> released,
        Action<LogPartition, long, TradeRow> take,
        CancellationToken cancel)
    {
        await LoadCutAsync(cutTable, cut, cancel);
        await new BoundTable()
            .Add("log", released.Select(p => p.Partition.LogId))
            .Add("topic", released.Select(p => p.Partition.Topic))
            .Add("part", released.Select(p => (long)p.Partition.Partition))
            .Add("at", released.Select(p => p.Next))
            .LoadAsync(session, releasedTable, cancel);
        await TradesAsync("""
            bronze.trades t LEFT JOIN job.cut c ON c.log = t._log_id AND c.topic = t._topic AND c.part = t._kafka_partition
                LEFT JOIN job.released r ON r.log = t._log_id AND r.topic = t._topic AND r.part = t._kafka_partition AND r.at = t._offset
            WHERE t._offset >= coalesce(c.next_offset, 0) OR r.at IS NOT NULL
            """, take, cancel);
    }

    /// <summary>The last act of ops.acts, as the session sees it.</summary>
    public long Acts => ActNumber.Of(session.TryGet(ActNumber.Table));

    /// <summary>The places of rows that acts after that one have released.</summary>
    public Task<IReadOnlySet<LogPosition>> ReleasedAsync(long after, CancellationToken cancel) => PlacesAsync("true", after, cancel);

    async Task<IReadOnlySet<LogPosition>> PlacesAsync(string which, long after, CancellationToken cancel)
    {
        var places = new HashSet<LogPosition>();
        if (Acts > after)
            await ReadAsync(
                LakeNames.Acts,
                $"SELECT _log_id, _topic, _kafka_partition::BIGINT, _offset FROM ({ActNumber.Released(LakeNames.Acts, after)} AND {which}) r",
                r => places.Add(new(PartitionOf(r), r.Long(3))),
                cancel);
        return places;
    }

    /// <summary>Shows positions as a table: log, topic, part, next_offset.</summary>
    public Task LoadCutAsync(TableIdent table, IReadOnlyDictionary<LogPartition, long> cut, CancellationToken cancel) => new BoundTable()
        .Add("log", cut.Keys.Select(p => p.LogId)).Add(
            "topic", cut.Keys.Select(p => p.Topic)).Add("part", cut.Keys.Select(p => (long)p.Partition)).Add("next_offset", cut.Values)
        .LoadAsync(session, table, cancel);

    /// <summary>Trades of a FROM with what follows it, which has the columns of bronze.trades.</summary>
    public async Task TradesAsync(string from, Action<LogPartition, long, TradeRow> take, CancellationToken cancel)
    {
        await ReadAsync(Topics.Trades.Table, $"""
            SELECT {Where}, kind, account, instrument, {Times.Micros("event_time")}, {Times.Micros("ingest_time")}, source, sequence, ref_sequence, side,
                {Decimals.Unscaled("price", 6)}, {Decimals.Unscaled("quantity", 4)}, {Decimals.Unscaled("fee", 6)}, currency, venue
            FROM {from}
            """, r => take(PartitionOf(r), r.Long(3), new()
        {
            IsReleased = lifted.Count > 0 && lifted.Contains(new(PartitionOf(r), r.Long(3))),
            Kind = Symbols.Read<TradeKind>(r.Text(4)),
            Account = r.Code(5, names.Accounts),
            Instrument = r.Code(6, names.Instruments),
            EventTime = r.Long(7),
            IngestTime = r.Long(8),
            Source = r.Code(9, names.Sources),
            Sequence = r.Long(10),
            RefSequence = r.OrNone(11),
            Side = TradeRow.SideOf(Symbols.Read<Side>(r.Text(12)), r.Text(12) is null),
            Price = r.OrNone(13),
            Quantity = r.OrNone(14),
            Fee = r.OrNone(15),
            Currency = r.Code(16, names.Currencies),
            Venue = r.Code(17, names.Venues),
        }), cancel);
    }

    /// <summary>Market data with an event time from <paramref name="from"/> on.</summary>
    public async Task MarketAsync(long from, Action<LogPartition, long, MarketRow> take, CancellationToken cancel)
    {
        var copies = await CopiesAsync(from, cancel);
        await ReadAsync(Topics.MarketData.Table, $"""
            SELECT {Where}, kind, instrument, {Times.Micros("event_time")}, {Times.Micros("ingest_time")}, source, sequence, venue, condition, suspicious,
                {Decimals.Unscaled("bid", 6)}, {Decimals.Unscaled("ask", 6)}, {Decimals.Unscaled("price", 6)}, {Decimals.Unscaled("size", 4)}
            FROM bronze.market_data WHERE epoch_us(event_time) >= {from}
            """, r => take(PartitionOf(r), r.Long(3), new()
        {
            IsReleased = lifted.Count > 0 && lifted.Contains(new(PartitionOf(r), r.Long(3))),
            IsCopy = copies.Count > 0 && copies.Contains(new(PartitionOf(r), r.Long(3))),
            Kind = Symbols.Read<MarketDataKind>(r.Text(4)),
            Instrument = r.Code(5, names.Instruments),
            EventTime = r.Long(6),
            IngestTime = r.Long(7),
            Source = r.Code(8, names.Sources),
            Sequence = r.Long(9),
            Venue = r.Code(10, names.Venues),
            Condition = r.Code(11, conditions),
            IsSuspicious = r.Flag(12),
            Bid = r.OrNone(13),
            Ask = r.OrNone(14),
            Price = r.OrNone(15),
            Size = r.OrNone(16),
        }), cancel);
    }

    /// <summary>
    /// The places of prints that are not the first of their source and sequence: files are not read in the order of the log, in which
    /// a job that runs has seen them.
    /// </summary>
    async Task<IReadOnlySet<LogPosition>> CopiesAsync(long from, CancellationToken cancel)
    {
        var copies = new HashSet<LogPosition>();
        await ReadAsync(Topics.MarketData.Table, $"""
            WITH prints AS (
                SELECT _log_id, _topic, _kafka_partition::BIGINT AS _kafka_partition, _offset, source, sequence FROM bronze.market_data WHERE epoch_us(event_time) >= {from} AND kind = '{MarketDataKind.Print.Word()}'
            ),
            repeated AS (SELECT source, sequence FROM prints GROUP BY source, sequence HAVING count(*) > 1)
            SELECT * EXCLUDE (source, sequence) FROM prints JOIN repeated USING (source, sequence)
            QUALIFY row_number() OVER (PARTITION BY source, sequence ORDER BY _log_id, _topic, _kafka_partition, _offset) > 1
            """, r => copies.Add(new(PartitionOf(r), r.Long(3))), cancel);
        return copies;
    }

    public Task ReferencesAsync(
        Action<LogPartition, long, ReferenceRow> take, CancellationToken cancel) => ReadAsync(Topics.Reference.Table, $"""
            SELECT {Where}, kind, id, {Times.Micros("event_time")}, {Times.Micros("ingest_time")}, sequence, {Times.Micros("valid_from")}, {Times.Micros("valid_to")}, currency, to_currency,
                venue, desk, {Decimals.Unscaled("multiplier", 4)}, {Decimals.Unscaled("margin_limit", 2)}, numerator, denominator, datediff('day', DATE '1970-01-01', as_of)::BIGINT, {Decimals.Unscaled("value", 6)},
                underlying, {Decimals.Unscaled("strike", 6)}, datediff('day', DATE '1970-01-01', expiry)::BIGINT, option_right, instrument_kind, exercise, action
            FROM bronze.reference
            """, r => take(PartitionOf(r), r.Long(3), new()
        {
            KindWord = r.Text(4)!,
            Id = r.Text(5)!,
            EventTime = r.Long(6),
            IngestTime = r.Long(7),
            Sequence = r.Long(8),
            ValidFrom = r.Long(9),
            ValidTo = r.MayBeLong(10),
            Currency = r.Text(11),
            ToCurrency = r.Text(12),
            Venue = r.Text(13),
            Desk = r.Text(14),
            Multiplier = r.MayBeLong(15),
            MarginLimit = r.MayBeLong(16),
            Numerator = r.MayBeLong(17),
            Denominator = r.MayBeLong(18),
            AsOf = (int?)r.MayBeLong(19),
            Value = r.MayBeLong(20),
            Underlying = r.Text(21),
            Strike = r.MayBeLong(22),
            Expiry = (int?)r.MayBeLong(23),
            OptionRight = r.Text(24),
            InstrumentKind = r.Text(25),
            Exercise = r.Text(26),
            Action = r.Text(27),
        }), cancel);

    /// <summary>
    /// END_OF_DAY markers: where, and of which day. Those of days that none can have any more, which an older release booked, end nothing.
    /// </summary>
    public Task MarkersAsync(Action<LogPartition, long, int> take, CancellationToken cancel) => ReadAsync(LakeNames.LogHoles, """
            SELECT _log_id, _topic, _kafka_partition::BIGINT, from_offset, datediff('day', DATE '1970-01-01', trade_date)::BIGINT
            FROM ops.log_holes WHERE reason = 'END_OF_DAY' AND trade_date BETWEEN DATE '1900-01-01' AND DATE '9999-12-31'
            """, r => take(PartitionOf(r), r.Long(3), (int)r.Long(4)), cancel);

    /// <summary>The positions of all bronze tables.</summary>
    public IEnumerable<KeyValuePair<LogPartition, PartitionPosition>> Positions => PositionsIn(session);

    /// <summary>The positions of the tables that topics go to; whoever copied one to another name has copied its position too.</summary>
    public static IEnumerable<KeyValuePair<LogPartition, PartitionPosition>> PositionsIn(LakeSession session) =>
        Topics.All.Select(t => TableIdent.Parse(t.Table)).Distinct().Select(session.TryGet).OfType<Table>()
            .SelectMany(t => TablePosition.Of(t).Partitions);

    /// <summary>Whether the catalog has a table.</summary>
    /// <exception cref="LakeException">Unavailable, Corrupt: it has, and the table cannot be read.</exception>
    public bool Has(string table) => session.TryGet(TableIdent.Parse(table)) is not null;

    /// <summary>Whether a table is there and has a column: one that an older release made may lack it.</summary>
    public bool Has(string table, string column) =>
        session.TryGet(TableIdent.Parse(table)) is { } found && found.Metadata.Schema.Fields.Any(f => f.Name == column);

    static LogPartition PartitionOf(ArrowRow row) => new(row.Text(0)!, row.Text(1)!, (int)row.Long(2));

    /// <summary>Reads rows of a query over a table; none when the catalog does not have it.</summary>
    /// <exception cref="LakeException">Unavailable, Corrupt: it has, and the table cannot be read.</exception>
    public async Task ReadAsync(string table, string sql, Action<ArrowRow> take, CancellationToken cancel)
    {
        if (!Has(table))
            return;
        await using var result = await session.QueryAsync(sql, cancel);
        await foreach (var batch in result.ReadBatchesAsync(cancel))
        {
            var row = new ArrowRow(batch);
            for (row.Index = 0; row.Index < batch.Length; row.Index++)
                take(row);
        }
    }
}
