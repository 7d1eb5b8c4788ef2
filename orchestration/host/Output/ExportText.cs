using Dart.Lake.Orchestration.Exports;

namespace Dart.Lake.Host.Output;

/// <summary>What an export for dbt holds, and what it leaves out.</summary>
static class ExportText
{
    public static void Print(DbtExport.Result result, DateOnly day, string folder, bool json)
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
