using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Host.Wiring;

/// <summary>Puts the end of day together: DuckDB, the project of models, venue calendars, bronze's positions.</summary>
static class EndOfDayFactory
{
    /// <summary>Where the models lie beside the executable.</summary>
    public static string ProjectFolder { get; } = Path.Combine(AppContext.BaseDirectory, "dbt-like-sql", "project");

    /// <summary>The project of a folder.</summary>
    /// <param name="folder">Null: the one beside the executable.</param>
    /// <param name="vars">YAML that outweighs the project's vars; empty: none.</param>
    public static Project LoadProject(string? folder, string? vars) =>
        ProjectLoader.Load(folder ?? ProjectFolder, ProjectVars.Parse(vars ?? ""), Environment.GetEnvironmentVariable);

    /// <summary>The chain for one lake.</summary>
    /// <param name="composition">Settings, clock, ids.</param>
    /// <param name="lake">The lake.</param>
    /// <param name="session">A DuckDB session that the chain uses alone.</param>
    /// <param name="needsHotClose">Whether a day that the hot job has not cut is an error.</param>
    /// <param name="projectDir">Of the models; null: those beside the executable.</param>
    /// <param name="vars">YAML that outweighs the project's vars; null: none.</param>
    public static EndOfDay Create(
        Composition composition,
        Lake lake,
        DuckDbSession session,
        bool needsHotClose,
        string? projectDir = null,
        string? vars = null) => new(
        lake, RunEngine.Of(session, lake.Store, composition.Ids), LoadProject(projectDir, vars),
        Sessions, PositionsOf, SettingsOf(composition) with { NeedsHotClose = needsHotClose },
        composition.Ids, composition.Time);

    /// <summary>Models by hand, for one lake.</summary>
    public static ModelCommands Commands(
        Composition composition, Lake lake, DuckDbSession session, string? projectDir, string? vars) => new(
        lake, RunEngine.Of(session, lake.Store, composition.Ids), LoadProject(projectDir, vars),
        Sessions, SettingsOf(composition), composition.Ids, composition.Time);

    static EndOfDaySettings SettingsOf(Composition composition) => new()
    {
        FirmCurrency = composition.Settings.FirmCurrency,
        CalendarVersion = composition.Settings.CalendarVersion,
        GateTimeout = TimeSpan.FromSeconds(composition.Settings.EndOfDay.GateTimeoutSeconds),
    };

    public static IReadOnlyList<SessionRow> Sessions(DateOnly from, DateOnly to) =>
        [.. VenueCalendar.Venues.SelectMany(venue => VenueCalendar.Of(venue).SessionsBetween(from, to)).Select(session => new SessionRow(
            session.TradeDate, session.Venue, session.StartsAtMicros,
            session.EndsAtMicros, session.OpensAtMicros, session.ClosesAtMicros, session.CalendarVersion))];

    /// <summary>How far a bronze table is.</summary>
    /// <exception cref="LakeException">Corrupt: the table was rolled back behind its position.</exception>
    public static IReadOnlyList<LogPosition> PositionsOf(Table bronze)
    {
        var position = TablePosition.Of(bronze);
        position.RefuseRollback(bronze);
        return [.. position.Partitions.Select(entry => new LogPosition(entry.Key, entry.Value.Next))];
    }
}
