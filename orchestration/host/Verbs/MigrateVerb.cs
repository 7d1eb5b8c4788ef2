using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>migrate</c>: makes the lake's tables those of this release's contracts.</summary>
static class MigrateVerb
{
    public static Command Build(Composition composition)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and do nothing" };
        IReadOnlyList<int> taken = [];
        return new Command("migrate", "Make the columns of all tables those of this release; what only adds, streams and runs do by themselves") { dryRun }
            .OnLake(composition, async (lake, parsed, json, cancel) =>
            {
                var isDry = parsed.GetValue(dryRun);
                var migrations = isDry ? await lake.Contracts.PlanAsync(cancel) : await lake.Contracts.MigrateAsync(cancel);
                var answer = new ResultTable("", "table", "change", "only_adds", "done");
                foreach (var step in taken)
                    answer.Add(null, $"migration {step} of the catalog's database", true, true);
                foreach (var migration in migrations)
                    foreach (var step in migration.Steps)
                        answer.Add(migration.Table.ToString(), step.Does, step.IsAdditive, !isDry);
                if (migrations.Count == 0 && !json)
                    Screen.Line(taken.Count == 0
                        ? "all tables are those of this release: nothing to do"
                        : $"the catalog's database has taken migration {string.Join(", ", taken)}; all tables are those of this release");
                else
                    answer.Print(json);
                return 0;
            }, before: async (parsed, cancel) =>
            {
                if (composition.IsShared && !parsed.GetValue(dryRun))
                    taken = await composition.MigrateCatalogAsync(cancel);
            });
    }
}
