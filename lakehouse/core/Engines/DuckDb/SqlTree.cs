using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>
/// One SELECT as DuckDB's own parser understands it (<c>json_serialize_sql</c>): which tables and table functions it names.
/// </summary>
internal sealed partial class SqlTree
{
    /// <summary>Table functions that touch nothing but their arguments.</summary>
    static readonly HashSet<string> harmless = new(StringComparer.OrdinalIgnoreCase) { "range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree" };

    /// <summary>Views of information_schema that people may read, and the column that tells whose tables a row speaks of.</summary>
    static readonly Dictionary<string, string> ownRows = new(StringComparer.OrdinalIgnoreCase)
    {
        ["tables"] = "table_catalog",
        ["columns"] = "table_catalog",
        ["views"] = "table_catalog",
        ["schemata"] = "catalog_name",
    };

    readonly HashSet<string> ctes = new(StringComparer.OrdinalIgnoreCase);
    readonly List<(string Catalog, string Namespace, string Name, ulong Location)> references = [];
    readonly List<(string Name, ulong Location)> listings = [];
    readonly List<string> functions = [];
    bool shows;

    SqlTree(JsonElement statement, string sql)
    {
        Walk(statement);
        Sql = Rewritten(sql);
    }

    /// <summary>
    /// The statement for this engine: <c>lake.namespace.table</c>, as other engines want it,
    /// without the catalog; SHOW and information_schema with this session's tables only.
    /// </summary>
    public string Sql { get; }

    /// <summary>Whether it shows what tables there are (SHOW, information_schema), and so needs all of them.</summary>
    public bool ListsTables => shows || listings.Count > 0;

    /// <summary>Parses SQL.</summary>
    /// <returns>null when it is not a statement that DuckDB can describe (PIVOT, and all that is no query).</returns>
    /// <exception cref="LakeException">Invalid: a syntax error, or more or less than one statement.</exception>
    public static async Task<SqlTree?> ParseAsync(DuckDbSession session, string sql, CancellationToken cancel)
    {
        var rows = await session.RowsAsync("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", cancel, sql);
        // a constant past the range of doubles is a bare word that JSON has not; what constants say is not looked at
        using var json = JsonDocument.Parse(NotFinite().Replace((string)rows[0][0]!, "\"value\":null"), new JsonDocumentOptions { MaxDepth = 1000 });
        var root = json.RootElement;
        if (root.GetProperty("error").GetBoolean())
        {
            if (root.GetProperty("error_type").GetString() == "not implemented")
                return null;
            throw LakeException.Invalid($"the SQL cannot be parsed: {root.GetProperty("error_message").GetString()?.ReplaceLineEndings(" ")}");
        }
        var statements = root.GetProperty("statements");
        return statements.GetArrayLength() == 1 ? new(statements[0], sql)
            : throw LakeException.Invalid($"one statement is wanted, not {statements.GetArrayLength()}");
    }

    /// <summary>
    /// Tables named with a namespace, and the unqualified names that are no common table expression (namespace empty).
    /// </summary>
    public IReadOnlySet<(string Namespace, string Name)> Tables => references
        .Where(r => r.Namespace.Length > 0 || !ctes.Contains(r.Name))
        .Select(r => (r.Namespace, r.Name)).ToHashSet();

    /// <summary>
    /// Refuses what could reach files, settings or other sessions: table functions
    /// but the harmless ones, names that DuckDB would take for files, other catalogs.
    /// </summary>
    /// <exception cref="LakeException">Invalid: what is refused.</exception>
    public void RefuseReach()
    {
        foreach (var function in functions)
            if (!harmless.Contains(function))
                throw LakeException.Invalid($"the table function {function} is not allowed here; read tables as namespace.table");
        foreach (var (name, _) in listings)
            if (!ownRows.ContainsKey(name))
                throw LakeException.Invalid($"information_schema.{name} is not shown here; read information_schema.{string.Join(", ", ownRows.Keys)}");
        foreach (var (catalog, ns, name, _) in references)
        {
            if (catalog.Length > 0 && !IsLake(catalog))
                throw LakeException.Invalid($"'{catalog}.{ns}.{name}': leave the catalog away and write {ns}.{name}, or, of a nested namespace, \"{catalog}.{ns}\".{name}");
            if (ns.Length == 0 && !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
                throw LakeException.Invalid($"'{name}' is not a table name; write namespace.table, for example gold.daily_pnl");
        }
    }

    static bool IsLake(string catalog) => catalog.Equals("lake", StringComparison.OrdinalIgnoreCase);

    /// <summary>Edits the statement where the parser found the names; its locations count bytes.</summary>
    string Rewritten(string sql)
    {
        if (shows)
            return "SELECT table_schema AS namespace, table_name FROM information_schema.tables WHERE table_catalog = current_database() ORDER BY ALL";
        var edits = references.Where(r => IsLake(r.Catalog)).Select(r => (r.Location, Pattern: LakePrefix(), Text: ""))
            .Concat(listings
                .Where(l => ownRows.ContainsKey(l.Name))
                .Select(l => (l.Location, Pattern: ListingName(), Text: $"(FROM information_schema.{l.Name} WHERE {ownRows[l.Name]} = current_database())")));
        var bytes = Encoding.UTF8.GetBytes(sql).ToList();
        foreach (var (location, pattern, text) in edits.DistinctBy(e => e.Location).OrderByDescending(e => e.Location))
            if (location < (ulong)bytes.Count
                && pattern.Match(Encoding.UTF8.GetString([.. bytes.Skip((int)location)])) is { Success: true } found)
            {
                bytes.RemoveRange((int)location, Encoding.UTF8.GetByteCount(found.Value));
                bytes.InsertRange((int)location, Encoding.UTF8.GetBytes(text));
            }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    [GeneratedRegex("^(lake|\"lake\")\\s*\\.\\s*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LakePrefix();

    [GeneratedRegex("^\"?information_schema\"?\\s*\\.\\s*\"?[a-z_]+\"?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ListingName();

    [GeneratedRegex("\"value\":-?(Infinity|NaN)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotFinite();

    void Walk(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Walk(item);
            return;
        }
        if (element.ValueKind != JsonValueKind.Object)
            return;
        Note(element);
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name == "cte_map")
                foreach (var entry in property.Value.GetProperty("map").EnumerateArray())
                    ctes.Add(entry.GetProperty("key").GetString()!);
            Walk(property.Value);
        }
    }

    void Note(JsonElement node)
    {
        switch (Text(node, "type"))
        {
            case "BASE_TABLE":
                var (catalog, ns, name) = (Text(node, "catalog_name"), Text(node, "schema_name"), Text(node, "table_name"));
                var location = node.TryGetProperty("query_location", out var at) ? at.GetUInt64() : ulong.MaxValue;
                if (catalog.Length == 0 && ns.Equals("information_schema", StringComparison.OrdinalIgnoreCase))
                    listings.Add((name, location));
                else
                    references.Add((catalog, ns, name, location));
                break;
            case "TABLE_FUNCTION":
                functions.Add(node.TryGetProperty("function", out var function) ? Text(function, "function_name") : "");
                break;
            case "SHOW_REF":
                shows |= node.GetProperty("query").ValueKind != JsonValueKind.Object;
                break;
        }
    }

    static string Text(JsonElement node, string property) =>
        node.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
