using System.Text.RegularExpressions;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Loading;

/// <summary>What the properties files (<c>*.yml</c> beside models and seeds) say.</summary>
internal sealed partial class Properties
{
    public sealed record ModelProperties(
        YamlMapping At,
        string Description,
        IReadOnlyList<ConfigEntry> Config,
        IReadOnlyList<GenericAudit> Audits,
        IReadOnlyList<ColumnProperties> Columns);

    /// <param name="Type">Null: its data_type is not said.</param>
    public sealed record ColumnProperties(string Name, ColumnType? Type, string Description);

    public Dictionary<string, ModelProperties> Models { get; } = new(StringComparer.Ordinal);

    /// <summary>Configuration of seeds.</summary>
    public Dictionary<string, IReadOnlyList<ConfigEntry>> Seeds { get; } = new(StringComparer.Ordinal);

    /// <summary>By <c>source.table</c>.</summary>
    public Dictionary<string, TableIdent> Sources { get; } = new(StringComparer.Ordinal);

    /// <param name="root">Of the file.</param>
    /// <param name="audits">Configuration of the file's audits, as the project file has it.</param>
    /// <exception cref="LakeException">Invalid: a key that is not known, or what is described twice.</exception>
    public void Read(YamlMapping root, ModelConfig audits)
    {
        ProjectKeys.Properties.Check(root);
        foreach (var model in root.Maps("models"))
            if (!Models.TryAdd(model.Text("name"), Model(model, audits)))
                throw model.Wrong($"the model '{model.Text("name")}' is described twice");
        foreach (var seed in root.Maps("seeds"))
            if (!Seeds.TryAdd(seed.Text("name"), Seed(seed)))
                throw seed.Wrong($"the seed '{seed.Text("name")}' is described twice");
        foreach (var source in root.Maps("sources"))
            Source(source);
    }

    void Source(YamlMapping source)
    {
        ProjectKeys.Source.Check(source);
        foreach (var table in source.Maps("tables"))
        {
            ProjectKeys.SourceTable.Check(table);
            foreach (var column in table.Maps("columns"))
                ProjectKeys.SourceColumn.Check(column);
            var ident = new TableIdent(source.TryText("schema") ?? source.Text("name"), table.TryText("identifier") ?? table.Text("name"));
            if (!Sources.TryAdd($"{source.Text("name")}.{table.Text("name")}", ident))
                throw table.Wrong($"the source '{source.Text("name")}.{table.Text("name")}' is described twice");
        }
    }

    static IReadOnlyList<ConfigEntry> Seed(YamlMapping seed)
    {
        ProjectKeys.Seed.Check(seed);
        foreach (var column in seed.Maps("columns"))
            ProjectKeys.SeedColumn.Check(column);
        return Config(seed, ProjectKeys.SeedConfig);
    }

    static ModelProperties Model(YamlMapping model, ModelConfig defaults)
    {
        ProjectKeys.Model.Check(model);
        var name = model.Text("name");
        var audits = Audits(model).Select(a => Audit(name, null, a, model, defaults)).ToList();
        foreach (var column in model.Maps("columns"))
        {
            ProjectKeys.Column.Check(column);
            audits.AddRange(Audits(column).Select(a => Audit(name, column.Text("name"), a, column, defaults)));
        }
        return new(
            model,
            model.TryText("description") ?? "",
            Config(model, ProjectKeys.ModelConfig),
            [.. audits.OfType<GenericAudit>()],
            [.. model.Maps("columns").Select(Column)]);
    }

    static ColumnProperties Column(YamlMapping column)
    {
        var type = column.TryText("data_type") is not { } text ? (ColumnType?)null : SqlTypes.TryParse(text)
            ?? throw column.Wrong("data_type", $"data_type: '{ShownName.Of(text)}' is no type of a table's column; {SqlTypes.All}");
        if (!TargetNames.IsName(column.Text("name")) && type is not null)
            throw column.Wrong("name", $"name: a column's name is lower case letters, digits and _, not '{ShownName.Of(column.Text("name"))}'");
        return new(column.Text("name"), type, column.TryText("description") ?? "");
    }

