using System.Text.Json;
using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Iceberg;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>One SELECT as DuckDB's own parser understands it (<c>json_serialize_sql</c>): which tables and table functions it names.</summary>
internal sealed class SqlTree
{
    /// <summary>Table functions that touch nothing but their arguments.</summary>
    static readonly HashSet<string> harmless = new(StringComparer.OrdinalIgnoreCase) { "range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree" };

    readonly HashSet<string> ctes = new(StringComparer.OrdinalIgnoreCase);
    readonly List<(string Catalog, string Namespace, string Name)> references = [];
    readonly List<string> functions = [];

    SqlTree(JsonElement statement) => Walk(statement);

    /// <summary>Whether it shows what tables there are (SHOW, information_schema), and so needs all of them.</summary>
    public bool ListsTables { get; private set; }

    /// <summary>Parses SQL.</summary>
    /// <returns>null when it is not a statement that DuckDB can describe (PIVOT, and all that is no query).</returns>
    /// <exception cref="LakeException">Invalid: a syntax error, or more or less than one statement.</exception>
    public static async Task<SqlTree?> ParseAsync(DuckDbSession session, string sql, CancellationToken cancel)
    {
        var rows = await session.RowsAsync("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", cancel, sql);
        using var json = JsonDocument.Parse((string)rows[0][0]!, new JsonDocumentOptions { MaxDepth = 1000 });
        var root = json.RootElement;
        if (root.GetProperty("error").GetBoolean())
        {
            if (root.GetProperty("error_type").GetString() == "not implemented")
                return null;
            throw LakeException.Invalid($"the SQL cannot be parsed: {root.GetProperty("error_message").GetString()?.ReplaceLineEndings(" ")}");
        }
        var statements = root.GetProperty("statements");
        return statements.GetArrayLength() == 1 ? new(statements[0])
            : throw LakeException.Invalid($"one statement is wanted, not {statements.GetArrayLength()}");
    }

    /// <summary>Tables named with a namespace, and the unqualified names that are no common table expression (namespace empty); lower case.</summary>
    public IReadOnlySet<(string Namespace, string Name)> Tables => references
        .Where(r => r.Namespace.Length > 0 || !ctes.Contains(r.Name))
        .Select(r => (r.Namespace.ToLowerInvariant(), r.Name.ToLowerInvariant())).ToHashSet();

    /// <summary>
    /// Refuses what could reach files, settings or other sessions: table functions but the harmless ones, names that DuckDB would take for files, other catalogs.
    /// </summary>
    /// <exception cref="LakeException">Invalid: what is refused.</exception>
    public void RefuseReach()
    {
        foreach (var function in functions)
            if (!harmless.Contains(function))
                throw LakeException.Invalid($"the table function {function} is not allowed here; read tables as namespace.table");
        foreach (var (catalog, ns, name) in references)
        {
            if (catalog.Length > 0)
                throw LakeException.Invalid($"'{catalog}.{ns}.{name}': leave the catalog away and write {ns}.{name}");
            if (ns.Length == 0 && !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
                throw LakeException.Invalid($"'{name}' is not a table name; write namespace.table, for example gold.daily_pnl");
        }
    }

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
                if (ns.Equals("information_schema", StringComparison.OrdinalIgnoreCase))
                    ListsTables = true;
                else
                    references.Add((catalog, ns, name));
                break;
            case "TABLE_FUNCTION":
                functions.Add(node.TryGetProperty("function", out var function) ? Text(function, "function_name") : "");
                break;
            case "SHOW_REF":
                ListsTables |= node.GetProperty("query").ValueKind != JsonValueKind.Object;
                break;
        }
    }

    static string Text(JsonElement node, string property) =>
        node.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
