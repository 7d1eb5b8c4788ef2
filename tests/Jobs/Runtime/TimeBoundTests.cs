using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Runtime;

/// <summary>Every timestamp of every event has bounds.</summary>
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
            return checks.Check();
        }
    }
}
