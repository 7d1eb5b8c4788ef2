using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot.Domain;

/// <summary>
/// Draws rows over the whole domain of the contracts: limits, nulls and words that no contract names in every column, among rows that are
/// as they should be. Accounts A and B and instruments X, Y and Z are known and stay as they are; C, V and W are whatever comes.
/// </summary>
sealed class OddRows(Random random)
{
    public static readonly string[] Accounts = ["A", "B"], Instruments = ["X", "Y", "Z"];

    /// <summary>1900-01-01 and the last microsecond of 9999.</summary>
    const long First = -2_208_988_800_000_000, Last = 253_402_300_799_999_999;

    static readonly Topic[] topics = [Topics.Trades, Topics.MarketData, Topics.Reference];

    readonly Dictionary<string, long> offsets = [];
    readonly List<Dictionary<string, object?>> trades = [];
    long sequence;

    /// <summary>Two days: what is known, rows of both, the markers of the first, more rows, and a quote of the second.</summary>
    public IReadOnlyList<OddRow> Draw(int count)
    {
        var rows = new List<OddRow>();
        foreach (var account in Accounts)
            rows.Add(Row(Topics.Reference, Known("ACCOUNT", account, ("currency", "USD"))));
        foreach (var (instrument, multiplier) in Instruments.Zip([10_000L, 1_000_000L, 10_000_000_000_000L]))
            rows.Add(Row(Topics.Reference, Known("INSTRUMENT", instrument, ("currency", "USD"), ("venue", "XNYS"), ("multiplier", multiplier))));
        for (var i = 0; i < count; i++)
        {
            if (i == count / 2)
                rows.AddRange(topics.Select(t => new OddRow(t, Next(t), [], HotRows.D1)));
            rows.Add(Draw(topics[random.Next(3)]));
        }
        rows.Add(Row(Topics.MarketData, new()
        {
            ["kind"] = "QUOTE",
            ["instrument"] = "X",
            ["event_time"] = HotRows.At(HotRows.Tuesday),
            ["ingest_time"] = HotRows.At(HotRows.Tuesday),
            ["source"] = "feed",
            ["sequence"] = ++sequence,
            ["venue"] = "XNYS",
            ["bid"] = 1_000_000L,
        }));
        return rows;
    }

    OddRow Draw(Topic topic)
    {
        var values = topic.Contract.Payload.ToDictionary(c => c.Name, c => Value(topic, c));
        if (topic == Topics.Trades)
            Shape(values);
        if (topic == Topics.Reference)
            // those that are known stay as they are
            values["id"] = values["kind"] switch
            {
                "INSTRUMENT" or "CORPORATE_ACTION" => Any("V", "W"),
                "ACCOUNT" => "C",
                "FX_FIXING" => "EURUSD",
                _ => Any("X", "Y", "Z", "V", "W"),
            };
        return Row(topic, values);
    }

    /// <summary>Corrections and busts name a trade that came; of a known account and instrument they say others that are known.</summary>
    void Shape(Dictionary<string, object?> values)
    {
        if (values["kind"] is "NEW")
        {
            trades.Add(values);
        }
        else if (trades.Count > 0 && random.Next(8) > 0)
        {
            var of = trades[random.Next(trades.Count)];
            (values["ref_sequence"], values["source"]) = (of["sequence"], of["source"]);
            var moves = random.Next(2) == 0 && Accounts.Contains(of["account"]) && Instruments.Contains(of["instrument"]);
            values["account"] = moves ? Any([.. Accounts]) : of["account"];
            values["instrument"] = moves ? Any([.. Instruments]) : of["instrument"];
        }
    }

    object? Value(Topic topic, ContractColumn column)
    {
        if (column.Nullable && random.Next(12) == 0)
            return null;
        if (topic.Contract.RowRules.OfType<InRule>().FirstOrDefault(r => r.Column == column.Name) is { } words)
            return random.Next(12) == 0 ? $"NO_{column.Name.ToUpperInvariant()}" : words.Values[random.Next(words.Values.Count)];
        return column.Type.Kind switch
        {
            ColumnKind.String => Word(column.Name),
            ColumnKind.Boolean => random.Next(4) == 0,
            ColumnKind.Decimal => Decimal(column.Type),
            ColumnKind.Timestamptz => Time(column.Name),
            ColumnKind.Date => HotRows.D1 - random.Next(-2, 5),
            ColumnKind.Long when column.Name == "sequence" => random.Next(20) == 0 && sequence > 0 ? sequence : ++sequence,
            ColumnKind.Long => Any(0L, 1L, -1L, long.MaxValue, long.MinValue + 1, 1_000_000_001L),
            _ => throw LakeException.Bug($"no values of {column.Type} are drawn"),
        };
    }

    string Word(string column) => column switch
    {
        "account" => Any("A", "B", "A", "B", "C"),
        "instrument" or "underlying" => Any("X", "Y", "Z", "X", "Y", "Z", "V", "W"),
        "currency" or "to_currency" => Any("USD", "USD", "EUR"),
        "venue" => Any("XNYS", "XNYS", "XNYS", "XNYS", "XNYS", "NOWHERE"),
        "condition" => Any("0", "200", "x"),
        _ => "feed",
    };

    long Decimal(ColumnType type)
    {
        var limit = (long)Math.Pow(10, Math.Min(type.Precision, 18)) - 1;
        return random.Next(6) switch
        {
            0 => Any(limit, -limit, 0, 1, -1, 1_000_000_000_000, 1_000_000_000_001, 10_000_000_000_000, 10_000_000_000_001),
            1 => random.NextInt64(1, 1_000_000_000_000),
            _ => random.NextInt64(1, 1000) * 1_000_000,
        };
    }

    long Time(string column) => column switch
    {
        "event_time" => HotRows.At(Any(HotRows.Monday, HotRows.Tuesday), 15, random.Next(60), random.Next(60)),
        "ingest_time" when random.Next(10) > 0 => HotRows.At(HotRows.Tuesday, 16, random.Next(60), random.Next(60)),
        "valid_to" => random.Next(3) == 0 ? long.MaxValue : Last,
        "valid_from" when random.Next(10) > 0 => HotRows.At(new(2026, 1, 1)) - random.Next(1000),
        _ => Any(First, Last),
    };

    T Any<T>(params T[] of) => of[random.Next(of.Length)];

    Dictionary<string, object?> Known(string kind, string id, params (string Name, object Value)[] more)
    {
        var values = more.ToDictionary(m => m.Name, m => (object?)m.Value);
        (values["kind"], values["id"], values["source"], values["sequence"]) = (kind, id, "refdata", ++sequence);
        (values["event_time"], values["ingest_time"], values["valid_from"]) = (HotRows.At(HotRows.Monday, 1), HotRows.At(HotRows.Monday, 1), HotRows.At(new(2026, 1, 1)));
        return values;
    }

    OddRow Row(Topic topic, Dictionary<string, object?> values) => new(topic, Next(topic), values, null);

    long Next(Topic topic)
    {
        var offset = offsets.GetValueOrDefault(topic.Name);
        offsets[topic.Name] = offset + 1;
        return offset;
    }
}
