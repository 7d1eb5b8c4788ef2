using Dart.Lake.Jobs.Producers;
using Microsoft.Extensions.Time.Testing;

namespace Dart.Lake.Jobs.Tests.Producers;

public sealed class PacerTests
{
    const long Second = 1_000_000;
    readonly FakeTimeProvider time = new();

    [Fact]
    public async Task At_a_multiple_of_real_time_an_event_waits_for_its_share_of_it()
    {
        var pacer = new Pacer(time, 10);
        await pacer.WaitAsync(1_000 * Second, default);
        var waiting = pacer.WaitAsync(1_060 * Second, default).AsTask();
        time.Advance(TimeSpan.FromSeconds(5.9));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await waiting;
        // An older event has waited long enough.
        Assert.True(pacer.WaitAsync(1_030 * Second, default).IsCompleted);
    }

    [Fact]
    public async Task A_night_takes_a_quarter_of_an_hour()
    {
        var pacer = new Pacer(time, 1);
        await pacer.WaitAsync(0, default);
        var waiting = pacer.WaitAsync(60_000 * Second, default).AsTask();
        time.Advance(TimeSpan.FromMinutes(14.9));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(0.1));
        await waiting;
    }

    [Fact]
    public async Task Without_a_speed_nothing_waits_and_a_wait_can_be_cancelled()
    {
        Assert.True(new Pacer(time, null).WaitAsync(1_000 * Second, default).IsCompleted);
        using var cancel = new CancellationTokenSource();
        var pacer = new Pacer(time, 1);
        await pacer.WaitAsync(0, cancel.Token);
        var waiting = pacer.WaitAsync(100 * Second, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_speed_is_refused(double speed) => Assert.Throws<LakeException>(() => Pacer.Checked(speed));
}
