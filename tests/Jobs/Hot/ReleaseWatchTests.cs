using Dart.Lake.Jobs.Pipelines.Hot.Restart;
using Microsoft.Extensions.Time.Testing;

namespace Dart.Lake.Jobs.Tests.Hot;

public sealed class ReleaseWatchTests
{
    [Fact]
    public void A_thousand_releases_in_a_row_are_one_reading_anew_when_they_are_over()
    {
        var clock = new FakeTimeProvider();
        var watch = new ReleaseWatch(TimeSpan.FromSeconds(5), clock);
        var (due, said) = (0, 0);
        for (var act = 1; act <= 1000; act++, clock.Advance(TimeSpan.FromSeconds(1)))
        {
            due += watch.IsDue(act, held: 0, out var isNew) ? 1 : 0;
            said += isNew ? 1 : 0;
        }
        Assert.Equal((0, 1000), (due, said));
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.True(watch.IsDue(1000, held: 0, out var again));
        Assert.False(again);
        // read: the state has them
        Assert.False(watch.IsDue(1000, held: 1000, out _));
        // another time everything begins anew
        Assert.False(watch.IsDue(1001, held: 1000, out var another));
        Assert.True(another);
    }
}
