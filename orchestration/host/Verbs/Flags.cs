using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Dart.Lake.Host.Wiring;

namespace Dart.Lake.Host.Verbs;

/// <summary>Flags that several verbs share, each parsed and checked in one place.</summary>
static class Flags
{
    /// <summary>
    /// Whoever forgets a value gives the next flag as one: of no flag it is meant. Of every flag of the verb and of the verbs within it.
    /// </summary>
    public static void RefuseFlagsAsValues(Command verb)
    {
        foreach (var option in verb.Options)
            option.Validators.Add(result =>
            {
                if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith("--", StringComparison.Ordinal)) is { } flag)
                    result.AddError($"{option.Name} wants a value{(option.HelpName is { } name ? $", {name}" : "")}, and {flag.Value} is a flag");
            });
        foreach (var inner in verb.Subcommands)
            RefuseFlagsAsValues(inner);
    }

    public static Option<bool> SkipBad() => new("--skip-bad") { Description = "Leave bad files of a LEAN folder out, tell and count them; else nothing is sent" };

    public static Option<bool> Json() => new("--json") { Description = "Print the result as JSON" };

    public static Option<string> DataDir(Settings settings, string description = "Folder of catalog, tables and registry")
    {
        var flag = new Option<string>("--data-dir")
        {
            Description = description,
            HelpName = "DIR",
            DefaultValueFactory = _ => settings.DataDir,
        };
        flag.Validators.Add(RefuseEmpty);
        return flag;
    }

    public static Option<string?> ProjectDir()
    {
        var flag = new Option<string?>("--project-dir")
        {
            Description = "Folder of dbt_project.yml; none: the models that come with dartlake",
            HelpName = "DIR",
        };
        flag.Validators.Add(RefuseEmpty);
        return flag;
    }

    /// <summary>Vars of the project of models.</summary>
    public static Option<string?> Vars() => new("--vars")
    {
        Description = "Vars that outweigh those of dbt_project.yml, as YAML or JSON: '{floor: 5}'",
        HelpName = "YAML",
    };

    public static Option<int> Timeout(Settings settings) => Number(
        "--timeout", "How long one query of a model may run, seconds", settings.Models, nameof(Settings.ModelsSection.TimeoutSeconds));

    static void RefuseEmpty(OptionResult result)
    {
        if (result.Tokens is [{ Value.Length: 0 }, ..])
            result.AddError($"{result.Option.Name} wants a folder");
    }

    public static Option<string> Brokers(Settings settings) =>
        new("--brokers") { Description = "Kafka to use, host:port list", HelpName = "LIST", DefaultValueFactory = _ => settings.Kafka.Brokers };

    public static Option<string> Redis(Settings settings) =>
        new("--redis") { Description = "Redis to use, host:port", HelpName = "ADDR", DefaultValueFactory = _ => settings.Hot.Redis };

    /// <summary>What a lake's keys in a Redis begin with.</summary>
    public static Option<string> RedisPrefix(Settings settings)
    {
        var flag = new Option<string>("--redis-prefix")
        {
            Description = "What this lake's keys in the Redis begin with, so that several lakes can share one",
            HelpName = "NAME",
            DefaultValueFactory = _ => settings.Hot.RedisPrefix,
        };
        flag.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }, ..] && (text.Length == 0 || !Settings.IsPrefix(text)))
                result.AddError($"--redis-prefix wants letters, digits, - and _, not '{text}'");
        });
        return flag;
    }

    public static Option<DateOnly?> Date(string description) => Date("--date", description);

    public static Option<DateOnly?> Date(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "YYYY-MM-DD",
        CustomParser = result => Dates(name, result) is [var date] ? date : null,
    };

    /// <summary>The day itself, where any venue trades on it.</summary>
    /// <exception cref="LakeException">Invalid: none does.</exception>
    public static DateOnly TradingDay(DateOnly day) => EndOfDayFactory.Sessions(day, day).Count > 0
        ? day
        : throw LakeException.Invalid($"{day:yyyy-MM-dd} is no trading day of any venue; give another --date");

    /// <summary>Days; the flag can be repeated.</summary>
    public static Option<DateOnly[]> Dates(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "YYYY-MM-DD",
        CustomParser = result => Dates(name, result),
    };

    static DateOnly[] Dates(string name, ArgumentResult result)
    {
        var dates = new List<DateOnly>();
        foreach (var token in result.Tokens)
            if (DateOnly.TryParseExact(token.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
                dates.Add(date);
            else
                result.AddError($"{name} wants a date such as 2026-09-21, not '{token.Value}'");
        return [.. dates];
    }

    public static Option<int> Seed(Settings settings) =>
        Number("--seed", "Seed of the simulated market", settings.Simulation, nameof(Settings.SimulationSection.Seed));

    public static Option<int> Trades(Settings settings, string description) =>
        Number("--trades", description, settings.Simulation, nameof(Settings.SimulationSection.Trades));

    public static Option<int> Partitions(Settings settings) =>
        Number("--partitions", "Partitions of topics that are created", settings.Kafka, nameof(Settings.KafkaSection.Partitions));

    public static Option<int> RedisPort(Settings settings) =>
        Number("--redis-port", "Port of the demo's own Redis; 0: a free one", settings.Hot, nameof(Settings.HotSection.RedisPort));

    public static Option<string> Bind(Settings settings) => new("--bind")
    {
        Description = "Address to listen on; any but this machine's own needs a token",
        HelpName = "IP",
        DefaultValueFactory = _ => settings.Serve.Bind,
    };

    public static Option<int> Port(Settings settings) =>
        Number("--port", "Port to listen on; 0: a free one", settings.Serve, nameof(Settings.ServeSection.Port));

    public static Option<string> TokenFile(Settings settings) => new("--token-file")
    {
        Description = "File with the token that clients must send",
        HelpName = "FILE",
        DefaultValueFactory = _ => settings.Serve.TokenFile,
    };

    public static Option<string> Locations(Settings settings) => new("--locations")
    {
        Description = "Folders beside the lake's own in which clients may put tables and views, with colons between",
        HelpName = "DIRS",
        DefaultValueFactory = _ => settings.Serve.Locations,
    };

    public static Option<int> CommitInterval(Settings settings) => Number(
        "--commit-interval",
        "A bronze commit at least this often, milliseconds",
        settings.Bronze,
        nameof(Settings.BronzeSection.CommitIntervalMs));

    public static Option<int> ProgressInterval(Settings settings) => Number(
        "--progress-interval",
        "A line of a job's progress at most this often, seconds",
        settings.Jobs,
        nameof(Settings.JobsSection.ProgressIntervalSeconds));

    public static Option<string> NewFields(Settings settings)
    {
        var flag = Choice(
            "--new-fields",
            "What a writer's fields become that no table has: columns, nothing, or the job's end",
            Settings.NewFieldsWords);
        flag.DefaultValueFactory = _ => settings.Bronze.NewFields;
        return flag;
    }

    /// <summary>The date of the simulated market; null: none was given, and the settings' is taken where the market is simulated.</summary>
    public static Option<DateOnly?> SimulatedDate(Settings settings) => Date($"Trade date; none: {settings.Simulation.Date:yyyy-MM-dd}");

    /// <summary>A number of the settings: its default and its limits are theirs.</summary>
    static Option<int> Number(string name, string description, object section, string property)
    {
        var setting = NumberSetting.Of(section, property);
        return Number(name, description, (int)setting.Value, setting.Limits);
    }

    /// <summary>A whole number within limits.</summary>
    public static Option<int> Number(string name, string description, int standard, LimitsAttribute limits) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && limits.Allow(number))
                return number;
            result.AddError($"{name} wants a whole number{(limits.IsAny ? "" : $" from {limits}")}, not '{text}'");
            return standard;
        },
    };

    /// <summary>A whole number from 0 on; null: none was given.</summary>
    public static Option<int?> Natural(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number;
            result.AddError($"{name} wants a whole number from 0, not '{text}'");
            return null;
        },
    };

    /// <summary>Who builds models; null: as the settings say.</summary>
    public static Option<string?> Target() => new("--target")
    {
        Description = "Who builds the models of all layers; left away: as Targets:Silver and Targets:Gold say",
        HelpName = "duckdb|trino|spark",
        CustomParser = result =>
        {
            if (result.Tokens[0].Value.ToLowerInvariant() is "duckdb" or "trino" or "spark")
                return result.Tokens[0].Value.ToLowerInvariant();
            result.AddError($"--target wants one of duckdb, trino, spark, not '{result.Tokens[0].Value}'");
            return null;
        },
    };

    /// <summary>One of several words; the first is taken when none is given.</summary>
    public static Option<string> Choice(string name, string description, params string[] words) => new(name)
    {
        Description = description,
        HelpName = string.Join('|', words),
        DefaultValueFactory = _ => words[0],
        CustomParser = result =>
        {
            if (words.Contains(result.Tokens[0].Value, StringComparer.OrdinalIgnoreCase))
                return result.Tokens[0].Value.ToLowerInvariant();
            result.AddError($"{name} wants {(words.Length == 2 ? "" : "one of ")}{string.Join(words.Length == 2 ? " or " : ", ", words)}, not '{result.Tokens[0].Value}'");
            return words[0];
        },
    };

    /// <summary>Null: as fast as possible.</summary>
    public static Option<double?> Speed() => new("--speed")
    {
        Description = "Multiple of real time; 0: as fast as possible",
        HelpName = "X",
        DefaultValueFactory = _ => null,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var speed)
                && double.IsFinite(speed))
                return speed == 0 ? null : speed;
            result.AddError($"--speed wants a multiple of real time such as 60, or 0 for as fast as possible, not '{text}'");
            return null;
        },
    };

    public static Option<string[]> KafkaClient() => new("--kafka")
    {
        Description = "Client setting passed to librdkafka, such as security.protocol=SASL_SSL; repeatable",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = false,
    };
}
