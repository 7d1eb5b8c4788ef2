using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Execution;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Planning;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Orchestration;

/// <summary>
/// Refuses a plan that a run would refuse whatever rows there are, in the same words: the run opens over the empty tables of a lake of its
/// own, and its engine reads every query without computing one.
/// </summary>
/// <param name="scratch">An empty lake, which nobody else uses.</param>
/// <param name="engine">Of that lake.</param>
/// <param name="request">Of no day yet, see <see cref="Request"/>.</param>
/// <param name="time">The clock.</param>
public sealed class PlanCheck(Lake scratch, RunEngine engine, RunRequest request, TimeProvider time)
{
    /// <summary>What a run is asked for that only plans.</summary>
    public static RunRequest Request(Project project, SessionsOf sessions, EndOfDaySettings settings) => new()
    {
        Project = project,
        RunId = "plan",
        Days = [],
        Cut = [],
        Sessions = sessions,
        FirmCurrency = settings.FirmCurrency,
        CalendarVersion = settings.CalendarVersion,
    };

    /// <param name="lake">Where the plan would be run: its tables may have other columns than their contracts. Null: none is there.</param>
    /// <param name="day">The day that would be built.</param>
    /// <param name="plan">Of the project and that day.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Sources that nothing is known of without a lake; with one of them no query was read.</returns>
    /// <exception cref="LakeException">Invalid: what a run would say.</exception>
    public async Task<IReadOnlyList<string>> RefuseAsync(Lake? lake, DateOnly day, Plan plan, CancellationToken cancel)
    {
        if (lake is not null)
        {
            await ModelCommands.PublishedAsync(lake, day, cancel);
            await CopyAsync(lake, cancel);
        }
        else if (Planner.UnknownSources(request.Project, plan) is { Count: > 0 } unknown)
            return unknown;
        var run = new ModelRun(scratch, engine, request with { Days = [day], Around = day }, plan, time);
        await run.OpenAsync(cancel);
        await run.BindAsync(cancel);
        return [];
    }

    async Task CopyAsync(Lake lake, CancellationToken cancel)
    {
        foreach (var table in (await lake.Catalog.SurveyAsync(cancel)).Tables.Values)
            await scratch.Catalog.CreateAsync(table.Ident, new(table.Metadata.Schema, [], new Dictionary<string, string>()), cancel);
    }
}
