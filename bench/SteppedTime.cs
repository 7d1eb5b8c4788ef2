namespace Dart.Lake.Bench;

/// <summary>A clock that goes on when it is told: a day passes as fast as its commits are made.</summary>
sealed class SteppedTime(DateTimeOffset start) : TimeProvider
{
    long ticks = start.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    public void Step(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);
}
