using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Orchestration.Publications;

/// <summary>A published day of a table that the table does not hold as it was published, and why.</summary>
internal sealed record DepartedDay(TableIdent Table, DateOnly Date, string Why)
{
    /// <summary>One line a table and cause, in the order of the tables.</summary>
    public static IEnumerable<string> Told(IEnumerable<DepartedDay> departed) =>
        from day in departed
        group day.Date by (day.Table, day.Why) into days
        orderby days.Key.Table
        select $"{days.Key.Table} {days.Key.Why}: {string.Join(", ", days.Order().Select(d => $"{d:yyyy-MM-dd}"))} is not there as it was published";
}
