using Dart.Lake.Sql.Execution;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Planning;
using Dart.Lake.Sql.Tests.Models;

namespace Dart.Lake.Sql.Tests.Execution;

/// <summary>Steps that stay in the engine's memory go when nobody reads them any more.</summary>
public sealed class LastUsesTests
{
    [Fact]
    public void Every_step_in_memory_of_each_day_goes_once_after_its_last_reader_and_long_before_the_end()
    {
        var project = MartsLake.Project;
        var plan = Planner.Plan(project, [TwoDays.Friday, TwoDays.Monday], [], [], []);
        var uses = new LastUses(project, plan);
        var steps = project.Models.Values.Where(m => m.Materialization == Materialization.Temp).Select(m => m.Name).ToList();
        Assert.True(steps.Count > 10);
        var gone = plan.Stages.Index()
            .SelectMany(s => uses.After(s.Index).Select(model => (model.Name, s.Index)))
            .ToLookup(g => g.Name, g => g.Index);
        Assert.Equal(steps.Order(StringComparer.Ordinal), gone.Select(g => g.Key).Order(StringComparer.Ordinal));
        foreach (var step in steps)
        {
            Assert.Equal(2, gone[step].Count());
            foreach (var day in new[] { TwoDays.Friday, TwoDays.Monday })
            {
                var built = At(day, build => build.Model == step).Single();
                var last = At(day, build => project.Models[build.Model].Refs.Contains(step)).DefaultIfEmpty(built).Max();
                var end = day == TwoDays.Friday ? At(TwoDays.Monday, _ => true).First() : plan.Stages.Count;
                Assert.Contains(gone[step], at => at >= last && at < end);
            }
        }
        Assert.True(gone["trade_chains"].Last() < At(TwoDays.Monday, build => build.Model == "lots_eod").Single());

        IEnumerable<int> At(DateOnly day, Func<BuildStage, bool> which) =>
            plan.Stages.Index().Where(s => s.Item is BuildStage build && build.Day == day && which(build)).Select(s => s.Index);
    }
}
