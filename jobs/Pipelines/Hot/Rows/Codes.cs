namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>Numbers strings in the order in which they come, so that rows are structs without strings. Never forgets.</summary>
sealed class Codes
{
    readonly Dictionary<string, int> codes = new(StringComparer.Ordinal);
    readonly List<string> names = [];

    public int Count => names.Count;

    public string this[int code] => names[code];

    public int Of(string name)
    {
        if (!codes.TryGetValue(name, out var code))
        {
            code = names.Count;
            codes.Add(name, code);
            names.Add(name);
        }
        return code;
    }

    /// <summary>The order of the names, not of the codes.</summary>
    public int Compare(int a, int b) => a == b ? 0 : string.CompareOrdinal(names[a], names[b]);
}
