using System.Globalization;
using System.Text.RegularExpressions;

namespace Dart.Lake.Schemas;

/// <summary>Reads one contract file and checks that it does not contradict itself.</summary>
internal static partial class ContractFile
{
    /// <param name="path"><c>tables/NAMESPACE/NAME.yml</c>; named in errors, and the name of a hot hash.</param>
    /// <param name="yaml">The file's text.</param>
    /// <exception cref="LakeException">Invalid: what is wrong, with the file's name.</exception>
    public static TableContract Parse(string path, string yaml)
    {
        var root = YamlMap.Parse(path, yaml);
        var (table, key) = (root.TryText("table"), root.TryText("key"));
        if (table is null == key is null)
            throw root.Wrong("write either table: or key:");
        var segments = path.Split('/');
        var fromPath = $"{segments[^2]}.{Path.GetFileNameWithoutExtension(segments[^1])}";
        if (table is not null && table != fromPath)
            throw root.Wrong($"table: {table} does not match the file's place; it must be {fromPath}");
        var contract = new TableContract
        {
            Name = fromPath,
            Table = table,
            Key = key,
            Description = root.Text("description"),
            Columns = [.. root.Maps("columns").Select(ReadColumn)],
            Partitions = [.. root.Maps("partition").Select(p => new ContractPartition(p.Text("source"), p.Text("transform"), p.Text("name")).Read(p))],
            Sort = root.Texts("sort"),
            RowRules = [.. root.Maps("row_rules").Select(ReadRule)],
            Canonical = root.TryMap("canonical") is { } canonical
                ? new CanonicalForm(canonical.Texts("exclude"), canonical.Texts("order")).Read(canonical)
                : new([], []),
        };
        root.RefuseUnread();
        Check(contract, root);
        return contract;
    }

    static ContractColumn ReadColumn(YamlMap map)
    {
        var column = new ContractColumn(
            map.Integer("id"), map.Text("name"), map.Parsed("type", ColumnType.Parse), map.Flag("nullable"),
            map.TryText("unit") ?? "", map.Text("description"),
            map.TryText("encoding") switch
            {
                null => ColumnEncoding.Default,
                "delta" => ColumnEncoding.Delta,
                "dictionary" => ColumnEncoding.Dictionary,
                "plain" => ColumnEncoding.Plain,
                var other => throw map.Wrong($"encoding: {other} is none of delta, dictionary, plain"),
            });
        if (map.TryMap("years") is { } years)
            column = column with { Times = TimeBounds.Of(Year(years, "from"), Year(years, "to")).Read(years) };
        return column.Read(map);
    }

    /// <summary>A bound of a timestamp or a date: a year, or <c>any</c>.</summary>
    static int? Year(YamlMap map, string key) => map.Text(key) == "any" ? null
        : map.Integer(key) is >= 1 and <= 9999 and var year ? year
        : throw map.Wrong($"{key}: a year from 1 to 9999 or any is wanted");

    static RowRule ReadRule(YamlMap map)
    {
        var name = map.Text("name");
        RowRule rule = map.Text("rule") switch
        {
            "range" => new RangeRule(name, map.Text("column"), Bound(map, "min"), Bound(map, "max")),
            "in" => new InRule(name, map.Text("column"), map.Texts("values")),
            "not_null" => new NotNullRule(name, map.Text("column")),
            "reference" => new ReferenceRule(name, map.Text("column"), map.Text("table"), map.Text("key"), map.TryText("as_of"))
            {
                Same = map.TryMap("same") is { } same ? (same.Text("column"), same.Text("key")).Read(same) : null,
            },
            "within" => new WithinRule(name, map.Text("a"), map.Text("b"), map.Integer("seconds")),
            var other => throw map.Wrong($"rule: {other} is none of range, in, not_null, reference, within"),
        };
        return rule.Read(map);
    }

    static decimal? Bound(YamlMap map, string key) => map.TryText(key) is not { } text ? null
        : decimal.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value
        : throw map.Wrong($"{key}: '{text}' is not a number");

    static T Read<T>(this T value, YamlMap map)
    {
        map.RefuseUnread();
        return value;
    }

    static void Check(TableContract contract, YamlMap root)
    {
        if (contract.Columns.Count == 0)
            throw root.Wrong("there are no columns");
        Unique("column id", contract.Columns.Select(c => c.Id.ToString(CultureInfo.InvariantCulture)));
        Unique("column name", contract.Columns.Select(c => c.Name));
        Unique("rule", contract.RowRules.Select(r => r.Name));
        Unique("partition field", contract.Partitions.Select(p => p.Name));
        foreach (var column in contract.Columns)
        {
            if (column.Id < 1)
                throw root.Wrong($"column {column.Name} has id {column.Id}; ids begin at 1");
            if (!ColumnName().IsMatch(column.Name))
                throw root.Wrong($"column name '{column.Name}' must be lower case letters, digits and _");
            if (column.Times != TimeBounds.Common && column.Type.Kind is not (ColumnKind.Timestamptz or ColumnKind.Date))
                throw root.Wrong($"column {column.Name}: years are for timestamptz and date, not {column.Type}");
            if (column.Encoding == ColumnEncoding.Delta
                && column.Type.Kind is not (ColumnKind.Int or ColumnKind.Long or ColumnKind.Date or ColumnKind.Timestamptz))
                throw root.Wrong($"column {column.Name}: encoding delta is for int, long, date and timestamptz, not {column.Type}");
        }
        foreach (var partition in contract.Partitions)
            if (!Transform().IsMatch(partition.Transform))
                throw root.Wrong($"partition {partition.Name}: '{partition.Transform}' is no transform; write identity, year, month, day, hour, bucket[N], truncate[W] or void");
        IEnumerable<string> named =
        [
            .. contract.Sort,
            .. contract.Partitions.Select(p => p.Source),
            .. contract.Canonical.Exclude,
            .. contract.Canonical.Order,
            .. contract.RowRules.SelectMany(ColumnsOf),
        ];
        foreach (var name in named)
            if (contract.IndexOf(name) < 0)
                throw root.Wrong($"there is no column '{name}'");

        void Unique(string what, IEnumerable<string> values)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var value in values)
                if (!seen.Add(value))
                    throw root.Wrong($"{what} {value} occurs twice");
        }
    }

    static IEnumerable<string> ColumnsOf(RowRule rule) => rule switch
    {
        RangeRule r => [r.Column],
        InRule r => [r.Column],
        NotNullRule r => [r.Column],
        ReferenceRule r => new[] { r.Column, r.AsOf, r.Same?.Column }.OfType<string>(),
        WithinRule r => [r.A, r.B],
        _ => throw LakeException.Bug($"{rule.GetType().Name} is no row rule"),
    };

    [GeneratedRegex("^[a-z_][a-z0-9_]*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ColumnName();

    [GeneratedRegex(@"^(identity|year|month|day|hour|void|(bucket|truncate)\[[1-9][0-9]{0,8}\])$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Transform();
}
