using Dart.Lake.Schemas;

namespace Dart.Lake.Sql.Materializations;

/// <summary>Holds a query's columns against the contract of the table it makes.</summary>
internal static class ContractCast
{
    /// <summary>Columns beside the contract's that a model whose rows are split may select, for quarantine's sake.</summary>
    public static IReadOnlyList<string> QuarantineColumns { get; } = ["source", "sequence", "ingest_time", "_log_id", "_topic", "_partition", "_offset"];

    /// <summary>The select list that makes the contract's columns, cast to its types.</summary>
    /// <exception cref="LakeException">Invalid: a column is missing, additional, or of a type that does not become the contract's without loss.</exception>
    public static string SelectList(string model, TableContract contract, IReadOnlyList<(string Name, string Type)> described, bool splitsRows)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, type) in described)
            if (!types.TryAdd(name, type))
                throw LakeException.Invalid($"{model}: the query has two columns '{name}'; give one another name");
        var missing = contract.Columns.Where(c => !types.ContainsKey(c.Name)).Select(c => c.Name).ToList();
        if (missing.Count > 0)
            throw LakeException.Invalid($"{model}: the query lacks {string.Join(", ", missing)}, which the contract of {contract.Name} has");
        var additional = types.Keys.Where(name => contract.IndexOf(name) < 0 && !(splitsRows && QuarantineColumns.Contains(name))).ToList();
        if (additional.Count > 0)
            throw LakeException.Invalid($"{model}: the query has {string.Join(", ", additional)}, which the contract of {contract.Name} lacks; leave it out or add it to the contract");
        foreach (var column in contract.Columns)
            if (!SqlTypes.Fits(types[column.Name], column.Type))
                throw LakeException.Invalid($"{model}: {column.Name} is {types[column.Name]}, the contract of {contract.Name} wants {column.Type}; cast it in the query where you see that nothing is lost");
        return string.Join(", ", contract.Columns.Select(c => $"cast(rows.{Quoted.Name(c.Name)} as {SqlTypes.Of(c.Type)}) as {Quoted.Name(c.Name)}"));
    }
}
