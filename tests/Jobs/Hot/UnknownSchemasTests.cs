using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>A schema that the registry gets late is known to the one job before it is to the other (decision 0043).</summary>
public class UnknownSchemasTests
{
    static readonly LogPartition one = new("log", "trades_raw", 0), two = new("log", "trades_raw", 1);

    [Fact]
    public void What_both_have_left_out_is_settled_and_what_bronze_has_not_reached_waits()
    {
        var unknown = Begun();
        unknown.Skip(one, 12);
        unknown.Skip(one, 20);

        Assert.Null(unknown.Compare(Bronze(15, 0), Next(30, 5), [new(one, 12)]));
        Assert.Equal(1, unknown.Waiting);
        Assert.Null(unknown.Compare(Bronze(30, 5), Next(30, 5), [new(one, 12), new(one, 20)]));
        Assert.Equal(0, unknown.Waiting);
    }

    [Fact]
    public void A_row_of_bronze_that_hot_has_left_out_is_a_difference()
    {
        var unknown = Begun();
        unknown.Skip(two, 3);

        Assert.Equal(new LogPosition(two, 3), unknown.Compare(Bronze(10, 4), Next(10, 9), []));
    }

    [Fact]
    public void A_dead_letter_of_bronze_that_hot_has_taken_is_a_difference()
    {
        var unknown = Begun();
        Assert.Null(unknown.Compare(Bronze(40, 0), Next(14, 0), [new(one, 14)]));
        Assert.Equal(new LogPosition(one, 14), unknown.Compare(Bronze(40, 0), Next(15, 0), [new(one, 14)]));
    }

    [Fact]
    public void What_stood_before_the_job_began_is_bronzes_alone() =>
        Assert.Null(Begun().Compare(Bronze(40, 0), Next(40, 0), [new(one, 9), new(two, 7)]));

    [Fact]
    public void A_flood_is_remembered_up_to_a_number_and_compared_so_far()
    {
        var unknown = Begun(most: 2);
        foreach (var offset in new[] { 10, 11, 12, 13 })
            unknown.Skip(one, offset);
        unknown.Skip(two, 5);

        Assert.Equal(2, unknown.Waiting);
        Assert.Null(unknown.Compare(Bronze(40, 9), Next(40, 9), [new(one, 10), new(one, 11)]));
        Assert.Equal(0, unknown.Waiting);
    }

    [Fact]
    public void What_bronze_has_left_out_ahead_of_hot_is_settled_when_hot_has_come_so_far()
    {
        var unknown = Begun();
        Assert.Null(unknown.Compare(Bronze(40, 0), Next(14, 0), [new(one, 20)]));
        Assert.False(unknown.HasSettled([new(one, 20)]));
        unknown.Skip(one, 20);
        Assert.Null(unknown.Compare(Bronze(40, 0), Next(30, 0), [new(one, 20)]));
        Assert.True(unknown.HasSettled([new(one, 20)]));
    }

    [Fact]
    public void Too_many_letters_to_hold_count_as_decided_alike()
    {
        var unknown = Begun();
        unknown.Skip(one, 12);
        Assert.Null(unknown.Compare(Bronze(40, 0), Next(30, 0), null));
        Assert.Equal((0, 30), (unknown.Waiting, unknown.Settled[one]));
    }

    static UnknownSchemas Begun(int most = 100)
    {
        var unknown = new UnknownSchemas(most);
        unknown.Begin([new(one, 10), new(two, 0)]);
        return unknown;
    }

    static Dictionary<LogPartition, long> Bronze(long first, long second) => new() { [one] = first, [two] = second };

    static LogPosition[] Next(long first, long second) => [new(one, first), new(two, second)];
}
