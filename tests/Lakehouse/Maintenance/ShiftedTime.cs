namespace Dart.Lake.Lakehouse.Tests.Maintenance;

/// <summary>The clock of the machine, moved to a day of the test's and on from there; waits take as long as they take.</summary>
sealed class ShiftedTime(DateTimeOffset start) : TimeProvider
{
    TimeSpan shift = start - System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;

    public void Advance(TimeSpan by) => shift += by;
}
