using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Runtime;

/// <summary>Every timestamp and every date of every event has bounds.</summary>
public sealed class TimeBoundTests
{
    static readonly long first = -2_208_988_800_000_000, last = 253_402_300_799_999_999;

    public static TheoryData<string, string> Times => new(
        from topic in Topics.All
        from column in topic.Contract.Payload
        where column.Type.Kind == ColumnKind.Timestamptz
        select (topic.Table, column.Name));

    [Theory]
    [MemberData(nameof(Times))]
    public void A_time_beyond_its_bounds_is_a_dead_letter_that_names_the_column(string table, string name)
    {
        var batch = new ColumnBatch(TableContracts.Get(table));
        var checks = new TimeChecks(batch);
        var bounds = batch.Contract.Column(name).Times;
        // event_time chooses a partition; valid_to may mean for ever
        Assert.Equal(
            name switch { "event_time" => TimeBounds.Of(1990, 2099), "valid_to" => new(first, long.MaxValue), _ => new(first, last) },
            bounds);
        Assert.Null(Check(bounds.Least));
        Assert.Null(Check(bounds.Most));
        foreach (var time in new[] { long.MinValue, bounds.Least - 1, bounds.Most == long.MaxValue ? bounds.Least - 1 : bounds.Most + 1 })
        {
            var failure = Check(time)!;
            Assert.StartsWith($"{name}, {time} ", failure.Detail, StringComparison.Ordinal);
            Assert.Equal(name == "event_time" ? DeadLetterReason.ImplausibleDay : DeadLetterReason.ImplausibleTime, failure.Reason);
        }

        DecodeFailure? Check(long time)
        {
            batch.Reset();
            foreach (var column in batch.Contract.Columns.Select((c, i) => (c, i)).Where(c => c.c.Type.Kind == ColumnKind.Timestamptz))
                batch.Int64(column.i).Append(column.c.Name == name ? time : 1_700_000_000_000_000);
            foreach (var (i, column) in batch.Contract.Columns.Index().Where(c => c.Item.Type.Kind == ColumnKind.Date))
                batch[i].AppendNull();
            return checks.Check();
        }
    }

    public static TheoryData<string, string> Dates => new(
        from topic in Topics.All
        from column in topic.Contract.Payload
        where column.Type.Kind == ColumnKind.Date
        select (topic.Table, column.Name));

    /// <summary>1900-01-01 is day -25567, 9999-12-31 day 2932896.</summary>
    [Theory]
    [MemberData(nameof(Dates))]
    public void A_date_beyond_its_bounds_is_a_dead_letter_that_names_the_column(string table, string name)
    {
        var batch = new ColumnBatch(TableContracts.Get(table));
        var checks = new TimeChecks(batch);
        foreach (var day in new[] { -25_567, 0, 2_932_896 })
            Assert.Null(Check(day));
        foreach (var day in new[] { int.MinValue, -25_568, 2_932_897, int.MaxValue })
            Assert.Equal(new(DeadLetterReason.ImplausibleTime, $"{name}, {day} days since 1970, is not in the years 1900 to 9999"), Check(day));
        Assert.Null(Check(null));

        DecodeFailure? Check(int? day)
        {
            batch.Reset();
            foreach (var (i, column) in batch.Contract.Columns.Index())
                if (column.Type.Kind == ColumnKind.Timestamptz)
                    batch.Int64(i).Append(1_700_000_000_000_000);
                else if (column.Type.Kind == ColumnKind.Date)
                    batch[i].AppendBoxed(column.Name == name ? day : 0);
            return checks.Check();
        }
    }

    [Fact]
    public void A_marker_of_a_day_that_cannot_be_is_a_dead_letter()
    {
        var marker = new EndOfDayMarker.Reader(AvroSchemaReader.Parse(Topics.EndOfDay.Text));
        // 2932896 and 2932897 as Avro writes an int, then the source "s"
        Assert.Equal(2_932_896, marker.Read([0xC0, 0x82, 0xE6, 0x02, 2, (byte)'s']).Marker!.TradeDate);
        var beyond = marker.Read([0xC2, 0x82, 0xE6, 0x02, 2, (byte)'s']);
        Assert.Equal(
            (DeadLetterReason.ImplausibleTime, "trade_date, 2932897 days since 1970, is not in the years 1900 to 9999"),
            (beyond.DeadLetter!.Reason, beyond.DeadLetter.Detail));
    }
}
