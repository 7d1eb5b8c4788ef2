using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Analysis;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration;
using Dart.Lake.Orchestration.Exports;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Compiling;
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
    /// <param name="duckDb">Used alone.</param>
    /// <param name="project">The models.</param>
    /// <param name="needsHotClose">Whether a day that the hot job has not cut is an error.</param>
    /// <param name="timeoutSeconds">Of a query; null: as the settings say.</param>
    /// <param name="targets">Who builds models beside DuckDB; null: nobody.</param>
    public static EndOfDay Create(
        Composition composition, Lake lake, RunDuckDb duckDb, Project project, bool needsHotClose,
        int? timeoutSeconds = null, OpenTargets? targets = null) => new(
        lake, Targets(composition, lake, duckDb, timeoutSeconds, targets), project,
        Sessions, PositionsOf,
        SettingsOf(composition) with { NeedsHotClose = needsHotClose, AnalysisLimit = Limit(composition, timeoutSeconds) },
        composition.Ids, composition.Time,
        composition.Settings.EndOfDay.Analyze ? () => new TableAnalysis(lake, duckDb.Engine, composition.Ids) : null);

    /// <summary>Models by hand, for one lake.</summary>
    public static ModelCommands Commands(
        Composition composition, Lake lake, RunDuckDb duckDb, Project project, int timeoutSeconds, OpenTargets targets) => new(
        lake, Targets(composition, lake, duckDb, timeoutSeconds, targets), project,
        Sessions, SettingsOf(composition), composition.Ids, composition.Time);

    /// <summary>What refuses a plan as a run would.</summary>
    /// <param name="composition">Settings, clock, ids.</param>
    /// <param name="scratch">A lake that is thrown away.</param>
    /// <param name="session">A DuckDB session of that lake.</param>
    /// <param name="project">The models.</param>
    public static PlanCheck Check(Composition composition, Lake scratch, DuckDbSession session, Project project) => new(
        scratch, Engine(composition, scratch, session, null), Planned(composition, project), composition.Time);

    /// <summary>What refuses it as engines of others would.</summary>
    public static TargetPlanCheck TargetCheck(Composition composition, Project project) =>
        new(Planned(composition, project), composition.Time);

    static RunRequest Planned(Composition composition, Project project) => PlanCheck.Request(project, Sessions, SettingsOf(composition));

    /// <summary>What writes a day for dbt.</summary>
    public static DbtExport Export(Composition composition, Lake lake, DuckDbSession session, Project project, int timeoutSeconds) => new(
        lake, Engine(composition, lake, session, timeoutSeconds), project, Sessions, SettingsOf(composition),
        DuckDbEngine.OwnFunctions, composition.Ids, composition.Time);

    static RunEngine Engine(Composition composition, Lake lake, DuckDbSession session, int? timeoutSeconds) =>
        RunEngine.Of(session, lake.Store, composition.Ids).Within(Limit(composition, timeoutSeconds), composition.Time);

    /// <summary>DuckDB and the engines of others, for one run.</summary>
    public static RunTargets Targets(Composition composition, Lake lake, RunDuckDb duckDb, int? timeoutSeconds, OpenTargets? targets) =>
        new(duckDb.Doors(lake, composition.Ids).Within(Limit(composition, timeoutSeconds), composition.Time), composition.Ids)
        {
            Layers = targets?.Layers ?? new Dictionary<string, TargetEngine>(),
            Limit = Limit(composition, timeoutSeconds),
            Time = composition.Time,
        };

    static TimeSpan Limit(Composition composition, int? timeoutSeconds) =>
        TimeSpan.FromSeconds(timeoutSeconds ?? composition.Settings.Models.TimeoutSeconds);

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
