using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Dart.Lake.Host.Output;

/// <summary>What <c>--help</c> prints: System.CommandLine's text in 80 columns, then lines to copy.</summary>
sealed class Help(HelpAction standard) : SynchronousCommandLineAction
{
    const int Width = 80;

    /// <summary>By verb; each line parses, and the first of a verb is the usual one.</summary>
    public static IReadOnlyDictionary<string, string[]> Examples { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["dartlake"] = ["dartlake demo", "dartlake sql \"select * from gold.portfolio_summary\" --data-dir data/sim"],
        ["demo"] = ["dartlake demo --trades 20000 --seed 7", "dartlake demo --market lean --lean-dir ./lean --date 2013-10-07", "dartlake demo --brokers 127.0.0.1:9092 --redis 127.0.0.1:6379"],
        ["produce"] = ["dartlake produce sim --brokers 127.0.0.1:9092"],
        ["produce sim"] = ["dartlake produce sim --prior-day --brokers 127.0.0.1:9092", "dartlake produce sim --trades 20000 --speed 60 --brokers 127.0.0.1:9092"],
        ["produce lean"] = ["dartlake produce lean ./lean --date 2013-10-07 --brokers 127.0.0.1:9092"],
        ["stream"] = ["dartlake stream bronze --brokers 127.0.0.1:9092"],
        ["stream bronze"] = ["dartlake stream bronze --brokers 127.0.0.1:9092", "dartlake stream bronze --brokers kafka:9093 --kafka security.protocol=SSL"],
        ["stream hot"] = ["dartlake stream hot --brokers 127.0.0.1:9092 --redis 127.0.0.1:6379"],
        ["eod"] = ["dartlake eod --date 2026-09-22 --data-dir data/sim", "dartlake eod --from 2026-09-21 --to 2026-09-25 --data-dir data/sim"],
        ["run"] = ["dartlake run --date 2026-09-22 --select +daily_pnl --data-dir data/sim"],
        ["test"] = ["dartlake test --date 2026-09-22 --data-dir data/sim"],
        ["plan"] = ["dartlake plan --date 2026-09-22 --select gold --exclude risk_metrics"],
        ["dbt"] = ["dartlake dbt export for-dbt --date 2026-09-22 --data-dir data/sim"],
        ["dbt export"] = ["dartlake dbt export for-dbt --date 2026-09-22 --data-dir data/sim"],
        ["sql"] =
        [
            "dartlake sql \"select * from gold.daily_pnl\" --data-dir data/sim",
            "dartlake sql \"from gold.daily_pnl\" --as-of eod-2026-09-21 --data-dir data/sim",
            "dartlake sql \"from gold.ohlcv_1m\" --format csv --data-dir data/sim > bars.csv",
            "dartlake sql \"select * from gold.daily_pnl\" --engine trino --data-dir data/sim",
            "dartlake sql \"select * from gold.daily_pnl\" --engine spark --data-dir data/sim",
        ],
        ["serve"] = ["dartlake serve --data-dir data/sim", "dartlake serve --bind 10.0.0.5 --token-file token --data-dir data/sim"],
        ["verify"] = ["dartlake verify --data-dir data/sim", "dartlake verify bronze.trades --data-dir data/sim"],
        ["reconcile"] = ["dartlake reconcile --date 2026-09-22 --data-dir data/sim"],
        ["table"] = ["dartlake table ls --data-dir data/sim"],
        ["table ls"] = ["dartlake table ls --data-dir data/sim"],
        ["table show"] = ["dartlake table show gold.daily_pnl --data-dir data/sim"],
        ["table history"] = ["dartlake table history bronze.trades --data-dir data/sim"],
        ["table files"] = ["dartlake table files bronze.market_data --data-dir data/sim"],
        ["table refs"] = ["dartlake table refs gold.daily_pnl --data-dir data/sim"],
        ["table compact"] = ["dartlake table compact --data-dir data/sim", "dartlake table compact bronze.market_data --data-dir data/sim"],
        ["table expire"] = ["dartlake table expire --data-dir data/sim", "dartlake table expire bronze.trades --older-than 7 --data-dir data/sim"],
        ["table orphans"] = ["dartlake table orphans --dry-run --data-dir data/sim", "dartlake table orphans --data-dir data/sim"],
        ["table health"] = ["dartlake table health --data-dir data/sim", "dartlake table health bronze.trades --data-dir data/sim"],
        ["table analyze"] = ["dartlake table analyze --data-dir data/sim", "dartlake table analyze silver.trades gold.daily_pnl --data-dir data/sim"],
        ["table rollback"] = ["dartlake table rollback gold.lots_eod --to eod-2026-09-22 --data-dir data/sim"],
        ["deadletters"] = ["dartlake deadletters ls --data-dir data/sim"],
        ["deadletters ls"] = ["dartlake deadletters ls --topic trades_raw --data-dir data/sim"],
        ["deadletters show"] = ["dartlake deadletters show --reason TRUNCATED --data-dir data/sim"],
        ["deadletters release"] = ["dartlake deadletters release --all --why mended --data-dir data/sim"],
        ["deadletters drop"] = ["dartlake deadletters drop --reason NOT_FRAMED --why tests --data-dir data/sim"],
        ["quarantine"] = ["dartlake quarantine ls --data-dir data/sim"],
        ["quarantine ls"] = ["dartlake quarantine ls --date 2026-09-22 --data-dir data/sim"],
        ["quarantine show"] = ["dartlake quarantine show --reason price_in_range --data-dir data/sim"],
        ["quarantine release"] = ["dartlake quarantine release --offset 17 --why confirmed --data-dir data/sim"],
        ["quarantine drop"] = ["dartlake quarantine drop --date 2026-09-22 --why tests --data-dir data/sim"],
        ["lake"] = ["dartlake lake backup backups/monday --data-dir data/sim"],
        ["lake relocate"] = ["dartlake lake relocate --data-dir data/sim"],
        ["lake copy"] = ["dartlake lake copy --to s3://firm-lake/prod --data-dir data/sim", "dartlake lake copy --to home --data-dir data/sim"],
        ["lake backup"] = ["dartlake lake backup backups/monday --data-dir data/sim"],
        ["migrate"] = ["dartlake migrate --dry-run --data-dir data/sim"],
        ["runs"] = ["dartlake runs ls --data-dir data/sim"],
        ["runs ls"] = ["dartlake runs ls --date 2026-09-22 --data-dir data/sim"],
        ["runs show"] = ["dartlake runs show 20260922-1cc434a6 --data-dir data/sim"],
        ["doctor"] = ["dartlake doctor", "dartlake doctor --brokers 127.0.0.1:9092 --redis 127.0.0.1:6379"],
    };

    /// <summary>Puts it in the place of the standard help.</summary>
    public static void Extend(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
            if (option.Action is HelpAction standard)
                option.Action = new Help(standard);
    }

    /// <summary>The verb's words, without the program's name; of the program itself, its name.</summary>
    public static string PathOf(Command command)
    {
        var path = "";
        for (Symbol? at = command; at is Command and not RootCommand; at = at.Parents.FirstOrDefault())
            path = $"{at.Name} {path}";
        return path.Length == 0 ? "dartlake" : path.TrimEnd();
    }

    /// <summary>Help is given whatever else is wrong with the line.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        standard.MaxWidth = Width;
        var result = standard.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var line in Examples[PathOf(parseResult.CommandResult.Command)])
            output.WriteLine($"  {line}");
        return result;
    }
}
