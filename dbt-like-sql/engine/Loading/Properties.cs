using System.Text.RegularExpressions;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Loading;

/// <summary>What the properties files (<c>*.yml</c> beside models and seeds) say.</summary>
internal sealed partial class Properties
{
    public sealed record ModelProperties(
        YamlMapping At, string Description, IReadOnlyDictionary<string, object?> Config, IReadOnlyList<GenericAudit> Audits);

    public Dictionary<string, ModelProperties> Models { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, YamlMapping> Seeds { get; } = new(StringComparer.Ordinal);

    /// <summary>By <c>source.table</c>.</summary>
    public Dictionary<string, TableIdent> Sources { get; } = new(StringComparer.Ordinal);

    public void Read(YamlMapping root)
    {
        foreach (var model in root.Maps("models"))
            if (!Models.TryAdd(model.Text("name"), Model(model)))
                throw model.Wrong($"the model '{model.Text("name")}' is described twice");
        foreach (var seed in root.Maps("seeds"))
            if (!Seeds.TryAdd(seed.Text("name"), seed))
                throw seed.Wrong($"the seed '{seed.Text("name")}' is described twice");
        foreach (var source in root.Maps("sources"))
            foreach (var table in source.Maps("tables"))
                if (!Sources.TryAdd(
                    $"{source.Text("name")}.{table.Text("name")}", new(source.TryText("schema") ?? source.Text("name"), table.TryText("identifier") ?? table.Text("name"))))
                    throw table.Wrong($"the source '{source.Text("name")}.{table.Text("name")}' is described twice");
    }

    static ModelProperties Model(YamlMapping model)
    {
        var name = model.Text("name");
        var audits = Audits(model).Select(a => Audit(name, null, a, model)).ToList();
        foreach (var column in model.Maps("columns"))
            audits.AddRange(Audits(column).Select(a => Audit(name, column.Text("name"), a, column)));
        return new(model, model.TryText("description") ?? "", model.TryMap("config") ?? new YamlMapping(model.File, model.Line), audits);
    }

    static IEnumerable<object?> Audits(YamlMapping of) => of.List("data_tests").Concat(of.List("tests"));

    static GenericAudit Audit(string model, string? column, object? declared, YamlMapping at)
    {
        var (kind, arguments) = declared switch
        {
            string word => (word, new YamlMapping(at.File, at.Line)),
            YamlMapping { Count: 1 } map => (map.Keys.First(), map.TryMap(map.Keys.First()) ?? new(map.File, map.Line)),
            YamlMapping map when map.TryText("test_name") is { } word => (word, map),
            _ => throw at.Wrong("an audit is a name, or a name with its arguments"),
        };
        var config = arguments.TryMap("config") ?? new(arguments.File, arguments.Line);
        var given = arguments.TryMap("arguments") ?? arguments;
        var severity = Severity(config.TryText("severity") ?? arguments.TryText("severity"), arguments);
        var where = config.TryText("where") ?? arguments.TryText("where");
        column = given.TryText("column_name") ?? column;
        kind = kind[(kind.LastIndexOf('.') + 1)..];
        var name = arguments.TryText("name") ?? string.Join('_', new[] { kind, model, column }.OfType<string>());
        return kind switch
        {
            "unique" => new UniqueAudit(name, severity, where, [Column()]),
            "not_null" => new NotNullAudit(name, severity, where, Column()),
            "unique_combination_of_columns" => new UniqueAudit(name, severity, where, [.. given.List("combination_of_columns").Select(TemplateValue.Text)]),
            "accepted_values" => new AcceptedValuesAudit(
                name, severity, where, Column(), [.. given.List("values").Select(TemplateValue.Text)], given.GetValueOrDefault("quote") is not false),
            "relationships" => new RelationshipsAudit(name, severity, where, Column(), Referred(given), given.Text("field")),
            _ => throw arguments.Wrong($"there is no audit '{kind}'; there are unique, not_null, accepted_values, relationships, unique_combination_of_columns, and files of failing rows in tests/"),
        };

        string Column() => column ?? throw arguments.Wrong($"{kind} belongs to a column");
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
