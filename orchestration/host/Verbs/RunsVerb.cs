using System.CommandLine;
using System.Text.Json.Nodes;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Orchestration;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>runs ls|show</c>: the run ledger.</summary>
static class RunsVerb
{
    public static Command Build(Composition composition) => new("runs", "The ledger of runs: what ran, on which inputs, with what outcome") { List(composition), Show(composition) };

    static Command List(Composition composition)
    {
        var date = Flags.Date("Only runs of this trade date");
        var limit = Flags.Number("--limit", "At most so many", 50, new(1, 10_000));
        return new Command("ls", "Runs, newest first") { date, limit }.PrintsTable(composition, async (lake, parsed, cancel) =>
        {
            var result = new ResultTable("", "run", "kind", "trade_date", "status", "seconds", "error", "started");
            foreach (var run in await lake.Ledger.ListRunsAsync(null, parsed.GetValue(date), parsed.GetValue(limit), cancel))
                result.Add(run.RunId, run.Kind, run.TradeDate, run.Status, Seconds(run.StartedAt, run.EndedAt), run.Error, run.StartedAt);
            return result;
        });
    }

    static Command Show(Composition composition)
    {
        var id = new Argument<string>("run") { Description = "Id of the run, as 'runs ls' prints it" };
        return new Command("show", "One run with its stages, what it found wrong, inputs, models and outputs") { id }.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            var run = await lake.Ledger.FindRunAsync(parsed.GetValue(id)!, cancel) ?? throw LakeException.Invalid($"there is no run {parsed.GetValue(id)}; 'dartlake runs ls' lists all");
            var stages = await lake.Ledger.ListStagesAsync(run.RunId, cancel);
            if (json)
            {
                Json.Print(new
                {
                    run.RunId,
                    run.Kind,
                    run.TradeDate,
                    run.Status,
                    run.StartedAt,
                    run.EndedAt,
                    run.Error,
                    Stages = stages.Select(stage =>
                        new { stage.Ordinal, stage.Name, stage.Status, stage.Rows, stage.StartedAt, stage.EndedAt, stage.Message }),
                    Inputs = JsonNode.Parse(run.Inputs),
                    Models = JsonNode.Parse(run.Models),
                    Outputs = JsonNode.Parse(run.Outputs),
                });
                return 0;
            }
            Screen.Line($"{run.RunId}  {run.Kind} {run.TradeDate:yyyy-MM-dd}  {run.Status}  {run.StartedAt:u}  {run.Error}");
            var result = new ResultTable("", "stage", "name", "status", "rows", "seconds", "message");
            foreach (var stage in stages)
                result.Add(stage.Ordinal, stage.Name, stage.Status, stage.Rows, Seconds(stage.StartedAt, stage.EndedAt), stage.Message);
            result.Print(json: false);
            foreach (var line in RunFindings.Of(run).Lines())
                Screen.Line(line);
            foreach (var (name, text) in new[] { ("inputs", run.Inputs), ("models", run.Models), ("outputs", run.Outputs) })
                Screen.Line($"{name}: {text}");
            return 0;
        });
    }

    static double? Seconds(DateTimeOffset from, DateTimeOffset? to) => to is { } end ? Math.Round((end - from).TotalSeconds, 3) : null;
}
