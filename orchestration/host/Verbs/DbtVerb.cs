using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Orchestration.Exports;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>dbt</c>: the models for dbt itself.</summary>
static class DbtVerb
{
    public static Command Build(Composition composition) => new("dbt", "The models and a published day for dbt itself") { Export(composition) };

    static Command Export(Composition composition)
    {
        var to = new Argument<string>("to") { Description = "A folder that is not there yet, or empty" };
        var date = Flags.Date("Trade date");
        date.Required = true;
        var timeout = Flags.Timeout(composition.Settings);
        var verb = new Command("export", "Write a published day's inputs and the models into a folder in which dbt builds them") { to, date, timeout };
        return verb.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            if (string.IsNullOrWhiteSpace(parsed.GetValue(to)))
                throw LakeException.Invalid("an export needs a folder: dartlake dbt export FOLDER --date YYYY-MM-DD");
            var (folder, day) = (ExportFolder.Of(parsed.GetValue(to)!, lake.DataDir), parsed.GetValue(date)!.Value);
            var project = EndOfDayFactory.LoadProject(null, null);
            await using var engine = composition.DuckDb(lake, [.. project.SeedFolders, folder.Draft]);
            await using var session = engine.OpenSession();
            var export = EndOfDayFactory.Export(composition, lake, session, project, parsed.GetValue(timeout));
            Print(await export.WriteAsync(day, folder, cancel), day, folder.Path, json);
            return 0;
        });
    }

    static void Print(DbtExport.Result result, DateOnly day, string folder, bool json)
    {
        var (models, leftOut) = (result.Day.Models, result.Day.LeftOut);
        if (json)
        {
            Json.Print(new
            {
                Date = day,
                result.Tag,
                Folder = folder,
                result.Day.Tables,
                result.Day.Rows,
                Models = models.Count,
                left_out = leftOut.Select(l => new { l.Model, l.Reason }),
            });
            return;
        }
        Screen.Line($"{result.Tag} is in {folder}: {models.Count} models, and {result.Day.Tables} tables with {result.Day.Rows:N0} rows");
        Screen.Line($"dbt builds {models.Count - leftOut.Count} of the models{(leftOut.Count == 0 ? "" : "; it leaves out:")}");
        foreach (var left in leftOut)
            Screen.Line($"  {left.Model}: {left.Reason}");
        Screen.Line($"with dbt-core and dbt-duckdb: cd {ShellWord.Quoted(folder)} && dbt build");
    }
}
