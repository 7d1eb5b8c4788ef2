using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Execution;
using Dart.Lake.Sql.Planning;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Orchestration;

/// <summary>
/// Refuses a plan that engines of others would refuse whatever rows there are: they read each query over the lake's own tables, and compute
/// none.
/// </summary>
/// <param name="request">Of <see cref="PlanCheck.Request"/>.</param>
/// <param name="time">The clock.</param>
public sealed class TargetPlanCheck(RunRequest request, TimeProvider time)
{
    /// <param name="lake">Where the plan would be run.</param>
    /// <param name="targets">The engines.</param>
    /// <param name="day">The day that would be built.</param>
    /// <param name="plan">Of the request's project and that day.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LakeException">Invalid: what a run would say.</exception>
    public async Task RefuseAsync(Lake lake, RunTargets targets, DateOnly day, Plan plan, CancellationToken cancel)
    {
        var published = await ModelCommands.PublishedAsync(lake, day, cancel);
        // nothing is written, so nothing is left that a disposed run would take away
        var run = new ModelRun(lake, targets, request with
        {
            Days = [day],
            Around = day,
            Cut = published.Cut,
            Inputs = await lake.Catalog.LoadAllAsync(Gate.BronzeTables, cancel),
            IsPlanned = true,
        }, plan, time);
        await run.OpenAsync(cancel);
        await run.BindAsync(cancel);
    }
}