    static IReadOnlyList<ConfigEntry> Config(YamlMapping of, KnownKeys keys)
    {
        if (of.TryMap("config") is not { } config)
            return [];
        keys.Check(config);
        return [.. config.Select(p => new ConfigEntry(p.Key, p.Value, $"{config.File}:{config.LineOf(p.Key)}"))];
    }

    static IEnumerable<object?> Audits(YamlMapping of) => of.List("data_tests").Concat(of.List("tests"));

    static GenericAudit? Audit(string model, string? column, object? declared, YamlMapping at, ModelConfig defaults)
    {
        var (kind, arguments) = declared switch
        {
            string word => (word, new YamlMapping(at.File, at.Line)),
            YamlMapping { Count: 1 } map => (map.Keys.First(), map.TryMap(map.Keys.First()) ?? new(map.File, map.Line)),
            YamlMapping map when map.TryText("test_name") is { } word => (word, map),
            _ => throw at.Wrong("an audit is a name, or a name with its arguments"),
        };
        if (kind == "dbt_utils.unique_combination_of_columns")
            kind = "unique_combination_of_columns";
        var given = Arguments(kind, arguments);
        var config = new ModelConfig();
        config.Add(Config(arguments, ProjectKeys.AuditConfig));
        if (!config.Flag("enabled", defaults.Flag("enabled", true)))
            return null;
        var severity = Severity(config.TryText("severity") ?? arguments.TryText("severity") ?? defaults.TryText("severity"), arguments);
        var where = config.TryText("where") ?? arguments.TryText("where");
        column = given.TryText("column_name") ?? column;
        var name = arguments.TryText("name") ?? string.Join('_', new[] { kind, model, column }.OfType<string>());
        var place = $"{arguments.File}:{arguments.Line}";
        return kind switch
        {
            "unique" => new UniqueAudit(name, severity, where, [Column()]) { At = place },
            "not_null" => new NotNullAudit(name, severity, where, Column()) { At = place },
            "unique_combination_of_columns" =>
                new UniqueAudit(name, severity, where, [.. given.List("combination_of_columns").Select(TemplateValue.Text)]) { At = place },
            "accepted_values" => new AcceptedValuesAudit(
                name, severity, where, Column(), [.. given.List("values").Select(TemplateValue.Text)], given.GetValueOrDefault("quote") is not false)
            { At = place },
            _ => new RelationshipsAudit(name, severity, where, Column(), Referred(given), given.Text("field")) { At = place },
        };

        string Column() => column ?? throw arguments.Wrong($"{kind} belongs to a column");
    }

    /// <summary>The arguments of an audit, which stand below <c>arguments</c> or beside its configuration, all of them known.</summary>
    static YamlMapping Arguments(string kind, YamlMapping all)
    {
        string[] own = kind switch
        {
            "unique" or "not_null" => [],
            "unique_combination_of_columns" => ["combination_of_columns"],
            "accepted_values" => ["values", "quote"],
            "relationships" => ["to", "field"],
            _ => throw all.Wrong($"there is no audit '{kind}'; there are unique, not_null, accepted_values, relationships, unique_combination_of_columns, and files of failing rows in tests/"),
        };
        if (all.TryMap("arguments") is not { } below)
        {
            ProjectKeys.Audit(kind, own).Check(all);
            return all;
        }
        ProjectKeys.Audit(kind).Check(all);
        ProjectKeys.Arguments(kind, own).Check(below);
        return below;
    }

    public static AuditSeverity Severity(string? text, YamlMapping at) => text?.ToLowerInvariant() switch
    {
        null or "error" => AuditSeverity.Error,
        "warn" => AuditSeverity.Warn,
        _ => throw at.Wrong($"severity: {text} is neither error nor warn"),
    };

    static string Referred(YamlMapping given) => Ref().Match(given.Text("to")) is { Success: true } match ? match.Groups["name"].Value
        : throw given.Wrong($"to: {given.Text("to")} is not ref('model')");

    [GeneratedRegex(@"^\s*ref\(\s*['""](?<name>\w+)['""]\s*\)\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ref();
}
