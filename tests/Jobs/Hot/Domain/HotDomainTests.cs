using CsCheck;
using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Restart;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Jobs.Pipelines.Hot.Shown;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot.Domain;

/// <summary>What bronze can hold, hot can restore: rows over the whole domain of the contracts.</summary>
public class HotDomainTests
{
    static readonly LogPartition[] logs =
        [.. new[] { Topics.Trades, Topics.MarketData, Topics.Reference }.Select(t => new LogPartition("log", t.Name, 0))];

    [Fact]
    public Task A_job_that_takes_rows_as_they_come_one_that_restarts_and_a_computation_without_limits_agree() =>
        TestSize.IsFull ? Gen.Int[0, int.MaxValue].SampleAsync(AgreeAsync, iter: 400, threads: 1) : AgreeAsync(Enumerable.Range(1, 40));

    [Fact]
    public Task A_copy_of_a_print_that_stands_in_the_file_of_an_earlier_day_is_still_the_copy() => AgreeAsync(408101999);

    static async Task AgreeAsync(IEnumerable<int> seeds)
    {
        foreach (var seed in seeds)
            await AgreeAsync(seed);
    }

    static async Task AgreeAsync(int seed)
    {
        var random = new Random(seed);
        var rows = new OddRows(random).Draw(80);
        var restartsAt = random.Next(rows.Count);
        await using var lake = await HotLake.OpenAsync();

        var live = new Job(lake, restartsAt);
        foreach (var (i, row) in rows.Index())
            await live.TakeAsync(i, row);
        foreach (var table in rows.Take(restartsAt).GroupBy(r => r.Marker is null ? r.Topic.Table : LakeNames.LogHoles))
            await lake.RowsAsync(table.Key, table.Select(Stored));
        var restored = await HotRestore.LoadAsync(lake.Engine, lake.Lake, logs, null, 1_000_000, null, default);
        var restarted = new Job(lake, writesUntil: 0, restored.State, restored.Gate);
        await restarted.CutAsync(0);
        foreach (var (i, row) in rows.Index().Skip(restartsAt))
            await restarted.TakeAsync(i, row);

        AssertSame(live.Shown(), restarted.Shown());
        AssertSame(Closed(live), Closed(restarted));
        foreach (var account in OddRows.Accounts)
            foreach (var (instrument, multiplier) in OddRows.Instruments.Zip([10_000L, 1_000_000L, 10_000_000_000_000L]))
            {
                var (quantity, cost) = WidePortfolio.Compute(rows, account, instrument, multiplier);
                var book = live.State.Books.FirstOrDefault(b =>
                    live.State.Names.Accounts[b.Account] == account && live.State.Names.Instruments[b.Instrument] == instrument);
                Assert.Equal((quantity, cost), (book?.Quantity ?? 0, book?.Cost ?? 0));
            }
    }

    static void AssertSame(List<string> live, List<string> restarted) => Assert.True(
        live.SequenceEqual(restarted),
        $"live:\n{string.Join('\n', live.Except(restarted))}\nrestarted:\n{string.Join('\n', restarted.Except(live))}");

    static List<string> Closed(Job job)
    {
        var close = HotClose.Of(job.State, HotRows.D2, 0, []);
        return
        [
            .. close.Accounts.Select(a => $"{a}")
                .Concat(close.Books.Select(b => $"{b}"))
                .Concat(close.Lots.Select(l => $"{l.Account} {l.Instrument} {l.Lot with { Source = 0 }}"))
                .Order(StringComparer.Ordinal),
        ];
    }

    static Dictionary<string, object?> Stored(OddRow row) => row.Marker is { } day
        ? new()
        {
            ["_topic"] = row.Topic.Name,
            ["_kafka_partition"] = 0,
            ["from_offset"] = row.Offset,
            ["to_offset"] = row.Offset + 1,
            ["reason"] = "END_OF_DAY",
            ["trade_date"] = day,
        }
        : new(row.Values) { ["_topic"] = row.Topic.Name, ["_kafka_partition"] = 0, ["_offset"] = row.Offset };

    /// <summary>The hot computation without its clients.</summary>
    sealed class Job
    {
        readonly HotLake lake;
        readonly HotGate gate;
        readonly int writesUntil;
        readonly Dictionary<Topic, ColumnBatch> batches = [];

        public Job(HotLake lake, int writesUntil) : this(lake, writesUntil, NewState(), null)
        {
        }

        public Job(HotLake lake, int writesUntil, HotState state, HotGate? gate)
        {
            (this.lake, this.writesUntil, State, this.gate) = (lake, writesUntil, state, gate ?? new(state, logs, 1_000_000));
        }

        public HotState State { get; }

        static HotState NewState()
        {
            var names = new HotNames();
            return new(HotRules.Of(names), names, new HotCalendar());
        }

        public async Task TakeAsync(int i, OddRow row)
        {
            if (row.Marker is { } day)
                gate.Mark(row.Partition, row.Offset, day);
            else
                Apply(row);
            await CutAsync(i);
        }

        public async Task CutAsync(int i)
        {
            while (gate.Complete is { } day)
            {
                var close = HotClose.Of(State, day, 0, [.. gate.Cut]);
                if (i < writesUntil)
                    await lake.CloseAsync(close, State);
                State.Close(day, close.Accounts.Select(account => account.Level));
                gate.Release();
            }
        }

        /// <summary>All hashes as lines, without the times of the newest rows, which a forgotten row may have had.</summary>
        public List<string> Shown()
        {
            State.TouchAll();
            return [.. new HotHashes(State).Of(State.TakeChanges())
                .Where(h => !h.IsGone)
                .Select(h => $"{h.Key} {string.Join(' ', h.Fields.Where(f => f.Key != "ts").Select(f => $"{f.Key}={f.Value}"))}")
                .Order(StringComparer.Ordinal)];
        }

        void Apply(OddRow row)
        {
            if (!batches.TryGetValue(row.Topic, out var batch))
                batches.Add(row.Topic, batch = new(row.Topic.Contract, 4));
            batch.Reset();
            var stored = Stored(row);
            for (var i = 0; i < batch.ColumnCount; i++)
                batch[i].AppendBoxed(stored.GetValueOrDefault(batch[i].Definition.Name) ?? Coordinate(batch[i].Definition.Name));
            batch.EndRow();
            if (row.Topic == Topics.Trades)
            {
                var columns = new TradeColumns(batch, State.Names);
                columns.Reset();
                gate.Apply(row.Partition, row.Offset, columns[0]);
            }
            else if (row.Topic == Topics.MarketData)
            {
                var columns = new MarketColumns(batch, State.Names, State.Market.Conditions);
                columns.Reset();
                gate.Apply(row.Partition, row.Offset, columns[0]);
            }
            else
            {
                gate.Apply(row.Partition, row.Offset, new ReferenceColumns(batch)[0]);
            }
        }

        static object? Coordinate(string column) => column switch
        {
            "_log_id" => "log",
            "_schema_id" => 1,
            "_ingested_at" => 0L,
            _ => null,
        };
    }
}
