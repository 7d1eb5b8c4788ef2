using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>A <see cref="CommitNote"/> as JSON has it.</summary>
sealed record RemoteNote(
    string RunId, string Kind, string Body, IReadOnlyList<Interval> Intervals, IReadOnlyDictionary<string, IReadOnlyList<DateOnly>> Days)
{
    /// <summary>JSON of others can lack anything.</summary>
    public bool IsWhole => RunId is not null && Kind is not null && Body is not null && Intervals is not null && Days is not null
        && Intervals.All(i => i is { Model: not null, RunId: not null, Fingerprint: not null })
        && Days.Values.All(days => days is not null);

    public static RemoteNote Of(CommitNote note) => new(
        note.RunId, note.Kind, note.Body, note.Intervals, note.Days.ToDictionary(day => day.Key.ToString(), day => day.Value));

    public CommitNote ToNote() => new(RunId, Kind, Body)
    {
        Intervals = Intervals,
        Days = Days.ToDictionary(day => TableIdent.Parse(day.Key), day => day.Value),
    };
}
