using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Proofs;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>verify</c>: proves offsets against rows, per bronze table.</summary>
static class VerifyVerb
{
    public static Command Build(Composition composition)
    {
        var tables = new Argument<string[]>("tables") { Description = "Bronze tables; none: all", Arity = ArgumentArity.ZeroOrMore };
        return new Command("verify", "Prove that every offset is in the tables exactly once, or name it") { tables }.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            var only = parsed.GetValue(tables) is { Length: > 0 } named ? Array.ConvertAll(named, TableIdent.Parse) : null;
            var report = await new Verifier(lake.Catalog, lake.Scan, lake.Store).VerifyAsync(only, cancel);
            Print(report, json);
            foreach (var foreign in report.LeftOut)
                Failure.Note($"left out {foreign}: no bronze job writes it, so there is nothing to prove");
            if (report.Good)
                return 0;
            var findings = report.Tables.SelectMany(table => table.Findings).ToList();
            return Failure.Say($"verify has {findings.Count} findings, the first: {findings[0].Says}");
        });
    }

    /// <summary>The whole in one line; a proof of nothing is none.</summary>
    static string Verdict(VerifyReport report) =>
        !report.Good ? $"{report.Tables.Sum(table => table.Findings.Count)} findings"
        : report.Tables.Count == 0 ? "the lake has no table that a bronze job writes: there is nothing to prove"
        : report.Tables.All(table => table.Partitions.All(p => p.Next == 0)) ? "no record was read yet: there is nothing to prove"
        : "every offset once, no gap, no duplicate";

    static void Print(VerifyReport report, bool json)
    {
        if (json)
        {
            Json.Print(new
            {
                report.Good,
                leftOut = report.LeftOut.Select(table => table.ToString()),
                tables = report.Tables.Select(table => new
                {
                    table = table.Table.ToString(),
                    table.Files,
                    table.Rows,
                    partitions = table.Partitions.Select(p =>
                        new
                        {
                            p.Partition.LogId,
                            p.Partition.Topic,
                            p.Partition.Partition,
                            p.Next,
                            p.Rows,
                            p.DeadLetters,
                            p.Holes,
                            lost = p.Lost.Select(run =>
                            run.ToString())
                        }),
                    findings = table.Findings.Select(f =>
                        new { kind = f.Kind.ToString(), partition = f.Partition?.ToString(), offsets = f.Offsets?.ToString(), f.Files, f.Says }),
                }),
            });
            return;
        }
        var result = new ResultTable("", "table", "files", "rows", "dead_letters", "holes", "offsets", "proven");
        foreach (var table in report.Tables)
            result.Add(
                table.Table.ToString(),
                table.Files,
                table.Rows,
                table.Partitions.Sum(p => p.DeadLetters),
                table.Partitions.Sum(p => p.Holes),
                table.Partitions.Sum(p => p.Rows + p.DeadLetters + p.Holes),
                table.Findings.Count == 0);
        result.Print(json: false);
        foreach (var (partition, run) in report.Tables
            .SelectMany(table => table.Partitions)
            .SelectMany(p => p.Lost.Select(run => (p.Partition, run))))
            Screen.Line($"lost: {partition}: {run} was gone from the log before it was read, and is booked as a hole");
        foreach (var finding in report.Tables.SelectMany(table => table.Findings))
            Screen.Line($"{finding.Kind}: {finding.Says}");
        Screen.Line(Verdict(report));
    }
}
