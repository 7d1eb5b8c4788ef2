using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>Shapes of Parquet files, read from footers once: files never change. Keeps a number of them. Thread-safe.</summary>
internal sealed class FileShapes
{
    const int Kept = 200_000;

    /// <summary>Footers that one query holds at once, some ten kilobytes each: a day of small files has tens of thousands.</summary>
    const int AtOnce = 1000;

    readonly Lock gate = new();
    readonly Dictionary<string, FileShape> byPath = new(StringComparer.Ordinal);

    /// <summary>The shape of each file, in the order of the paths.</summary>
    /// <exception cref="LakeException">Unavailable or Corrupt: a file that is not there or no Parquet file.</exception>
    public async Task<IReadOnlyList<FileShape>> OfAsync(DuckDbSession session, IReadOnlyList<string> paths, CancellationToken cancel)
    {
        var known = new Dictionary<string, FileShape>(StringComparer.Ordinal);
        lock (gate)
            foreach (var path in paths)
                if (byPath.TryGetValue(path, out var shape))
                    known[path] = shape;
        var unknown = paths.Where(p => !known.ContainsKey(p)).Distinct(StringComparer.Ordinal).ToList();
        foreach (var some in unknown.Chunk(AtOnce))
            foreach (var (path, shape) in await ReadAsync(session, some, cancel))
                known[path] = shape;
        lock (gate)
        {
            if (byPath.Count + unknown.Count > Kept)
                byPath.Clear();
            foreach (var path in unknown.Take(Kept))
                byPath[path] = known[path];
        }
        return [.. paths.Select(p => known[p])];
    }

    static async Task<Dictionary<string, FileShape>> ReadAsync(DuckDbSession session, string[] paths, CancellationToken cancel)
    {
        var rows = await session.RowsAsync($"""
            SELECT shape, list(file_name) FROM (
                SELECT file_name, to_json(list([name, if(type = 'INT96', type, duckdb_type), field_id::VARCHAR, num_children::VARCHAR] ORDER BY column_id))::VARCHAR AS shape
                FROM parquet_schema([{string.Join(", ", paths.Select(SqlText.Literal))}]) GROUP BY file_name)
            GROUP BY shape
            """, cancel);
        var shapes = new Dictionary<string, FileShape>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var shape = Parse((string)row[0]!);
            foreach (var path in ((JsonNode)row[1]!).AsArray())
                shapes[(string)path!] = shape;
        }
        return shapes;
    }

    /// <summary>The elements of a schema in the order of a walk through its tree, the root first.</summary>
    static FileShape Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var elements = document.RootElement.EnumerateArray().Select(e => e.EnumerateArray().Select(t => t.GetString()).ToArray()).ToList();
        var columns = new List<FileColumn>();
        var at = 1;
        while (at < elements.Count)
        {
            var element = elements[at];
            var isNested = Children(element) > 0;
            columns.Add(new(element[0] ?? "", element[2] is { } id ? int.Parse(id) : null, isNested ? null : element[1]));
            at = After(elements, at);
        }
        return new(columns, elements.Skip(1).Any(e => e[2] is not null));
    }

    static int Children(string?[] element) => element[3] is { } count ? int.Parse(count) : 0;

    static int After(List<string?[]> elements, int at)
    {
        for (var open = 1; open > 0 && at < elements.Count; at++)
            open += Children(elements[at]) - 1;
        return at;
    }
}
